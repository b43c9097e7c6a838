"""Templates of requests: JSON with `{placeholders}`, no expressions.

A text that is one placeholder becomes its value, of whatever type; placeholders inside a longer text become text (tables and lists as
JSON, nothing as the empty text). `{a.b}` goes into a table, `{base64:…}` encodes what is inside, which may itself hold placeholders, and
`{integer:{a}}` alone is the whole number that the text `a` spells, `{integers:{a}}` those that the texts in `a` spell, the others left out.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from connectors.kit.exact_json import dumps

_WHOLE = re.compile(r"\{([\w.]+)\}\Z")
_INSIDE = re.compile(r"\{([\w.]+)\}")
_INTEGER = re.compile(r"\{integer(s?):\{([\w.]+)\}\}\Z")
_SPELT = re.compile(r"-?\d+", re.ASCII)
_BASE64 = re.compile(r"\{base64:((?:[^{}]|\{[\w.]+\})*)\}")


class UnknownName(KeyError):
    """A template names a placeholder that has no value."""


class NoInteger(ValueError):
    """The value of an `{integer:{name}}` spells no whole number; the name is its argument."""


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its placeholders filled. Errors: `UnknownName` and `NoInteger` with the name."""
    if isinstance(template, Mapping):
        return {name: fill(inner, values) for name, inner in template.items()}
    if isinstance(template, list):
        return [fill(inner, values) for inner in template]
    if not isinstance(template, str):
        return template
    if whole := _WHOLE.match(template):
        return value_of(whole[1], values)
    if number := _INTEGER.match(template):
        return _integers(number[2], values) if number[1] else _integer(number[2], values)
    return fill_text(template, values)


def fill_text(template: str, values: Mapping[str, Any], *, written: Callable[[Any], str] | None = None) -> str:
    """The template as text, each value as `written` writes it (default: `as_text`). Errors: `UnknownName`."""
    told = written or as_text
    pieces, at = [], 0
    for found in _BASE64.finditer(template):
        pieces += [_inside(template[at : found.start()], values, told), _encoded(found[1], values)]
        at = found.end()
    return "".join([*pieces, _inside(template[at:], values, told)])


def fill_path(template: str, values: Mapping[str, Any]) -> str:
    """The template as a path of an address: what no path can hold is percent-encoded in values, `/` is kept. Errors: `UnknownName`."""
    return fill_text(template, values, written=lambda value: quote(as_text(value), safe="/"))


def as_text(value: Any) -> str:
    """A text as it is, nothing as the empty text, everything else as JSON."""
    if isinstance(value, str):
        return value
    if type(value) is int:  # no truth value
        return str(value)
    return "" if value is None else dumps(value).decode()


def value_of(name: str, values: Mapping[str, Any]) -> Any:
    """The value at a dotted name. Errors: `UnknownName`."""
    found: Any = values
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise UnknownName(name)
        found = found[part]
    return found


def dig(value: Any, path: str) -> Any:
    """The value at a dotted path of a reply, with numbers for places in lists; None where nothing is. The empty path is the whole."""
    if type(value) is dict and "." not in path and path:
        return value.get(path)
    for part in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _inside(template: str, values: Mapping[str, Any], told: Callable[[Any], str]) -> str:
    return _INSIDE.sub(lambda found: told(value_of(found[1], values)), template)


def _encoded(template: str, values: Mapping[str, Any]) -> str:
    return base64.b64encode(_inside(template, values, as_text).encode()).decode()


def _integer(name: str, values: Mapping[str, Any]) -> int:
    text = as_text(value_of(name, values))
    if not _SPELT.fullmatch(text):
        raise NoInteger(name)
    return int(text)


def _integers(name: str, values: Mapping[str, Any]) -> list[int]:
    return [int(text) for text in map(as_text, value_of(name, values)) if _SPELT.fullmatch(text)]
