"""papermill's engine that runs a notebook's cells in this very process.

In: a notebook that papermill has given its parameters. Out: the same with outputs, as
a kernel would have given them. Loaded by papermill, through the entry point
``papermill.engine``; ``execute`` asks for it by name. A kernel takes two seconds to
start and load; here that is done once a process, and ``restore`` puts the process back
after each notebook.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ipykernel.compiler import XCachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine
from traitlets import Any, Type
from traitlets.config import Config

from lagesbild.publish import restore

_NO_HISTORY = Config({"HistoryManager": {"enabled": False}})


class _Hook(DisplayHook):
    """The value of a cell's last line."""

    def write_output_prompt(self) -> None:
        """Nothing: a notebook has its own."""

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        self.shell.outputs.append(
            new_output(
                "execute_result",
                data=format_dict,
                metadata=md_dict or {},
                execution_count=self.prompt_count,
            )
        )

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Publisher(DisplayPublisher):
    """What a cell displays."""

    def publish(
        self,
        data: dict,
        metadata: dict | None = None,
        *,
        transient: dict | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        name = (transient or {}).get("display_id")
        shown = new_output("display_data", data=data, metadata=metadata or {})
        if update:  # also what an earlier cell displayed
            for output in self.shell.displayed.get(name, []):
                output.update(data=shown.data, metadata=shown.metadata)
            return
        if name is not None:
            self.shell.displayed.setdefault(name, []).append(shown)
        self.shell.outputs.append(shown)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class _Shell(InteractiveShell):
    """A shell whose outputs become those of the cell that is run."""

    outputs = Any()
    displayed = Any()
    compiler_class = Type(XCachingCompiler)  # names cells as a kernel does
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def _showtraceback(self, etype: type, evalue: object, stb: list[str]) -> None:
        self.outputs.append(
            new_output(
                "error",
                ename=str(etype.__name__),
                evalue=str(evalue),
                traceback=list(stb),
            )
        )


class _Stream(io.TextIOBase):
    """What a cell writes; what comes at once stands together."""

    def __init__(self, shell: _Shell, name: str) -> None:
        super().__init__()
        self._shell, self.name = shell, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        outputs = self._shell.outputs
        last = outputs[-1] if outputs else None
        if last and last.output_type == "stream" and last.name == self.name:
            last.text += text
        elif text:
            outputs.append(new_output("stream", name=self.name, text=text))
        return len(text)


class InProcessEngine(Engine):
    """Runs a notebook in this process, and leaves nothing of it there."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **_: object) -> None:
        """Run the cells until one fails; papermill tells which it was, and how.

        Parameters
        ----------
        nb_man : papermill.engines.NotebookExecutionManager
        kernel_name : str
            Not used: the kernel is this process.
        """
        with restore.restoring(), _shell() as shell:
            restore.begin(shell)
            sys.path.insert(0, "")  # as a kernel: what lies beside the notebook
            for index, cell in enumerate(nb_man.nb.cells):
                try:
                    nb_man.cell_start(cell, index)
                    if not _run(shell, cell):
                        nb_man.cell_exception(cell, cell_index=index)
                        break
                finally:
                    nb_man.cell_complete(cell, cell_index=index)


@contextmanager
def _shell() -> Iterator[_Shell]:
    """A shell of its own for a notebook: no name of an earlier one is in it."""
    _Shell.clear_instance()
    shell = _Shell.instance(config=_NO_HISTORY)
    shell.displayed = {}
    streams = _Stream(shell, "stdout"), _Stream(shell, "stderr")
    try:
        with (
            contextlib.redirect_stdout(streams[0]),
            contextlib.redirect_stderr(streams[1]),
        ):
            yield shell
    finally:
        shell.restore_sys_module_state()
        _Shell.clear_instance()
        # else all that its notebook held would stay until the process ends
        atexit.unregister(shell.atexit_operations)


def _run(shell: _Shell, cell: NotebookNode) -> bool:
    """Run a cell; whether the next may be run."""
    tags = cell.metadata.get("tags", [])
    if cell.cell_type != "code" or not cell.source.strip():
        return True
    if "skip-execution" in tags:
        return True
    shell.outputs = cell.outputs
    done = shell.run_cell(cell.source, store_history=True, cell_id=cell.get("id"))
    sys.stdout.flush()
    cell.execution_count = shell.execution_count - 1
    return done.success or "raises-exception" in tags
