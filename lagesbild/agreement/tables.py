"""The registers of the agreement: one declaration each, and nothing else.

In: nothing. Out: ``REGISTERS``, by key. Used by ``reading``, ``templates``, ``protect``
and the handbook's test. A new column is a new line here.
"""

from __future__ import annotations

from lagesbild.agreement.contract import (
    AREA,
    AREAS,
    CATEGORY,
    DAY,
    GROUP,
    KEY,
    MARKS,
    NOTE,
    NUMBER,
    QUARTER,
    ROLE,
    TEXT,
    WORD,
    Cells,
    Register,
    check_marks,
    own,
    told,
)
from lagesbild.agreement.statuses import LAW_DONE

THEMES = ("andts", "våld i nära relationer", "trygghet")
ORGANISATIONS = ("kommunen", "polisen")
MEASURED = ("anmälda brott", "observationer")
"""Indicators that the picture itself measures, as a number in four quarters."""
OWN_MEASURE = "eget mått"
DIRECTIONS = ("ner", "upp")
ACTIVITY = "aktivitet, inte läge"
WALK = "trygghetsvandring"
RELEASE = "utlämnande"
PICTURE, PLAN, FOLLOW_UP = "lägesbild", "åtgärdsplan", "uppföljning"
AGREED, OTHER_PLANS, COUNCIL = "överenskommelse", "annan planering", "strategiskt råd"
COORDINATION, REPORT = "samordningsfunktion", "rapport till fullmäktige"
PURGE = "gallring"
DECISION_KINDS = (
    *(RELEASE, PICTURE, PLAN, FOLLOW_UP, AGREED, OTHER_PLANS, COUNCIL),
    *(COORDINATION, REPORT, PURGE, "annat"),
)
PARAGRAPHS = ("4", "5", "6", "7", "8-9", "10", "11-12", "13")
"""Lag (2023:196), as the sheet writes them."""


def _one_place(cells: Cells) -> list[tuple[str, str]]:
    if cells["tema"] and cells["omrade_id"]:
        return [("omrade_id", "skriv tema eller område, inte båda")]
    return []


def _in_order(first: str, last: str):
    def check(cells: Cells) -> list[tuple[str, str]]:
        # as ISO text days sort as days; one that is no day has a fault of its own
        if cells[first] and cells[last] and cells[last] < cells[first]:
            return [(last, f"dagen ligger före den i kolumnen {first}")]
        return []

    return check


def _about_something(cells: Cells) -> list[tuple[str, str]]:
    if not (cells["kategori"] or cells["tema"]):
        return [("kategori", "skriv en kategori eller ett tema")]
    return []


def _told_release(cells: Cells) -> list[tuple[str, str]]:
    if (cells["slag"] or RELEASE) == RELEASE:
        names = [name for name in ("kvartal", "mottagare") if not cells[name]]
        return [(name, "fältet är tomt, ett utlämnande har ett") for name in names]
    return [] if cells["beslut"] else [("beslut", "skriv vad som beslutades")]


def _by(*headings: str):
    return lambda cells: tuple(cells[heading] for heading in headings)


def _same_decision(cells: Cells) -> tuple[str, ...]:
    """A cycle is handed out once; anything else may be decided again another day."""
    is_release = (cells["slag"] or RELEASE) == RELEASE
    names = ("kvartal", "mottagare") if is_release else ("datum", "slag", "beslut")
    return tuple(cells[name] for name in (*names, "organisation"))


GROUPS = Register(
    "groups",
    "grupper",
    "Grupper",
    "Strategiska rådet eller en arbetsgrupp. Skriv roller, aldrig namn på personer.",
    (
        told("grupp", "group", KEY, "Kort id, som andts.", is_required=True),
        told("namn", "name", TEXT, "Gruppens namn.", is_required=True),
        told(
            "slag",
            "kind",
            WORD,
            "Vad det är för grupp.",
            is_required=True,
            words=("strategiskt råd", "arbetsgrupp"),
        ),
        told("organisationer", "organisations", TEXT, "Vilka som är med."),
        told("sammankallande", "convener", ROLE, "Rollen som kallar till möten."),
        told("kontakt", "contact", ROLE, "Rollen som svarar på frågor."),
        told("mal", "aims", TEXT, "Vad gruppen ska uppnå."),
        told("moten", "meetings", TEXT, "Hur ofta gruppen möts."),
        told("kalla", "origin", TEXT, "Varifrån uppgifterna kommer."),
        NOTE,
        *MARKS,
    ),
    unique=_by("grupp"),
    unique_at="grupp",
    rules=(check_marks,),
)

