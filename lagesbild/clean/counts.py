"""From ready-made police counts to the contract ``ready_counts``.

In: ``Delivered``, one row a count of area or DeSO × category × period, as the sender
wrote it. Out: ``Cleaned``, rows under contract and quarantine, which together account
for every row in. Next: ``store``, called by ``ingest``. Counts of protected classes
keep their period but not their area.
"""

from __future__ import annotations

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
from lagesbild.clean.periods import days_of_file, parse_period, parse_periods
from lagesbild.clean.places import read_deso, to_whole_numbers
from lagesbild.clean.reports import classify_types, protected_class_of
from lagesbild.period import Period
from lagesbild.read.delivery import Delivered
from lagesbild.workspace import Municipality, Source

_WITHOUT_AREA = (contracts.WITHOUT_AREA.casefold(), "okänt", "okänd", "uppgift saknas")


def clean_counts(
    delivered: Delivered,
    *,
    source_name: str,
    source: Source,
    municipality: Municipality,
    delivery_id: str,
    areas: pd.DataFrame,
) -> Cleaned:
    """Clean a delivery of ready-made counts.

    Parameters
    ----------
    delivered : Delivered
    source_name : str
        Key of the source in kommun.toml.
    source : Source
        Of kind counts; its ``types`` may translate the sender's categories.
    municipality : Municipality
        Rows that name another one are quarantined.
    delivery_id : str
    areas : DataFrame
        One row an area: ``area_id``, ``name``.

    Returns
    -------
    Cleaned
        ``rows`` keeps the contract ``ready_counts``.

    Raises
    ------
    SettingsError
        If the source's types lead to a category that does not exist.
    """
    mapped = take_mapped(delivered)
    area_id, area_fault = _find_areas(mapped, delivered, areas)
    kinds, kind_fault = _classify(mapped, delivered, source)
    period, period_fault = _read_periods(mapped, delivered)
    number = to_whole_numbers(text_column(mapped, "n_offences"))
    number_fault = Fault(
        ~(number >= 0).fillna(False).astype(bool),
        heading(delivered, "n_offences"),
        "ogiltigt_antal",
        "antalet saknas eller är inte ett helt tal från 0",
    )
    deso = read_deso(mapped)
    faults = [is_broken(delivered), is_elsewhere(delivered, municipality)]
    faults += [area_fault, kind_fault, period_fault, number_fault]
    _, rejected = collect_faults(faults, mapped.index, delivery_id=delivery_id)
    cell = pd.DataFrame({"area_id": area_id, "deso_code": deso, "period": period})
    told = cell.join(kinds)
    keys, content = join_content(told), join_content(told.assign(n=number))
    repeats = find_duplicates(keys[~rejected], content[~rejected], column=None)
    quarantine, rejected = collect_faults(
        [*faults, *repeats], mapped.index, delivery_id=delivery_id
    )
    is_protected = kinds["protected_class"].notna()
    rows = told.assign(
        area_id=area_id.mask(is_protected),
        deso_code=deso.mask(is_protected),
        n_offences=number,
        row_number=mapped.index,
        source=source_name,
        delivery_id=delivery_id,
    )[~rejected]
    covered = [Period(label) for label in rows["period"].unique()]
    named = days_of_file(delivered.file_name)
    start = min((p.start for p in covered), default=named[0] if named else None)
    end = max((p.end for p in covered), default=named[1] if named else None)
    return Cleaned(
        delivery_id=delivery_id,
        rows=contracts.check(rows, "ready_counts", where=delivered.file_name),
        quarantine=quarantine,
        columns_dropped=dropped_columns(delivered),
        masked={},
        period_start=start,
        period_end=end,
        notes=delivered.notes,
    )


def _find_areas(
    mapped: pd.DataFrame, delivered: Delivered, areas: pd.DataFrame
) -> tuple[pd.Series, Fault]:
    """The area of each row by its id, else by its name."""
    by_id = {key.casefold(): key for key in areas["area_id"].astype("str")}
    names = areas["name"].astype("str").str.casefold().str.strip()
    by_name = dict(zip(names, areas["area_id"].astype("str"), strict=True))
    known = {**by_name, **by_id}
    told = text_column(mapped, "area_id").fillna(text_column(mapped, "area_name"))
    key = told.str.casefold().str.strip()
    area_id = key.map(known).astype("str")
    unknown = key.notna() & area_id.isna() & ~key.isin(_WITHOUT_AREA)
    column = heading(delivered, "area_id", "area_name")
    reason = "området finns inte bland kommunens områden"
    return area_id, Fault(unknown, column, "okant_omrade", reason)


def _classify(
    mapped: pd.DataFrame, delivered: Delivered, source: Source
) -> tuple[pd.DataFrame, Fault]:
    """Category and protected class by offence code, else by category or type."""
    codes = offences.restore_codes(text_column(mapped, "offence_code"))
    told = text_column(mapped, "category").fillna(text_column(mapped, "offence_type"))
    leaves = offences.load_categories()
    known = dict(zip(leaves["name"], leaves["category"], strict=True))
    known |= dict(zip(leaves["category"], leaves["category"], strict=True))
    category = classify_types(told, {**known, **source.types})
    by_code = offences.classify_codes(codes)["category"]
    category = category.where(told.notna() | codes.isna(), by_code)
    kinds = pd.DataFrame(
        {
            "category": category,
            "offence_code": codes,
            "protected_class": protected_class_of(category),
        }
    )
    # a code says more than a sum's name: the stricter of the two is kept
    strict = offences.classify_codes(codes)["protected_class"]
    strict = strict.where(codes.notna() & kinds["protected_class"].isna())
    kinds["category"] = kinds["category"].mask(strict.notna(), strict)
    kinds["protected_class"] = kinds["protected_class"].fillna(strict)
    reason = "raden gäller inte en av lägesbildens kategorier"
    column = heading(delivered, "category", "offence_type", "offence_code")
    is_none = kinds["category"].isna() | offences.is_no_offence(codes)
    return kinds, Fault(is_none, column, "okand_typ", reason)


def _read_periods(
    mapped: pd.DataFrame, delivered: Delivered
) -> tuple[pd.Series, Fault]:
    """The period of each row, from its column or from the file's name."""
    if "period" in mapped.columns:
        period = parse_periods(mapped["period"])
    else:
        named = parse_period(delivered.file_name.rsplit(".", 1)[0])
        label = named.label if named else pd.NA
        period = pd.Series(label, index=mapped.index, dtype="str")
    reason = "perioden saknas eller går inte att tolka"
    column = heading(delivered, "period")
    return period, Fault(period.isna(), column, "ogiltig_period", reason)
