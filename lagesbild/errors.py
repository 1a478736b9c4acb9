"""Errors a person can act on; every one says what is wrong and what to do.

In: nothing. Out: one class a cause. Used by every room; shown by the command line,
which turns ``exit_code`` into the exit code of the process.
The text is Swedish and never holds a value from a delivery, only counts, file
names, row numbers and column names.
"""

from __future__ import annotations

import errno

_DISK_REASONS = {
    "ENOSPC": "disken är full",
    "EDQUOT": "din del av disken är full",
    "EFBIG": "disken tar inte så stora filer",
    "EACCES": "rättighet saknas, eller filen är öppen i ett annat program",
    "EPERM": "rättighet saknas",
    "EROFS": "platsen går bara att läsa",
    "ENOENT": "den finns inte",
    "ENOTDIR": "den finns inte",
    **dict.fromkeys(
        ("ESTALE", "EHOSTDOWN", "EHOSTUNREACH", "ENETUNREACH", "ENOTCONN", "ETIMEDOUT"),
        "nätverksdisken svarar inte",
    ),
    "EIO": "disken svarar inte",
}


class LagesbildError(Exception):
    """Base of all our errors; raised as it is when the fault is ours."""

    exit_code = 1


class UsageError(LagesbildError):
    """Raised when a command or function is called with a word it does not know."""

    exit_code = 2


class PeriodError(UsageError):
    """Raised when a text is not a period, or two periods cannot be compared."""


class ShortHistoryError(UsageError):
    """Raised when a measure needs a longer history; its text may stand on a page."""


class ParameterError(UsageError):
    """Raised when a notebook is given a parameter it does not declare."""


class SettingsError(LagesbildError):
    """Raised when kommun.toml has an unknown, missing or malformed key."""

    exit_code = 3


class ReadError(LagesbildError):
    """Raised when a delivered file cannot be read as its source declares."""

    exit_code = 3


class RegisterError(LagesbildError):
    """Raised when a register or reference file does not follow its form."""

    exit_code = 3


class ContractError(LagesbildError):
    """Raised when a frame breaks the contract of its table; holds no values."""

    exit_code = 3


class StoppedError(LagesbildError):
    """Raised when going on could harm someone or falsify the picture."""

    exit_code = 4


class GovernanceError(StoppedError):
    """Raised when a source lacks purpose, legal basis, retention or decision."""


class DropError(StoppedError):
    """Raised when a new delivery loses more than a fifth of its period's rows."""


class ClockError(StoppedError):
    """Raised when the computer's clock does not fit what has been done."""


class CloseError(StoppedError):
    """Raised when a cycle cannot be closed yet."""


class ReleaseError(StoppedError):
    """Raised when a cycle cannot be released: closing, decision or text is missing."""


class PurgeError(StoppedError):
    """Raised when a purge lacks its decision, or a cycle needs rows that are purged."""


class ProtectError(StoppedError):
    """Raised when a publication cannot be shown to be safe."""


class StoreError(LagesbildError):
    """Raised when the store is damaged or does not hold what is asked for."""


class LockError(LagesbildError):
    """Raised when another process is writing in the workspace."""

    exit_code = 5


class NotebookError(LagesbildError):
    """Raised when a notebook fails; names notebook and cell, never data."""


class PublishError(LagesbildError):
    """Raised when pages cannot be written or exchanged."""


def explain(error: BaseException) -> str:
    """What may be said of any error: the text of one that is not ours holds data.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
        Our own text, the disk's reason with the file's name, or "" if there is nothing
        to say but the error's kind.
    """
    if isinstance(error, LagesbildError):
        return str(error)
    notes = " ".join(getattr(error, "__notes__", []))
    reason = _DISK_REASONS.get(errno.errorcode.get(getattr(error, "errno", None), ""))
    if reason:
        name = getattr(error, "filename", None) or "en fil"
        told = f"{name} går inte att läsa eller skriva: {reason}."
        return f"{told} {notes or 'Rätta det och kör igen.'}"
    if isinstance(error, MemoryError):
        return f"minnet räcker inte. {notes}".rstrip()
    return ""
