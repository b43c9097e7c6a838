"""The scenes: what is done to the site while it syncs both plants, and how long it may be without progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from arena.disturb import Disturber, doubled, emptying, freezing, killing, killing_any, shouting
from arena.site import Arena

MOMENTS = (
    "plan", "fetch", "keep", "decode", "map", "stage", "apply", "verify",
    "push.planned", "push.sent", "push.told", "push.confirmed", "commit.before", "commit.after",
)  # fmt: skip
TIMES = 20
Disturbing = Callable[[Arena], Disturber]
Orders = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Scene:
    """`moments` end processes so many times, `disturbers` work beside the sync, `faults` are ordered of the ERPs (HZ, SU) before it.

    `stall` is how long there may be no progress, in seconds (sync-engine figures); `short` scenes run with every test run.
    """

    name: str
    moments: Mapping[str, int] = field(default_factory=dict)
    disturbers: Sequence[Disturbing] = ()
    faults: Orders = field(default_factory=dict)
    stall: float = 15.0
    patience: float = 300.0
    short: bool = False


def _kill(role: str, times: int, every: float) -> Disturbing:
    return lambda arena: Disturber(killing(arena, role), times=times, every=every)


def _both(*faults: Mapping[str, Any]) -> Orders:
    return {"HZ": faults, "SU": faults}


DISTURBANCES: dict[str, Disturbing] = {
    "workers killed": _kill("worker", 4, 3.0),
    "callers killed": _kill("exchange", 4, 3.0),
    "beat killed": _kill("beat", 6, 1.5),
    "broker killed": _kill("broker", 3, 4.0),
    "broker emptied": lambda arena: Disturber(emptying(arena), times=10, every=1.0),
    "database killed": _kill("database", 2, 8.0),
}
ERP_FAULTS: dict[str, Orders] = {
    "answers lost after a write": _both({"name": "lost_answer_after_write", "share": 0.3, "seed": 1}),
    "503 for one call in twenty": _both({"name": "http_503", "share": 0.05, "seed": 2}),
    "sockets reset": _both({"name": "reset", "share": 0.05, "seed": 3}),
    "answers cut": _both({"name": "truncated", "share": 0.05, "seed": 4}),
    "429 with Retry-After": _both({"name": "too_many", "times": 4, "value": 2}),
    "sessions lost": {
        "HZ": [{"name": "session_lost", "share": 0.1, "seed": 5}],
        "SU": [{"name": "token_kick", "share": 0.1, "seed": 5}, {"name": "token_expired", "share": 0.05, "seed": 6}],
    },
    "pages repeated and shuffled": _both(
        {"name": "page_repeated", "share": 0.3, "seed": 7}, {"name": "page_shuffled", "share": 0.3, "seed": 8}
    ),
    "a page of something in between": _both({"name": "html_page", "share": 0.05, "seed": 9}),
    "every third call 400 ms late": _both({"name": "latency", "share": 0.33, "seed": 10, "value": 400}),
    "the ERPs' clocks five minutes behind": _both({"name": "clock_skew", "value": -300}),
    "faults of each vendor's own": {
        "HZ": [{"name": name, "share": 0.02, "seed": seed} for seed, name in enumerate(("response_error", "lock", "short_page"), 11)],
        "SU": [{"name": "data_as_string", "share": 0.2, "seed": 11}],
    },
}


def scenes() -> list[Scene]:
    """All of them; the short ones are first."""
    made = [
        Scene("every moment once", dict.fromkeys(MOMENTS, 1), stall=60, short=True),
        Scene("database and broker killed", disturbers=[_kill("database", 1, 8.0), _kill("broker", 2, 3.0)], stall=60, short=True),
        Scene("everybody frozen past their leases", disturbers=[_freeze("exchange"), _freeze("worker")], stall=40),
        Scene("every message several times", disturbers=[_shout()]),
        Scene("two beats and twice as many workers, one killed", disturbers=[_doubled(), _kill("exchange", 1, 1.0)]),
        Scene("any process, every half second", disturbers=[_any(60)], stall=60, patience=300),
        Scene("processes killed and answers lost", disturbers=[_any(20)], faults=ERP_FAULTS["answers lost after a write"], stall=60),
    ]
    made += [Scene(f"killed at {moment}, {TIMES} times", {moment: TIMES}, stall=_stall(moment), patience=600) for moment in MOMENTS]
    made += [Scene(name, disturbers=[one]) for name, one in DISTURBANCES.items()]
    made += [Scene(name, faults=orders, stall=60) for name, orders in ERP_FAULTS.items()]
    made += [
        Scene(f"{first} and {second}", disturbers=[DISTURBANCES[first], DISTURBANCES[second]], stall=60)
        for first, second in combinations(DISTURBANCES, 2)
    ]
    made += [
        Scene(f"{name} and {fault}", disturbers=[one], faults=orders, stall=60)
        for name, one in list(DISTURBANCES.items())[:2]
        for fault, orders in ERP_FAULTS.items()
    ]
    made += [Scene(_listed(names), faults=_merged([ERP_FAULTS[name] for name in names]), stall=60) for names in together(ERP_FAULTS, 4)]
    return made


def together(names: Iterable[str], size: int) -> list[tuple[str, ...]]:
    """Sets of so many names such that every pair of names is together in one; each holds as many new pairs as any could."""
    known = list(names)
    left, found = set(combinations(known, 2)), list[tuple[str, ...]]()
    while left:
        found.append(max(combinations(known, size), key=lambda one: len(left.intersection(combinations(one, 2)))))
        left.difference_update(combinations(found[-1], 2))
    return found


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _merged(orders: Sequence[Orders]) -> Orders:
    """All of them, each a third as often: a result takes ten calls, and shall come through at the second attempt or third."""
    return {plant: [_rarer(fault) for one in orders for fault in one[plant]] for plant in ("HZ", "SU")}


def _rarer(fault: Mapping[str, Any]) -> dict[str, Any]:
    return dict(fault) | ({"share": fault["share"] / 3} if "share" in fault else {})


def _stall(moment: str) -> float:
    """What was sent is left alone for a while before anybody looks whether it came about."""
    return 60.0 if moment.startswith(("push", "commit")) else 15.0


def _freeze(role: str) -> Disturbing:
    return lambda arena: Disturber(freezing(arena, role, 20.0), times=1, every=1.0, first=2.0 if role == "exchange" else 4.0)


def _shout() -> Disturbing:
    return lambda arena: Disturber(shouting(arena), times=15, every=0.5, first=0.2)


def _doubled() -> Disturbing:
    return lambda arena: Disturber(doubled(arena), times=1, every=1.0, first=0.1)


def _any(times: int) -> Disturbing:
    return lambda arena: Disturber(killing_any(arena, 1), times=times, every=0.5, first=0.5)
