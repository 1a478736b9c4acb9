"""Code by code: what an offence counts as, how it is found, whether it is protected."""

from pathlib import Path

import pandas as pd
import pytest

from lagesbild import contracts, offences
from lagesbild.period import Period

SHARED = Path(__file__).parents[1].parent / "shared" / "data" / "brottskoder"


def _classify(*codes):
    return offences.classify_codes(pd.Series(codes, dtype="str"))


def _span(first, last):
    return [f"{code:04d}" for code in range(first, last + 1)]


PROTECTED = {
    "nara_relation": [
        *(
            "0310",
            "0326",
            "0327",
            "0356",
            "0358",
            "0376",
            "0378",
            "4085",
            "0412",
            "0422",
            "0423",
            "0424",
        ),
        *("0425", "9393", *_span(4090, 4097), *_span(9349, 9372)),
        *("9373", "9375", "9377", "9379", "9381", "9383", "9385", "9387"),
        *(*_span(9401, 9404), "9408", "9409", "9412", "9413", "9416", "9417"),
        *("9420", "9421", "9424", "9425", "9428", "9429", "9432", "9433", "9436"),
        *("9437", "9440", "9441", "9444", "9445", "9448", "9452", "9456", "9457"),
        *("9460", "9461", "9477", "9481", "9492", "9554", "9555", "9558", "9559"),
    ],
    "hedersrelaterat": ["0434", "0435", "0436", "0437", "0438", "9469", "9470", "9599"],
    "sexualbrott": [
        *("0432", "0607", "0609", "0610", "0611", "0640", "0641", "0652", "0653"),
        *(*_span(613, 616), "0642", "0643", "0672", "0684", "0686", "0687", "0690"),
        *("0693", "0694", "0695", "0698", "0699", *_span(9616, 9622)),
        *("9605", "9606", "9610"),
        *("0654", "0655", "0662", "0669", "0670", "0671", "0673", "0674", "0676"),
        *("0681", "0685", "0688", "0689", "0691", "0692", "0696", "0697", "4024"),
        *("6105", "6106", "6108", "6110", "6114", "6118", "6120", "6126", "6132"),
        *("6137", "6138", "6140", "6146", "6148", *_span(6153, 6160), "6162"),
        *("9450", "9451", "9454", "9455", *_span(9601, 9604), *_span(9607, 9609)),
        *("9615", *_span(9627, 9660), "9662", "9667", "9669", "9670", "9673"),
        *("9674", "9675", "9677", "9678", "9681", *_span(9691, 9698)),
    ],
    "brottsutsatt_barn": [
        *("0426", "0427", "0502", "0503"),
        *("0309", "0311", "0313", "0428", "0429", "0440", "0441", *_span(450, 453)),
        *("0480", "0481", "0484", "0485", "0488", "0489", *_span(506, 509), "0711"),
        *("1607", "1608", "1616", "1617", "4088", "4089", *_span(9301, 9348)),
        *("9389", "9390", "9392", "9406", "9407", "9475", "9476", "9485", "9495"),
        *("9496", "9552", "9553", *_span(9806, 9809)),
    ],
}
OPEN = {
    "0355": "misshandel",
    "0377": "misshandel",
    "9374": "misshandel",
    "9386": "misshandel",
    "9459": "hot_ofredande",
    "0458": "hot_ofredande",
    "9427": "hot_ofredande",
    "9431": "hot_ofredande",
    "1705": "hot_ofredande",
    "9801": "bostadsinbrott",
    "9802": "bostadsinbrott",
    "9831": "bostadsinbrott",
    "0857": "bostadsinbrott",
    "0874": "bostadsinbrott",
    "9832": "bostadsinbrott",
    "0825": "ovrigt_inbrott",
    "0826": "ovrigt_inbrott",
    "0811": "ovrigt_inbrott",
    "0821": "ovrigt_inbrott",
    "9829": "cykelstold",
    "9830": "cykelstold",
    "9833": "cykelstold",
    "0801": "fordonsstold",
    "0802": "fordonsstold",
    "0803": "fordonsstold",
    "0804": "fordonsstold",
    "9827": "stold_ur_fordon",
    "9828": "stold_ur_fordon",
    "0853": "butiksstold",
    "9817": "ovrig_stold",
    "9819": "ovrig_stold",
    "0855": "ran",
    "0864": "ran",
    "9810": "ran",
    "0892": "ran",
    "1201": "skadegorelse",
    "1205": "skadegorelse",
    "1212": "skadegorelse",
    "1208": "klotter",
    "1209": "klotter",
    "1202": "brand",  # "genom brand, även på motorfordon", until 2016
    "1210": "brand",
    "1211": "brand",
    "1301": "brand",
    "0950": "bedrageri",
    "0978": "bedrageri",
    "9471": "ovriga_brott",
    "9472": "ovriga_brott",
    "1701": "ovriga_brott",
}
FOUND_BY_ACTION = {
    "5004": "narkotika",
    "5005": "narkotika",
    "5010": "narkotika",
    "5011": "narkotika",
    "4047": "narkotika",
    "4023": "vapen",
    "4127": "vapen",
    "4128": "vapen",
    "3005": "trafikbrott",
    "3070": "trafikbrott",
    "3002": "trafikbrott",
    "3141": "trafikbrott",
    "5047": "ovriga_brott",
    "1706": "ovriga_brott",
}


