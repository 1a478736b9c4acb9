"""Put a process back as it was before a notebook ran in it.

In: a process in which the libraries are loaded. Out: the same, whatever the notebook
set, changed or put in the place of something. Used by ``engine``; ``begin`` also by
fresh kernels, so that chance is the same in both. What a notebook has loaded from the
environment stays loaded, which is what one process for many notebooks is for.
"""

from __future__ import annotations

import builtins
import contextlib
import decimal
import locale
import logging
import os
import random
import socket
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOTS = ("lagesbild", "pandas", "geopandas", "numpy", "altair", "shapely", "json")
"""Packages whose functions and classes are put back if others took their place."""
_CLASSES = {
    "pandas": ("DataFrame", "Series", "Index", "Timestamp", "Timedelta"),
    "geopandas": ("GeoDataFrame", "GeoSeries"),
    "altair": ("Chart", "LayerChart"),
}
_SYSTEM = ("argv", "path", "path_hooks", "meta_path", "stdin", "stdout", "stderr")
_SYSTEM += ("displayhook", "excepthook", "unraisablehook", "ps1", "ps2")
_REPLACED = (types.FunctionType, types.BuiltinFunctionType, type, types.ModuleType)
_OURS = "lagesbild"
_MISSING = object()


def begin(shell: object) -> None:
    """Let chance start anew in every cell, from the cell's number.

    A kernel's own messages draw numbers too; between cells, so that what is drawn in
    one does not depend on them.
    """
    import numpy

    def seed(_: object) -> None:
        random.seed(shell.execution_count)
        numpy.random.seed(shell.execution_count)

    shell.events.register("pre_run_cell", seed)


@contextmanager
def restoring() -> Iterator[None]:
    """Run a notebook in a ``with``; at its end the process is as it was before."""
    put_back = [take() for take in _TAKEN]
    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        for function in put_back:
            stack.callback(function)
        yield


# --- each takes what there is, and gives the function that puts it back ------------


def _surroundings() -> Callable:
    environment, folder = dict(os.environ), Path.cwd()
    language = locale.setlocale(locale.LC_ALL)

    def put_back() -> None:
        os.environ.clear()
        os.environ.update(environment)
        if hasattr(time, "tzset"):  # not on Windows, where TZ is read by nobody
            time.tzset()
        os.chdir(folder)
        locale.setlocale(locale.LC_ALL, language)

    return put_back


def _python() -> Callable:
    kept = {name: getattr(sys, name, _MISSING) for name in _SYSTEM}
    lists = {name: list(told) for name, told in kept.items() if isinstance(told, list)}
    modules, context = dict(sys.modules), decimal.getcontext().copy()
    depth, chance, wait = (
        sys.getrecursionlimit(),
        random.getstate(),
        socket.getdefaulttimeout(),
    )
    root = logging.getLogger()
    log = root.level, list(root.handlers), root.manager.disable

    def put_back() -> None:
        for name, told in kept.items():
            _set(sys, name, told)
        for name, told in lists.items():
            kept[name][:] = told
        _forget(modules)
        decimal.setcontext(context)
        sys.setrecursionlimit(depth)
        random.setstate(chance)
        socket.setdefaulttimeout(wait)
        root.setLevel(log[0])
        root.handlers[:] = log[1]
        logging.disable(log[2])

    return put_back


def _forget(before: dict) -> None:
    """Put replaced modules back; let go of those that lie beside the notebook."""
    for name, module in list(sys.modules.items()):
        if name not in before and not _is_installed(module):
            del sys.modules[name]
    for name, module in before.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module


def _is_installed(module: object) -> bool:
    file = getattr(module, "__file__", None) or ""
    ours = str(Path(__file__).parents[1])
    return not file or file.startswith((sys.prefix, sys.base_prefix, ours))


def _replaced() -> Callable:
    """Functions, classes and modules that something else may take the place of."""
    names = [m for m in list(sys.modules) if m.split(".")[0] in _ROOTS]
    spaces = [sys.modules[n] for n in names if sys.modules[n] is not None]
    kept = [
        (space, {k: v for k, v in vars(space).items() if isinstance(v, _REPLACED)})
        for space in (*spaces, builtins)
    ]
    classes = [
        getattr(sys.modules[library], name)
        for library, names in _CLASSES.items()
        for name in (names if library in sys.modules else ())
    ]
    ours = [s for s in spaces if s.__name__.split(".")[0] == _OURS]
    classes += [
        value
        for space in ours
        for value in vars(space).values()
        if isinstance(value, type) and value.__module__ == space.__name__
    ]
    kept += [(found, dict(vars(found))) for found in classes]
    whole = [(s, set(vars(s))) for s in (builtins, *ours, *classes)]

    def put_back() -> None:
        for space, told in kept:
            now = vars(space)
            for name, value in told.items():
                if now.get(name, _MISSING) is not value:
                    setattr(space, name, value)
        for space, names in whole:
            for name in set(vars(space)) - names:
                if not isinstance(vars(space)[name], types.ModuleType):
                    delattr(space, name)

    return put_back


def _pandas() -> Callable:
    if "pandas" not in sys.modules:
        return _nothing
    pd = sys.modules["pandas"]
    kept = {name: pd.get_option(name) for name in _names_of_options()}

    def put_back() -> None:
        for name, value in kept.items():
            if pd.get_option(name) is not value:
                pd.set_option(name, value)

    return put_back


def _names_of_options() -> list[str]:
    from pandas._config import config

    return [
        n for n in config._registered_options if n not in config._deprecated_options
    ]


def _numpy() -> Callable:
    if "numpy" not in sys.modules:
        return _nothing
    np = sys.modules["numpy"]
    errors, shown, chance = np.geterr(), np.get_printoptions(), np.random.get_state()

    def put_back() -> None:
        np.seterr(**errors)
        np.set_printoptions(**shown)
        np.random.set_state(chance)

    return put_back


def _altair() -> Callable:
    """Renderers, themes and limits; and the numbers that give charts their names."""
    if "altair" not in sys.modules:
        return _nothing
    from altair.utils.plugin_registry import PluginRegistry

    registries = {
        id(value): value
        for name, module in list(sys.modules.items())
        if name.split(".")[0] == "altair"
        for value in vars(module).values()
        if isinstance(value, PluginRegistry)
    }
    kept = [(r, r._get_state()) for r in registries.values()]
    alt = sys.modules["altair"]
    numbered = [k for k in (alt.Parameter, alt.TopLevelMixin) if hasattr(k, "_counter")]
    numbers = [(kind, kind._counter) for kind in numbered]

    def put_back() -> None:
        for registry, state in kept:
            registry._set_state(state)
        for kind, number in numbers:
            kind._counter = number

    return put_back


def _drawings() -> Callable:
    """Settings of matplotlib, where somebody has installed it, and its figures."""
    if "matplotlib" not in sys.modules:
        return _nothing
    matplotlib = sys.modules["matplotlib"]
    kept = dict(matplotlib.rcParams)

    def put_back() -> None:
        matplotlib.rcParams.update(kept)
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")

    return put_back


def _nothing() -> None:
    return None


def _set(space: object, name: str, value: object) -> None:
    if value is not _MISSING:
        setattr(space, name, value)
    elif hasattr(space, name):
        delattr(space, name)


# the last taken is put back first: functions before what they are called with
_TAKEN = (
    _surroundings,
    _python,
    _drawings,
    _altair,
    _numpy,
    _pandas,
    _replaced,
)
