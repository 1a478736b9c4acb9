"""One row out for every row in, whatever the file holds."""

import csv

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from lagesbild.errors import ReadError, RegisterError, UsageError
from lagesbild.geocode import command, texts
from lagesbild.geocode import outcome as why
from lagesbild.geocode.command import COLUMNS, geocode_file
from lagesbild.geocode.gazetteer import make_gazetteer
from tests.examples import few


@pytest.fixture(scope="module")
def registers(small_town, tmp_path_factory):
    """Files of the small town's registers, as they are delivered."""
    from lagesbild import contracts

    folder = tmp_path_factory.mktemp("register")
    for name in ("addresses", "places"):
        theirs = {v: k for k, v in contracts.HEADINGS[name].items()}
        table = getattr(small_town, name)().rename(columns=theirs)
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8")
    areas = small_town.areas()[["area_id", "name", "geometry"]]
    named = areas.rename(columns={"area_id": "omrade_id", "name": "namn"})
    named.assign(eget="x").to_file(folder / "areas.gpkg", driver="GPKG")
    return {
        "addresses": folder / "addresses.csv",
        "areas": folder / "areas.gpkg",
        "places": folder / "places.csv",
    }


@pytest.fixture
def run(registers, tmp_path):
    def run(content, **more):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_bytes(
            content if isinstance(content, bytes) else content.encode("utf-8")
        )
        told = geocode_file(source, target, **{**registers, "jobs": 1, **more})
        text = target.read_bytes().decode("utf-8", "surrogateescape")
        return told, list(csv.reader(text.splitlines()))

    return run


def test_rows_in_order_with_what_passes_through(run):
    told, rows = run(
        "rad_id,not,adresstext,ort\n"
        "1,å,Kvarngatan 4,Storbyn\n"
        '2,"b,c",se bilaga,\n'
        "\n"
        "3,,Utmark 9,Viken\n"
    )
    assert rows[0] == [*COLUMNS, "not"]
    assert rows[1] == [
        "1",
        "traff",
        "A01",
        "600150.0",
        "6700500.0",
        "adress",
        "1.00",
        "",
        "å",
    ]
    assert rows[2][1:] == [
        "avvisad",
        *([""] * 3),
        "avvisad",
        "0.00",
        why.UNKNOWN_PLACE,
        "b,c",
    ]
    assert rows[3][1:3] == ["traff", ""] and rows[3][7] == why.OUTSIDE_AREAS
    assert {k: told[k] for k in ("rows", "hits", "without_area", "rejected")} == {
        "rows": 3,
        "hits": 2,
        "without_area": 1,
        "rejected": 1,
    }
    assert told["reasons"] == {why.UNKNOWN_PLACE: 1}


def test_rows_that_are_too_long_or_short(run):
    _, rows = run("rad_id,adresstext,ort\n1,Kvarngatan 4, Storbyn,x\n2\n")
    assert rows[1][7] == why.TOO_MANY_CELLS
    assert rows[2][:2] == ["2", "avvisad"] and rows[2][7] == why.NO_TEXT


def test_bytes_that_are_no_utf8_pass_through(run):
    _, rows = run(b"rad_id,adresstext,ort\n\xe51,L\xe5nga v\xe4gen 3,Storbyn\n")
    assert rows[1][0].encode("utf-8", "surrogateescape") == b"\xe51"
    assert rows[1][2] == "A02"


def test_the_analysts_word_goes_first(run, tmp_path):
    file = tmp_path / "alias.csv"
    file.write_text("text,betyder\nKvarngatan 4,A03\n", encoding="utf-8")
    _, rows = run("rad_id,adresstext\n1,kvarngatan 4\n", aliases=file)
    assert rows[1][2] == "A03"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id;text\n1;a\n", "rad_id och adresstext saknas"),
        ("", "rad_id och adresstext saknas"),
        ("rad_id,adresstext,poang\n", "poang används i utfilen"),
        ("rad_id,adresstext,a,a\n", "a står två gånger"),
    ],
)
def test_a_heading_that_is_wrong_is_told(run, content, told, tmp_path):
    with pytest.raises(ReadError, match=told):
        run(content)
    assert not (tmp_path / "out.csv").exists()
    assert not (tmp_path / "out.csv.ny").exists()


def test_wrong_usage(run, registers, tmp_path):
    with pytest.raises(UsageError, match="9999"):
        run("rad_id,adresstext\n", kommun="9999")
    file = tmp_path / "in.csv"
    with pytest.raises(UsageError, match="samma fil"):
        geocode_file(file, file, **registers)
    with pytest.raises(RegisterError, match="finns inte"):
        run("rad_id,adresstext\n", places=tmp_path / "saknas.csv")


cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["Kvarngatan 4", '"', "a,b", "x\r\ny", "\x00", "²", "٣", "12-"]),
)


@few(20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, cells), max_size=6))
def test_any_text_gives_a_row(run, rows):
    encodable = [
        [t.encode("utf-8", "replace").decode("utf-8") for t in row] for row in rows
    ]
    lines = ["rad_id,adresstext,ort"]
    for number, row in enumerate(encodable):
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in row)
        lines.append(f"{number},{','.join(quoted)}")
    told, _ = run("\n".join(lines) + "\n")
    assert told["rows"] == len(rows)


@few(20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=20), max_size=6))
def test_any_bytes_give_as_many_rows_as_a_csv_reader_sees(run, lines):
    content = b"rad_id,adresstext,ort\n" + b"\n".join(lines) + b"\n"
    told, _ = run(content)
    text = content.decode("utf-8-sig", "surrogateescape")
    seen = [row for row in csv.reader(text.splitlines(keepends=True)) if row]
    assert abs(told["rows"] - (len(seen) - 1)) <= text.count("\x0b") + sum(
        text.count(sign) for sign in "\x0c\x1c\x1d\x1e\x85\u2028\u2029"
    )


def test_several_processes_give_what_one_gives(small_town, monkeypatch):
    monkeypatch.setattr(texts, "_LEAST_SHARED", 2)
    monkeypatch.setattr(texts, "_BATCH", 3)
    gazetteer = make_gazetteer(
        areas=small_town.areas(),
        addresses=small_town.addresses(),
        places=small_town.places(),
    )
    pairs = [(f"Kvarngatan {n}", "Storbyn") for n in (1, 4, 2, 4, 9, 1, 3, 7)]
    with texts.open_matcher(gazetteer, jobs=1) as match:
        alone = match(pairs)
    with texts.open_matcher(gazetteer, jobs=2) as match:
        assert match(pairs) == alone


def test_what_is_forgotten_is_placed_again(small_town, monkeypatch):
    monkeypatch.setattr(texts, "_MOST_KEPT", 1)
    gazetteer = make_gazetteer(
        areas=small_town.areas(),
        addresses=small_town.addresses(),
        places=small_town.places(),
    )
    with texts.open_matcher(gazetteer) as match:
        first = match([("Kvarngatan 4", "Storbyn"), ("x", ""), ("y", "")])
        assert match([("Kvarngatan 4", "Storbyn")]) == first[:1]


def test_chunks_join(run, monkeypatch):
    monkeypatch.setattr(command, "_CHUNK", 2)
    body = "".join(f"{n},Kvarngatan 4,Storbyn\n" for n in range(5))
    told, rows = run("rad_id,adresstext,ort\n" + body)
    assert told["rows"] == 5
    assert [row[0] for row in rows[1:]] == list("01234")
