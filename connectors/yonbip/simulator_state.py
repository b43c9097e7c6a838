"""What the simulated tenant holds, and its clock: local time without a zone, to the second."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Document: TypeAlias = dict[str, Any]


class State:
    """Documents by kind, and relations of lots. `shift` is added to the clock, so that an hour passes without waiting."""

    def __init__(self, data: Mapping[str, Any], clock: Callable[[], float]) -> None:
        self._clock = clock
        server = data.get("server", {})
        self.zone = ZoneInfo(server.get("zone", "Asia/Shanghai"))
        self.page_cap = int(server.get("page_cap", 500))
        self.objects: dict[str, list[Document]] = copy.deepcopy(dict(data.get("objects", {})))
        self.relations: list[Document] = copy.deepcopy(list(data.get("relations", ())))
        self.shift = timedelta()
        self._numbers = count(2_190_000_000_000_000_001)

    def now(self) -> datetime:
        """The server's local time."""
        return (datetime.fromtimestamp(self._clock(), self.zone) + self.shift).replace(tzinfo=None, microsecond=0)

    def now_text(self) -> str:
        """The same as the server writes it."""
        return self.now().isoformat(sep=" ")

    def new_id(self) -> int:
        """A fresh id of 19 digits."""
        return next(self._numbers)

    def find(self, kind: str, key: Any, name: str = "id") -> Document | None:
        """The document of that id or other value."""
        return next((one for one in self.objects.get(kind, ()) if str(one.get(name)) == str(key)), None)
