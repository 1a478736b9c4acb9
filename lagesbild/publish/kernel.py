"""Run one notebook through papermill, in a kernel that stays warm.

In: a notebook, its parameters and where to keep it executed. Out: the executed
notebook. A kernel takes two seconds to start and load; kept warm it takes two tenths
a notebook, so each process of the batch has one, emptied before every notebook.
"""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.errors import NotebookError, ParameterError
from lagesbild.present.display import PAGES_ONLY

if TYPE_CHECKING:
    from nbformat import NotebookNode

ENGINE = "lagesbild"

# Names, working folder, display settings and chance are all a notebook can leave
# behind for the next; modules stay loaded, which is what keeping warm is for.
_EMPTY = """
import os as _os, random as _random
import numpy as _numpy, pandas as _pandas
_os.chdir({folder!r})
_pandas.reset_option("^display")
_numpy.random.seed(0)
_random.seed(0)
%reset -f
"""


@dataclass(frozen=True)
class _Warm:
    """A kernel that is up, and its one client."""

    manager: object
    client: object


_kernels: dict[int, _Warm] = {}


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


def execute(notebook: Path, parameters: dict, executed: Path) -> NotebookNode:
    """Run a notebook and keep it executed.

    Parameters
    ----------
    notebook : Path
    parameters : dict
    executed : Path
        Where the executed notebook is kept; private, for a failed one has its error.

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

    _register()
    executed.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return papermill.execute_notebook(
            str(notebook),
            str(executed),
            parameters=parameters,
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            cwd=str(notebook.parent),
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            log_output=False,
        )
    except PapermillExecutionError as error:
        raise NotebookError(_told(notebook, parameters, executed, error)) from None
    except DeadKernelError:
        raise NotebookError(
            f"{notebook.name} ({_shown(parameters)}) stannade: dess process avslutades "
            "av datorn, oftast för att minnet tog slut. Kör igen med --jobs 1. "
            "Tidigare sidor är orörda."
        ) from None


def _shown(parameters: dict) -> str:
    """The parameters that tell one page from another."""
    names = ("cycle", "audience", "area_id")
    return ", ".join(str(parameters[n]) for n in names if parameters.get(n) is not None)


def _told(notebook: Path, parameters: dict, executed: Path, error) -> str:
    import lagesbild.errors as ours

    # the text of our own errors holds no data; that of others may
    is_ours = isinstance(getattr(ours, error.ename, None), type)
    why = error.evalue if is_ours else f"Felet är av slaget {error.ename}."
    return (
        f"{notebook.name} ({_shown(parameters)}) stannade i cell "
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


def _register() -> None:
    """Make our engine known to papermill: its own, with the warm kernel put in."""
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import Engine, papermill_engines

    if ENGINE in papermill_engines._engines:
        return

    class WarmClient(PapermillNotebookClient):
        """papermill's own client, that empties the kernel before the first cell."""

        def papermill_execute_cells(self):
            code = _EMPTY.format(folder=str(Path.cwd()))
            sent = self.kc.execute(code, silent=True, store_history=False)
            reply = self.wait_for_reply(sent)
            if reply["content"]["status"] != "ok":
                raise NotebookError("Notebookens kärna gick inte att tömma.")
            super().papermill_execute_cells()

    class WarmEngine(Engine):
        """papermill's own engine on a kernel that is already up."""

        @classmethod
        def execute_managed_notebook(cls, nb_man, kernel_name, **kwargs):
            warm = _warm_kernel()
            try:
                client = WarmClient(nb_man, km=warm.manager, kernel_name=kernel_name)
                client.kc = warm.client
                return client.execute()
            except BaseException:
                # what a broken run left is not known: the next gets a fresh kernel
                shut_down()
                raise

    papermill_engines.register(ENGINE, WarmEngine)


def _warm_kernel() -> _Warm:
    """This process's kernel, started when first needed."""
    if os.getpid() not in _kernels:
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_client.manager import KernelManager
        from jupyter_core.utils import run_sync

        # no folder of kernelspecs: a "python3" somebody installed may be another
        # Python; without any, Jupyter takes the ipykernel of this one
        manager = KernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            transport_encryption="auto",
        )
        environment = os.environ | {PAGES_ONLY: "1", "PYTHONIOENCODING": "utf-8"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        manager.start_kernel(env=environment)
        manager.client_class = "jupyter_client.asynchronous.AsyncKernelClient"
        client = manager.client()
        client.start_channels()
        run_sync(client.wait_for_ready)(timeout=120)
        _kernels[os.getpid()] = _Warm(manager, client)
        atexit.register(shut_down)
    return _kernels[os.getpid()]


def shut_down() -> None:
    """Stop this process's kernel, if it has one."""
    warm = _kernels.pop(os.getpid(), None)
    if warm is not None:
        warm.client.stop_channels()
        warm.manager.shutdown_kernel(now=True)
