"""Canonical documents from JSON text: the usual ones without their schema, all others, and whatever is wrong, by it.

Most documents of a factory are reports, movements and packings that repeat the same parts: a thousand boards name the same reels. A part
is therefore read once and remembered by its bytes. This reader either gives exactly the document that the schema gives (a property
test holds it to that), or leaves the text to the schema, which knows every reason why it is wrong.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import orjson
from msgspec import Raw, Struct

from trace_core.documents.envelope import BodyText, Document, read_document
from trace_core.documents.kinds import MOVEMENTS, WITH_ORDER, WITH_OTHER
from trace_core.errors import Problem, Rejected
from trace_core.events import Flow, Source, flow_of, stated, thing_of
from trace_core.identifiers import KINDS, ThingId
from trace_core.parts import Unusual, code, decimal, read_time
from trace_core.plain_bodies import KINDS as KINDS_WITHOUT_EVENT
from trace_core.plain_bodies import Body, read_body, take_body

REMEMBERED = 200_000
"""Parts of each sort and plant in memory at most, where a reader is not told otherwise."""
SET_UPS = 2_000
"""Lists of inputs in memory at most: boards made one after the other name the same ones."""
Told = dict[str, Any]
_written = msgspec.json.Encoder().encode


class _Line(Struct, forbid_unknown_fields=True):
    kind: str
    plant: str
    key: str
    revision: Raw
    body: Raw
    recorded_at: str | None = None
    deleted: bool = False


class _Operation(Struct, forbid_unknown_fields=True):
    order: str
    operation: str
    at: str
    outputs: list[Raw]
    inputs: Raw
    started_at: str | None = None
    equipment: str | None = None
    people: list[str] | None = None
    good: str | None = None
    rework: str | None = None
    scrap: str | None = None


class _Movement(Struct, forbid_unknown_fields=True):
    type: str
    at: str
    thing: Raw
    quantity: str
    uom: str
    order: str | None = None
    operation: str | None = None
    partner: str | None = None
    shipment: str | None = None
    other: Raw | None = None
    person: str | None = None
    equipment: str | None = None
    backflush: bool | None = None
    reverses: str | None = None


class _Pack(Struct, forbid_unknown_fields=True):
    container: str
    at: str
    action: str
    contents: list[Raw]


class _Thing(Struct, forbid_unknown_fields=True):
    kind: str
    number: str
    item: str | None = None
    plant: str | None = None


class _Packed(_Thing, forbid_unknown_fields=True):
    quantity: str | None = None
    uom: str | None = None


class _Taken(Struct, forbid_unknown_fields=True):
    thing: _Thing
    quantity: str
    uom: str
    designators: list[str] | None = None


class _Made(Struct, forbid_unknown_fields=True):
    thing: _Thing
    quantity: str | None = None
    uom: str | None = None
    lot: _Thing | None = None


class Reader:
    """Reads documents; remembers the parts that it has read."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._line = msgspec.json.Decoder(_Line)
        self._bodies: dict[str, Any] = {kind: msgspec.json.Decoder(sort) for kind, sort in _SORTS.items()}
        self._parts: dict[str, _Parts] = {}

    def read(self, text: bytes) -> Document:
        """The document that a JSON text states. Errors: `Rejected` with every problem at once."""
        try:
            return self._usual(text)
        except (msgspec.DecodeError, orjson.JSONDecodeError, Unusual):
            return read_document(_parsed(text))

    def take(self, kind: str, plant: str, key: str, revision: int, body: Told, recorded_at: str | None = None) -> Document:
        """The same for what is no text yet, such as a mapping makes."""
        if kind in KINDS_WITHOUT_EVENT:
            try:
                known = None if recorded_at is None else read_time(recorded_at)[0]
                return _without_event((kind, code(plant), code(key), revision, known), take_body(kind, body))
            except Unusual:
                pass
        told = {"kind": kind, "plant": plant, "key": key, "revision": revision, "body": body}
        return self.read(_written(told if recorded_at is None else told | {"recorded_at": recorded_at}))

    def _usual(self, text: bytes) -> Document:
        line = self._line.decode(text)
        plant, key, revision = code(line.plant), code(line.key), bytes(line.revision)
        if line.deleted or not _WHOLE.match(revision):
            raise Unusual
        known = None if line.recorded_at is None else read_time(line.recorded_at)[0]
        if line.kind in KINDS_WITHOUT_EVENT:
            return _without_event((line.kind, plant, key, int(revision), known), read_body(line.kind, bytes(line.body)))
        if line.kind not in self._bodies:
            raise Unusual
        parts = self._parts.get(plant) or self._parts.setdefault(plant, _Parts(plant, self._remembered))
        told, flows = _READERS[line.kind](self._bodies[line.kind].decode(line.body), parts)
        written = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
        event = stated(Source(plant, line.kind, key, int(revision)), told, flows)
        content = hashlib.sha256(b'["' + line.kind.encode() + b'",false,' + _in_utc(told, written) + b"]").hexdigest()
        head = (line.kind, plant, key, int(revision), known)
        return Document(*head, deleted=False, body=BodyText(written), content=content, stated=event)


