"""Bodies of documents that state no event (orders, items, lots, bills, partners), read without their schema where they are as usual.

A body is a structure of typed fields, in the order in which their normal form is written; whatever is not as usual is left to the
schema, which knows every reason why. A property test holds both to the same documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from trace_core.parts import LONGEST, Unusual, code, decimal, is_normal, read_time

Text = str | UnsetType
Time = str | UnsetType
Code = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
"""A text that names something; that it can be printed and has no space around it is looked at for a whole body at once."""
MaybeCode = Code | UnsetType


class _Part(Struct, forbid_unknown_fields=True):
    """What is given of a part; its fields are in the order of their names."""

    AMOUNTS: ClassVar[tuple[str, ...]] = ()
    TIMES: ClassVar[tuple[str, ...]] = ()
    TEXTS: ClassVar[tuple[str, ...]] = ()
    PARTS: ClassVar[tuple[str, ...]] = ()


class _Step(_Part, kw_only=True):
    TEXTS = ("name",)

    merge_with: MaybeCode = UNSET
    name: Text = UNSET
    operation: Code
    required: bool = True


class _Order(_Part, kw_only=True):
    AMOUNTS = ("quantity",)
    TIMES = ("actual_end", "actual_start", "planned_end", "planned_start")

    actual_end: Time = UNSET
    actual_start: Time = UNSET
    bom_version: MaybeCode = UNSET
    item: Code
    operations: list[_Step] | UnsetType = UNSET
    order: Code
    parent_order: MaybeCode = UNSET
    planned_end: Time = UNSET
    planned_start: Time = UNSET
    quantity: str
    status: Literal["planned", "released", "started", "paused", "completed", "closed", "cancelled"]
    type: Literal["standard", "rework", "disassembly", "subcontract"]
    uom: Code


class _Line(_Part, kw_only=True):
    AMOUNTS = ("quantity", "scrap_percent")
    TIMES = ("valid_from", "valid_to")
    TEXTS = ("designators",)

    designators: list[str] | UnsetType = UNSET
    item: Code
    line: Code
    quantity: str
    scrap_percent: str | UnsetType = UNSET
    substitutes: list[Code] | UnsetType = UNSET
    uom: Code
    valid_from: Time = UNSET
    valid_to: Time = UNSET


class _Bom(_Part, kw_only=True):
    AMOUNTS = ("quantity",)
    TIMES = ("valid_from", "valid_to")
    PARTS = ("lines",)

    item: Code
    lines: list[_Line]
    quantity: str
    uom: Code
    valid_from: Time = UNSET
    valid_to: Time = UNSET
    version: Code


class _Unit(_Part, kw_only=True):
    AMOUNTS = ("per_base",)

    per_base: str
    uom: Code


class _Item(_Part, kw_only=True):
    TEXTS = ("manufacturer", "mpn", "name")
    PARTS = ("units",)

    base_uom: Code
    global_item: MaybeCode = UNSET
    item: Code
    manufacturer: Text = UNSET
    mpn: Text = UNSET
    name: Text = UNSET
    tracking: Literal["lot", "serial", "none"]
    units: list[_Unit] | UnsetType = UNSET


class _Lot(_Part, kw_only=True):
    TIMES = ("expires_at", "made_at")

    date_code: MaybeCode = UNSET
    expires_at: Time = UNSET
    item: Code
    lot: Code
    made_at: Time = UNSET
    quality: Literal["released", "hold", "rejected"] | UnsetType = UNSET
    supplier: MaybeCode = UNSET
    supplier_lot: MaybeCode = UNSET


class _Partner(_Part, kw_only=True):
    TEXTS = ("name",)

    name: Text = UNSET
    partner: Code
    plant: MaybeCode = UNSET
    role: Literal["supplier", "customer", "plant"]


_SORTS: dict[str, type[_Part]] = {"order": _Order, "bom": _Bom, "item": _Item, "lot": _Lot, "partner": _Partner}
_DECODERS = {kind: msgspec.json.Decoder(sort) for kind, sort in _SORTS.items()}
_written = msgspec.json.Encoder().encode
KINDS = frozenset(_SORTS)
"""Kinds whose bodies are read here."""


Body = tuple[bytes, bytes, object]
"""A body in normal form, the same with its times in UTC, which is what is hashed, both as JSON; and what it was read into."""


def read_body(kind: str, text: bytes) -> Body:
    """The body that a JSON text states. Errors: `Unusual`."""
    try:
        body = _DECODERS[kind].decode(text)
    except msgspec.DecodeError as fault:
        raise Unusual from fault
    return _in_normal_form(body)


def take_body(kind: str, told: Mapping[str, Any]) -> Body:
    """The same for a body that is no text yet."""
    try:
        body = msgspec.convert(told, _SORTS[kind])
    except msgspec.ValidationError as fault:
        raise Unusual from fault
    return _in_normal_form(body)


def _in_normal_form(body: _Part) -> Body:
    local = _normal(body)
    written = _written(body)
    if b"\\" in written or b" " in written or b"\x7f" in written or not written.isascii():
        told = written.decode()
        if not told.isprintable() or "\\" in told or '" ' in told or ' "' in told:
            _names(body)  # something is escaped, or a text begins or ends with a space
    return written, _written(_in_utc(body)) if local else written, body


def _normal(body: _Part) -> bool:
    """Put the amounts and times of a body into normal form; whether any time is not in UTC."""
    local = False
    for name in body.AMOUNTS:
        told = getattr(body, name)
        if told is not UNSET and not is_normal(told):
            setattr(body, name, decimal(told))
    for name in body.TIMES:
        told = getattr(body, name)
        if told is not UNSET:
            _, normal, utc = read_time(told)
            setattr(body, name, normal)
            local = local or normal != utc
    for name in body.PARTS:
        parts = getattr(body, name)
        for part in parts if parts is not UNSET else ():
            local = _normal(part) or local
    return local


def _in_utc(body: _Part) -> _Part:
    """A copy with its times in UTC."""
    made = copy(body)
    for name in body.TIMES:
        told = getattr(body, name)
        if told is not UNSET:
            setattr(made, name, read_time(told)[2])
    for name in body.PARTS:
        parts = getattr(body, name)
        if parts is not UNSET:
            setattr(made, name, list(map(_in_utc, parts)))
    return made


def _names(body: _Part) -> None:
    """See to it that all but free texts can name something. Errors: `Unusual`."""
    for name in body.__struct_fields__:
        told = getattr(body, name)
        for one in told if isinstance(told, list) else (told,):
            if isinstance(one, _Part):
                _names(one)
            elif isinstance(one, str) and name not in body.TEXTS:
                code(one)
