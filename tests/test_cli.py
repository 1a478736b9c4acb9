"""What is typed and answered: Swedish, one exit code a cause, no stack trace."""

import errno
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from lagesbild import cli, terminal
from lagesbild.errors import LagesbildError
from tests.tiny_town import make_tiny_town, police, write, write_police

COMMANDS = ("demo", "init", "lab", "doctor", "ingest", "close", "status", "run")
COMMANDS = (
    *COMMANDS,
    "update",
    "release",
    "verify",
    "plan",
    "report",
    "form",
    "answers",
    "log",
    "purge",
    "backup",
    "restore",
    "trace",
    "purge",
    "opendata",
    "statistics",
    "geocode",
    "suppress",
    "audit",
    "pdf",
)
# words of click's that no Swedish text of ours has
ENGLISH = re.compile(
    r"\b(usage|options?|error|show|this|message|exit|try|missing|invalid|value|such"
    r"|requires?d?|not|valid|does|exist|directory|path|file|range|the|got|unexpected"
    r"|extra|did|you|mean|commands?|default|integer|text|float|boolean|unknown|must"
    r"|be|of|from|with|and|or|aborted|takes|given)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return make_tiny_town(tmp_path_factory.mktemp("cli") / "nyby")


@pytest.fixture
def run(capfd, monkeypatch, tmp_path):
    """Type words in a folder where there is no workspace; code, output, faults."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LAGESBILD_WORKSPACE", raising=False)

    def typed(*words):
        code = terminal.run(cli.commands, [str(word) for word in words])
        told = capfd.readouterr()
        assert "Traceback" not in told.err + told.out
        return code, told.out, told.err

    return typed


def _foreign(text, *typed):
    """English words left when options, what was typed and names are taken away."""
    for word in (*typed, *COMMANDS):
        text = text.replace(str(word), "")
    text = re.sub(r"--?[a-z][\w-]*|\S+\.\w+|LAGESBILD_WORKSPACE", "", text)
    return [found[0] for found in ENGLISH.finditer(text)]


# --- Swedish ------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_swedish(run, command):
    code, out, err = run(*command.split(), "--help")
    assert code == 0 and err == ""
    assert out.startswith("Så här: lagesbild") and "Flaggor:" in out
    assert _foreign(out) == []


def test_the_version_is_that_of_the_package(run):
    from importlib.metadata import version

    assert run("--version") == (0, f"Lägesbild {version('lagesbild')}\n", "")


def test_help_names_every_command_in_a_section(run):
    _, out, _ = run("--help")
    assert set(cli.commands.commands) == set(COMMANDS)
    assert all(re.search(rf"^  {name} +\S", out, re.MULTILINE) for name in COMMANDS)
    assert all(
        f"{title}:" in out for title in ("Kom igång", "Varje kvartal", "För sig")
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Så här"),
        (["inges"], "'inges' finns inte. Menade du 'ingest'?"),
        (["--nej"], "'--nej' finns inte"),
        (["ingest", "--sourc"], "Menade du"),
        (["ingest", "--source"], "kräver ett värde"),
        (["ingest", "saknas.csv"], "'saknas.csv' finns inte"),
        (["ingest", "."], "är en mapp"),
        (["status", "-w", __file__], "är en fil"),
        (["status", "--json=1"], "tar inget värde"),
        (["status", "x"], "Ett argument för mycket"),
        (["status", "x", "y"], "För många argument"),
        (["run"], "Skriv vilket kvartal"),
        (["run", "2026-K3", "--jobs", "två"], "inget tal"),
        (["run", "2026-K3", "--jobs", "0"], "ligger inte inom"),
        (["run", "2026"], "inget kvartal"),
        (["run", "kvartal"], "ingen period"),
        (["release", "2026-K1"], "Flagga saknas"),
        (["release", "2026-K1", "--audience", "press"], "är inte något av"),
        (["release", "2026", "--audience", "radet"], "inget kvartal"),
        (["close"], "Argument saknas"),
        (["close", "2026-K1", "2026-07"], "inget kvartal"),
        (["demo", "--seed", "1.5"], "inget tal"),
        (["demo", "--scale", "x"], "inget tal"),
        (["demo", "--quarters", "24"], "ligger inte inom"),
        (["init"], "Argument saknas"),
        (["init", "w"], "Flagga saknas"),
        (["init", "w", "--kommun", "1", "--areas", __file__], "kommunkod"),
        (["init", "w", "--kommun", "2181", "--areas", "saknas.gpkg"], "finns inte"),
    ],
)
def test_wrong_usage_is_told_in_swedish(run, words, told):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert told in err
    assert _foreign(err, *words) == []


def test_every_text_of_click_has_its_swedish():
    messages = pytest.importorskip("babel.messages")
    from babel.messages import extract, pofile

    assert messages
    folder = Path(terminal.__file__).with_name("locale") / "sv" / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as file:
        catalogue = pofile.read_po(file)
    wanted = set()
    for _, _, message, _, _ in extract.extract_from_dir(Path(click.__file__).parent):
        wanted.add(message[0] if isinstance(message, tuple) else message)
    assert len(wanted) > 50
    lacking = [m for m in wanted if m not in catalogue or not all(catalogue[m].string)]
    assert lacking == []


def test_the_compiled_texts_are_those_of_the_source():
    pytest.importorskip("babel")
    import gettext

    from babel.messages import pofile

    folder = Path(terminal.__file__).with_name("locale") / "sv" / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as file:
        catalogue = pofile.read_po(file)
    with (folder / "messages.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    single = [m for m in catalogue if m.id and isinstance(m.id, str)]
    assert all(compiled.gettext(m.id) == m.string for m in single)


# --- fast ---------------------------------------------------------------------------


def test_help_loads_no_heavy_library():
    heavy = ("pandas", "geopandas", "altair", "scipy", "pyarrow", "pydantic", "rich")
    code = (
        "import sys\nfrom lagesbild.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n"
        f"    loaded = [m for m in {heavy} if m in sys.modules]\n"
        "    sys.exit(', '.join(loaded) or end.code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


# --- exit codes and JSON ------------------------------------------------------------


def test_done_is_0_and_json_is_all_there_is(run, town, tmp_path):
    file = write_police(tmp_path, police("K1"), police("K2", number="inget"))
    code, out, err = run("-w", town.root, "ingest", file, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "deliveries": [
            {
                "file": "polisen_2026-K1.csv",
                "source": "polisen",
                "rows_in": 2,
                "rows_stored": 1,
                "rows_unchanged": 0,
                "rows_quarantined": 1,
                "status": "inläst",
            }
        ]
    }
    code, out, _ = run("ingest", "-w", town.root, file)
    assert code == 0 and "Inget nytt" in out and "redan inläst" in out
    code, out, err = run("status", "-w", town.root, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert list(told) == ["incidents", "quarantined", "deliveries", "cycles"]
    assert (told["incidents"], told["quarantined"]) == (1, 1)
    code, out, err = run("verify", "--json", "-w", town.root)
    assert (code, err, json.loads(out)) == (0, "", {"ok": True, "faults": []})


def test_a_refused_file_is_3_and_json_still_whole(run, town, tmp_path):
    bad = write(tmp_path / "polisen_2026-K2.csv", ["ID;Fel", "hemlig;x"])
    code, out, err = run("ingest", "-w", town.root, bad, "--json")
    assert code == 3
    assert json.loads(out)["deliveries"][0]["status"] == "avvisad"
    assert err.startswith("Fel: polisen_2026-K2.csv: ingen rubrikrad passar")
    assert "hemlig" not in err
    code, out, _ = run("ingest", "-w", town.root, bad)
    assert code == 3 and "1 av 1 filer lästes inte in" in out


def test_stopped_to_protect_is_4(run, town, tmp_path):
    bare = write(tmp_path / "utan_2026-K1.csv", ["Nr", "1"])
    code, _, err = run("ingest", "-w", town.root, bare)
    assert code == 4 and "governance" in err
    code, _, err = run("close", "-w", town.root, "2026-K4")
    assert code == 4 and "inte slut" in err


def test_a_broken_or_missing_workspace_is_3(run, tmp_path):
    code, _, err = run("status")
    assert code == 3 and "lagesbild demo" in err
    write(tmp_path / "trasig" / "kommun.toml", ["[nej]"])
    code, _, err = run("verify", "-w", tmp_path / "trasig")
    assert code == 3 and "'nej': okänd nyckel" in err


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("hemlig"), "ett fel i Lägesbild (KeyError)"),
        (LagesbildError("det gick inte"), "det gick inte"),
        (PermissionError(13, "denied", "x.csv"), "rättighet saknas"),
        (OSError(28, "no space"), "disken är full"),
        (OSError(errno.EIO, "denied"), "disken svarar inte"),
        (OSError(errno.ESTALE, "denied"), "nätverksdisken svarar inte"),
        (OSError(errno.EHOSTDOWN, "denied"), "nätverksdisken svarar inte"),
        (MemoryError(), "minnet räcker inte"),
    ],
)
def test_our_fault_is_1_and_says_nothing_of_the_data(
    run, town, monkeypatch, error, told
):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("lagesbild.status.status", fail)
    code, out, err = run("status", "-w", town.root)
    assert (code, out) == (1, "") and told in err
    assert not re.search("hemlig|denied|space", err)


def test_debug_shows_the_trace(town, capfd, monkeypatch):
    monkeypatch.setattr("lagesbild.status.status", lambda ws: 1 / 0)
    words = ["status", "-w", str(town.root), "--debug"]
    assert terminal.run(cli.commands, words) == 1
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_key_pressed_to_stop_is_no_fault_of_ours(run, town, monkeypatch):
    def stop(ws):
        raise KeyboardInterrupt

    monkeypatch.setattr("lagesbild.status.status", stop)
    code, _, err = run("status", "-w", town.root)
    assert code == 1 and err.lstrip().startswith("Avbrutet.")


def test_release_passes_on_what_was_asked_for(run, town, monkeypatch):
    told = {"audience": "radet", "status": "Fastställd den 6 maj 2026 av påhittade"}
    asked = {}

    def release(ws, cycle, audience, *, jobs, on_progress):
        asked.update(root=ws.root, cycle=str(cycle), audience=audience, jobs=jobs)
        return told

    monkeypatch.setattr("lagesbild.publish.release.release_cycle", release)
    words = ["release", "2026-K1", "--audience", "radet", "-w", town.root]
    code, out, _ = run(*words, "--jobs", "2")
    assert code == 0 and told["status"] in out and "radet" in out
    wanted = {"root": town.root, "cycle": "2026-K1", "audience": "radet", "jobs": 2}
    assert asked == wanted
    code, out, _ = run(*words, "--json")
    assert json.loads(out) == told and asked["jobs"] is None


def test_run_makes_a_product_for_a_meeting(run, town, monkeypatch):
    asked = {}

    def run_cycle(ws, cycle, *, on_progress, **more):
        asked.update(cycle=str(cycle), **more)
        return {"pages": [], "released": [], "n_purged": 0, "seconds": 1.0}

    monkeypatch.setattr("lagesbild.publish.batch.run_cycle", run_cycle)
    words = ["run", "--product", "andts", "--as-of", "2026-10-14", "-w", town.root]
    assert run(*words)[0] == 0
    assert asked["cycle"] == "2026-K3"  # the quarter that ended before the meeting
    assert asked["products"] == ("04_andts",)
    assert asked["parameters"] == {"as_of": "2026-10-14"}
    assert run("run", "2026-K2", *words[1:])[0] == 0
    assert asked["cycle"] == "2026-K2"
    code, _, err = run("run", "-w", town.root)
    assert code != 0 and "Skriv vilket kvartal" in err
    code, _, err = run("run", "2026-K2", "--product", "brott", "-w", town.root)
    assert code != 0 and "Sidan 'brott' finns inte" in err


def test_statistics_cannot_be_fetched_tomorrow(run, town):
    code, _, err = run("statistics", "--on", "2999-01-01", "-w", town.root)
    assert code != 0 and "har inte varit än" in err


def test_a_release_that_lacks_everything_says_so_and_is_4(run, town):
    code, out, err = run("release", "2026-K1", "--audience", "radet", "-w", town.root)
    assert (code, out) == (4, "")
    for word in (
        "2026-K1 är öppet",
        "kommunens beslut",
        "polisens beslut",
        "bedömning",
    ):
        assert word in err


# --- which workspace ----------------------------------------------------------------


@pytest.mark.parametrize("place", ["before", "after", "environment", "after_wins"])
def test_the_workspace_is_found_wherever_it_is_named(run, town, place, monkeypatch):
    if place == "environment":
        monkeypatch.setenv("LAGESBILD_WORKSPACE", str(town.root))
    words = {
        "before": ["-w", town.root, "status"],
        "after": ["status", "--workspace", town.root],
        "environment": ["status"],
        "after_wins": ["-w", "saknas", "status", "-w", town.root],
    }
    code, out, err = run(*words[place])
    assert (code, err) == (0, "")
    assert f"Arbetsyta: {town.root}" in out


def test_an_empty_inbox_says_where_files_go(run, town):
    code, out, _ = run("ingest", "-w", town.root)
    assert code == 0 and "Lägg leveranserna i" in out and "inkommande" in out


def test_status_tells_open_quarters_and_what_they_lack(run, town, tmp_path):
    file = write_police(
        tmp_path, police("S1", "2025-11-02"), name="polisen_2025-K4.csv"
    )
    run("ingest", "-w", town.root, file)
    _, out, _ = run("status", "-w", town.root)
    assert "2025-K4 är öppet: saknar leverans från felanmalan, raddningen" in out
    assert "Stängda kvartal: inga" in out


def test_doctor_tells_and_gives_1_only_for_a_fault(run, town):
    code, out, _ = run("doctor", "-w", town.root)
    assert code == 0 and out.endswith("Redo.\n")
    code, out, _ = run("-w", "saknas", "doctor")
    assert code == 1 and "FEL" in out


def test_a_wide_file_name_is_folded_and_never_cut(run, town, tmp_path):
    name = "polisen_2025-K3_" + "mycket_langt_namn_" * 6 + ".csv"
    file = write_police(tmp_path, police("W1", "2025-08-02"), name=name)
    code, out, _ = run("ingest", "-w", town.root, file)
    assert code == 0 and name in re.sub(r"[\s│]+", "", out)