def _without_event(head: tuple[str, str, str, int, datetime | None], body: Body) -> Document:
    written, hashed, read = body
    content = hashlib.sha256(b'["' + head[0].encode() + b'",false,' + hashed + b"]").hexdigest()
    return Document(*head, deleted=False, body=BodyText(written, read), content=content)


class _Parts:
    """The parts of documents of one plant that were read already, by their bytes: what they state, and how they are written."""

    def __init__(self, plant: str, remembered: int) -> None:
        self.plant = plant
        self._remembered = remembered
        self._known: dict[str, dict[bytes, tuple[Any, bytes]]] = {name: {} for name in _FORMS}
        self._set_ups: dict[bytes, tuple[tuple[Flow, ...], orjson.Fragment]] = {}

    def inputs(self, raw: Raw) -> tuple[tuple[Flow, ...], orjson.Fragment]:
        """The flows of a whole list of inputs, and the list as JSON; equal lists give the very same flows."""
        text = bytes(raw)
        found = self._set_ups.get(text)
        if found is None:
            found = self.group("inputs", _LIST.decode(text))
            if len(self._set_ups) >= SET_UPS:
                self._set_ups.clear()
            self._set_ups[text] = found
        return found

    def group(self, name: str, raws: list[Raw]) -> tuple[tuple[Flow, ...], orjson.Fragment]:
        """The flows of a list of parts, and the list as JSON."""
        known, texts = self._known[name], list(map(bytes, raws))
        found = list(map(known.get, texts))
        if None in found:
            found = [known.get(text) or self._read(name, text) for text in texts]
        flows, written = zip(*found, strict=True) if found else ((), ())
        return flows, orjson.Fragment(b"[" + b",".join(written) + b"]")

    def one(self, raw: Raw) -> tuple[ThingId, orjson.Fragment]:
        """The thing that a part names, and the part as JSON."""
        text = bytes(raw)
        read, written = self._known["thing"].get(text) or self._read("thing", text)
        return read, orjson.Fragment(written)

    def _read(self, name: str, text: bytes) -> tuple[Any, bytes]:
        told = _FORMS[name](_DECODERS[name].decode(text))
        thing = thing_of(told, self.plant) if name in {"thing", "contents"} else None
        read = thing if name == "thing" else flow_of(told, self.plant, thing)
        found = read, orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
        if name != "outputs":  # what is made is made once
            known = self._known[name]
            if len(known) >= self._remembered:
                known.clear()
            known[text] = found
        return found


def _operation(body: _Operation, parts: _Parts) -> Read:
    told = _scalars(body, codes=("order", "operation"), times=("at", "started_at"), texts=("equipment",))
    told |= {name: value for name in ("good", "rework", "scrap") if (value := _quantity(getattr(body, name))) is not None}
    if body.people is not None:
        told["people"] = body.people
    inputs, told["inputs"] = parts.inputs(body.inputs)
    outputs, told["outputs"] = parts.group("outputs", body.outputs)
    return told, {"inputs": inputs, "outputs": outputs}


