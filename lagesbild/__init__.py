"""Lägesbild: the joint situation picture of a municipality and the police.

The notebook's words, on one screen. Each is loaded when first used, so that
``import lagesbild`` costs next to nothing.
``read_`` a file somebody sent · ``load_`` ours from the store · ``count_ add_
compare_`` measure · ``show_`` display · ``make_ write_`` produce.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec

_HOMES = {
    "LagesbildError": "errors",
    "Period": "period",
    "open_workspace": "workspace",
    "load_areas": "read.reference",
    "load_base_map": "read.reference",
    "load_population": "read.reference",
    "load_incidents": "store",
    "load_deliveries": "store",
    "load_quarantine": "store",
    "ingest_files": "ingest",
    "close_cycle": "closing",
    "count_incidents": "measure.tables",
    "add_rates": "measure.tables",
    "compare_periods": "measure.tables",
    "open_publication": "publication",
    "open_earlier": "publication",
    "run_cycle": "publish.batch",
    "show_heading": "present",
    "show_assessment": "present",
    "show_agreement": "present",
    "show_summary": "present",
    "show_map": "present",
    "show_table": "present",
    "show_area_table": "present",
    "show_trend": "present",
    "show_findings": "present",
    "show_quality": "present",
    "show_about": "present",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'lagesbild' has no attribute '{name}'")
    value = getattr(import_module(f"lagesbild.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


def _defer(name: str, function: str) -> None:
    """Let a library of one function be loaded when that is first called.

    jsonschema, and with it Altair and all that reads notebooks, imports a grammar of
    web addresses that takes two seconds of every process to compile. No schema of
    ours asks for such an address.
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is None:
        return
    module = module_from_spec(spec)

    def load_and_call(*args: object, **named: object) -> object:
        spec.loader.exec_module(module)
        return getattr(module, function)(*args, **named)

    setattr(module, function, load_and_call)
    sys.modules[name] = module


_defer("rfc3987_syntax", "is_valid_syntax")
