"""Typed values of a reply as plain JSON: objects that name their class, and keys with a trailing dot.

Source: JSON-RPC of Tryton 8.2 as observed (`{"__class__": "Decimal", "decimal": "1"}`, nested records under `product.`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any


def plain(value: Any, marker: str = "__class__") -> Any:
    """The value with typed objects as texts: numbers in decimal, dates and times in ISO form without a zone, spans in seconds.

    A nested record under a key with a trailing dot takes the place of the bare id under the same key.
    """
    if isinstance(value, Mapping):
        if marker in value:
            return _typed(str(value[marker]), value)
        made = {name: plain(inner, marker) for name, inner in value.items() if not name.endswith(".")}
        return made | {name[:-1]: plain(inner, marker) for name, inner in value.items() if name.endswith(".")}
    return [plain(inner, marker) for inner in value] if isinstance(value, list) else value


def _typed(name: str, told: Mapping[str, Any]) -> Any:
    parts: dict[str, Any] = {key: int(value) for key, value in told.items() if isinstance(value, int) and not isinstance(value, bool)}
    if name == "Decimal":
        return str(told["decimal"])
    if name == "datetime":
        return datetime(**parts).isoformat()  # noqa: DTZ001 - the zone is the definition's, added by the mapping
    if name == "date":
        return date(**parts).isoformat()
    if name == "time":
        return time(**parts).isoformat()
    if name == "timedelta":
        return str(timedelta(seconds=float(told.get("seconds", 0))).total_seconds())
    return {key: plain(inner) for key, inner in told.items() if key != "__class__"}
