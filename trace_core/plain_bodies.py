"""Bodies of documents that state no event (orders, items, lots, bills, partners), read without their schema where they are as usual.

A body is a table of fields, each with what it takes; whatever is not as usual is left to the schema, which knows every reason why. A
property test holds both to the same documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from trace_core.parts import Unusual, code, decimal, moment, moment_in_utc

Told = dict[str, Any]
Take = Callable[[Any], Any]
"""Gives the normal form of a value. Errors: `Unusual`."""


def _text(value: Any) -> str:
    if type(value) is not str:
        raise Unusual
    return value


def _of_text(take: Callable[[str], str]) -> Take:
    def taken(value: Any) -> str:
        if type(value) is not str:
            raise Unusual
        return take(value)

    return taken


def _one_of(*values: str) -> Take:
    known = frozenset(values)

    def taken(value: Any) -> str:
        if type(value) is not str or value not in known:
            raise Unusual
        return value

    return taken


def _truth(value: Any) -> bool:
    if value is not True and value is not False:
        raise Unusual
    return value


def _list_of(take: Take) -> Take:
    def taken(value: Any) -> list[Any]:
        if type(value) is not list:
            raise Unusual
        return [take(one) for one in value]

    return taken


def _table(fields: Mapping[str, Take], *required: str, **instead: Any) -> Take:
    wanted = frozenset(required)

    def taken(value: Any) -> Told:
        if type(value) is not dict or not wanted <= value.keys():
            raise Unusual
        try:
            return instead | {name: fields[name](inner) for name, inner in value.items()}
        except KeyError as fault:
            raise Unusual from fault

    return taken


def _bodies(time: Take) -> dict[str, Take]:
    named, amount = _of_text(code), _of_text(decimal)
    span = {"valid_from": time, "valid_to": time}
    unit = _table({"uom": named, "per_base": amount}, "uom", "per_base")
    line = {"line": named, "item": named, "quantity": amount, "uom": named, "scrap_percent": amount, **span}
    line |= {"designators": _list_of(_text), "substitutes": _list_of(named)}
    step = _table({"operation": named, "name": _text, "required": _truth, "merge_with": named}, "operation", required=True)
    states = _one_of("planned", "released", "started", "paused", "completed", "closed", "cancelled")
    order = dict.fromkeys(("order", "item", "uom", "parent_order", "bom_version"), named)
    order |= dict.fromkeys(("planned_start", "planned_end", "actual_start", "actual_end"), time)
    order |= {"type": _one_of("standard", "rework", "disassembly", "subcontract"), "status": states, "quantity": amount}
    item = dict.fromkeys(("item", "base_uom", "global_item"), named) | dict.fromkeys(("name", "mpn", "manufacturer"), _text)
    lot = dict.fromkeys(("item", "lot", "supplier", "supplier_lot", "date_code"), named)
    return {
        "order": _table(order | {"operations": _list_of(step)}, "order", "type", "item", "quantity", "uom", "status"),
        "bom": _table(
            {"item": named, "version": named, "quantity": amount, "uom": named, **span}
            | {"lines": _list_of(_table(line, "line", "item", "quantity", "uom"))},
            *("item", "version", "quantity", "uom", "lines"),
        ),
        "item": _table(item | {"tracking": _one_of("lot", "serial", "none"), "units": _list_of(unit)}, "item", "base_uom", "tracking"),
        "lot": _table(lot | {"made_at": time, "expires_at": time, "quality": _one_of("released", "hold", "rejected")}, "item", "lot"),
        "partner": _table(
            {"partner": named, "name": _text, "role": _one_of("supplier", "customer", "plant"), "plant": named}, "partner", "role"
        ),
    }


_AS_TOLD = _bodies(_of_text(moment))
_IN_UTC = _bodies(_of_text(moment_in_utc))
KINDS = frozenset(_AS_TOLD)
"""Kinds whose bodies are read here."""


_OFFSET = re.compile(rb'[+-]\d\d:\d\d"')
"""Where there is none of this, all times are in UTC already."""


def read_body(kind: str, text: bytes) -> tuple[bytes, bytes]:
    """A body in normal form, and the same with its times in UTC, which is what is hashed, both as JSON. Errors: `Unusual`."""
    told = orjson.loads(text)
    written = orjson.dumps(_AS_TOLD[kind](told), option=orjson.OPT_SORT_KEYS)
    if not _OFFSET.search(written):
        return written, written
    return written, orjson.dumps(_IN_UTC[kind](told), option=orjson.OPT_SORT_KEYS)
