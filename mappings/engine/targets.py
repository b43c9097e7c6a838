"""Whether the parts of a mapping fit the canonical document that they make: every name known, single values where single values belong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import fields

from mappings.engine.language import STARTS, Many, Part, Place, Shape, Value
from trace_core.documents.kinds import SCHEMAS

Wrong = tuple[Place, str]


def misfits(body: Shape, kind: str) -> Iterator[tuple[Place, str, list[str]]]:
    """(place, what is wrong, the names that would be right) of everything in a body that its kind of document has no room for."""
    yield from _members(body, fields_of(SCHEMAS[kind]), kind)


def fields_of(schema: Any) -> dict[str, Any]:
    """The fields of a schema by the names that documents write."""
    return {field.data_key or name: field for name, field in schema.fields.items()}


def members_of(field: Any) -> Mapping[str, Any] | None:
    """The fields within a field that is an object, None for others."""
    return fields_of(field.schema) if isinstance(field, fields.Nested) else None


def _members(shape: Shape, known: Mapping[str, Any], what: str) -> Iterator[tuple[Place, str, list[str]]]:
    for name, part in shape.members.items():
        if name in known:
            yield from _part(part, known[name], name)
        else:
            yield part.place, f"{name} is no field of {what}", list(known)


def _part(part: Part, field: Any, name: str) -> Iterator[tuple[Place, str, list[str]]]:
    within = members_of(field)
    if isinstance(part, Shape):
        if within is not None:
            yield from _members(part, within, name)
        elif isinstance(field, fields.List):
            yield part.place, f"{name} is a list: write entries one by one, or list with of", []
        else:
            yield part.place, f"{name} is a single value, which needs one of {', '.join(STARTS)}", []
    elif isinstance(part, Many) and isinstance(field, fields.List):
        for entry in part.entries:
            yield from _part(entry, field.inner, name)
    elif isinstance(part, Many):
        yield part.place, f"{name} is no list", []
    elif isinstance(part, Value):
        yield from _value(part, field, name)


def _value(value: Value, field: Any, name: str) -> Iterator[tuple[Place, str, list[str]]]:
    if "first" in value.verbs:
        for piece in value.verbs["first"]:
            yield from _value(piece, field, name)
    elif "list" in value.verbs and "with" in value.verbs:
        if isinstance(field, fields.List):
            yield value.place, f"{name} is a list, and with joins one to a text", []
    elif "list" in value.verbs and isinstance(field, fields.List):
        yield from _part(value.verbs["of"], field.inner, name)
    elif "list" in value.verbs:
        yield value.place, f"{name} is no list", []
