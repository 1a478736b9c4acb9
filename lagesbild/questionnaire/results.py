"""What the answers say, and of whom: counts, shares, themes, and who answered.

In: ``Answers``. Out: frames. Those who answered chose to: there is no interval, no
test and no trend, and no share on fewer than thirty answers (``measure.survey``).
"""

from __future__ import annotations

import re

import pandas as pd

from lagesbild.errors import UsageError
from lagesbild.measure import survey
from lagesbild.questionnaire.answers import SAMPLING, Answers
from lagesbild.questionnaire.questions import AREA, ELSEWHERE, SEVERAL, TEXT

THEMES = ("tema", "ord")


def count_answers(
    answers: Answers, questions: pd.DataFrame, choices: pd.DataFrame
) -> pd.DataFrame:
    """Count what was answered to each question.

    Parameters
    ----------
    answers : Answers
    questions, choices : DataFrame
        Those they were read by.

    Returns
    -------
    DataFrame
        One row, one choice of one question: question, choice, label, n (Int64),
        n_answers (to the question), proportion (missing on fewer than 30), status
        (shown, too_few). For a question that takes several, n_answers are all who
        answered anything to it. ``attrs`` "note": the sentence that must stand beside.
    """
    parts, note = [], survey.SELF_SELECTED
    for question in questions[questions["type"] != TEXT].to_dict("records"):
        own = choices[choices["list"] == question["choices"]]
        if question["type"] == SEVERAL:
            told = _count_several(answers.rows, question["name"], own)
        else:
            given = answers.rows[question["name"]]
            kinds = pd.CategoricalDtype(list(own["name"]))
            told = survey.proportion(given.astype(kinds), sampling=SAMPLING)
            told = told.rename(columns={"answer": "choice"})
        told.insert(0, "question", question["name"])
        told["label"] = told["choice"].map(
            dict(zip(own["name"], own["label"], strict=True))
        )
        parts.append(told)
    names = ["question", "choice", "label", "n", "n_answers", "proportion", "status"]
    out = pd.concat([part[names] for part in parts], ignore_index=True)
    out["n"] = out["n"].astype("Int64")
    out.attrs["note"] = note
    return out


def _count_several(rows: pd.DataFrame, name: str, own: pd.DataFrame) -> pd.DataFrame:
    chosen = rows[[f"{name}.{code}" for code in own["name"]]]
    answered = chosen[chosen.any(axis=1)]
    parts = []
    for code in own["name"]:
        told = survey.proportion(answered[f"{name}.{code}"], sampling=SAMPLING)
        told = told[told["answer"].eq(True)]
        if told.empty:
            told = _nobody(len(answered))
        parts.append(told.assign(choice=code))
    return pd.concat(parts, ignore_index=True)


def _nobody(n_answers: int) -> pd.DataFrame:
    is_few = n_answers < survey.MIN_ANSWERS
    return pd.DataFrame(
        {
            "n": [0],
            "n_answers": [n_answers],
            "proportion": [float("nan") if is_few else 0.0],
            "status": [survey.TOO_FEW if is_few else survey.SHOWN],
        }
    )


def count_themes(texts: pd.Series, themes: pd.DataFrame) -> pd.DataFrame:
    """Count how many texts are about each theme of the analyst's list.

    Parameters
    ----------
    texts : Series
        What people wrote, masked; missing is no text.
    themes : DataFrame
        One row, one word or beginning of one: tema, ord. A word that ends in * stands
        for all that begin so.

    Returns
    -------
    DataFrame
        One row, one theme: theme, n (texts with any of its words), n_texts. A text can
        be of several themes, or of none. For ``intern`` alone.

    Raises
    ------
    UsageError
        If the list lacks a column, or has a row without a word.
    """
    lacking = [name for name in THEMES if name not in themes]
    if lacking:
        raise UsageError(f"Ordlistan saknar kolumnen '{lacking[0]}'.")
    words = themes.assign(
        ord=themes["ord"].str.strip(), tema=themes["tema"].str.strip()
    )
    bare = words.index[(words["ord"].str.rstrip("*") == "") | (words["tema"] == "")]
    if len(bare):
        raise UsageError(f"Ordlistans rad {bare[0] + 1} saknar tema eller ord.")
    written = texts.dropna().str.casefold()
    rows = []
    for theme, own in words.groupby("tema", sort=False):
        pattern = "|".join(_pattern(word) for word in own["ord"])
        n = int(written.str.contains(pattern, regex=True).sum())
        rows.append((theme, n, len(written)))
    return pd.DataFrame(rows, columns=["theme", "n", "n_texts"])


def _pattern(word: str) -> str:
    end = r"\w*" if word.endswith("*") else ""
    return rf"(?<!\w){re.escape(word.rstrip('*').casefold())}{end}(?!\w)"


def compare_with_inhabitants(answers: Answers, inhabitants: pd.Series) -> pd.DataFrame:
    """Set who answered beside who lives there.

    Parameters
    ----------
    answers : Answers
    inhabitants : Series
        Number of inhabitants by area_id, of one year.

    Returns
    -------
    DataFrame
        One row, one area: area_id, n (answers), answer_share, inhabitant_share (of
        those who said in which area they live), per_1000 (answers to a thousand
        inhabitants). Missing shares where nobody said.
    """
    said = answers.rows[AREA].dropna()
    said = said[~said.isin([code for code, _ in ELSEWHERE])]
    n = said.value_counts().reindex(inhabitants.index, fill_value=0)
    people = inhabitants.astype("float64")
    total = float(n.sum())
    return pd.DataFrame(
        {
            "area_id": inhabitants.index.astype("str"),
            "n": n.to_numpy(),
            "answer_share": (n / total).to_numpy() if total else float("nan"),
            "inhabitant_share": (people / people.sum()).to_numpy(),
            "per_1000": (1000 * n / people.where(people > 0)).to_numpy(),
        }
    )