ANALYSES = Register(
    "analyses",
    "analys",
    "Bedömningar",
    "En bedömning av ett kvartal: av helheten, ett tema eller ett område.",
    (
        told("kvartal", "cycle", QUARTER, "Som 2026-K3.", is_required=True),
        told("tema", "theme", WORD, "Tomt gäller allt.", words=THEMES),
        told("omrade_id", "area_id", AREA, "Om den gäller ett område."),
        told("bedomning", "text", TEXT, "Vad ni bedömer.", is_required=True),
        told("konsekvenser", "consequences", TEXT, "För utsatta, boende och ekonomi."),
        told("orsaker", "causes", TEXT, "Möjliga orsaker."),
        told("kommande", "coming", TEXT, "Vad som väntar och kan påverka."),
        told("osakerhet", "uncertainty", TEXT, "Vad ni är osäkra på."),
        told("roll", "role", ROLE, "Vem som skrev: roll.", is_required=True),
        NOTE,
        *MARKS,
    ),
    rules=(check_marks, _one_place),
)

ACTIONS = Register(
    "actions",
    "atgarder",
    "Åtgärdsplan",
    "En åtgärd: problem, orsak, mål, åtgärd, ansvarig, uppföljning och resultat. Om "
    "den är sen, saknar ansvarig eller mål och om målet är nått räknas ut.",
    (
        told("atgard_id", "action_id", KEY, "Kort id, som A1.", is_required=True),
        told("grupp", "group", GROUP, "Gruppens id i grupper."),
        told("omrade_id", "area_id", AREA, "Tomt är hela kommunen."),
        told("kategori", "category", CATEGORY, "Det problemet gäller."),
        told("tema", "theme", WORD, "Om problemet inte är en kategori.", words=THEMES),
        told("problem", "problem", TEXT, "Problemet i korthet.", is_required=True),
        told("underlag", "shown_by", TEXT, "Sida och kvartal som visade det."),
        told("orsak", "cause", TEXT, "Trolig orsak."),
        told("mal", "goal", TEXT, "Målet i ord."),
        told(
            "indikator",
            "indicator",
            WORD,
            "Vad som mäts, som antal på fyra kvartal.",
            words=(*MEASURED, OWN_MEASURE),
        ),
        own("utgangslage", "baseline", NUMBER, "Antal på fyra kvartal före åtgärden."),
        own("malvarde", "target", NUMBER, "Antal på fyra kvartal som ska nås."),
        told("riktning", "direction", WORD, "Vad som är bra.", words=DIRECTIONS),
        told("mal_datum", "goal_on", DAY, "När målet ska vara nått."),
        told("atgard", "action", TEXT, "Vad som ska göras.", is_required=True),
        told(
            "inriktning",
            "approach",
            WORD,
            "Ändrar platsen eller människors villkor.",
            words=("situationell", "social"),
        ),
        told("sikt", "horizon", WORD, "När den ska verka.", words=("kort", "lång")),
        told("ansvarig", "responsible", ROLE, "Roll, inte person."),
        told("medverkande", "partners", TEXT, "Vilka som hjälper till."),
        told("start", "starts_on", DAY, "När den börjar."),
        told("slut", "ends_on", DAY, "När den ska vara klar."),
        told("klar", "finished_on", DAY, "Dagen den blev klar. Tomt tills dess."),
        told("avbruten", "cancelled_on", DAY, "Dagen den avbröts."),
        own("jamfor_med", "compare_with", AREAS, "Liknande områden, skilda med |."),
        told("uppfoljning", "follow_up", TEXT, "Hur det går."),
        told("resultat", "result", TEXT, "Vad det ledde till."),
        NOTE,
        *MARKS,
    ),
    unique=_by("atgard_id"),
    unique_at="atgard_id",
    rules=(check_marks, _about_something, _in_order("start", "slut")),
)

PROMISES = Register(
    "promises",
    "loften",
    "Medborgarlöften",
    "Ett åtagande i ett medborgarlöfte. Löftets ord upprepas på varje rad.",
    (
        told("lofte_id", "promise_id", KEY, "Id, som 2022-2023.", is_required=True),
        told("fran", "from_day", DAY, "Periodens första dag.", is_required=True),
        told("till", "to_day", DAY, "Periodens sista dag.", is_required=True),
        told("lofte", "promise", TEXT, "Löftets ord.", is_required=True),
        told("atagande", "undertaking", TEXT, "Vad som utlovas.", is_required=True),
        told("ansvarig", "responsible", ROLE, "Kommunen, polisen eller en roll."),
        told("underlag", "basis", TEXT, "Dialoger och lägesbild som löftet bygger på."),
        told("indikator", "indicator", TEXT, "Hur det följs upp."),
        told(
            "riktning",
            "direction",
            WORD,
            "Vad som är bra, eller att det är en aktivitet.",
            words=(*DIRECTIONS, ACTIVITY),
        ),
        told(
            "status",
            "status",
            WORD,
            "Hur det går.",
            words=("ej påbörjat", "pågår", "genomfört", "avbrutet"),
        ),
        told("gjort", "done", TEXT, "Vad som har gjorts."),
        told("aterkoppling", "feedback", TEXT, "Vad invånarna har fått veta, och när."),
        told("kalla", "origin", TEXT, "Varifrån uppgifterna kommer."),
        NOTE,
        *MARKS,
    ),
    unique=_by("lofte_id", "atagande"),
    unique_at="atagande",
    rules=(check_marks, _in_order("fran", "till")),
)

