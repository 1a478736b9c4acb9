"""Many place texts → one outcome each; every distinct text is read once.

In: pairs of text and locality, the gazetteer and the analyst's aliases. Out: outcomes
in order. Many new pairs are shared out between processes. Next: place and command.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from lagesbild.geocode.aliases import NO_ALIASES, Aliases
from lagesbild.geocode.gazetteer import Gazetteer
from lagesbild.geocode.match import match_text
from lagesbild.geocode.outcome import Outcome

Pair = tuple[str, str]  # text and locality

_LEAST_SHARED = 20_000
"""New pairs that are worth starting other processes for."""

_BATCH = 2_000
_MOST_KEPT = 600_000
"""Pairs whose outcome is remembered; a bound of the memory, never of the answer."""


@contextmanager
def open_matcher(
    gazetteer: Gazetteer, *, aliases: Aliases = NO_ALIASES, jobs: int | None = 1
) -> Iterator[Callable[[Sequence[Pair]], list[Outcome]]]:
    """Give a function that places pairs of text and locality.

    Parameters
    ----------
    gazetteer : Gazetteer
    aliases : Aliases, optional
        What the analyst has said that texts mean.
    jobs : int, optional
        Processes to share many texts between; None takes one for each processor.

    Yields
    ------
    callable
        Pairs → one ``Outcome`` a pair, in order. It remembers what it has placed.
    """
    jobs = (os.cpu_count() or 1) if jobs is None else jobs
    known: dict[Pair, Outcome] = {}
    pool: list[ProcessPoolExecutor] = []

    def match(pairs: Sequence[Pair]) -> list[Outcome]:
        if len(known) > _MOST_KEPT:
            known.clear()
        new = [pair for pair in dict.fromkeys(pairs) if pair not in known]
        if jobs > 1 and len(new) >= _LEAST_SHARED:
            if not pool:
                pool.append(_start(gazetteer, aliases, jobs))
            batches = [new[i : i + _BATCH] for i in range(0, len(new), _BATCH)]
            found = [o for part in pool[0].map(_match_batch, batches) for o in part]
        else:
            found = [_match(pair, gazetteer, aliases) for pair in new]
        known.update(zip(new, found, strict=True))
        return [known[pair] for pair in pairs]

    try:
        yield match
    finally:
        for started in pool:
            started.shutdown(cancel_futures=True)


def _match(pair: Pair, gazetteer: Gazetteer, aliases: Aliases) -> Outcome:
    meant = aliases.find(*pair)
    return match_text(*pair, gazetteer) if meant is None else meant


def _start(gazetteer: Gazetteer, aliases: Aliases, jobs: int) -> ProcessPoolExecutor:
    # spawn: the same on every system, and nothing of this process is inherited
    return ProcessPoolExecutor(
        jobs,
        mp_context=get_context("spawn"),
        initializer=_prepare,
        initargs=(gazetteer, aliases),
    )


_prepared: list = []


def _prepare(gazetteer: Gazetteer, aliases: Aliases) -> None:
    _prepared[:] = [gazetteer, aliases]


def _match_batch(pairs: list[Pair]) -> list[Outcome]:
    return [_match(pair, *_prepared) for pair in pairs]
