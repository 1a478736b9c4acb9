"""Remember what has been chosen and proved, so that nothing is computed twice.

In: frames and a folder. Out: a key made of their content and of this room's own code,
and what was kept under it. Used by ``publication``. The folder is private: what is
hidden says which counts are small.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd

from lagesbild.workspace import make_private_folder


@cache
def _program() -> bytes:
    files = sorted(Path(__file__).parent.glob("*.py"))
    return b"".join(file.read_bytes() for file in files)


def make_key(frames: list[pd.DataFrame], settings: dict) -> str:
    """A key that changes when a value, a setting or the code of protect changes."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    digest.update(_program())
    for frame in frames:
        digest.update("|".join(map(str, frame.columns)).encode())
        digest.update(pd.util.hash_pandas_object(frame, index=False).values.tobytes())
    return digest.hexdigest()[:32]


def recall_frame(
    folder: Path, key: str, make: Callable[[], pd.DataFrame]
) -> pd.DataFrame:
    """The frame kept under a key, or else made and kept."""
    file = folder / f"{key}.parquet"
    if file.is_file():
        return pd.read_parquet(file)
    frame = make()
    keep(file, lambda part: frame.to_parquet(part))
    return frame


def recall_proof(folder: Path, key: str, prove: Callable[[], None]) -> None:
    """Prove something once; a proof that fails raises and leaves nothing behind."""
    file = folder / f"{key}.txt"
    if file.is_file():
        return
    prove()
    keep(file, lambda part: part.write_text("granskad\n", encoding="utf-8"))


def recall_none(folder: Path, key: str, count: Callable[[], int]) -> int:
    """Count faults; that there were none is remembered, and nothing else is."""
    file = folder / f"{key}.txt"
    if file.is_file():
        return 0
    n_faults = count()
    if n_faults == 0:
        keep(file, lambda part: part.write_text("granskad\n", encoding="utf-8"))
    return n_faults


def keep(file: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all, in a folder that only its owner can enter."""
    make_private_folder(file.parent)
    part = file.with_name(f"{file.name}.{os.getpid()}.del")
    write(part)
    os.replace(part, file)
