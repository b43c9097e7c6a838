"""Asking again until a system has finished what it took: a bounded number of times, with a pause between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_result, stop_after_attempt, wait_fixed

Found = TypeVar("Found")


def asked_until(ask: Callable[[], Found | None], *, times: int, seconds: float) -> Found | None:
    """The first answer of `ask` that is not None; None after so many times. `seconds` pass between two askings; faults go through."""
    asking = Retrying(retry=retry_if_result(lambda found: found is None), stop=stop_after_attempt(times), wait=wait_fixed(seconds))
    try:
        return asking(ask)
    except RetryError:
        return None