@pytest.mark.parametrize(
    ("code", "wanted"), [(c, k) for k, codes in PROTECTED.items() for c in codes]
)
def test_protected_code(code, wanted):
    row = _classify(code).iloc[0]
    assert row["protected_class"] == wanted
    assert row["category"] == wanted


def test_nothing_is_protected_but_what_is_listed_here():
    table = offences.load_offence_codes().dropna(subset="protected_class")
    assert sorted(table["code"]) == sorted(c for p in PROTECTED.values() for c in p)


@pytest.mark.parametrize(("code", "wanted"), OPEN.items())
def test_open_code(code, wanted):
    row = _classify(code).iloc[0]
    assert row["category"] == wanted
    assert row["found_by"] == "anmälan"
    assert pd.isna(row["protected_class"])


@pytest.mark.parametrize(("code", "wanted"), FOUND_BY_ACTION.items())
def test_found_when_looked_for(code, wanted):
    row = _classify(code).iloc[0]
    assert (row["category"], row["found_by"]) == (wanted, "ingripande")


def test_unknown_missing_and_no_offence_are_protected_and_aligned():
    codes = pd.Series(["9801", "7777", None, "3853"], index=[7, 3, 9, 1], dtype="str")
    told = offences.classify_codes(codes)
    assert list(told.index) == [7, 3, 9, 1]
    assert list(told["category"]) == ["bostadsinbrott", *["okand_kod"] * 3]
    assert list(told["protected_class"].fillna("")) == ["", *["okand_kod"] * 3]
    assert set(told["found_by"]) == {"anmälan"}
    assert list(offences.is_no_offence(codes)) == [False, False, False, True]


def test_zeros_are_restored():
    sent = ["821", "0821", "821.0", "0821 Inbrott", "5", "98010", "okänd", None]
    restored = offences.restore_codes(pd.Series(sent, dtype="str"))
    assert list(restored[:5]) == ["0821", "0821", "0821", "0821", "0005"]
    assert restored[5:].isna().all()


@pytest.mark.parametrize(
    ("code", "day", "is_out"),
    [
        ("1202", "2016-12-31", False),  # ended in 2016
        ("1202", "2017-01-01", True),
        ("0942", "2018-12-31", True),  # new in 2019
        ("0942", "2019-01-01", False),
        ("9801", "2026-07-01", False),  # not known to begin or end
        ("7777", "2026-07-01", False),  # unknown: told as that
        (None, "2026-07-01", False),
        ("1202", None, False),
    ],
)
def test_a_code_used_before_it_was_introduced_or_after_it_ended(code, day, is_out):
    codes, days = pd.Series([code], dtype="str"), pd.Series([day])
    days = days.astype("datetime64[us]").set_axis([7])
    told = offences.is_out_of_use(codes.set_axis([7]), days)
    assert told.to_dict() == {7: is_out}


QUARTERS = [f"{year}-K{n}" for year in range(2014, 2022) for n in range(1, 5)]


@pytest.mark.parametrize(
    ("category", "labels", "broken"),
    [
        ("bedrageri", QUARTERS, ["2015-K1", "2019-K1"]),
        ("misshandel", QUARTERS, ["2015-K1", "2018-K1", "2019-K1"]),
        ("hot_ofredande", QUARTERS, ["2015-K1", "2019-K3"]),
        ("ran", QUARTERS, ["2015-K1"]),
        # what moves between what is counted and what is not moves totals too
        ("brott", QUARTERS, ["2015-K1", "2019-K1", "2019-K3"]),
        ("alla", QUARTERS, ["2015-K1", "2019-K1", "2019-K3"]),
        ("bedrageri", QUARTERS[20:], []),  # begins with the break
        ("bedrageri", ["2018-K1", "2018-K4", "2020-K2"], ["2020-K2"]),
        ("hot_ofredande", ["2018", "2019", "2020"], ["2019"]),
        ("trasig_belysning", QUARTERS, []),  # no offence codes
        ("belysning", QUARTERS, []),
        ("ran", [], []),
    ],
)
def test_breaks_within_a_series(category, labels, broken):
    found = offences.find_breaks(category, labels)
    assert list(found) == broken
    assert all(found.values())