def _movement(body: _Movement, parts: _Parts) -> Read:
    missing = (body.type in WITH_OTHER and body.other is None) or (body.type in WITH_ORDER and body.order is None)
    if body.type not in MOVEMENTS or (missing and body.reverses is None):
        raise Unusual
    codes = ("type", "uom", "order", "operation", "partner", "shipment", "reverses")
    told = _scalars(body, codes=codes, times=("at",), texts=("person", "equipment"))
    told["quantity"] = _quantity(body.quantity)
    if body.backflush is not None:
        told["backflush"] = body.backflush
    thing, told["thing"] = parts.one(body.thing)
    other: tuple[Flow, ...] = ()
    if body.other is not None:
        named, told["other"] = parts.one(body.other)
        other = (Flow(named),)
    return told, {"thing": (flow_of(told, parts.plant, thing),), "other": other}


def _pack(body: _Pack, parts: _Parts) -> Read:
    if body.action not in {"add", "remove"}:
        raise Unusual
    told = _scalars(body, codes=("container", "action"), times=("at",))
    contents, told["contents"] = parts.group("contents", body.contents)
    return told, {"contents": contents}


Read = tuple[Told, dict[str, tuple[Flow, ...]]]
_SORTS: dict[str, Any] = {"operation": _Operation, "movement": _Movement, "pack": _Pack}
_READERS: dict[str, Callable[[Any, _Parts], Read]] = {"operation": _operation, "movement": _movement, "pack": _pack}
_TIMES = ("at", "started_at")
_WHOLE = re.compile(rb"-?(0|[1-9][0-9]{0,17})\Z")


def _in_utc(told: Told, written: bytes) -> bytes:
    """The body as it is hashed: with its times in UTC, so that equal facts have equal hashes."""
    utc = {name: read_time(told[name])[2] for name in _TIMES if name in told}
    same = all(told[name] == moment for name, moment in utc.items())
    return written if same else orjson.dumps(told | utc, option=orjson.OPT_SORT_KEYS)


def _scalars(body: Any, *, codes: tuple[str, ...], times: tuple[str, ...], texts: tuple[str, ...] = ()) -> Told:
    """Fields that are given, in normal form."""
    told = {name: code(value) for name in codes if (value := getattr(body, name)) is not None}
    told |= {name: read_time(value)[1] for name in times if (value := getattr(body, name)) is not None}
    return told | {name: value for name in texts if (value := getattr(body, name)) is not None}


def _quantity(text: str | None) -> str | None:
    return None if text is None else decimal(text)


def _thing(thing: _Thing) -> Told:
    if thing.kind not in KINDS or (thing.kind == "container") != (thing.item is None):
        raise Unusual
    told = {"kind": thing.kind, "number": code(thing.number)}
    if thing.item is not None:
        told["item"] = code(thing.item)
    if thing.plant is not None:
        told["plant"] = code(thing.plant)
    return told


def _amount(part: Any, told: Told) -> Told:
    if part.quantity is not None:
        told["quantity"] = _quantity(part.quantity)
    if part.uom is not None:
        told["uom"] = code(part.uom)
    return told


def _taken(part: _Taken) -> Told:
    told = _amount(part, {"thing": _thing(part.thing)})
    return told if part.designators is None else told | {"designators": part.designators}


def _made(part: _Made) -> Told:
    told = _amount(part, {"thing": _thing(part.thing)})
    return told if part.lot is None else told | {"lot": _thing(part.lot)}


_LIST = msgspec.json.Decoder(list[Raw])
_DECODERS: dict[str, Any] = {
    "inputs": msgspec.json.Decoder(_Taken),
    "outputs": msgspec.json.Decoder(_Made),
    "contents": msgspec.json.Decoder(_Packed),
    "thing": msgspec.json.Decoder(_Thing),
}
_FORMS: dict[str, Callable[[Any], Told]] = {
    "inputs": _taken,
    "outputs": _made,
    "contents": lambda part: _amount(part, _thing(part)),
    "thing": _thing,
}


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        head = text[:80].decode("utf-8", errors="replace")
        raise Rejected("no JSON", problems=[Problem("", f"is no JSON: {fault.msg} at column {fault.colno}", head)]) from fault
