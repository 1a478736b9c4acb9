"""The demo's registers: plainly invented decisions, assessment, plan and promises.

In: nothing. Out: register/, of which beslut.csv and analys.csv are as Swedish Excel
saves a CSV, the others workbooks. With them 2026-K2 can be released; 2026-K3, which
nobody has decided on, cannot. The plan holds an action that worked and one that did
not (those of the planted truths), one that is late, one without owner, one without a
goal that can be measured and one whose goal is too small to be told. Next:
``lagesbild plan check``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lagesbild.agreement.statuses import EVIDENCE
from lagesbild.agreement.tables import REGISTERS
from lagesbild.agreement.templates import write_templates
from lagesbild.demo import council, geography, rates
from lagesbild.demo.files import write_csv

CYCLE = council.BEFORE
_ROLES = {
    "kommunen": ("påhittad säkerhetschef", "2026-08-20", "EX-PÅHITTAT 2026:{}"),
    "polisen": ("påhittad områdespolischef", "2026-08-24", "EXP-PÅHITTAT 2026:{}"),
}
_AUDIENCES = {"radet": 41, "offentlig": 42}
_OPEN, _COUNCIL = council.OPEN, council.COUNCIL
_POLICE = {"agare": "polis", "synlighet": "offentlig"}
_GROUPS = (
    {
        "grupp": "radet",
        "namn": "Exempelrådet",
        "slag": "strategiskt råd",
        "organisationer": "Påhittade kommunen, påhittade polisen och ett bostadsbolag",
        "sammankallande": "påhittad kommundirektör",
        "moten": "fyra gånger om året",
        **_OPEN,
    },
    {
        "grupp": "trygghet",
        "namn": "Påhittade trygghetsgruppen",
        "slag": "arbetsgrupp",
        "organisationer": "Påhittade kommunen, polisen och räddningstjänsten",
        "sammankallande": "påhittad trygghetsstrateg",
        "mal": "Fler ska känna sig trygga ute.",
        "moten": "varje månad",
        **_OPEN,
    },
    {
        "grupp": "andts",
        "namn": "Påhittade ANDTS-gruppen",
        "slag": "arbetsgrupp",
        "organisationer": "Påhittade kommunen och polisen",
        "sammankallande": "påhittad ANDTS-strateg",
        "kontakt": "påhittad preventionsstrateg",
        "mal": "Färre unga ska börja med tobak, alkohol och narkotika.",
        **_OPEN,
    },
    {
        "grupp": "vald",
        "namn": "Påhittade gruppen mot våld i nära relationer",
        "slag": "arbetsgrupp",
        "sammankallande": "påhittad enhetschef",
        **_OPEN,
    },
)


def _action(number: int, area: str, category: str, **cells: str) -> dict[str, str]:
    return {
        "atgard_id": f"A{number}",
        "grupp": "trygghet",
        "omrade_id": geography.area_id(area),
        "kategori": category,
        **cells,
    }


def _finished(number: int, planted: dict, **cells: str) -> dict[str, str]:
    """An action of the planted truths."""
    areas = "|".join(geography.area_id(name) for name in planted["compare_with"])
    return _action(
        number,
        planted["area"],
        planted["category"],
        atgard=planted["title"],
        klar=planted["finished_on"],
        slut=planted["finished_on"],
        jamfor_med=areas,
        **cells,
    )


def _plan() -> list[dict[str, str]]:
    measured = {"indikator": "anmälda brott", "riktning": "ner"}
    return [
        _finished(
            1,
            rates.WORKED,
            problem="Cyklar stjäls vid Stationen",
            orsak="Cyklarna går inte att låsa fast.",
            mal="Färre cyklar ska stjälas vid Stationen.",
            utgangslage="60",
            malvarde="40",
            mal_datum="2026-06-30",
            inriktning="situationell",
            sikt="kort",
            ansvarig="påhittad gatuchef",
            start="2025-01-15",
            resultat="Fyrtio påhittade ställ är på plats.",
            **measured,
            **_OPEN,
        ),
        _finished(
            2,
            rates.DID_NOT,
            problem="Skadegörelse i Centrum på helgkvällar",
            orsak="Få vuxna är ute när det händer.",
            mal="Skadegörelsen i Centrum ska minska.",
            utgangslage="85",
            malvarde="60",
            mal_datum="2026-06-30",
            inriktning="social",
            sikt="kort",
            ansvarig="påhittad fritidschef",
            start="2025-03-01",
            resultat="Påhittade nattvandrare var ute 40 kvällar.",
            **measured,
            **_OPEN,
        ),
        _action(
            3,
            "Kvarnbacken",
            "bostadsinbrott",
            problem="Inbrott i villor i Kvarnbacken",
            orsak="Insyn från gångvägen.",
            mal="Inbrotten ska bli färre.",
            utgangslage="20",
            malvarde="10",
            mal_datum="2027-06-30",
            atgard="Brev och besök hos alla villaägare",
            inriktning="social",
            sikt="kort",
            ansvarig="påhittad säkerhetssamordnare",
            start="2026-04-01",
            slut="2026-08-31",
            anteckning="Påhittad intern anteckning om bemanningen.",
            **measured,
            **_OPEN,
        ),
        _action(
            4,
            "Norrängen",
            "bostadsinbrott",
            problem="Inbrott i villor i Norrängen",
            mal="Inbrotten ska bli färre.",
            utgangslage="30",
            malvarde="15",
            mal_datum="2027-06-30",
            atgard="Grannsamverkan och belysning längs gångvägen",
            start="2026-09-01",
            slut="2026-12-31",
            godkand_av_polisen="2026-09-10",
            **measured,
            **_POLICE,
        ),
        _action(
            5,
            "Tegelbruket",
            "farlig_korning",
            problem="Buskörning vid skolan",
            atgard="Farthinder och samtal med ungdomar",
            ansvarig="påhittad trafikplanerare",
            start="2026-08-15",
            slut="2026-12-31",
            **_COUNCIL,
        ),
        _action(
            6,
            "Kyrkbyn",
            "ran",
            problem="Rån vid hållplatsen i Kyrkbyn",
            mal="Högst ett rån om året.",
            utgangslage="3",
            malvarde="1",
            mal_datum="2026-06-30",
            atgard="Bättre belysning vid hållplatsen",
            ansvarig="påhittad gatuchef",
            start="2026-01-10",
            slut="2026-05-31",
            klar="2026-05-20",
            **measured,
            **_OPEN,
        ),
    ]


_PROMISE = {
    "lofte_id": "2024-2025",
    "fran": "2024-01-01",
    "till": "2025-12-31",
    "lofte": "Vi lovar att tillsammans göra Exempelkommun tryggare om kvällarna.",
    "underlag": "Två påhittade dialoger och den gemensamma lägesbilden.",
    **_OPEN,
}
_AGAIN = _PROMISE | {
    "lofte_id": "2026-2027",
    "fran": "2026-01-01",
    "till": "2027-12-31",
}
_PROMISES = (
    _PROMISE | {"atagande": "Vi byter trasig belysning.", "ansvarig": "kommunen"},
    _PROMISE | {"atagande": "Vi är synliga i Centrum.", "ansvarig": "polisen"},
    _AGAIN
    | {
        "atagande": "Vi byter trasig belysning.",
        "ansvarig": "kommunen",
        "indikator": "Anmälda fel på belysning",
        "riktning": "ner",
        "status": "pågår",
        "gjort": "Påhittat: 40 lampor är bytta.",
        "aterkoppling": "Berättat på kommunens webbplats i maj 2026 (påhittat).",
    },
    _AGAIN | {"atagande": "Vi är synliga i Centrum.", "ansvarig": "polisen"},
)
_DIALOGUES = (
    {
        "datum": "2026-05-12",
        "plats": "Påhittade biblioteket",
        "slag": "medborgardialog",
        "teman": "Belysning och fart",
        "antal": "34",
        "sammanfattning": "Många vill ha bättre belysning vid gångvägarna.",
        "ledde_till": "Påhittat: lamporna längs gångvägen byts i år.",
        **_OPEN,
    },
    {
        "datum": "2026-09-17",
        "plats": "Från Stationen till Kvarnbacken",
        "slag": "trygghetsvandring",
        "teman": "Belysning, insyn och cyklar",
        "antal": "12",
        "sammanfattning": "Påhittat: fyra lampor var släckta längs gångvägen, och "
        "buskar skymde hållplatsen.",
        **_OPEN,
    },
    {
        "datum": "2026-05-20",
        "slag": "medarbetardialog",
        "teman": "Centrum om kvällarna",
        "antal": "11",
        "anteckning": "Påhittad intern anteckning.",
    },
)
_WHEEL = (
    {"datum": "2026-08-27", "vad": "Möte i Exempelrådet", "gjort": "2026-08-27"},
    {"datum": "2026-09-15", "vad": "Uppföljning av planen"},
    {"datum": "2026-11-05", "vad": "Möte i Exempelrådet"},
    {"datum": "2026-12-10", "vad": "Rapport till kommunfullmäktige"},
)
_KINDS = {"Möte": "möte", "Rapport": "rapport", "Uppföljning": "rapport"}


def _wheel() -> list[dict[str, str]]:
    return [
        row | _OPEN | {"slag": _KINDS[row["vad"].split()[0]], "grupp": "radet"}
        for row in _WHEEL
    ]


def _decisions() -> list[dict[str, str]]:
    rows = [
        {
            "kvartal": CYCLE,
            "mottagare": audience,
            "organisation": organisation,
            "roll": role,
            "datum": day,
            "diarienummer": number.format(n),
        }
        for audience, n in _AUDIENCES.items()
        for organisation, (role, day, number) in _ROLES.items()
    ]
    other = {
        "organisation": "kommunen",
        "roll": "påhittad kommunstyrelse",
        "diarienummer": "EX-PÅHITTAT 2025:7",
    }
    rows += [
        other | {"slag": kind, "datum": day, "beslut": what, **_OPEN}
        for kind, (day, what) in council.DECIDED.items()
    ]
    return rows


def write_registers(folder: Path) -> None:
    """Write every register; what somebody has added to them stays."""
    rows = {
        "groups": _sheet("groups", _GROUPS),
        "actions": _sheet("actions", _plan()),
        "promises": _sheet("promises", _PROMISES),
        "dialogues": _sheet("dialogues", _DIALOGUES),
        "wheel": _sheet("wheel", _wheel()),
        "law": _sheet("law", council.LAW),
        "agenda": _sheet("agenda", council.AGENDA),
    }
    evidence = folder / EVIDENCE / council.EVIDENCE
    if not evidence.exists():
        evidence.parent.mkdir(exist_ok=True)
        evidence.write_text(council.EVIDENCE_TEXT, encoding="utf-8", newline="\n")
    saved = {"decisions": _decisions(), "analyses": council.ANALYSES}
    for key, cells in saved.items():
        file = folder / f"{REGISTERS[key].file}.csv"
        if not file.exists():
            # a spreadsheet's plain CSV has no byte order mark and no UTF-8
            write_csv(_sheet(key, cells), file, encoding="cp1252", newline="\r\n")
    areas = geography.area_facts().set_index("omrade_id")["namn"].to_dict()
    write_templates(folder, areas=areas, rows=rows)


def _sheet(key: str, rows) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=REGISTERS[key].headings, dtype="object")
    return frame.fillna("")
