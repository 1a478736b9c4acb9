"""The action plan on a page: what people wrote, and what follows from it.

In: ``Publication.texts`` and its findings plan, goals and effects. Out: Markup for
``agreement``. Order is the register's; nothing is computed but how many there are of
each status. A goal and an effect are one sentence each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from lagesbild.agreement import statuses as st
from lagesbild.errors import ProtectError
from lagesbild.offences import category_names
from lagesbild.period import Period
from lagesbild.present import cells, swedish, words

if TYPE_CHECKING:
    from lagesbild.publication import Publication

_INSIDE = "Följs internt, för antalen är för små för att visas."
_GOALS = {
    st.REACHED: "Målet är nått.",
    st.PERHAPS: "Målet är nått, men det kan vara slump.",
    st.NOT_REACHED: "Målet är inte nått.",
    st.NOT_DUE: "Målets dag har inte kommit.",
    st.MISSING: "Uppgift saknas.",
    st.NOT_JUDGED: "Bedöms inte: antalet visar mest hur polisen har arbetat.",
    st.FOLLOWED_INSIDE: _INSIDE,
}
_TALLY = {
    st.LATE: ("sen", "sena"),
    st.ONGOING: ("pågår", "pågår"),
    st.PLANNED: ("planerad", "planerade"),
    st.DONE: ("klar", "klara"),
    st.CANCELLED: ("avbruten", "avbrutna"),
}
_STEPS = {
    "shown_by": "Visades av",
    "cause": "Trolig orsak",
    "goal": "Mål",
    "action": "Åtgärd",
    "responsible": "Ansvarig",
    "partners": "Medverkande",
    "follow_up": "Uppföljning",
    "result": "Resultat",
}
_NO_GROUP = "Utan arbetsgrupp"
_WHOLE = "Hela kommunen"


def actions_of(publication: Publication) -> list[dict]:
    """The actions that the audience may read of, each with what is computed of it.

    Returns
    -------
    list of dict
        The register's columns, and ``now`` (its row of findings plan), ``goal_row``
        and ``effect`` (its rows of goals and effects, or None).

    Raises
    ------
    ProtectError
        If a status or a verdict is unknown.
    """
    found = {
        name: {
            row["action_id"]: row
            for row in publication.findings.get(name, pd.DataFrame()).to_dict("records")
        }
        for name in ("plan", "goals", "effects")
    }
    told = []
    for row in words.rows_of(publication, "actions"):
        now = found["plan"][row["action_id"]]
        goal = found["goals"].get(row["action_id"])
        if now["status"] not in st.STATUSES or (goal and goal["verdict"] not in _GOALS):
            raise ProtectError("Planen har ett okänt ord. Gör om publikationen.")
        effect = found["effects"].get(row["action_id"])
        told.append(row | {"now": now, "goal_row": goal, "effect": effect})
    return told


def tally(publication: Publication) -> Markup:
    """How many actions have each status, and how many lack an owner or a goal."""
    actions = actions_of(publication)
    if not actions:
        return words.lede("Ingen åtgärd i planen finns att visa här.")
    items = Markup("")
    for status, names in _TALLY.items():
        n = sum(row["now"]["status"] == status for row in actions)
        if n:
            look = Markup(' class="warn"') if status == st.LATE else ""
            name = names[n != 1]
            items += Markup("<li{}><b>{}</b> {}</li>").format(look, n, name)
    return Markup('<ul class="tally">{}</ul>{}').format(items, _lacking(actions))


def heading(publication: Publication) -> str:
    """The plan's finding: how many are late, and how many have had no effect."""
    actions = actions_of(publication)
    late = sum(row["now"]["status"] == st.LATE for row in actions)
    without = sum(has_no_effect(row) for row in actions)
    words_ = ((late, "sen" if late == 1 else "sena"), (without, "utan synlig effekt"))
    told = [f"{swedish.lower_first(swedish.counted(n))} {w}" for n, w in words_ if n]
    return f"Planen: {swedish.listed(told)}" if told else "Planen"


def has_no_effect(row: dict) -> bool:
    """Whether it was finished and no effect is seen."""
    return bool(row["effect"]) and row["effect"]["verdict"] in (st.NO_EFFECT, st.MORE)


def _lacking(actions: list[dict]) -> Markup:
    n_all, told = len(actions), []
    for name, what in (("has_owner", "ansvarig"), ("has_goal", "mål som går att mäta")):
        n = sum(not row["now"][name] for row in actions)
        if n:
            told.append(f"{swedish.out_of(n, n_all)} saknar {what}.")
    note = Markup('<p class="note near">{}</p>')
    return note.format(" ".join(told)) if told else Markup("")


def status_of(row: dict) -> Markup:
    """The action's status as a word; a late one is set apart."""
    status = row["now"]["status"]
    look = "st late" if status == st.LATE else "st"
    return Markup('<span class="{}">{}</span>').format(
        look, swedish.upper_first(status)
    )


def effect_of(row: dict) -> str:
    """Whether it has helped, in one honest sentence."""
    effect = row["effect"]
    if effect is not None:
        return str(effect["sentence"])
    if row["now"]["status"] == st.DONE:
        return "Kan inte räknas: ett område och en typ av händelse behövs."
    return "Räknas när åtgärden är klar."


