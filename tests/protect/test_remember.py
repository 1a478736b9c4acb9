"""What is kept is kept whole, found again by content, and open to its owner alone."""

import os

import pandas as pd
import pytest

from lagesbild.errors import ProtectError
from lagesbild.protect import remember

FRAME = pd.DataFrame({"area_id": ["O1", "O2"], "n": [3, 4]})


def test_the_key_follows_values_columns_order_and_settings():
    key = remember.make_key([FRAME], {"radet": 5})
    assert key == remember.make_key([FRAME.copy()], {"radet": 5})
    others = [
        ([FRAME.assign(n=[3, 5])], {"radet": 5}),
        ([FRAME.rename(columns={"n": "m"})], {"radet": 5}),
        ([FRAME.iloc[::-1]], {"radet": 5}),
        ([FRAME], {"radet": 6}),
    ]
    keys = {remember.make_key(frames, settings) for frames, settings in others}
    assert len(keys) == 4 and key not in keys


def test_a_frame_is_made_once(tmp_path):
    made = []

    def make():
        made.append(1)
        return FRAME

    for _ in range(2):
        frame = remember.recall_frame(tmp_path / "skydd", "k", make)
        pd.testing.assert_frame_equal(frame, FRAME)
    assert len(made) == 1


def test_a_failed_proof_is_tried_again(tmp_path):
    tried = []

    def prove():
        tried.append(1)
        if len(tried) == 1:
            raise ProtectError("nej")

    with pytest.raises(ProtectError):
        remember.recall_proof(tmp_path, "k", prove)
    for _ in range(2):
        remember.recall_proof(tmp_path, "k", prove)
    assert len(tried) == 2


def test_a_writing_that_breaks_off_leaves_nothing_by_that_name(tmp_path):
    file = tmp_path / "skydd" / "celler.parquet"

    def half(part):
        part.write_bytes(b"hal")
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        remember.keep(file, half)
    assert not file.exists()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_only_the_owner_can_enter(tmp_path):
    remember.keep(tmp_path / "skydd" / "x", lambda part: part.write_text("x"))
    assert (tmp_path / "skydd").stat().st_mode & 0o077 == 0
