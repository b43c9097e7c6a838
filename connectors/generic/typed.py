"""Typed values of a reply as plain JSON: objects that name their class, and keys with a trailing dot.

Source: JSON-RPC of Tryton 8.2 as observed (`{"__class__": "Decimal", "decimal": "1"}`, nested records under `product.`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

DAY = 86400


def plain(value: Any, marker: str = "__class__") -> Any:
    """The value with typed objects as texts: numbers in decimal, dates and times in ISO form without a zone, spans in seconds.

    A nested record under a key with a trailing dot takes the place of the bare id under the same key. An object of a class that is not
    known here stays as it is, without its marker. Errors: `ValueError` when a typed value spells no date, time or number.
    """
    if isinstance(value, Mapping):
        if marker in value:
            return _typed(value, marker)
        made = {name: plain(inner, marker) for name, inner in value.items() if not name.endswith(".")}
        return made | {name[:-1]: plain(inner, marker) for name, inner in value.items() if name.endswith(".")}
    return [plain(inner, marker) for inner in value] if isinstance(value, list) else value


def _typed(told: Mapping[str, Any], marker: str) -> Any:
    name = str(told[marker])
    parts: dict[str, Any] = {key: int(value) for key, value in told.items() if isinstance(value, int) and not isinstance(value, bool)}
    try:
        if name == "Decimal":
            return str(Decimal(str(told["decimal"])))
        if name == "datetime":
            return datetime(**parts).isoformat()  # noqa: DTZ001 - the zone is the definition's, added by the mapping
        if name == "date":
            return date(**parts).isoformat()
        if name == "time":
            return time(**parts).isoformat()
        if name == "timedelta":
            span = _number(told, "days") * DAY + _number(told, "seconds") + _number(told, "microseconds").scaleb(-6)
            return f"{span.normalize():f}"
    except (ArithmeticError, KeyError, TypeError) as fault:
        raise ValueError(f"{name} with {', '.join(sorted(told.keys() - {marker}))} is no {name}") from fault
    return {key: plain(inner, marker) for key, inner in told.items() if key != marker}


def _number(told: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(told.get(name, 0)))
