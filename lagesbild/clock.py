"""Whether the computer's clock can be believed: terms and quarters are judged by it.

In: the time of the log's last line. Out: nothing, or a refusal. A clock set to another
century would let a purge take every row, a close take a quarter that is not over, and
an ingest reject rows as not having happened yet. Order never hangs on the clock: it
goes by sequence numbers. Called by ``ingest``, ``closing``, ``purge`` and
``statistics`` before they do anything; an invented municipality lives by its
deliveries.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lagesbild import journal
from lagesbild.errors import ClockError
from lagesbild.period import swedish_date
from lagesbild.workspace import Workspace

_BACK, _ON = timedelta(days=1), timedelta(days=184)  # a quarter is never that late


def check_clock(ws: Workspace, *, now: datetime | None = None) -> None:
    """Hold the clock to the last that was done in the workspace.

    Parameters
    ----------
    ws : Workspace
    now : datetime, optional
        With a time zone; None takes the clock.

    Raises
    ------
    ClockError
        If it is more than a day before that, or more than half a year after.
    """
    lines = [] if ws.settings.municipality.is_invented else journal.read_lines(ws)
    if not lines:
        return
    last, now = datetime.fromisoformat(lines[-1]["at"]), now or datetime.now(UTC)
    if last - _BACK <= now <= last + _ON:
        return
    days = [swedish_date(moment.date()) for moment in (now, last)]
    raise ClockError(
        f"Datorns klocka står på den {days[0]}, men det senaste som gjordes i "
        f"arbetsytan gjordes den {days[1]}. Gallringsfrister och kvartal räknas efter "
        "klockan, så ingenting har gjorts. Ställ den rätt. Går den rätt, skriv "
        "'lagesbild doctor --clock-is-right' och kör igen."
    )


def accept_clock(ws: Workspace) -> None:
    """Note in the log that somebody has looked at the clock, and that it is right."""
    journal.note(ws, "clock")
