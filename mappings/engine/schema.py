"""The JSON Schema of mapping files, for editors that complete and check while one types.

It is made from the words of the language itself, so that it never says anything else; what only reading can tell (whether a table exists,
whether a version fits) is left to `lotweave check`. Source: JSON Schema 2020-12.
"""

from __future__ import annotations

from typing import Any

from marshmallow.fields import List

from mappings.engine.codes import POLICIES
from mappings.engine.language import BOUNDS, DATES, STARTS
from mappings.engine.load import SUBJECTS
from mappings.engine.reading import options_of
from mappings.engine.targets import fields_of, members_of
from mappings.library.functions import FUNCTIONS
from trace_core.documents.kinds import SCHEMAS

_TEXT, _WHOLE, _SCALARS = {"type": "string"}, {"type": "integer"}, {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
_VALUE, _PART, _WHEN = ({"$ref": f"#/$defs/{name}"} for name in ("value", "part", "when"))


def schema() -> dict[str, Any]:
    """The whole schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A mapping of Lotweave",
        "type": "object",
        "required": ["mapping", "version"],
        "if": {"properties": {"direction": {"const": "out"}}, "required": ["direction"]},
        "then": _table(
            _HEAD | {"direction": {"const": "out"}, "target": _TEXT, "about": {"type": "object"}, "fields": {"$ref": "#/$defs/shape"}}
        ),
        "else": _table(
            _HEAD
            | {
                "organisation": _VALUE,
                "documents": {"type": "array", "items": {"$ref": "#/$defs/block"}, "minItems": 1},
                "ignore": {"type": "array", "items": _TEXT, "description": "Source fields that are left out on purpose."},
                "expect": _expect(),
            }
        ),
        "$defs": {
            "block": _block(),
            "when": _when(),
            "shape": {"type": "object", "additionalProperties": {"anyOf": [_PART, {"type": "null"}]}},
            "part": {
                "anyOf": [
                    _TEXT,
                    {"type": "array", "items": _PART},
                    {
                        "if": {"type": "object", **_starts()},
                        "then": {"$ref": "#/$defs/verbs"},
                        "else": {"$ref": "#/$defs/shape"},
                        "type": "object",
                    },
                ]
            },
            "value": {"anyOf": [_TEXT, {"$ref": "#/$defs/verbs"}]},
            "verbs": _verbs(),
        },
    }


_HEAD: dict[str, Any] = {
    "mapping": {"type": "string", "pattern": "^[^/]+/[^/]+$", "description": "system/KIND, as the file is named."},
    "version": {"type": "integer", "description": "Raise it with every change."},
    "extends": {"type": "integer", "description": "The version of the shipped mapping that this file changes."},
    "description": _TEXT,
}


def _table(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _starts() -> dict[str, Any]:
    return {"anyOf": [{"required": [name]} for name in STARTS]}


def _bounds() -> dict[str, Any]:
    return _table({name: {"type": "number"} for name in BOUNDS}, minProperties=1)


def _expect() -> dict[str, Any]:
    def within(names: tuple[str, ...]) -> dict[str, Any]:
        return _table({name: {"type": "number"} for name in names}, minProperties=1)

    subjects = {
        name: within(names) if name == "rejected" else {"type": "object", "additionalProperties": within(names)}
        for name, names in SUBJECTS.items()
    }
    return _table(subjects)


def _when() -> dict[str, Any]:
    conditions = [{"enum": ["present", "empty"]}, _SCALARS, _table({"not": _SCALARS}, required=["not"]), _bounds()]
    return {"type": "object", "additionalProperties": {"anyOf": conditions}}


def _block() -> dict[str, Any]:
    properties = {
        "document": {"enum": list(SCHEMAS)},
        "name": _TEXT,
        "each": {"type": "object", "additionalProperties": _TEXT},
        "when": _WHEN,
        "key": _VALUE,
        "recorded_at": _VALUE,
        "body": {"type": "object"},
    }
    bodies = []
    for kind, fields in SCHEMAS.items():
        names = {name: {"anyOf": [_field(field), {"type": "null"}]} for name, field in fields_of(fields).items()}
        bodies.append({"if": {"properties": {"document": {"const": kind}}}, "then": {"properties": {"body": _table(names)}}})
    return _table(properties, required=["document"], allOf=bodies)


def _field(field: Any) -> dict[str, Any]:
    """What may stand for a field of a canonical document."""
    if isinstance(field, List):
        return {"anyOf": [_VALUE, {"type": "array", "items": _field(field.inner)}]}
    within = members_of(field)
    if within is None:
        return _VALUE
    shape = _table({name: {"anyOf": [_field(inner), {"type": "null"}]} for name, inner in within.items()})
    return {"if": {"type": "object", **_starts()}, "then": _VALUE, "else": {"anyOf": [_TEXT, shape]}}


def _verbs() -> dict[str, Any]:
    code = _table({"table": _TEXT, "unknown": {"enum": list(POLICIES)}, "on": _VALUE}, required=["table"])
    convert = _table({**dict.fromkeys(("from", "to", "item", "on"), _VALUE), "table": _TEXT}, required=["from", "to"])
    limit = _table({"bytes": _WHOLE, "characters": _WHOLE, "encoding": _TEXT, "more": _TEXT})
    pieces = {"type": "array", "items": {"anyOf": [_VALUE, {"type": ["number", "boolean"]}]}, "minItems": 1}
    properties: dict[str, Any] = {
        "from": _TEXT,
        "first": {"type": "array", "items": _VALUE, "minItems": 1},
        "constant": {"type": ["string", "number", "boolean", "null", "array"], "maxItems": 0},
        "join": pieces,
        "with": {"type": ["string", "number"]},
        "list": _TEXT,
        "of": _PART,
        "empty": _SCALARS,
        "split": _TEXT,
        "take": _WHOLE,
        "flag": _table({"true": _SCALARS, "false": _SCALARS}, minProperties=1),
        "code": {"anyOf": [_TEXT, code]},
        "number": {"type": "boolean"},
        "convert": convert,
        "date": {"type": "string", "description": f"{', '.join(DATES)}, or a time zone such as Asia/Shanghai."},
        "format": _TEXT,
        "call": {"anyOf": [{"enum": _without_options()}, *map(_call, sorted(FUNCTIONS))]},
        "limit": {"anyOf": [_WHOLE, limit]},
        "required": {"type": "boolean"},
        "when": _WHEN,
    }
    return _table(properties, oneOf=[{"required": [name]} for name in STARTS])


def _without_options() -> list[str]:
    return [name for name in sorted(FUNCTIONS) if not options_of(name)]


def _call(name: str) -> dict[str, Any]:
    options = {option: _WHOLE if sort is int else _TEXT for option, sort in options_of(name).items()}
    said = (FUNCTIONS[name].__doc__ or "").partition("\n")[0]
    return _table({"function": {"const": name, "description": said}, **options}, required=["function", *options])