DIALOGUES = Register(
    "dialogues",
    "dialoger",
    "Dialoger",
    "En dialog. Skriv antal personer, aldrig namn.",
    (
        told("datum", "held_on", DAY, "När den hölls.", is_required=True),
        told("plats", "place", TEXT, "Var den hölls."),
        told(
            "slag",
            "kind",
            WORD,
            "Vad det var för dialog.",
            is_required=True,
            words=("medborgardialog", "polisens dialog", "medarbetardialog", WALK),
        ),
        told("teman", "themes", TEXT, "Vad man talade om."),
        own("antal", "n_people", NUMBER, "Antal personer."),
        told("sammanfattning", "summary", TEXT, "Vad som kom fram."),
        told("ledde_till", "led_to", TEXT, "Vad det ledde till."),
        NOTE,
        *MARKS,
    ),
    rules=(check_marks,),
)

DECISIONS = Register(
    "decisions",
    "beslut",
    "Beslut",
    "Ett beslut av en organisation. Utan slag är det ett utlämnande.",
    (
        told("kvartal", "cycle", QUARTER, "Kvartalet som lämnas ut."),
        told(
            "mottagare",
            "audience",
            WORD,
            "Till vem det lämnas ut.",
            words=("radet", "offentlig"),
        ),
        told(
            "organisation",
            "organisation",
            WORD,
            "Vem som beslutade.",
            is_required=True,
            words=ORGANISATIONS,
        ),
        told("roll", "role", ROLE, "Rollen som beslutade.", is_required=True),
        told("datum", "decided_on", DAY, "Beslutets dag.", is_required=True),
        told("diarienummer", "decision_number", KEY, "Numret.", is_required=True),
        told("slag", "kind", WORD, "Vad det gäller.", words=DECISION_KINDS),
        told("beslut", "what", TEXT, "Vad som beslutades, om inget lämnas ut."),
        NOTE,
        *MARKS,
    ),
    unique=_same_decision,
    unique_at="organisation",
    rules=(check_marks, _told_release),
)

WHEEL = Register(
    "wheel",
    "arshjul",
    "Årshjul",
    "En sak i årets gång: ett möte, en leverans, en undersökning eller en rapport.",
    (
        told("datum", "due_on", DAY, "När det ska ske.", is_required=True),
        told("vad", "what", TEXT, "Vad det är.", is_required=True),
        told(
            "slag",
            "kind",
            WORD,
            "Slag.",
            is_required=True,
            words=("möte", "leverans", "undersökning", "rapport"),
        ),
        told("grupp", "group", GROUP, "Gruppens id i grupper."),
        told("gjort", "done_on", DAY, "Dagen det skedde. Tomt tills dess."),
        NOTE,
        *MARKS,
    ),
    unique=_by("datum", "vad"),
    unique_at="vad",
    rules=(check_marks,),
)

LAW = Register(
    "law",
    "lagkrav",
    "Lagens krav",
    "En punkt i lag (2023:196) som ni säger är klar, och vad som visar det. Ett beslut "
    "i registret beslut räcker, och behöver ingen rad här.",
    (
        told(
            "paragraf",
            "paragraph",
            WORD,
            "Paragrafen.",
            is_required=True,
            words=PARAGRAPHS,
        ),
        told(
            "status",
            "status",
            WORD,
            "Hur det står till.",
            is_required=True,
            words=(LAW_DONE, "pågår", "inte påbörjat"),
        ),
        told("fil", "file", KEY, "Namnet på en fil i register/bevis som visar det."),
        told("datum", "dated_on", DAY, "Dagen filen gäller från."),
        NOTE,
        *MARKS,
    ),
    unique=_by("paragraf"),
    unique_at="paragraf",
    rules=(check_marks,),
)

AGENDA = Register(
    "agenda",
    "dagordning",
    "Dagordning",
    "Ett beslut som strategiska rådet ombeds fatta.",
    (
        told("kvartal", "cycle", QUARTER, "Som 2026-K3.", is_required=True),
        told("mote", "meets_on", DAY, "Mötets dag."),
        told("forslag", "proposal", TEXT, "Det rådet ska besluta.", is_required=True),
        told("skal", "why", TEXT, "Varför det behövs."),
        told("roll", "role", ROLE, "Vem som föreslår: roll.", is_required=True),
        told(
            "beslutat",
            "decided_on",
            DAY,
            "Dagen rådet beslutade. Tomt tills dess.",
        ),
        told("utfall", "outcome", TEXT, "Vad rådet beslutade, och vad som har skett."),
        NOTE,
        *MARKS,
    ),
    unique=_by("kvartal", "forslag"),
    unique_at="forslag",
    rules=(check_marks,),
)

REGISTERS = {
    register.key: register
    for register in (
        GROUPS,
        ANALYSES,
        ACTIONS,
        PROMISES,
        DIALOGUES,
        DECISIONS,
        WHEEL,
        LAW,
        AGENDA,
    )
}
