"""A publication: everything one audience may see in one cycle, and nothing more.

In: cells that are protected and audited. Out: ``Publication``, a frozen value, and the
tables that pages select from it. Next: ``present``. Made and kept by ``publication``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.offences import (
    ALL,
    FOUND_BY_POLICE,
    category_names,
    load_categories,
)
from lagesbild.period import Period
from lagesbild.protect.notes import MUNICIPALITY, SHARE_OF, WITHOUT_AREA, make_notes
from lagesbild.protect.table import ProtectedTable
from lagesbild.protect.texts import ProtectedText
from lagesbild.protect.told import NOT_BY_AREA

KEYS = ("area_id", "category", "period")
DRAFT = "Utkast"
_WHOLE = "Hela kommunen"
DATES = ("reported", "occurred")
_OCCURRED = {
    "n_events_occurred": "n_events",
    "n_events_occurred_status": "n_events_status",
}


@dataclass(frozen=True)
class Publication:
    """Everything one audience may see in one cycle.

    Attributes
    ----------
    cycle, audience, municipality, county : str
    is_invented : bool
    contact : dict
        function, email and, where there is one, phone.
    status : str
        "Utkast", or who has decided that it may be handed out, and when.
    data_until : date
        When the last of the deliveries behind it was received.
    cells : DataFrame
        One row, area × category × quarter; see docs/architecture.md.
    areas_listed : DataFrame
        area_id, name, kind, district.
    protected_years : DataFrame
        The protected classes by whole years: category, period, n_offences,
        n_offences_status; see ``years.count_protected_years``.
    deliveries : DataFrame
        One row, one source and quarter; numbers of rows for ``intern`` only.
    quality : dict of str to DataFrame
        For ``intern`` only, otherwise empty.
    findings : dict of str to DataFrame
        What stands out: signals, trends, week and, for ``intern``, hot_spots; see
        ``told.tell_findings``. Of the plan: plan, goals and effects; see
        ``planned.tell_plan``.
    texts : dict of str to ProtectedText
        What the audience may read of each register.
    statistics : DataFrame
        Published statistics of the municipality, its county, those like it and the
        nation, the same for every audience: contract indicators, but status may also
        be "suppressed".
    about_statistics : dict of str to DataFrame
        places (area_id, name, role), indicators (the catalogue) and sources (every
        kind of file and where it is had); for ``intern`` also watched. See
        ``shown_statistics``.
    meta : dict
        sequence_number, statistics_version, settings_sha256, made_from, threshold,
        closed_without, mark (what stands on top of every page that must not be passed
        on, or ""), accessibility and help (the settings of those names).
    """

    cycle: str
    audience: str
    municipality: str
    county: str
    is_invented: bool
    contact: dict[str, str]
    status: str
    data_until: date
    meta: dict[str, object]
    cells: pd.DataFrame = field(repr=False)
    areas_listed: pd.DataFrame = field(repr=False)
    protected_years: pd.DataFrame = field(repr=False)
    deliveries: pd.DataFrame = field(repr=False)
    quality: dict[str, pd.DataFrame] = field(repr=False)
    findings: dict[str, pd.DataFrame] = field(repr=False)
    texts: dict[str, ProtectedText] = field(default_factory=dict, repr=False)
    statistics: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    about_statistics: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def table(
        self,
        *by: str,
        category: str = ALL,
        area_id: str = MUNICIPALITY,
        period: Period | str | None = None,
        date: str = "reported",
    ) -> ProtectedTable:
        """Select cells; nothing is added up.

        Parameters
        ----------
        *by : str
            The dimensions that vary: area_id, category, period.
        category, area_id, period
            The value of each dimension that does not vary; a period of None is the
            cycle. "*" is the municipality, "" "Utan område".
        date : str
            "reported": every column, by date of registration. "occurred": n_events
            alone, by the date on which it happened.

        Returns
        -------
        ProtectedTable

        Raises
        ------
        UsageError
            If a dimension or a value is not in the publication.
        """
        given = {"area_id": area_id, "category": category}
        given["period"] = str(period or self.cycle)
        _check_selection(self._places, by, given, date, period)
        fixed = {name: value for name, value in given.items() if name not in by}
        frame = self._by_date[date].take(self._find(by, fixed))
        by_area = "area_id" in by or given["area_id"] != MUNICIPALITY
        if by_area and given["category"] in FOUND_BY_POLICE and not self._is_internal:
            raise UsageError(f"{NOT_BY_AREA} Välj hela kommunen eller en annan typ.")
        areas = self.areas_listed
        names = dict(zip(areas["area_id"], areas["name"], strict=True))
        return ProtectedTable(
            frame=frame.reset_index(drop=True),
            by=by,
            fixed=fixed,
            cycle=self.cycle,
            audience=self.audience,
            area_names=names | {WITHOUT_AREA: "Utan område", MUNICIPALITY: _WHOLE},
            category_names=category_names(),
            notes=self._notes(frame, by, given, date),
        )

    @property
    def _is_internal(self) -> bool:
        return self.audience == "intern"

    def share_lookups(self, other: Publication) -> None:
        """Look cells up in what another reader of the same publication looks in."""
        for name in ("_places", "_by_date", "_shares"):
            self.__dict__[name] = getattr(other, name)  # where cached_property looks

    @cached_property
    def _places(self) -> dict[str, tuple[dict[str, int], np.ndarray]]:
        """Of each dimension: its values' places in reading order, and every cell's."""
        orders = _reading_orders(self.cells, self.areas_listed["area_id"])
        return {name: _place(self.cells[name], orders[name]) for name in KEYS}

    @cached_property
    def _by_date(self) -> dict[str, pd.DataFrame]:
        """The cells' columns by each date."""
        occurred = self.cells[[*KEYS, "measure", *_OCCURRED]]
        return {
            "reported": self.cells.drop(columns=list(_OCCURRED)),
            "occurred": occurred.rename(columns=_OCCURRED),
        }

    @cached_property
    def _shares(self) -> dict[tuple[str, str], list[dict]]:
        """What the share without area is told from, by category and period."""
        is_told = self.cells["area_id"].isin([WITHOUT_AREA, MUNICIPALITY])
        told: dict[tuple[str, str], list[dict]] = {}
        for row in self.cells.loc[is_told, ["period", *SHARE_OF]].to_dict("records"):
            told.setdefault((row["category"], row["period"]), []).append(row)
        return told

    @cached_property
    def _missing(self) -> list[tuple[str, str]]:
        """Period and source of what has not come, but what was closed without."""
        late = self.deliveries[~self.deliveries["is_delivered"]]
        late = zip(late["period"], late["source_name"], strict=True)
        return [pair for pair in late if pair not in self._closed_without]

    @property
    def _closed_without(self) -> list[tuple[str, str]]:
        return [tuple(pair) for pair in self.meta["closed_without"]]

    def _find(self, by: tuple[str, ...], fixed: dict[str, str]) -> np.ndarray:
        """Which cells have the fixed values, in reading order of the others."""
        is_chosen = np.ones(len(self.cells), dtype=bool)
        for name, value in fixed.items():
            known, places = self._places[name]
            is_chosen &= places == known.get(value, -1)
        rows = np.flatnonzero(is_chosen)
        if not by:
            return rows
        keys = [self._places[name][1][rows] for name in reversed(by)]
        return rows[np.lexsort(keys)]

    def _notes(self, frame, by, given, date) -> tuple[str, ...]:
        category = ALL if "category" in by else given["category"]
        period = self.cycle if "period" in by else given["period"]
        is_by_area = "area_id" in by or given["area_id"] != MUNICIPALITY
        is_told = is_by_area and date == "reported"
        left_out = (NOT_BY_AREA,) if is_by_area and not self._is_internal else ()
        return left_out + make_notes(
            frame,
            shares=self._shares.get((category, period), []) if is_told else [],
            missing=self._missing,
            closed_without=self._closed_without,
            date=date,
            rows_from=self.meta.get("rows_from"),
        )


