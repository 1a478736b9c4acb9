"""Places to work in, each a process of its own: one that dies takes no other with it.

In: functions to call. Out: futures; what a process that ended could not tell is a
``PublishError``. Used by ``many``, where a municipality is what is handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager

from lagesbild.errors import PublishError
from lagesbild.publish import work


class Slots:
    """Processes of this machine, at most ``count`` at a time.

    Attributes
    ----------
    count : int
        How many may be at work; who hands out work keeps to it.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._idle: list[Executor] = []
        self._at_work: dict[Future, Executor] = {}

    def submit(self, function: Callable, *given: object) -> Future:
        """Have a process call the function; a new one is started if all are at work."""
        pool = self._idle.pop() if self._idle else work.start_processes(1)
        future = pool.submit(function, *given)
        self._at_work[future] = pool
        return future

    def take(self, future: Future) -> dict:
        """What the function told; its process is free for the next, unless stuck.

        Raises
        ------
        PublishError
            If its process was ended by the computer.
        """
        from joblib.externals.loky import BrokenProcessPool

        pool = self._at_work.pop(future)
        try:
            told = future.result()
        except BrokenProcessPool:
            pool.shutdown(kill_workers=True)
            raise PublishError(
                "dess process avslutades av datorn, oftast för att minnet tog slut. "
                "Kör den för sig med --jobs 1. Tidigare sidor är orörda."
            ) from None
        if told.get("is_stuck"):
            pool.shutdown(kill_workers=True)
        else:
            self._idle.append(pool)
        return told

    def end(self) -> None:
        """End every process, also those at work."""
        for pool in (*self._idle, *self._at_work.values()):
            pool.shutdown(kill_workers=True)


@contextmanager
def on_this_machine(count: int) -> Iterator[Slots]:
    """Slots in a ``with``; at its end all processes have ended."""
    slots = Slots(count)
    try:
        yield slots
    finally:
        slots.end()
