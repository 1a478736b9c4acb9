"""What an audience may see: suppression, its audit, and the table handed out.

In: the cells of ``measure``. Out: the same cells with what must not be known taken
away. ``choosing`` picks the cells, ``hide`` empties them and all that derives from
them, ``auditing`` proves from the outside that nothing can be worked out;
``published`` and ``table`` are what pages get. Next: ``publication``.
``suppress`` and ``audit`` do the same for anybody's table.
"""

from __future__ import annotations

from importlib import import_module

_HOMES = {"audit": "standalone_audit", "suppress": "standalone"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'lagesbild.protect' has no attribute '{name}'")
    return getattr(import_module(f"lagesbild.protect.{_HOMES[name]}"), name)
