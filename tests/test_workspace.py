"""Settings are strict and name the key; the workspace has one writer."""

import multiprocessing

import pytest

from lagesbild import workspace as w
from lagesbild.errors import LockError, SettingsError

SETTINGS = """
[municipality]
code = "9999"
name = "Exempelkommun"
county = "Exempellän"

[contact]
function = "Samordningsfunktionen"
email = "samordning@exempelkommun.example"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "kommun.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def _with(folder, extra):
    (folder / "kommun.toml").write_text(SETTINGS + extra, encoding="utf-8")
    return folder


def test_defaults_protect(folder):
    ws = w.open_workspace(folder)
    thresholds = [getattr(ws.settings.audiences, a).threshold for a in w.AUDIENCES]
    assert thresholds == [1, 5, 5]
    assert ws.settings.measure.min_inhabitants_for_rate == 500


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ("[measure]\nmin_inhabitant = 3\n", "'measure.min_inhabitant': okänd nyckel"),
        ("[audiences.radet]\nthreshold = 4\n", "får inte vara under 5"),
        ("[sources.x]\nname = 'X'\n", "'sources.x.organisation': nyckeln saknas"),
        ("[measure", "inte giltig TOML"),
        ("[audiences.radet]\nthreshold = 4\nreason = 'x'\n", "utan beslut"),
        (
            "[audiences.radet]\nthreshold = 4\nreason = 'x'\ndecision_number = ' '\n",
            "decision_number och reason",
        ),
        (
            "[audiences.offentlig]\nthreshold = 4\nreason = 'x'\n",
            "tröskeln för offentlig får inte vara under 5",
        ),
        (
            "[audiences.radet.categories.inbrott]\nthreshold = 9\n",
            "kategorin finns inte: inbrott",
        ),
        (
            "[audiences.radet.categories.ran]\nthreshold = 4\n",
            "categories.ran: tröskeln får inte vara lägre",
        ),
        (
            "[audiences.radet.categories.ran]\ntroskel = 9\n",
            "'audiences.radet.categories.ran.troskel': okänd nyckel",
        ),
        (
            "[audiences.radet]\ndominance_pct = 49\n",
            "'audiences.radet.dominance_pct': är för litet",
        ),
        ("[help]\nphone = '112'\n", "'help.phone': okänd nyckel"),
    ],
)
def test_a_fault_names_its_key(folder, extra, told):
    with pytest.raises(SettingsError, match=told.replace("[", r"\[")):
        w.open_workspace(_with(folder, extra))


def test_a_column_we_have_no_name_for_is_a_fault(folder):
    extra = """
[sources.x]
name = "X"
organisation = "X"
kind = "observation"
[[sources.x.layouts]]
files = "x*.csv"
format = "csv"
columns = { offense_code = "Kod" }
"""
    with pytest.raises(SettingsError, match=r"columns': okänt namn.*: offense_code"):
        w.open_workspace(_with(folder, extra))


def test_threshold_five_is_allowed(folder):
    ws = w.open_workspace(_with(folder, "[audiences.radet]\nthreshold = 5\n"))
    assert ws.settings.audiences.radet.threshold == 5


def test_rules_by_audience_and_category(folder):
    extra = """
[audiences.radet]
threshold = 3
decision_number = "NYBY 2026:1"
reason = "rådet har tystnadsplikt (påhittat)"
[audiences.offentlig]
threshold = 6
categories = { ran = { threshold = 10, protect_zeros = true } }
[help]
phones = ["112"]
"""
    settings = w.open_workspace(_with(folder, extra)).settings
    council, everyone = settings.audiences.radet, settings.audiences.offentlig
    assert settings.help.phones == ("112",)
    rules = [everyone.rule_of(c) for c in ("ran", "klotter")]
    assert [(r.threshold, r.protect_zeros) for r in rules] == [(10, True), (6, False)]
    assert everyone.is_as_strict_as(council)
    assert not council.is_as_strict_as(everyone)
    assert everyone.is_as_strict_as(everyone)
    # stricter in one category and laxer in all others is not as strict
    low = w.Audience(threshold=5, categories={"ran": {"threshold": 20}})
    assert not low.is_as_strict_as(everyone)


def test_secret_areas_deliver_ready_made_counts_only(folder):
    extra = """
[sources.soc]
name = "Socialtjänsten"
organisation = "kommunen"
kind = "observation"
secrecy = "socialtjanst"
layouts = []
"""
    with pytest.raises(SettingsError, match="färdiga antal"):
        w.open_workspace(_with(folder, extra))
    ready = w.open_workspace(_with(folder, extra.replace("observation", "counts")))
    assert not ready.settings.sources["soc"].has_rows


GOVERNED = """
[sources.x]
name = "x"
organisation = "x"
kind = "observation"
layouts = []
[sources.x.governance]
purpose = "påhittat ändamål"
legal_basis = "påhittad grund"
controller = "påhittad"
retention_raw_months = {}
retention_place_months = {}
retention_row_months = {}
decision_number = "PÅHITTAT 1"
impact_assessment_on = 2026-01-31
"""


@pytest.mark.parametrize("months", [(7, 6, 12), (3, 13, 12), (13, 6, 12)])
def test_no_layer_is_kept_longer_than_what_is_made_of_it(folder, months):
    """A raw file that outlived the places would still tell them."""
    with pytest.raises(SettingsError, match=r"x\.governance.*i ordning"):
        w.open_workspace(_with(folder, GOVERNED.format(*months)))
    same = w.open_workspace(_with(folder, GOVERNED.format(12, 12, 12)))
    assert same.settings.sources["x"].governance.retention_row_months == 12


def test_no_workspace_says_what_to_do(tmp_path):
    with pytest.raises(SettingsError, match="lagesbild demo"):
        w.open_workspace(tmp_path / "ingenstans")


def test_found_from_a_folder_further_down(folder, monkeypatch):
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "data" / "kommun.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.chdir(deep)
    monkeypatch.setenv(w.ENVIRONMENT_VARIABLE, "data")
    assert w.open_workspace().root == (folder / "data").resolve()


def _try_to_lock(root, queue):
    try:
        with w.lock(w.open_workspace(root)):
            queue.put("fick låset")
    except LockError as error:
        queue.put(str(error))


def test_one_writer_at_a_time(folder):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    ws = w.open_workspace(folder)
    with w.lock(ws):
        other = context.Process(target=_try_to_lock, args=(str(folder), queue))
        other.start()
        told = queue.get(timeout=60)
        other.join()
    assert "skrivs just nu av en annan körning" in told
    with w.lock(ws):
        assert (ws.lager / "skrivlas.txt").exists()
    assert not (ws.lager / "skrivlas.txt").exists()
