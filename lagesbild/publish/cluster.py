"""Pages, or whole municipalities, made by the workers of a Dask cluster that is there.

In: the address of its scheduler. Out: ``Places`` as those of ``work`` and ``slots``:
the same code is called, in the same order, but on other machines. Everything passes by
files that all see: only paths, parameters and our own sentences are sent. A worker
raises nothing, for what is raised is logged by Dask with its text.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild import errors
from lagesbild.errors import LagesbildError, PublishError, UsageError, explain
from lagesbild.private import kept_private
from lagesbild.publish.cluster_checks import SCHEMES, check_sight, check_workers
from lagesbild.workspace import make_private_folder

if TYPE_CHECKING:
    from distributed import Client
    from distributed import Future as Sent

    from lagesbild.publish.work import Task
    from lagesbild.workspace import Workspace

_CONNECT_SECONDS, _LOOK_SECONDS, _END_SECONDS = 10, 5, 10
_LOOKS_WITHOUT_WORKERS = 6
_ENDING = ".ny"  # what is left of a run that was cut short is removed as staging is
_LOST = (
    "En arbetare i klustret försvann medan den arbetade, oftast för att minnet tog "
    "slut. Se dess logg, ge den mer minne och kör igen. Tidigare sidor är orörda."
)
_GONE = (
    "Kontakten med klustret bröts, eller också har det inga arbetare kvar. Se efter "
    "att schemaläggaren och arbetarna är i gång och kör igen. Tidigare sidor är "
    "orörda."
)


@contextmanager
def connect(address: str) -> Iterator[Cluster]:
    """A cluster in a ``with``; its workers have been held to what pages need.

    Parameters
    ----------
    address : str
        Of the scheduler, tcp:// or tls://.

    Raises
    ------
    UsageError
        If there is no such cluster, or its workers cannot make the same pages.
    """
    if not address.startswith(SCHEMES):
        raise UsageError(
            f"'{address}' är ingen adress till ett kluster. Skriv den som "
            "schemaläggaren visar när den startar, till exempel tcp://10.0.0.5:8786."
        )
    try:
        import distributed
    except ModuleNotFoundError:
        raise UsageError(
            "Paketet distributed saknas. Installera det på den här datorn och på varje "
            "arbetare med pip install -r requirements.txt, eller i samma version som "
            "där står."
        ) from None
    log = logging.getLogger("distributed")
    level = log.level
    log.setLevel(logging.CRITICAL)  # what goes wrong is told by us, in Swedish
    try:
        with _client(distributed.Client, address) as client:
            workers = check_workers(client)
            cluster = Cluster(client, len(workers))
            try:
                yield cluster
            finally:
                cluster.end()
    finally:
        log.setLevel(level)


@contextmanager
def _client(kind: type, address: str) -> Iterator[Client]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other versions: we look for ourselves
        try:
            client = kind(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except Exception as error:
            hint = (
                "Är certifikaten inställda (se handboken)? "
                if address.startswith("tls")
                else ""
            )
            raise UsageError(
                f"Klustret på {address} svarar inte ({type(error).__name__}). {hint}Se "
                "efter att schemaläggaren är i gång och att brandväggen släpper fram, "
                "eller kör utan --dask."
            ) from None
    try:
        yield client
    finally:
        with suppress(Exception):  # a cluster that is gone has nothing to be told
            client.close(timeout=_CONNECT_SECONDS)


@dataclass
class Cluster:
    """A cluster's workers, each of one thread.

    Attributes
    ----------
    client : distributed.Client
    count : int
        How many workers there are.
    """

    client: Client
    count: int
    _out: dict[Future, Sent] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        threading.Thread(target=self._look, daemon=True, name="cluster").start()

    def check_sight(self, ws: Workspace) -> None:
        """See that every worker sees, and can write in, this very workspace.

        Raises
        ------
        UsageError
            If one does not; says which.
        """
        with _beacon(ws) as folder:
            check_sight(self.client, ws, folder)

    def pages_of(self, ws: Workspace) -> Callable:
        """Where the pages of a workspace are made; as of ``How``."""
        return partial(_pages, self, ws)

    @contextmanager
    def places(self, count: int) -> Iterator[_Municipalities]:
        """Where municipalities are made, as ``slots.on_this_machine`` gives."""
        found = _Municipalities(self, min(count, self.count))
        try:
            yield found
        finally:
            found.end()

    def hand_out(self, sight: Sight, function: Callable, *given, **named) -> Future:
        """Have a worker call the function where it sees the same files."""
        mine = Future()
        # nothing of whom or what it is stands in the key that the dashboard shows
        sent = self.client.submit(
            *(work_here, sight, function, given, named),
            key=f"lagesbild-{uuid.uuid4().hex}",
            pure=False,
            retries=0,
        )
        self._out[mine] = sent
        sent.add_done_callback(partial(_pass_on, mine))
        return mine

    def take(self, future: Future) -> dict:
        """What the function told there; raises our own errors."""
        self._out.pop(future, None)
        told = future.result()
        if told.error is not None:
            raise getattr(errors, told.error)(told.text)
        return told.value

    def end(self) -> None:
        """Let those at work end; restart those that do not."""
        self._ended.set()
        wait(list(self._out), timeout=_END_SECONDS)
        left = [sent for mine, sent in self._out.items() if not mine.done()]
        self._out.clear()
        if not left:
            return
        keys = {sent.key for sent in left}
        with suppress(Exception):  # nothing more can be done from here
            at_work = self.client.processing()
            self.client.cancel(left)  # else they are begun again after the restart
            self.restart([who for who, what in at_work.items() if keys & set(what)])

    def restart(self, workers: list[str]) -> None:
        """Restart workers in which a page goes on that nobody waits for."""
        # one that has no nanny cannot be restarted from here: the handbook says so
        with suppress(Exception):
            self.client.restart_workers(workers, timeout=30, raise_for_error=False)

    def _look(self) -> None:
        """Tell those who wait when there is nobody left to wait for."""
        n_without = 0
        while not self._ended.wait(_LOOK_SECONDS):
            try:
                n_workers = len(self.client.scheduler_info()["workers"])
            except Exception:
                n_workers = 0
            n_without = 0 if n_workers else n_without + 1
            if n_without >= _LOOKS_WITHOUT_WORKERS:
                for mine in list(self._out):
                    _settle(mine, Told(error="PublishError", text=_GONE))


@dataclass(frozen=True)
class Sight:
    """What a worker must see before it begins.

    Attributes
    ----------
    beacon : Path
        Is there as long as somebody waits for the work.
    project : Path
        Where it is to stand, as the one who asks does.
    """

    beacon: Path
    project: Path


@dataclass(frozen=True)
class Told:
    """What a worker tells: a value, or the name and text of one of our errors."""

    value: object = None
    error: str | None = None
    text: str = ""


def work_here(sight: Sight, function: Callable, given: tuple, named: dict) -> Told:
    """Call the function in this worker; nothing is raised."""
    from threadpoolctl import threadpool_limits

    try:
        if not sight.beacon.exists():
            raise PublishError(
                "Arbetaren ser inte arbetsytan, eller ingen väntar längre på den."
            )
        # a worker has one thread, so nobody else makes files meanwhile
        alone = kept_private()
        with contextlib.chdir(sight.project), threadpool_limits(1), alone:
            return Told(function(*given, **named))
    except LagesbildError as error:
        return Told(error=type(error).__name__, text=str(error))
    except Exception as error:
        told = explain(error) or f"ett fel i Lägesbild ({type(error).__name__})."
        return Told(error="LagesbildError", text=f"På en arbetare: {told}")


def _pass_on(mine: Future, sent: Sent) -> None:
    """Called by Dask, in a thread, when the work is done or will not be."""
    try:
        told = sent.result(timeout=_CONNECT_SECONDS)
    except BaseException as error:
        is_lost = type(error).__name__ == "KilledWorker"
        told = Told(error="PublishError", text=_LOST if is_lost else _GONE)
    _settle(mine, told)


def _settle(mine: Future, told: Told) -> None:
    with suppress(InvalidStateError):  # it was told already
        mine.set_result(told)


@contextmanager
def _beacon(ws: Workspace) -> Iterator[Path]:
    folder = make_private_folder(ws.lager / f"kluster-{uuid.uuid4().hex}{_ENDING}")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _pages(cluster: Cluster, ws: Workspace, _n_jobs: int) -> Iterator[_Pages]:
    """The caller holds the workspace's lock; so nobody removes the folder meanwhile."""
    with _beacon(ws) as folder:
        pages = _Pages(cluster, folder, Sight(folder, ws.project))
        try:
            yield pages
        except BaseException:
            cluster.end()
            raise