def goal_of(row: dict) -> str:
    """Whether the goal is reached, with the figure and how sure it is."""
    goal = row["goal_row"]
    if goal is None:
        has_goal = row["now"]["has_goal"]
        if has_goal:
            return "Följs med ett eget mått."
        return "Mål som går att mäta saknas."
    told = []
    if not pd.isna(goal["count"]):
        one, many = ("anmält", "anmälda")
        if goal["measure"] == cells.OBSERVATIONS:
            one, many = ("observation", "observationer")
        noun = one if goal["count"] == 1 else many
        spread = f"{swedish.number(goal['lower'])}{swedish.DASH}"
        spread += swedish.number(goal["upper"])
        first, last = (Period(goal[n]).label for n in ("from_period", "to_period"))
        counted = f"{swedish.number(goal['count'])} {noun} {first} till {last}"
        target = swedish.number(goal["target"])
        told.append(f"{counted}, troligt spann {spread}; målet är {target}.")
    return " ".join([*told, _GOALS[goal["verdict"]]])


def place_of(publication: Publication, row: dict) -> str:
    """The action's area by name."""
    if not row["area_id"]:
        return _WHOLE
    areas = publication.areas_listed.set_index("area_id")["name"]
    return str(areas.get(row["area_id"], row["area_id"]))


def table(publication: Publication) -> Markup:
    """The actions by status, late ones first: the council's view of the plan."""
    actions = actions_of(publication)
    order = {status: n for n, status in enumerate(st.STATUSES)}
    actions.sort(key=lambda row: order[row["now"]["status"]])  # stable
    heads = ("Problem", "Åtgärd", "Ansvarig", "Klart senast", "Status")
    rows = [
        (
            words.written(row["problem"]),
            words.written(row["action"]),
            _owner(row),
            words.day(row["ends_on"]),
            status_of(row),
            effect_of(row),
        )
        for row in actions
    ]
    if not rows:
        return Markup("")
    on = words.day(publication.data_until)
    return words.table(
        "atgarder",
        "Åtgärderna efter status",
        (*heads, "Har det hjälpt?"),
        rows,
        small=f"Sen räknas från {on}, dagen för underlaget.",
    )


def _owner(row: dict) -> Markup:
    lacking = Markup('<span class="st late">saknas</span>')
    name = row["responsible"]
    return words.written(name, begins=True) if name else lacking


def chains(publication: Publication) -> Markup:
    """Each working group's actions by area, from the problem to its result."""
    actions = actions_of(publication)
    groups = {row["group"]: row for row in words.rows_of(publication, "groups")}
    names = [name for name in groups if any(a["group"] == name for a in actions)]
    names += sorted({a["group"] for a in actions} - set(names))
    return Markup("").join(
        _group(publication, name, groups.get(name), n, actions)
        for n, name in enumerate(names)
    )


def _group(publication, name: str, group: dict | None, n: int, actions) -> Markup:
    mine = [row for row in actions if row["group"] == name]
    areas = ["", *publication.areas_listed["area_id"]]
    parts = [_about(group)] if group else []
    for area in areas:
        here = [row for row in mine if row["area_id"] == area]
        if here:
            title = Markup("<h3>{}</h3>").format(place_of(publication, here[0]))
            parts += [title, *(_chain(row) for row in here)]
    title = words.written(group["name"]) if group else name or _NO_GROUP
    return words.section(f"grupp{n}", title, *parts)


def _about(group: dict) -> Markup:
    told = [
        f"{label}: {group[name]}."
        for name, label in (("convener", "Sammankallande"), ("contact", "Kontakt"))
        if group[name]
    ]
    lines = [Markup("<b>Mål:</b> ") + words.written(group["aims"])]
    lines = lines if group["aims"] else []
    lines += [Markup("{}").format(" ".join(told))] if told else []
    return Markup("").join(Markup('<p class="text">{}</p>').format(x) for x in lines)


def _chain(row: dict) -> Markup:
    steps = [
        (label, words.written(row[name]))
        for name, label in _STEPS.items()
        if row[name] and name != "responsible"
    ]
    kind = category_names().get(row["category"], "") or row["theme"]
    steps.insert(0, ("Gäller", swedish.upper_first(kind)))
    place = next(i for i, (label, _) in enumerate(steps) if label == "Åtgärd") + 1
    kinds = [f"{row['approach']} åtgärd" if row["approach"] else ""]
    kinds += [f"{row['horizon']} sikt" if row["horizon"] else ""]
    kinds = [kind for kind in kinds if kind]
    steps[place:place] = [
        *([("Slag", swedish.upper_first(", ".join(kinds)))] if kinds else []),
        (_STEPS["responsible"], _owner(row)),
        ("Tid", _time(row)),
    ]
    told = [
        ("Målet", goal_of(row)),
        ("Har det hjälpt?", effect_of(row)),
    ]
    return Markup(
        '<article class="chain"><h4>{}</h4><p>{}</p><dl>{}</dl>'
        '<p class="tag">Beräknat</p><dl>{}</dl></article>'
    ).format(words.written(row["problem"]), status_of(row), _dl(steps), _dl(told))


def _dl(pairs) -> Markup:
    return Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, what) for name, what in pairs
    )


def _time(row: dict) -> Markup:
    told = [
        Markup("{} {}").format(word, words.day(row[name]))
        for name, word in (
            ("starts_on", "start"),
            ("ends_on", "klar senast"),
            ("finished_on", "blev klar"),
            ("cancelled_on", "avbröts"),
        )
        if row[name] != ""
    ]
    return Markup(swedish.upper_first(Markup(", ").join(told))) or words.NOTHING
