"""An interval that follows how much changes: longer while nothing does, shorter while much does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

MUCH = 20
"""Changed documents of one run from which on the next comes twice as soon."""
LOOK_BACK = 16
"""Runs that are looked at; doubling so often leads from a second to most of a day."""


def adapted(every: timedelta, low: timedelta, high: timedelta, changes: Sequence[int]) -> timedelta:
    """The interval after the last runs, within `low` and `high`; `changes` are their changed documents, the oldest first.

    It begins at `every`. Nothing changed: twice as long. Much changed: half as long. A little changed: a doubling or halving
    back towards `every`. It is a pure function of the rows, so that every beat comes to the same interval.

    >>> adapted(timedelta(minutes=5), timedelta(minutes=1), timedelta(minutes=30), [0, 0])
    datetime.timedelta(seconds=1200)
    """
    now = every
    for changed in changes[-LOOK_BACK:]:
        if changed >= MUCH:
            now = max(low, now // 2)
        elif changed == 0:
            now = min(high, now * 2)
        else:
            now = max(every, now // 2) if now > every else min(every, now * 2)
    whole = max(1, int(now.total_seconds()))
    return timedelta(seconds=whole)
