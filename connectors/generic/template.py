"""Templates of requests: JSON with `{placeholders}`, no expressions.

A text that is one placeholder becomes its value, of whatever type; placeholders inside a longer text become text. `{a.b}` goes into a
table, `{base64:…}` encodes what is inside, which may itself hold placeholders.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

_WHOLE = re.compile(r"\{([\w.]+)\}\Z")
_INSIDE = re.compile(r"\{([\w.]+)\}")
_BASE64 = re.compile(r"\{base64:((?:[^{}]|\{[\w.]+\})*)\}")


class UnknownName(KeyError):
    """A template names a placeholder that has no value."""


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its placeholders filled. Errors: `UnknownName` with the name that has no value."""
    if isinstance(template, Mapping):
        return {name: fill(inner, values) for name, inner in template.items()}
    if isinstance(template, list):
        return [fill(inner, values) for inner in template]
    return _text(template, values) if isinstance(template, str) else template


def _text(template: str, values: Mapping[str, Any]) -> Any:
    if whole := _WHOLE.match(template):
        return value_of(whole[1], values)
    text = _BASE64.sub(lambda found: base64.b64encode(str(_text(found[1], values)).encode()).decode(), template)
    return _INSIDE.sub(lambda found: str(value_of(found[1], values)), text)


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
    for part in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
