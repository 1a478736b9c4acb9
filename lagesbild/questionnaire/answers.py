"""Answers to the questionnaire, from whatever they were collected with.

In: an export of ODK or KoBoToolbox, of Microsoft Forms, or a plain CSV. Out: one row a
person, in the words of the questions, whatever the export's own. Who answered chose to
do so; names, addresses and accounts that an export holds are never taken over.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lagesbild.bounds import read_bytes, refuse_cells
from lagesbild.clean.personal_data import mask_personal_data
from lagesbild.errors import ReadError
from lagesbild.questionnaire.questions import ONE, SEVERAL, TEXT
from lagesbild.read.csv_file import decode
from lagesbild.read.excel_file import read_sheets
from lagesbild.read.header import heading_key

SAMPLING = "self_selected"
_XLSX = b"PK\x03\x04"
# what collecting programs write beside the answers; the last rows are of persons
_TECHNICAL = (
    *("id", "_id", "_uuid", "_index", "_status", "_tags", "_notes", "__version__"),
    *("start", "end", "starttid", "slutförandetid", "startdate", "submissiondate"),
    *("_submission_time", "_validation_status", "_submitted_by", "keyid", "key"),
    *("instanceid", "instancename", "formversion", "attachmentspresent", "edits"),
    *("attachmentsexpected", "reviewstate", "devicelastmodified", "senaständrad"),
    *("språk", "language", "today", "formhub/uuid", "meta/instanceid", "meta/rootuuid"),
    *("start time", "completion time", "last modified time", "deviceid", "simserial"),
    *("username", "e-post", "namn", "email", "name", "submitterid", "submittername"),
    "phonenumber",
)
_YES, _NO = (
    ("1", "true", "sant", "yes", "ja"),
    ("0", "false", "falskt", "no", "nej", ""),
)
_BLANK = re.compile(r"[\s\u00a0]+")


@dataclass(frozen=True)
class Answers:
    """What a file of answers held.

    Attributes
    ----------
    rows : DataFrame
        One row a person, index the row of the file from 1: a column for each question
        that is answered by one choice or in words, and ``<question>.<choice>`` (bool)
        for one that takes several. Missing is no answer. Texts are masked.
    refused : DataFrame
        One row, one row of the file that was not taken: row, column, reason.
    masked : dict of str to int
        Personal data taken out of texts, by kind.
    left_out : tuple of str
        Headings that were not taken over.
    """

    rows: pd.DataFrame
    refused: pd.DataFrame
    masked: dict[str, int]
    left_out: tuple[str, ...]


def read_answers(file: Path, questions: pd.DataFrame, choices: pd.DataFrame) -> Answers:
    """Read a file of answers.

    Parameters
    ----------
    file : Path
        .xlsx, or CSV with comma or semicolon.
    questions, choices : DataFrame
        From ``load_questions`` and ``load_choices``.

    Returns
    -------
    Answers

    Raises
    ------
    ReadError
        If the file cannot be read, a question that must be answered has no column, or
        a column is neither a question nor known to come with the export.
    """
    head, rows = _read_rows(file)
    columns, left_out = _find_columns(head, questions, choices, file.name)
    told, refused = {}, []
    lists = dict(iter(choices.groupby("list", sort=False)))
    for question in questions.to_dict("records"):
        own = columns.get(question["name"])
        if question["type"] == TEXT:
            words = rows[own[""]] if own else pd.Series("", rows.index)
            told[question["name"]] = words.str.strip().replace("", pd.NA)
            continue
        asked = lists[question["choices"]]
        if question["type"] == ONE:
            answer = rows[own[""]] if own else pd.Series("", rows.index)
            codes = answer.map(lambda words, a=asked: _code(words, a))
            refused += _tell_unknown(codes, question)
            told[question["name"]] = codes.where(codes != _UNKNOWN).replace("", pd.NA)
        else:
            several = _read_several(rows, own or {}, asked)
            refused += _tell_unknown(several.pop(_UNKNOWN), question)
            told |= {f"{question['name']}.{c}": several[c] for c in asked["name"]}
    frame = pd.DataFrame(told, index=rows.index)
    refused = pd.DataFrame(refused, columns=["row", "column", "reason"])
    frame = frame[~frame.index.isin(refused["row"])]
    frame, masked = _mask(frame, questions)
    return Answers(frame, refused.sort_values(["row", "column"]), masked, left_out)


def _read_rows(file: Path) -> tuple[list[str], pd.DataFrame]:
    """The headings, and all rows as text; empty rows are none."""
    content = read_bytes(file)
    if content.startswith(_XLSX):
        sheets = read_sheets(content, None, file.name)
        # KoBo writes a sheet a repeated group after the first
        table = sheets[0][1] if sheets else []
    else:
        text, _ = decode(content, file_name=file.name)
        first = text.split("\n", 1)[0]
        separator = max(",;\t", key=first.count)
        refuse_cells(text.count(separator), file.name)
        try:
            table = list(
                csv.reader(io.StringIO(text), delimiter=separator, strict=True)
            )
        except csv.Error:
            raise ReadError(
                f"{file.name}: ett citattecken är inte avslutat. Exportera filen igen."
            ) from None
    table = [row for row in table if any(cell.strip() for cell in row)]
    if not table:
        raise ReadError(f"{file.name}: filen har inga rubriker. Exportera den igen.")
    head, *rows = table
    refuse_cells(len(head) * len(rows), file.name)
    longest = max((len(row) for row in rows), default=0)
    if longest > len(head):
        raise ReadError(
            f"{file.name}: en rad har {longest} kolumner, rubrikerna {len(head)}. "
            "Exportera filen igen."
        )
    rows = [row + [""] * (len(head) - len(row)) for row in rows]
    frame = pd.DataFrame(rows, columns=range(len(head)), dtype="str")
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    return head, frame


def _plain(text: str) -> str:
    return heading_key(_BLANK.sub(" ", text).strip().rstrip("*").strip())


def _find_columns(head: list[str], questions, choices, name: str):
    """Question → "" or choice → column; and the headings that are left out."""
    asked = {_plain(q[k]): q for q in questions.to_dict("records") for k in _SAID}
    found: dict[str, dict[str, int]] = {}
    left_out, unknown = [], []
    for place, heading in enumerate(head):
        parts = heading.split("/")
        last, before = _plain(parts[-1]), _plain(parts[-2]) if len(parts) > 1 else ""
        if before in asked and asked[before]["type"] == SEVERAL:
            own = choices[choices["list"] == asked[before]["choices"]]
            code = _code(parts[-1], own)
            question, key = asked[before]["name"], code
            if code in ("", _UNKNOWN):
                unknown.append(place + 1)
                continue
        elif last in asked:
            question, key = asked[last]["name"], ""
        elif _is_technical(heading) or last.startswith("inledning_"):
            left_out.append(heading)
            continue
        else:
            unknown.append(place + 1)
            continue
        if key in found.setdefault(question, {}):
            raise ReadError(f"{name}: kolumn {place + 1} finns två gånger.")
        found[question][key] = place
    if unknown:
        # by its place: where the headings are gone it is somebody's answer
        more = f", och {len(unknown) - 1} till" if unknown[1:] else ""
        raise ReadError(
            f"{name}: kolumn {unknown[0]} hör inte till enkäten{more}. Frågorna är "
            f"{', '.join(questions['name'])}. Ta bort kolumnen eller exportera igen."
        )
    lacking = [
        q["name"]
        for q in questions.to_dict("records")
        if q["required"] == "yes" and q["name"] not in found
    ]
    if lacking:
        raise ReadError(
            f"{name}: frågan '{lacking[0]}' saknar kolumn. Rubriken ska vara frågans "
            "namn eller dess text. Är det rätt fil?"
        )
    return found, tuple(left_out)


_SAID = ("name", "label")
_UNKNOWN = "?"


def _is_technical(heading: str) -> bool:
    plain = heading.strip().casefold()
    return not plain or plain.startswith(("_", "meta/")) or plain in _TECHNICAL


def _code(words: str, asked: pd.DataFrame) -> str:
    """The code of a choice written as its code or as its words; "?" if it is none."""
    plain = _plain(words)
    if not plain:
        return ""
    for column in _SAID:
        same = asked.loc[asked[column].map(_plain) == plain, "name"]
        if len(same):
            return str(same.iloc[0])
    return _UNKNOWN


def _tell_unknown(codes: pd.Series, question: dict) -> list[tuple]:
    reason = "Svaret är inget av dem som går att välja."
    return [(row, question["name"], reason) for row in codes.index[codes == _UNKNOWN]]


def _read_several(rows: pd.DataFrame, own: dict[str, int], asked) -> dict:
    """Choice → whether it was chosen; "?" → "?" where something else was."""
    codes = list(asked["name"])
    chosen = {code: pd.Series(False, rows.index) for code in codes}
    unknown = pd.Series("", rows.index)
    for code, place in own.items():
        if code:
            plain = rows[place].str.strip().str.casefold()
            chosen[code] |= plain.isin(_YES)
            unknown = unknown.mask(~plain.isin((*_YES, *_NO)), _UNKNOWN)
    if "" in own:
        by_row = rows[own[""]].map(lambda words: _split(words, asked))
        for code in codes:
            chosen[code] |= by_row.map(lambda told, c=code: c in told).astype("bool")
        unknown = unknown.mask(by_row.map(lambda told: _UNKNOWN in told), _UNKNOWN)
    return chosen | {_UNKNOWN: unknown}


def _split(words: str, asked: pd.DataFrame) -> set[str]:
    """Codes with blanks between, or words with semicolons or bars."""
    if not words.strip():
        return set()
    if re.search(r"[;|]", words):
        return {_code(part, asked) for part in re.split(r"[;|]", words)} - {""}
    whole = _code(words, asked)
    if whole != _UNKNOWN:
        return {whole}
    return {_code(part, asked) for part in words.split()}


def _mask(frame: pd.DataFrame, questions: pd.DataFrame):
    """Take personal data out of what people wrote."""
    counts: dict[str, int] = {}
    frame = frame.copy()
    for name in questions.loc[questions["type"] == TEXT, "name"]:
        texts, found = mask_personal_data(frame[name].fillna("").astype("str"))
        frame[name] = texts.replace("", pd.NA)
        counts = {k: counts.get(k, 0) + found.get(k, 0) for k in {*counts, *found}}
    return frame, counts
