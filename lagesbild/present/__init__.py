"""Show a publication's cells: Swedish numbers, sentences, tables, maps and charts.

In: ``Publication`` and ``ProtectedTable``, nothing else. Out: ``Shown`` values that
JupyterLab displays live and that ``publish`` puts on pages as they are.
"""

from __future__ import annotations

from importlib import import_module

_HOMES = {
    "show_about": "page_parts",
    "show_andts": "andts",
    "show_andts_summary": "andts",
    "show_agreement": "agreement",
    "show_area_table": "area_table",
    "show_assessment": "assessment",
    "show_findings": "findings",
    "show_heading": "page_parts",
    "show_help": "help_box",
    "show_map": "maps",
    "show_quality": "quality",
    "show_safety": "safety",
    "show_summary": "page_parts",
    "show_table": "tables",
    "show_trend": "charts",
    "show_violence": "close_relations",
}

__all__ = [
    "show_about",
    "show_agreement",
    "show_andts",
    "show_andts_summary",
    "show_area_table",
    "show_assessment",
    "show_findings",
    "show_heading",
    "show_help",
    "show_map",
    "show_quality",
    "show_safety",
    "show_summary",
    "show_table",
    "show_trend",
    "show_violence",
]


def __getattr__(name: str) -> object:
    # lazy, so that who needs only a Swedish number does not load the map's libraries
    if name not in _HOMES:
        raise AttributeError(f"module 'lagesbild.present' has no attribute '{name}'")
    return getattr(import_module(f"lagesbild.present.{_HOMES[name]}"), name)
