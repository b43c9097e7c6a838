"""List rows and details as documents: lines gathered under their document, serial numbers under their line, ids as texts.

Source: API pages. A list has one row per line: header fields bare, line fields under a prefix of either case. Ids have 16 to 19 digits,
beyond what a JSON number holds exactly elsewhere, so they leave as texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from connectors.yonbip.kinds import KindPlan

Row: TypeAlias = dict[str, Any]
ID_FROM = 10**15
"""Whole numbers from here on are ids."""


def plain(value: Any) -> Any:
    """The value with every id as text."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= ID_FROM else value


def gathered(plan: KindPlan, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Documents in the order in which they first came, each with all of its lines; the order of rows does not matter otherwise."""
    found: dict[str, Row] = {}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        head, line = _parted(plan, plain(dict(row)))
        document = found.setdefault(plan.key_of(head), head | {plan.lines: []})
        name = (plan.key_of(head), str(line.get("id")))
        if name not in seen:
            seen.add(name)
            document[plan.lines].append(line)
    return list(found.values())


def whole(plan: KindPlan, told: Mapping[str, Any]) -> Row:
    """A detail with lists where lists belong, and loose serial numbers under the lines they name."""
    document: Row = plain(dict(told))
    lines = document[plan.lines] = _listed(document.get(plan.lines))
    loose = _listed(document.pop(plan.loose_serials, None)) if plan.loose_serials else []
    for line in lines if plan.serials else ():
        own = [serial for serial in loose if str(serial.get("detailid")) == str(line.get("id"))]
        line[plan.serials] = _listed(line.get(plan.serials)) + own
    return document


def _parted(plan: KindPlan, row: Row) -> tuple[Row, Row]:
    head: Row = {}
    line: Row = {}
    for name, value in row.items():
        prefix = next((prefix for prefix in plan.prefixes if name.startswith(prefix)), "")
        if prefix:
            line[name.removeprefix(prefix)] = value
        elif name in plan.inner:
            line[name] = _listed(value)
        else:
            head[name] = value
    return head, line


def _listed(value: Any) -> list[Any]:
    """Some pages show an object where several can stand."""
    if isinstance(value, dict):
        return [value] if any(value.values()) else []
    return list(value or [])
