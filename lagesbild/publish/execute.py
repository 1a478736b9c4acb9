"""Run one notebook through papermill, in this process or in a kernel of its own.

In: a notebook, its parameters and where to keep it executed. Out: the executed
notebook; what a page shows of it is the same in both. Used by ``work``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.errors import NotebookError, ParameterError
from lagesbild.present.display import PAGES_ONLY

if TYPE_CHECKING:
    from nbformat import NotebookNode

ENGINE = "lagesbild"
_KERNEL = "nbclient"  # papermill's own engine
_LIBRARIES = ("papermill", "pandas", "geopandas", "altair", "deltalake", "pyarrow")
_LIBRARIES += ("IPython.core.completer",)
_BEGIN = (
    "__import__('lagesbild.publish.restore', fromlist=['begin']).begin(get_ipython())"
)


def parameters_of(notebook: Path) -> list[str]:
    """The names a notebook declares in its cell tagged "parameters".

    Raises
    ------
    NotebookError
        If there is no such notebook, or it does not say that it is in Python.
    """
    from papermill import inspect_notebook

    if not notebook.is_file():
        raise NotebookError(
            f"Hittar inte notebooken {notebook.name}. Kör kommandot från projektets "
            "mapp, den som har mappen notebooks/."
        )
    try:
        return list(inspect_notebook(str(notebook)))
    except ValueError:  # papermill's word for a notebook without kernelspec
        raise NotebookError(
            f"{notebook.name} säger inte vilken kärna den ska köras i. Öppna den i "
            "JupyterLab, välj Python 3 och spara."
        ) from None


def check_parameters(name: str, declared: list[str], given: tuple[str, ...]) -> None:
    """See that the notebook declares every parameter a run gives it.

    papermill only warns of an unknown one, and the run would show the wrong thing.

    Raises
    ------
    ParameterError
        If one of ``given`` is not in ``declared``.
    """
    unknown = [parameter for parameter in given if parameter not in declared]
    if unknown:
        raise ParameterError(
            f"Notebooken {name} har ingen parameter '{unknown[0]}'. Den har "
            f"{', '.join(declared) or 'inga'}. Rätta cellen märkt 'parameters'."
        )


def execute(
    notebook: Path, parameters: dict, executed: Path, *, fresh_kernel: bool = False
) -> NotebookNode:
    """Run a notebook and keep it executed.

    Parameters
    ----------
    notebook : Path
    parameters : dict
    executed : Path
        Where the executed notebook is kept; private, for a failed one has its error.
    fresh_kernel : bool
        Whether a kernel is started for it alone; else its cells run in this process.

    Returns
    -------
    NotebookNode

    Raises
    ------
    NotebookError
        If a cell fails or the kernel dies; names notebook and cell, and our own
        message if it is ours.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    executed.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with _nobody_looks(), _engine(fresh_kernel) as chosen:
            return papermill.execute_notebook(
                str(notebook),
                str(executed),
                parameters=parameters,
                kernel_name="python3",
                language="python",
                cwd=str(notebook.parent),
                progress_bar=False,
                request_save_on_cell_execute=False,
                autosave_cell_every=0,
                log_output=False,
                **chosen,
            )
    except PapermillExecutionError as error:
        raise NotebookError(_told(notebook, parameters, executed, error)) from None
    except DeadKernelError:
        raise NotebookError(
            f"{notebook.name} ({shown(parameters)}) stannade: dess process avslutades "
            "av datorn, oftast för att minnet tog slut. Kör igen med --jobs 1. "
            "Tidigare sidor är orörda."
        ) from None


def shown(parameters: dict) -> str:
    """The parameters that tell one page from another."""
    names = ("cycle", "audience", "area_id")
    return ", ".join(str(parameters[n]) for n in names if parameters.get(n) is not None)


def _told(notebook: Path, parameters: dict, executed: Path, error) -> str:
    import lagesbild.errors as ours

    # the text of our own errors holds no data; that of others may
    is_ours = isinstance(getattr(ours, error.ename, None), type)
    why = error.evalue if is_ours else f"Felet är av slaget {error.ename}."
    return (
        f"{notebook.name} ({shown(parameters)}) stannade i cell "
        f"{_number_in(notebook, error.cell_index)}. {why} Den körda notebooken med "
        f"felet är {executed.name} i arbetsytans lager. Tidigare sidor är orörda."
    )


def _number_in(notebook: Path, index: int) -> int:
    """The cell's number in the notebook as it is written, from 1.

    papermill counts from 0 in the executed one, where it has put a cell of its own
    after the one tagged "parameters".
    """
    import nbformat

    cells = nbformat.read(notebook, as_version=4).cells
    tags = [cell.metadata.get("tags", []) for cell in cells]
    place = next((n for n, found in enumerate(tags) if "parameters" in found), -1)
    return index + 1 if index <= place else index


def load_libraries() -> None:
    """Load, once a process, all that notebooks use."""
    for name in _LIBRARIES:
        import_module(name)
    ours = import_module("lagesbild")
    for name in ours.__all__:
        getattr(ours, name)
    _register()


@contextmanager
def _nobody_looks() -> Iterator[None]:
    """Tell ``present``, here and in a kernel, that nothing live need be drawn."""
    before = os.environ.get(PAGES_ONLY)
    os.environ[PAGES_ONLY] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[PAGES_ONLY]


@contextmanager
def _engine(fresh_kernel: bool) -> Iterator[dict]:
    """What to tell papermill of the engine; a kernel is ended with the ``with``."""
    if not fresh_kernel:
        _register()
        yield {"engine_name": ENGINE}
        return
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_core.utils import run_sync

    # no folder of kernelspecs: a "python3" somebody installed may be another
    # Python; without any, Jupyter takes the ipykernel of this one
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        transport_encryption="auto",
    )
    begin = [f"--IPKernelApp.exec_lines={_BEGIN}"]
    try:
        yield {"engine_name": _KERNEL, "km": manager, "extra_arguments": begin}
    finally:
        if manager.has_kernel:
            run_sync(manager.shutdown_kernel)(now=True)


def _register() -> None:
    """Make our engine known where the package was installed before it had one."""
    from papermill.engines import papermill_engines

    from lagesbild.publish.engine import InProcessEngine

    papermill_engines.register(ENGINE, InProcessEngine)
