"""Faults to order for simulators: how often each is due, by number, by share, or both, the same every time for the same seed.

Faults of every system: `latency` (waits `value` milliseconds), `http_500`, `http_502`, `http_503`, `too_many` (429 with a `Retry-After` of
`value` seconds), `reset` (the socket closes before anything is done), `lost_answer_after_write` (it closes after a write was carried out),
`truncated` (the body ends in the middle), `html_page` (a page of something in between), `page_repeated` and `page_shuffled` (rows of a list
answer), `clock_skew` (the server's clock is `value` seconds off, until ordered anew). A vendor's own faults are in its simulator.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ALL = 1 << 62


@dataclass(slots=True)
class Order:
    """`times` calls suffer the fault, of those that come by a `share` of them; `only` is a part of the paths that it is about."""

    times: int = 1
    share: float = 1.0
    value: float = 0.0
    only: str = ""
    random: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 - repeatable, keeps no secret


class Disturbances:
    """The faults ordered and not yet suffered."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._orders: dict[str, Order] = {}

    def order(self, told: Mapping[str, Any]) -> None:
        """Take an order: `{"name", "times"?, "share"?, "value"?, "only"?, "seed"?}`; without `times` a share holds until ordered anew."""
        times = int(told.get("times", ALL if "share" in told or told["name"] == "clock_skew" else 1))
        chance = random.Random(told.get("seed", 0))  # noqa: S311 - repeatable, keeps no secret
        made = Order(times, float(told.get("share", 1)), float(told.get("value", 0)), str(told.get("only", "")), chance)
        with self._guard:
            self._orders[str(told["name"])] = made

    def __setitem__(self, name: str, times: int) -> None:
        """Let so many of the next calls suffer the fault."""
        self.order({"name": name, "times": times})

    def due(self, name: str, path: str = "") -> Order | None:
        """The order that this call suffers, used up by one; None when it suffers none."""
        with self._guard:
            order = self._orders.get(name)
            if order is None or order.times <= 0 or (order.only and order.only.lower() not in path.lower()):
                return None
            if order.share < 1 and order.random.random() >= order.share:
                return None
            order.times -= 1
            return order

    def standing(self, name: str) -> Order | None:
        """The order as it stands, without using it up."""
        with self._guard:
            return self._orders.get(name)

    def disturbed(self, rows: list[Any], path: str = "") -> list[Any]:
        """Rows of a list answer as they are sent: perhaps some twice, perhaps in another order."""
        if len(rows) > 1 and self.due("page_repeated", path):
            rows = [*rows, *rows[: (len(rows) + 1) // 2]]
        if len(rows) > 1 and (order := self.due("page_shuffled", path)):
            rows = order.random.sample(rows, len(rows))
        return rows
