"""What the program is made of is told, and known faults of it are asked about."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def load():
    spec = importlib.util.spec_from_file_location("supply", PROJECT / ".ci/supply.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


supply = load()


@pytest.fixture(scope="module")
def sbom(tmp_path_factory):
    file = tmp_path_factory.mktemp("sbom") / "sbom.cdx.json"
    asked = ["environment", "--output-reproducible", "--no-validate", "--pyproject"]
    subprocess.run(
        [BIN / "cyclonedx-py", *asked, "pyproject.toml", "-o", file, sys.executable],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    return json.loads(file.read_text("utf-8"))


def test_the_bill_of_materials_holds_all_that_is_locked_and_no_place(sbom):
    told = {(supply.plain(c["name"]), c["version"]) for c in sbom["components"]}
    lines = (PROJECT / "requirements.txt").read_text("utf-8").splitlines()
    asked = [Requirement(line) for line in lines]
    own = [one for one in asked if one.marker is None or one.marker.evaluate()]
    installed = {supply.plain(d.name) for d in metadata.distributions()}
    lacking = [
        str(one)
        for one in own
        if supply.plain(one.name) in installed
        and (supply.plain(one.name), str(one.specifier)[2:]) not in told
    ]
    assert lacking == [] and len(told) > 100
    assert all(c["purl"].startswith("pkg:pypi/") for c in sbom["components"])
    assert sbom["metadata"]["component"]["name"] == "lagesbild"
    # the same environment gives the same bytes: no time, no number of its own
    text = json.dumps(sbom)
    assert "timestamp" not in text and "serialNumber" not in text
    assert str(PROJECT) not in text and str(Path.home()) + "/" not in text


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11) or sys.platform != "linux",
    reason="listan över licenser gäller Python 3.11 på Linux",
)
def test_the_list_of_licences_is_what_is_installed(sbom):
    told = (PROJECT / "docs" / "licenser.md").read_text("utf-8")
    assert supply.page(sbom) == told, "make licences"
    assert "| okänd |" not in told and "| stark copyleft |" not in told


@pytest.mark.parametrize(
    ("licence", "kind"),
    [
        ("MIT", "fri"),
        ("BSD", "fri"),
        ("MPL-2.0 AND MIT", "svag copyleft"),
        ("LGPL-3.0-or-later", "svag copyleft"),
        ("GPL-2.0-only", "stark copyleft"),
        ("AGPL-3.0", "stark copyleft"),
        ("MIT OR GPL-2.0-only", "fri"),
        ("MIT, GPL-3.0", "stark copyleft"),
        ("", "okänd"),
    ],
)
def test_a_licence_is_told_by_what_it_asks_for(licence, kind):
    assert supply.kind(licence) == kind


def test_a_lock_with_hashes_has_no_address():
    one = {
        "metadata": {"name": "Some.Package", "version": "1.0"},
        "download_info": {
            "url": "https://index.example/a.whl",
            "archive_info": {"hashes": {"sha256": "ab" * 32}},
        },
    }
    told = supply.locked({"install": [one]})
    assert told == f"some-package==1.0 --hash=sha256:{'ab' * 32}\n"


def test_an_audit_that_could_ask_about_nothing_is_no_clean_one(capsys):
    skipped = {"name": "a", "skip_reason": "not found"}
    clean = {"name": "b", "version": "1", "vulns": []}
    bad = {"name": "c", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
    assert supply.audited({"dependencies": [skipped]}) == supply.NOT_ASKED
    assert supply.audited({"dependencies": [skipped, clean]}) == 0
    assert supply.audited({"dependencies": [clean, bad]}) == 1
    assert "PYSEC-1" in capsys.readouterr().out


@pytest.mark.slow
def test_nothing_that_is_locked_has_a_known_fault(tmp_path):
    file = tmp_path / "audit.json"
    # one package first: where nobody answers for it, nobody does for the others
    lines = (PROJECT / "requirements.txt").read_text("utf-8").splitlines()
    first = tmp_path / "first.txt"
    first.write_text(next(line for line in lines if "jinja2==" in line) + "\n")
    for asked in (first, PROJECT / "requirements.txt"):
        file.unlink(missing_ok=True)
        done = subprocess.run(
            [
                *(BIN / "pip-audit", "-r", asked, "--no-deps", "--disable-pip"),
                *("-f", "json", "-o", file, "--timeout", "5"),
                *("--progress-spinner", "off"),
            ],
            capture_output=True,
            text=True,
            env=os.environ | {"PIP_AUDIT_DESC": "off"},
        )
        if not file.exists():
            last = re.sub(r"https?://\S+", "…", done.stderr.strip()[-200:])
            pytest.skip(
                f"förteckningen över kända fel går inte att nå härifrån: {last}"
            )
        code = supply.audited(json.loads(file.read_text("utf-8")))
        if code == supply.NOT_ASKED:
            pytest.skip("förteckningen över kända fel går inte att nå härifrån")
        assert code == 0
