"""Answers to questionnaires: shares, differences, and when there are none to give.

In: answers, and how those who answered were chosen. Out: frames by answer and group.
Next: pages. Who chose themselves to answer speak for themselves alone: their answers
get counts and shares, and no interval, test, trend or rate.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure import change, rates

Sampling = Literal["probability", "census", "self_selected"]
SAMPLINGS = ("probability", "census", "self_selected")
SELF_SELECTED = (
    "Svaren kommer från dem som själva valt att svara och kan inte räknas om till "
    "invånarna"
)
MIN_ANSWERS = 30
MIN_GROUP = 5
SHOWN, TOO_FEW, HIDDEN = "shown", "too_few", "suppressed"


def proportion(
    answers: pd.Series,
    *,
    sampling: Sampling,
    weights: pd.Series | None = None,
    groups: pd.Series | None = None,
    min_answers: int = MIN_ANSWERS,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Share of each answer, in all or by group.

    Parameters
    ----------
    answers : Series
        One row a person; a category's levels all get their row, answered or not.
        Missing is no answer and is left out.
    sampling : str
        "probability" (drawn by chance), "census" (everyone was asked) or
        "self_selected".
    weights : Series, optional
        Design weights; not with self-selected answers, which no weight can mend.
    groups : Series, optional
        Group of each person; missing is no group of its own and is left out.
    min_answers : int
        No share on fewer.
    min_group : int
        Groups of 1 up to but not including so many are hidden, and with a single
        hidden one the smallest other group, lest it be found by subtraction.

    Returns
    -------
    DataFrame
        One row, one group and answer: group (where asked for), answer, n, n_answers
        (of the group), n_effective (Kish), proportion, lower, upper (Wilson on the
        effective number; missing for self-selected) and status: shown, too_few
        (counts without share) or suppressed (nothing). ``attrs`` "note" holds the
        sentence that must stand beside self-selected answers.

    Raises
    ------
    UsageError
        If ``sampling`` is unknown or the weights are not fit for use.
    """
    frame = _prepare(answers, sampling, weights, groups)
    levels = _levels(answers)
    parts = [
        _shares(rows, levels, sampling, min_answers).assign(group=name)
        for name, rows in frame.groupby("group", sort=False)
    ]
    if parts:
        out = pd.concat(parts, ignore_index=True)
    else:
        out = _shares(frame, levels, sampling, min_answers).assign(group="")
    if groups is not None:
        hidden = _hidden_groups(frame["group"].value_counts(), min_group)
        gone = out["group"].isin(hidden)
        out.loc[gone, ["n", "n_answers"]] = pd.NA
        out.loc[gone, ["n_effective", "proportion", "lower", "upper"]] = np.nan
        out["status"] = out["status"].mask(gone, HIDDEN)
    names = ["group"] if groups is not None else []
    names += ["answer", "n", "n_answers", "n_effective", "proportion", "lower"]
    out = out[[*names, "upper", "status"]]
    out.attrs["note"] = SELF_SELECTED if sampling == "self_selected" else ""
    return out


def likert(
    answers: pd.Series,
    scale: Sequence,
    *,
    counted: Collection,
    sampling: Sampling,
    **more,
) -> pd.DataFrame:
    """Share of answers at one end of a scale, such as "otrygg" and "mycket otrygg".

    Parameters
    ----------
    answers : Series
        One row a person.
    scale : sequence
        All steps, in order. "Vet ej" is no step: leave it out of the answers.
    counted : collection
        The steps that are put together; they must be neighbours at one end.
    sampling, more
        As in ``proportion``.

    Returns
    -------
    DataFrame
        As of ``proportion``, with the answers True (one of the steps) and False.

    Raises
    ------
    UsageError
        If an answer is not on the scale, or the steps are not one end of it.
    """
    scale, n = list(scale), len(counted)
    if set(counted) not in (set(scale[:n]), set(scale[-n:])) or not 0 < n < len(scale):
        raise UsageError("Stegen som räknas ihop ska vara den ena änden av skalan.")
    given = pd.Series(answers)
    strange = given.notna() & ~given.isin(scale)
    if strange.any():
        raise UsageError(f"{strange.sum()} svar finns inte på skalan.")
    both = pd.Categorical(given.isin(counted), categories=[True, False])
    chosen = pd.Series(both, index=given.index).where(given.notna())
    return proportion(chosen, sampling=sampling, **more)