@dataclass
class _Pages:
    """Pages of one workspace; each is written beside, and put in staging from here.

    So a worker that goes on when nobody waits has nowhere to write: the folder is gone.
    """

    cluster: Cluster
    folder: Path
    sight: Sight
    _tasks: dict[Future, Task] = field(default_factory=dict)

    def submit(self, function: Callable, task: Task, **named: object) -> Future:
        private = self.folder / task.audience
        private.mkdir(exist_ok=True)
        there = replace(task, folder=private)
        future = self.cluster.hand_out(self.sight, function, there, **named)
        self._tasks[future] = task
        return future

    def take(self, future: Future) -> dict:
        task = self._tasks.pop(future)
        told = self.cluster.take(future)
        shutil.move(self.folder / task.audience / task.file, task.folder / task.file)
        return told


@dataclass
class _Municipalities:
    """Whole municipalities, one at a time to each worker."""

    cluster: Cluster
    count: int
    _beacons: dict[Future, Path] = field(default_factory=dict)

    def submit(self, function: Callable, root: Path, project: Path, asked) -> Future:
        lager = make_private_folder(root / "lager")
        beacon = lager / f"kluster-{uuid.uuid4().hex}.txt"
        for left in lager.glob("kluster-*.txt"):
            left.unlink()  # of a run that was cut short
        beacon.touch()
        sight = Sight(beacon, project)
        future = self.cluster.hand_out(
            sight, _named, function, root, project, asked, beacon=beacon
        )
        self._beacons[future] = beacon
        return future

    def take(self, future: Future) -> dict:
        self._beacons.pop(future).unlink(missing_ok=True)
        told = self.cluster.take(future)
        if told.get("is_stuck"):
            self.cluster.restart([told.pop("worker")])
        told.pop("worker", None)
        return told

    def end(self) -> None:
        for beacon in self._beacons.values():
            beacon.unlink(missing_ok=True)


def _named(function: Callable, *given: object, **named: object) -> dict:
    """What the function tells, with the worker that it was called in."""
    from distributed import get_worker

    return function(*given, **named) | {"worker": get_worker().address}
