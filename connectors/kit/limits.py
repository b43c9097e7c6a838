"""How often and how many at once a system may be called: read from a manifest's `[limits]`, overridden by a connection's settings.

A rate is a text such as `5/s`, `60/min` or `200/5min`: so many calls in any span of that length. It holds exactly; a bucket of tokens would
let twice as many through around the moment at which it is full, and a vendor that counts in windows would refuse them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_RATE = re.compile(r"(?P<calls>[1-9]\d*)\s*/\s*(?P<times>[1-9]\d*)?\s*(?P<unit>s|min|h|d)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """At most `calls` in any span of `seconds`.

    >>> rate_of("200/5min")
    Rate(calls=200, seconds=300)
    """

    calls: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a company's system allows all its callers together.

    `calls` hold for every call, `endpoints` for calls of one name besides; `at_once` calls may be under way, and `writers` writing ones
    among them, 0 where nothing limits them.
    """

    calls: tuple[Rate, ...] = ()
    endpoints: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)
    at_once: int = 0
    writers: int = 0


def rate_of(text: str) -> Rate:
    """The rate that a text says. Errors: `ValueError` with what would be right."""
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no rate; write calls/span, such as 5/s, 60/min or 200/5min")
    return Rate(int(found["calls"]), int(found["times"] or 1) * _SECONDS[found["unit"]])


def rates_of(texts: str | Iterable[str]) -> tuple[Rate, ...]:
    """Several rates, the shortest span first."""
    given = [texts] if isinstance(texts, str) else list(texts)
    return tuple(sorted(map(rate_of, given), key=lambda rate: (rate.seconds, rate.calls)))


def limits_of(told: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> Limits:
    """The limits of a manifest; `call_rates` and `calls_at_once` of a connection's settings take their place where they are given."""
    own = settings or {}
    return Limits(
        rates_of(own.get("call_rates") or told.get("calls", ())),
        {name: rates_of(rates) for name, rates in told.get("endpoints", {}).items()},
        int(own.get("calls_at_once") or told.get("at_once", 0)),
        int(told.get("writers", 0)),
    )
