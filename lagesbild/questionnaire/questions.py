"""What is asked, and what can be answered.

In: ``questions.csv`` and ``choices.csv`` beside this file, and the workspace's areas.
Out: frames. Used by ``form`` and ``answers``, so that what comes back is read by the
same words that were asked.
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

TEXT, ONE, SEVERAL = "text", "select_one", "select_multiple"
AREA, AREAS = "omrade", "omraden"
ELSEWHERE = (("annat", "Någon annanstans"), ("vill_inte", "Vill inte svara"))


def load_questions() -> pd.DataFrame:
    """Load the questions.

    Returns
    -------
    DataFrame
        One row, one question in the order they are asked: name, type (select_one,
        select_multiple, text), choices (the list it takes its answers from, or ""),
        label, hint, required ("yes" or "no"). All text.
    """
    return _read("questions.csv")


def load_choices(areas: pd.DataFrame) -> pd.DataFrame:
    """Load the answers that can be chosen.

    Parameters
    ----------
    areas : DataFrame
        area_id and name: the areas to choose among.

    Returns
    -------
    DataFrame
        One row, one answer of one list: list, name, label. All text.
    """
    from lagesbild.present import swedish

    order = areas["name"].map(swedish.sort_key).sort_values(kind="stable").index
    told = areas.loc[order, ["area_id", "name"]].astype("str")
    pairs = [*told.itertuples(index=False, name=None), *ELSEWHERE]
    own = pd.DataFrame(pairs, columns=["name", "label"], dtype="str")
    own.insert(0, "list", AREAS)
    return pd.concat([own, _read("choices.csv")], ignore_index=True)


def _read(name: str) -> pd.DataFrame:
    with (files(__package__) / name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype="str", keep_default_na=False)
