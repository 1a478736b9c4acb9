"""What the program is made of, for whoever has to answer for it.

    python .ci/supply.py licences build/sbom.cdx.json > docs/licenser.md
    python .ci/supply.py hashes build/report.json > build/requirements-hashes.txt
    python .ci/supply.py audited build/audit.json

In: a bill of materials (CycloneDX), pip's report of what it would install, or what
pip-audit found. Out: the page of licences of what running needs, a lock with hashes
and without any address, or an exit code: 0 nothing known, 1 something, 75 not asked.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[1]
NOT_ASKED = 75
# what a package says only in the licence file that it brings
_READ_BY_HAND = {
    "asttokens": "Apache-2.0",
    "bleach": "Apache-2.0",
    "overrides": "Apache-2.0",
    "partd": "BSD-3-Clause",
}
_WORDS = {
    "License :: OSI Approved :: BSD License": "BSD",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_STRONG = re.compile(r"\b(A?GPL|EUPL|OSL|SSPL)\b|(?<!L)GPL", re.IGNORECASE)
_WEAK = re.compile(r"\b(LGPL|MPL|EPL|CDDL)", re.IGNORECASE)
_HEAD = """# Licenser

Vad Lägesbild är gjort av: de paket som behövs för att köra det, på Linux med
Python 3.11, i de versioner som `requirements.txt` låser. Listan görs av
`make licences` ur programmets innehållsförteckning (`make sbom`, CycloneDX) och
prövas vid varje testkörning. Paket som bara testerna behöver står i
`requirements.txt`. Lägesbild självt har licensen EUPL-1.2.

Slag: **fri** kräver bara att licenstexten följer med; **svag copyleft** kräver att
ändringar i just det paketet delas, inte i det som använder det; **stark copyleft**
och **okänd** ska prövas av en jurist innan programmet lämnas vidare.

I hjulen för shapely, pyogrio och pyproj ligger också GEOS (LGPL-2.1), GDAL (MIT) och
PROJ (MIT) som färdiga bibliotek.

"""


def plain(name: str) -> str:
    """A package's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def running(sbom: dict) -> list[dict]:
    """The components that running needs, by name, without the tests' own."""
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    waiting, found = list(told["project"]["dependencies"]), set()
    while waiting:
        asked = Requirement(waiting.pop())
        key = plain(asked.name), tuple(sorted(asked.extras))
        if key in found:
            continue
        found.add(key)
        # the bill of materials does not tell what only an extra needs
        waiting += [
            line
            for line in metadata.requires(asked.name) or []
            if _applies(Requirement(line), asked.extras)
        ]
    names = {name for name, _ in found}
    own = [c for c in sbom["components"] if plain(c["name"]) in names]
    return sorted(own, key=lambda c: plain(c["name"]))


def _applies(asked: Requirement, extras: set[str]) -> bool:
    if asked.marker is None:
        return True
    return any(asked.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def licence(component: dict) -> str:
    """The licences that a package tells, in SPDX's words where it uses them."""
    told = set()
    for entry in component.get("licenses", []):
        one = entry.get("expression") or entry["license"].get("id")
        one = one or entry["license"].get("name", "")
        told.add(_WORDS.get(one, one.splitlines()[0]))
    if len(told) > 1:
        told.discard("BSD")  # says which one beside it
    return ", ".join(sorted(told)) or _READ_BY_HAND.get(plain(component["name"]), "")


def kind(licence: str) -> str:
    """What the licence asks for, in a word."""
    if not licence:
        return "okänd"
    choices = re.split(r" OR ", licence)
    if any(not _STRONG.search(c) and not _WEAK.search(c) for c in choices):
        return "fri"
    return "stark copyleft" if _STRONG.search(licence) else "svag copyleft"


def page(sbom: dict) -> str:
    """The page of licences."""
    rows = [(c["name"], c["version"], licence(c)) for c in running(sbom)]
    kinds = [kind(told) for _, _, told in rows]
    words = ("fri", "svag copyleft", "stark copyleft", "okänd")
    sums = ", ".join(f"{kinds.count(word)} {word}" for word in words)
    lines = [f"{len(rows)} paket: {sums}.", ""]
    lines += ["| paket | version | licens | slag |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {version} | {told or 'okänd'} | {word} |"
        for (name, version, told), word in zip(rows, kinds, strict=True)
    ]
    return _HEAD + "\n".join(lines) + "\n"


def locked(report: dict) -> str:
    """A lock of names, versions and hashes, out of what pip would install."""
    lines = []
    for one in report["install"]:
        told = one["metadata"]
        hashes = one["download_info"]["archive_info"]["hashes"]
        name = f"{plain(told['name'])}=={told['version']}"
        lines.append(f"{name} --hash=sha256:{hashes['sha256']}")
    return "\n".join(sorted(lines)) + "\n"


def audited(told: dict) -> int:
    """What an audit found, told; 75 where it could ask about no package at all."""
    asked = [d for d in told["dependencies"] if "skip_reason" not in d]
    bad = [d for d in asked if d["vulns"]]
    for one in bad:
        ids = ", ".join(v["id"] for v in one["vulns"])
        print(f"{one['name']} {one['version']}: {ids}")
    n_all = len(told["dependencies"])
    print(
        f"{len(asked)} of {n_all} packages asked about, {len(bad)} with known faults."
    )
    if not asked:
        print("Not asked: the list of known faults cannot be reached from here.")
        return NOT_ASKED
    return 1 if bad else 0


def main(what: str, file: str) -> int:
    """Do one of the three."""
    told = json.loads(Path(file).read_text("utf-8"))
    if what == "audited":
        return audited(told)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write({"licences": page, "hashes": locked}[what](told))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