def compare(
    answers: pd.Series,
    groups: pd.Series,
    *,
    sampling: Sampling,
    weights: pd.Series | None = None,
    min_answers: int = MIN_ANSWERS,
    min_group: int = MIN_GROUP,
) -> pd.DataFrame:
    """Set each group beside all the others, answer by answer.

    Parameters
    ----------
    answers, groups, weights, sampling, min_answers, min_group
        As in ``proportion``.

    Returns
    -------
    DataFrame
        One row, one group and answer: group, answer, n_answers, difference (share
        of the group less that of all others), lower, upper (Newcombe on effective
        numbers), verdict ("högre", "lägre", "ingen säker skillnad", "för få svar",
        "visas inte", and "jämförs inte" for self-selected answers, which have
        neither difference nor test) and status as in ``proportion``.

    Raises
    ------
    UsageError
        As ``proportion``.
    """
    own = proportion(
        answers,
        sampling=sampling,
        weights=weights,
        groups=groups,
        min_answers=min_answers,
        min_group=min_group,
    )
    out = own[["group", "answer", "n_answers", "status"]].copy()
    out[["difference", "lower", "upper"]] = np.nan
    if sampling == "self_selected":
        verdict = pd.Series("jämförs inte", index=out.index)
    else:
        rest = _of_the_others(answers, groups, weights, sampling, own)
        usable = (own["status"] == SHOWN) & (rest["n_answers"] >= min_answers)
        gap = change.combine(own, rest, "proportion").where(usable)
        out[gap.columns] = gap
        out["status"] = out["status"].where(usable | (own["status"] != SHOWN), TOO_FEW)
        verdict = pd.Series("ingen säker skillnad", index=out.index)
        verdict[gap["lower"] > 0] = "högre"
        verdict[gap["upper"] < 0] = "lägre"
        verdict[out["status"] == TOO_FEW] = "för få svar"
    verdict[out["status"] == HIDDEN] = "visas inte"
    names = ["group", "answer", "n_answers", "difference", "lower", "upper"]
    out = out.assign(verdict=verdict.astype("str"))[[*names, "verdict", "status"]]
    out.attrs["note"] = own.attrs["note"]
    return out


def _of_the_others(answers, groups, weights, sampling, own) -> pd.DataFrame:
    """Shares among all who are not of the row's group, aligned with ``own``."""
    frame = _prepare(answers, sampling, weights, groups)
    levels = _levels(answers)
    parts = [
        _shares(frame[frame["group"] != name], levels, sampling, 0)
        for name in own["group"].drop_duplicates()
    ]
    return pd.concat(parts, ignore_index=True)


def _prepare(answers, sampling, weights, groups) -> pd.DataFrame:
    if sampling not in SAMPLINGS:
        raise UsageError(f"'sampling' ska vara {', '.join(SAMPLINGS)}.")
    frame = pd.DataFrame({"answer": pd.Series(answers).astype("object")})
    if groups is not None:
        frame["group"] = pd.Series(groups).to_numpy(object)
    else:
        frame["group"] = ""
    frame["weight"] = 1.0
    if weights is not None:
        if sampling == "self_selected":
            raise UsageError("Vikter kan inte rätta svar från dem som själva valt.")
        frame["weight"] = pd.Series(weights).to_numpy(dtype=float)
    frame = frame[frame["answer"].notna() & frame["group"].notna()]
    if not (frame["weight"] > 0).all():
        raise UsageError("Varje svar ska ha en vikt som är större än 0.")
    return frame


def _levels(answers: pd.Series) -> list:
    if isinstance(pd.Series(answers).dtype, pd.CategoricalDtype):
        return list(answers.cat.categories)
    return sorted(pd.Series(answers).dropna().unique())


def _shares(rows: pd.DataFrame, levels: list, sampling: str, least: int):
    n_answers = len(rows)
    counts = rows["answer"].value_counts().reindex(levels, fill_value=0)
    weighed = rows.groupby("answer")["weight"].sum().reindex(levels, fill_value=0.0)
    total = rows["weight"].sum()
    effective = total**2 / (rows["weight"] ** 2).sum() if n_answers else 0.0
    told = n_answers >= max(least, 1)
    share = (weighed / total if told else weighed * np.nan).to_numpy(dtype=float)
    limits = rates.proportion(share * effective, np.full(len(levels), effective))
    has_limits = told and sampling != "self_selected"
    return pd.DataFrame(
        {
            "answer": levels,
            "n": pd.array(counts.to_numpy(), dtype="Int64"),
            "n_answers": pd.array([n_answers] * len(levels), dtype="Int64"),
            "n_effective": effective,
            "proportion": share,
            "lower": limits["lower"] if has_limits else np.nan,
            "upper": limits["upper"] if has_limits else np.nan,
            "status": SHOWN if told else TOO_FEW,
        }
    )


def _hidden_groups(sizes: pd.Series, least: int) -> list:
    small = list(sizes[(sizes > 0) & (sizes < least)].index)
    others = sizes[~sizes.index.isin(small)].sort_values(kind="stable")
    if len(small) == 1 and len(others):
        small.append(others.index[0])
    return small


def problem_level(index: float) -> str:
    """The police's index of problems, 0–6 where higher is worse, in words.

    Returns
    -------
    str
        "lägre än vanligt" below 1.0, "vanlig nivå" 1.0–1.5, "högre än vanligt" above
        1.5 to 1.7, "problem att ta på allvar" above 1.7, "uppgift saknas" if missing.

    Raises
    ------
    UsageError
        If it is not 0–6.
    """
    if pd.isna(index):
        return "uppgift saknas"
    if not 0 <= index <= 6:
        raise UsageError("Problemindex går från 0 till 6.")
    if index < 1.0:
        return "lägre än vanligt"
    if index <= 1.5:
        return "vanlig nivå"
    return "högre än vanligt" if index <= 1.7 else "problem att ta på allvar"
