"""From a delivery of rows to the contract ``reports``.

In: ``Delivered``, the rows as the sender wrote them. Out: ``Cleaned``, rows under
contract and quarantine, which together account for every row in. Next: ``geocode``,
called by ``ingest``. For protected classes everything that says where, and the time
of day, is dropped here, before anything is kept.
"""

from __future__ import annotations

import hashlib
from datetime import date

import pandas as pd

from lagesbild import contracts, offences
from lagesbild.clean.cleaned import (
    Cleaned,
    Fault,
    collect_faults,
    dropped_columns,
    find_duplicates,
    heading,
    is_broken,
    is_elsewhere,
    join_content,
    take_mapped,
    text_column,
)
from lagesbild.clean.occurrences import hide_time_of_day, read_times
from lagesbild.clean.periods import days_of_file, days_of_rows
from lagesbild.clean.personal_data import mask_personal_data
from lagesbild.clean.places import hide_places, read_places, to_whole_numbers
from lagesbild.errors import SettingsError
from lagesbild.read.delivery import Delivered
from lagesbild.workspace import Municipality, Source


def clean_reports(
    delivered: Delivered,
    *,
    source_name: str,
    source: Source,
    municipality: Municipality,
    delivery_id: str,
    today: date | None = None,
) -> Cleaned:
    """Clean a delivery that has one row a report.

    Parameters
    ----------
    delivered : Delivered
    source_name : str
        Key of the source in kommun.toml.
    source : Source
        Of kind police or observation.
    municipality : Municipality
        Rows that name another one are quarantined.
    delivery_id : str
    today : date, optional
        Reports cannot be registered after it; None where time is invented too.

    Returns
    -------
    Cleaned
        ``rows`` keeps the contract ``reports``.

    Raises
    ------
    ReadError
        If the order of day and month in a date column cannot be established.
    SettingsError
        If the source's types lead to a category that does not exist.
    """
    mapped = take_mapped(delivered)
    period = days_of_file(delivered.file_name)
    ends = [day for day in (period and period[1], today) if day]
    times, time_faults = read_times(mapped, delivered, last_day=min(ends, default=None))
    places, masked, notes = read_places(mapped)
    kinds, kind_faults = _classify(mapped, delivered, source)
    numbers, number_faults = _count_offences(mapped, delivered, source)
    faults = [is_broken(delivered), is_elsewhere(delivered, municipality)]
    faults += [*time_faults, *kind_faults, *number_faults]
    _, rejected = collect_faults(faults, mapped.index, delivery_id=delivery_id)
    period = period or days_of_rows(times["reported_on"][~rejected])
    is_protected = kinds["protected_class"].notna()
    times = hide_time_of_day(times, is_protected)
    places = hide_places(places, is_protected)
    kept = pd.concat([times, kinds, numbers, places], axis="columns")
    keys, key_faults, masked_keys = _make_keys(
        mapped, kept, delivered, rejected, period
    )
    quarantine, rejected = collect_faults(
        [*faults, *key_faults], mapped.index, delivery_id=delivery_id
    )
    rows = kept.assign(
        source_key=keys,
        row_number=mapped.index,
        source=source_name,
        source_kind=source.kind,
        incident_id=_make_ids(keys, source_name),
        delivery_id=delivery_id,
        municipality_code=municipality.code,
        is_withdrawn=False,
    )[~rejected]
    start, end = period or (None, None)
    if period and not days_of_file(delivered.file_name):
        notes += ("Filnamnet säger ingen period; radernas datum gör det.",)
    return Cleaned(
        delivery_id=delivery_id,
        rows=contracts.check(rows, "reports", where=delivered.file_name),
        quarantine=quarantine,
        columns_dropped=dropped_columns(delivered),
        masked=_add(masked, masked_keys),
        period_start=start,
        period_end=end,
        notes=(*delivered.notes, *notes, *_doubtful_codes(kept[~rejected])),
    )


def ids_in_file(delivered: Delivered, source_name: str) -> list[str]:
    """incident_id of all rows of a file that have a key, also those rejected."""
    if _is_keyless(delivered):
        return []
    keys, _ = _without_identity(take_mapped(delivered)["source_key"].dropna())
    return _make_ids(keys.drop_duplicates(), source_name).tolist()


def _classify(
    mapped: pd.DataFrame, delivered: Delivered, source: Source
) -> tuple[pd.DataFrame, list[Fault]]:
    """Category, how found and protected class, by offence code or by sender's type."""
    if source.kind == "police" and "offence_code" in mapped.columns:
        codes = offences.restore_codes(mapped["offence_code"])
        kinds = offences.classify_codes(codes).assign(offence_code=codes)
        column = heading(delivered, "offence_code")
        reason = "koden står för något som inte är ett brott, till exempel en olycka"
        return kinds, [
            Fault(offences.is_no_offence(codes), column, "inte_brott", reason)
        ]
    types = text_column(mapped, "offence_type")
    category = classify_types(types, source.types)
    fault = Fault(
        category.isna(),
        heading(delivered, "offence_type"),
        "okand_typ",
        "typen saknas eller finns inte bland källans typer i kommun.toml",
    )
    kinds = pd.DataFrame(
        {
            "category": category,
            "found_by": offences.FOUND_BY_REPORT,
            "protected_class": protected_class_of(category),
            "offence_code": pd.Series(pd.NA, index=mapped.index, dtype="str"),
        }
    )
    return kinds, [fault]


