"""How many examples hypothesis tries where each costs a tenth of a second.

A few every time, which new seeds add to day by day; ``LAGESBILD_EXAMPLES=20`` tries
twenty times as many: after a change of what the test is about.
"""

import os

from hypothesis import settings

TIMES = int(os.environ.get("LAGESBILD_EXAMPLES", "1"))


def few(n: int, **more) -> settings:
    """Settings for so many examples, or as many times more as were asked for."""
    return settings(max_examples=n * TIMES, deadline=None, **more)
