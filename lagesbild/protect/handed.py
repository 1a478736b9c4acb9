"""What has been handed out before stays as it was: shown, hidden and said.

In: a cycle's cells, the rows of earlier releases and the record of them. Out: the
rows to keep, what must be hidden besides, and the rows to record. Next: ``choosing``,
``hide`` and ``publication``. A quarter that an audience has been handed is shown as it
was handed, so that two releases differ in nothing; in doubt it is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lagesbild.audiences import Audience
from lagesbild.protect.choosing import find_small
from lagesbild.protect.hide import COUNTS, HIDDEN_VERDICT

_MISSING = "uppgift saknas"
KEYS = ["area_id", "category", "period"]


def find_kept(
    audience: str,
    cells: pd.DataFrame,
    *,
    rules: Mapping[str, Audience],
    handed: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Find the rows that an audience gets as they were handed out.

    Parameters
    ----------
    audience : str
    cells : DataFrame
        From ``measure_cycle``, with ``add_occurred``.
    rules : mapping of str to Audience
    handed : mapping of str to DataFrame
        By audience, the cells of its latest release, in the columns of a publication.

    Returns
    -------
    DataFrame
        Rows of whole quarters: the audience's own release, then those of others whose
        rule is as strict, where they show nothing that this audience may not see.
    """
    if not rules[audience].hides:
        return cells.reindex(columns=KEYS).iloc[:0]
    kept = [handed[audience]] if audience in handed else []
    small = find_small(cells, rules[audience]).set_index(_keys(cells))
    for other, rows in handed.items():
        strict = rules[other].is_as_strict_as(rules[audience])
        if other == audience or not strict:
            continue
        rows = rows[~rows["period"].isin(_periods(kept))]
        is_small = small.reindex(_keys(rows)).eq(True).set_axis(rows.index)
        shown = pd.DataFrame({c: rows[f"{c}_status"] == "shown" for c in COUNTS})
        bad = (is_small[list(COUNTS)] & shown).any(axis=1)
        kept.append(rows[~rows["period"].isin(set(rows.loc[bad, "period"]))])
    kept = [rows for rows in kept if len(rows)]
    return pd.concat(kept) if kept else cells.reindex(columns=KEYS).iloc[:0]


def find_hidden(
    audience: str,
    cells: pd.DataFrame,
    kept: pd.DataFrame,
    *,
    rules: Mapping[str, Audience],
    released: pd.DataFrame,
) -> pd.DataFrame:
    """Find what must be hidden because of what has been handed out.

    Parameters
    ----------
    kept : DataFrame
        From ``find_kept``.
    released : DataFrame
        Contract publications.

    Returns
    -------
    DataFrame
        Index of ``cells``; a bool column a count. In kept quarters all that is not
        shown there with the same number; in others all that a release to an audience
        of a rule no stricter has hidden, and the whole quarter of a count of which
        any number has changed since.
    """
    hidden = pd.DataFrame(False, index=cells.index, columns=list(COUNTS))
    is_kept = cells["period"].isin(set(kept["period"]))
    same = kept.set_index(_keys(kept)).reindex(_keys(cells)).set_axis(cells.index)
    is_other = released["period"].isin(set(cells.loc[~is_kept, "period"]))
    others = released[is_other] if rules[audience].hides else released.iloc[:0]
    own = [a for a, rule in rules.items() if rules[audience].is_as_strict_as(rule)]
    for count in COUNTS:
        value = cells[count].astype("float64")
        if is_kept.any():
            was = same[count].astype("float64")
            as_it_was = (same[f"{count}_status"] == "shown") & (was == value)
            hidden[count] = is_kept & ~as_it_was
        told = others[others["count"] == count]
        if told.empty:
            continue
        was = told.drop_duplicates(KEYS).set_index(KEYS)["value"].astype("float64")
        was = was.reindex(_keys(cells)).set_axis(cells.index)
        is_told = cells["period"].isin(set(told["period"]))
        moved = is_told & was.ne(value) & (was.notna() | value.notna())
        hidden[count] |= cells["period"].isin(set(cells.loc[moved, "period"]))
        dark = told[told["is_hidden"] & told["audience"].isin(own)]
        hidden[count] |= _keys(cells).isin(_keys(dark))
    shown = pd.DataFrame({c: cells[f"{c}_status"] == "shown" for c in COUNTS})
    return hidden & shown


def restore_kept(protected: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """Put the kept rows in the place of those made anew; the rows keep their order.

    An area or category that a kept quarter did not have when it was handed out is
    missing there: hidden, it would be a part of a total that is shown without it.
    """
    if kept.empty:
        return protected
    keys = _keys(protected)
    found = kept[_keys(kept).isin(keys)]
    rest = protected[~keys.isin(_keys(found))]
    rest = _leave_out(rest, rest["period"].isin(set(kept["period"])))
    joined = pd.concat([rest, found[protected.columns].astype(protected.dtypes)])
    place = pd.Series(range(len(keys)), index=keys)
    order = place.reindex(_keys(joined)).to_numpy().argsort()
    return joined.iloc[order].set_axis(protected.index)


def _leave_out(rows: pd.DataFrame, where: pd.Series) -> pd.DataFrame:
    """Say of hidden cells that there is nothing of them."""
    if not where.any():
        return rows
    words = [name for name in rows if name.endswith("_status")]
    told = {
        name: rows[name].mask(where & rows[name].eq("suppressed"), "missing")
        for name in words
    }
    is_hidden = where & rows["verdict"].eq(HIDDEN_VERDICT)
    return rows.assign(**told, verdict=rows["verdict"].mask(is_hidden, _MISSING))


def make_record(
    publication: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    cycle: str,
    audience: str,
    released: pd.DataFrame,
) -> pd.DataFrame:
    """Make the rows that remember a release.

    Parameters
    ----------
    publication : DataFrame
        The cells that the audience gets.
    cells : DataFrame
        The same rows with their true values.
    cycle, audience : str
    released : DataFrame
        Contract publications: what is remembered already is not written again, but
        for the cycle's own quarter.

    Returns
    -------
    DataFrame
        Contract publications without sequence_number: one row, one count of one cell
        that is shown or hidden; ``value`` is true also where hidden.
    """
    parts = []
    before = released[released["audience"] == audience]
    for count in COUNTS:
        status = publication[f"{count}_status"]
        is_told = status.isin(["shown", "suppressed"])
        known = _keys(before[before["count"] == count])
        is_old = _keys(publication).isin(known) & (publication["period"] != cycle)
        told, is_hidden = is_told & ~is_old, status == "suppressed"
        shown = publication[count].astype("float64")
        value = shown.where(~is_hidden, cells[count].astype("float64"))
        part = publication.loc[told, KEYS].assign(
            count=count, value=value[told], is_hidden=is_hidden[told]
        )
        parts.append(part)
    return pd.concat(parts, ignore_index=True).assign(cycle=cycle, audience=audience)


def _keys(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[KEYS])


def _periods(frames: list[pd.DataFrame]) -> set[str]:
    return {period for frame in frames for period in frame["period"]}