def classify_types(types: pd.Series, settings: dict[str, str]) -> pd.Series:
    """The leaf category of each of the sender's own types; missing if not declared.

    Raises
    ------
    SettingsError
        If a declared category does not exist; names it.
    """
    leaves = set(offences.load_categories()["category"])
    wrong = sorted(set(settings.values()) - leaves)
    if wrong:
        raise SettingsError(
            f"kommun.toml: okänd kategori i källans 'types': {', '.join(wrong)}. "
            "Kategorierna står i ordlistan."
        )
    known = {_type_key(kind): category for kind, category in settings.items()}
    return types.map(_type_key, na_action="ignore").map(known).astype("str")


def protected_class_of(categories: pd.Series) -> pd.Series:
    """The protected class of each category; missing for open ones."""
    is_protected = categories.isin(offences.protected_categories())
    return categories.where(is_protected).astype("str")


def _type_key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _count_offences(
    mapped: pd.DataFrame, delivered: Delivered, source: Source
) -> tuple[pd.Series, list[Fault]]:
    """Brottsantal: as told, one where the layout has no such column; police only."""
    name = "n_offences"
    if source.kind != "police":
        return pd.Series(pd.NA, index=mapped.index, dtype="Int64", name=name), []
    if name not in mapped.columns:
        return pd.Series(1, index=mapped.index, dtype="Int64", name=name), []
    numbers = to_whole_numbers(mapped[name]).rename(name)
    fault = Fault(
        ~(numbers >= 1).fillna(False).astype(bool),
        heading(delivered, name),
        "ogiltigt_antal",
        "antalet brott saknas eller är inte ett helt tal från 1",
    )
    return numbers, [fault]


def _make_keys(
    mapped: pd.DataFrame,
    kept: pd.DataFrame,
    delivered: Delivered,
    rejected: pd.Series,
    period: tuple[date, date] | None,
) -> tuple[pd.Series, list[Fault], dict[str, int]]:
    """The sender's key, or one made of what is kept of a row without key."""
    content = join_content(mapped)
    if not _is_keyless(delivered):
        column = heading(delivered, "source_key")
        keys, masked = _without_identity(mapped["source_key"])
        missing = Fault(keys.isna(), column, "saknar_nyckel", "radens nyckel saknas")
        accepted = ~rejected & keys.notna()
        repeats = find_duplicates(keys[accepted], content[accepted], column=column)
        return keys, [missing, *repeats], masked
    faults, label = [], "-"
    if delivered.layout.replaces_period:
        # identical rows of such a file are separate events, within its period
        label = "/".join(day.isoformat() for day in period or ())
    else:
        faults = find_duplicates(content[~rejected], content[~rejected], column=None)
        rejected = rejected | faults[0].rows.reindex(rejected.index, fill_value=False)
    # made of what is kept only: a key must not tell a protected row's address
    told = join_content(kept)
    number = told[~rejected].groupby(told[~rejected]).cumcount()
    number = number.reindex(told.index, fill_value=0).astype("str")
    return _hash(label + "\x1f" + told + "\x1f" + number), faults, {}


def _is_keyless(delivered: Delivered) -> bool:
    layout = delivered.layout
    return layout.replaces_period or "source_key" not in layout.columns


def _make_ids(keys: pd.Series, source_name: str) -> pd.Series:
    return _hash(source_name + "\x1f" + keys)


def _without_identity(keys: pd.Series) -> tuple[pd.Series, dict[str, int]]:
    """Keys that hold personal data, such as an identity number, hashed instead."""
    safe, masked = mask_personal_data(keys)
    is_personal = keys.notna() & (safe != keys)
    return keys.mask(is_personal, "dold-" + _hash(keys.fillna(""))), masked


def _hash(texts: pd.Series) -> pd.Series:
    """First 20 hexadecimal digits of the SHA-256 of each text."""
    hashed = [
        hashlib.sha256(text.encode("utf-8")).hexdigest()[:20]
        for text in texts.fillna("")
    ]
    return pd.Series(hashed, index=texts.index, dtype="str")


def _add(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {kind: one.get(kind, 0) + other.get(kind, 0) for kind in {**one, **other}}


def _doubtful_codes(rows: pd.DataFrame) -> tuple[str, ...]:
    """What is told of codes that are kept but may be wrong."""
    n_unknown = int((rows["category"] == offences.UNKNOWN).sum())
    n_old = int(offences.is_out_of_use(rows["offence_code"], rows["reported_on"]).sum())
    told = []
    if n_unknown:
        told.append(f"{n_unknown} rader har en brottskod som inte finns i kodtabellen.")
    if n_old:
        told.append(
            f"{n_old} rader har en brottskod som inte användes när de registrerades "
            "(upphörd, eller ännu inte införd). De räknas, men be polisen kontrollera "
            "koderna."
        )
    return tuple(told)