def _check_selection(places, by, given, date, period) -> None:
    if set(by) - set(KEYS) or len(set(by)) < len(by):
        raise UsageError(f"En tabell kan ha {', '.join(KEYS)} en gång var, inget mer.")
    if date not in DATES:
        raise UsageError(f"'date' ska vara {' eller '.join(DATES)}.")
    is_fixed = {
        "category": given["category"] != ALL,
        "area_id": given["area_id"] != MUNICIPALITY,
        "period": period is not None,
    }
    for name in KEYS:
        if name in by and is_fixed[name]:
            raise UsageError(f"'{name}' kan inte både variera och ha ett värde.")
        if name not in by and given[name] not in places[name][0]:
            choices = ", ".join(f'"{value}"' for value in places[name][0])
            raise UsageError(f"'{name}' har inte det värdet. Välj {choices}.")


def _reading_orders(cells, area_ids) -> dict[str, list[str]]:
    """The municipality first, "Utan område" last; every group before its leaves."""
    categories = [ALL]
    for group, leaves in load_categories().groupby("group", sort=False)["category"]:
        categories += [group, *leaves]
    return {
        "area_id": [MUNICIPALITY, *area_ids, WITHOUT_AREA],
        "category": categories,
        "period": sorted(cells["period"].unique()),
    }


def _place(values: pd.Series, order: list[str]) -> tuple[dict[str, int], np.ndarray]:
    """The place of each value that is there, and of each row; unknown ones are last."""
    codes, found = pd.factorize(values)
    place = {value: number for number, value in enumerate(order)}
    known = {v: place.get(v, len(order) + n) for n, v in enumerate(found)}
    return known, np.array([*known.values()], dtype="int64")[codes]
