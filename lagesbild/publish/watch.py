"""End a process of the batch when the one that started it is gone.

In: the number of the parent process. Out: nothing; within a second of the parent's end
this process and what it has started end too. Used by ``work``: a process whose parent
was killed would else go on with its page for nobody.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress

_EVERY_SECONDS = 0.5


def watch(parent: int) -> None:
    """Begin to look at the parent, from a thread of its own."""
    import psutil

    try:
        process = psutil.Process(parent)
    except psutil.NoSuchProcess:
        _end()
    threading.Thread(target=_look, args=(process,), daemon=True, name="watch").start()


def _look(process) -> None:
    never = threading.Event()
    while _is_there(process):
        never.wait(_EVERY_SECONDS)
    _end()


def _is_there(process) -> bool:
    """Whether it runs; one that is killed but not yet taken away does not."""
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _end() -> None:
    import psutil

    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.kill()
    os._exit(1)