def test_table_of_breaks_keeps_its_form():
    table = offences.load_series_breaks()
    leaves = set(offences.load_categories()["category"])
    assert set(table["category"]) <= {*leaves, offences.ALL}
    assert [Period(p).kind for p in table["first_period"]] == ["quarter"] * len(table)
    assert set(table["is_in_totals"]) <= {"ja", ""}
    assert not table.duplicated(["first_period", "category"]).any()
    # room for it beside the line of a narrow chart
    assert (table["reason"].str.split(":").str[0].str.len() <= 20).all()
    assert table["reason"].str.contains(": ").all()


def test_table_keeps_its_form():
    table = offences.load_offence_codes()
    years = table.dropna(subset=["valid_from", "valid_to"])
    assert (years["valid_from"] <= years["valid_to"]).all()
    assert table["valid_from"].dropna().between(1965, 2026).all()
    assert table["valid_to"].dropna().between(1965, 2026).all()
    leaves = set(offences.load_categories()["category"])
    assert table["code"].is_unique
    assert table["code"].str.fullmatch(r"\d{4}").all()
    assert (table["name"].str.len() > 3).all()
    assert set(table["category"].dropna()) <= leaves
    assert set(table["found_by"]) <= set(contracts.FOUND_BY)
    is_protected = table["category"].isin(offences.protected_categories())
    assert (table["protected_class"].notna() == is_protected).all()
    same = table.loc[is_protected, "category"] == table["protected_class"].dropna()
    assert same.all()


def test_protected_leaves_are_the_contracts():
    assert offences.protected_categories() == contracts.PROTECTED_CLASSES


def test_names_cover_leaves_groups_and_root():
    names = offences.category_names()
    assert names["alla"] and names["brott"] == "Brott"
    assert names["bostadsinbrott"] == "Bostadsinbrott"


def test_loaded_tables_cannot_be_spoilt():
    table = offences.load_offence_codes()
    table["category"] = "x"
    assert _classify("9801")["category"].tolist() == ["bostadsinbrott"]


@pytest.mark.skipif(not SHARED.exists(), reason="../shared finns inte här")
@pytest.mark.parametrize(
    ("name", "separator", "column"),
    [
        ("brottskod_niva.csv", ",", "Brottskod"),
        ("brottskoder_sol_urval.csv", ";", "brottskod"),
    ],
)
def test_every_published_code_is_in_the_table(name, separator, column):
    published = pd.read_csv(SHARED / name, sep=separator, dtype="str")[column]
    assert set(published) <= set(offences.load_offence_codes()["code"])


@pytest.mark.skipif(not SHARED.exists(), reason="../shared finns inte här")
def test_no_official_label_of_a_close_relation_or_child_is_open():
    published = pd.read_csv(SHARED / "brottskod_niva.csv", dtype="str")
    label = published[published["Brott_niva"] == "5"].set_index("Brottskod")
    speaks = label["Brottskategorier_namn"].str.contains(
        "parrelation|släktskap|nära relation|fridskränk|barnfrid|heders|"
        "äktenskap|könsstympning|flicka|pojke|under 18|sexuel|våldtäkt|barnporno",
        case=False,
    ) & ~label["Brottskategorier_namn"].str.contains("olovlig parkering")
    codes = pd.Series(label.index[speaks].unique(), dtype="str")
    assert offences.classify_codes(codes)["protected_class"].notna().all()


@pytest.mark.skipif(not SHARED.exists(), reason="../shared finns inte här")
def test_the_years_in_which_codes_ended_are_the_published_ones():
    file = SHARED / "brottskoder_sol_urval.csv"
    published = pd.read_csv(file, sep=";", dtype="str").dropna(subset="upphord")
    ended = offences.load_offence_codes().set_index("code")["valid_to"]
    assert len(published) >= 5
    assert ended[published["brottskod"]].tolist() == [int(y) for y in published.upphord]
