"""Rows of a register for tests: what is not given is empty."""

import pandas as pd

from lagesbild.agreement.tables import REGISTERS

_KINDS = {"day": "datetime64[us]", "number": "float64"}


def make(key, *rows):
    """The register with those rows, columns and dtypes as it is read."""
    register = REGISTERS[key]
    table = pd.DataFrame(list(rows), columns=register.names())
    for column in register.columns:
        if column.kind == "day":
            table[column.name] = pd.to_datetime(table[column.name])
    table.index = range(2, len(table) + 2)
    return table.astype({c.name: _KINDS.get(c.kind, "str") for c in register.columns})
