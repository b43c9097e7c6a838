"""Descriptive segments (DescFlexField): the names they have in a push, over SOAP, over the WebAPI and in a table.

Source: `PrivateDescSeg1` in what the WebAPI takes, `m_privateDescSeg1` in what U9 answers, `DescFlexField_PrivateDescSeg1` in tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trace_core.errors import Rejected

FIELD = "m_descFlexField"
_PUSHED = re.compile(r"^(?:m_descFlexField\.)?(?:m_p|P)(rivateDescSeg|ubDescSeg)(\d{1,2})$")
_PLAIN = re.compile(r"^(?:PrivateDescSeg|PubDescSeg)\d{1,2}$")


def is_segment(name: str) -> bool:
    """Whether a setting names a segment as the WebAPI does."""
    return bool(_PLAIN.match(name))


def told(name: str) -> str:
    """`PrivateDescSeg1` as U9 answers it: `m_privateDescSeg1`."""
    return f"m_{name[0].lower()}{name[1:]}"


def column(name: str) -> str:
    """The column of a head table (alias H) in which a segment, or the document's number, lies."""
    return f"H.DescFlexField_{name}" if is_segment(name) else f"H.{name}"


def segments_of(fields: Mapping[str, str], writable: Sequence[str]) -> dict[str, str]:
    """Push fields by segment: `PrivateDescSeg1` or `m_descFlexField.m_privateDescSeg1` → `PrivateDescSeg1`.

    Errors: `Rejected` naming every field that is no segment, or none of those the connection may write.
    """
    found, wrong = {}, []
    for name, text in fields.items():
        match = _PUSHED.match(name)
        plain = f"P{match[1]}{match[2]}" if match else ""
        if plain in writable:
            found[plain] = text
        else:
            wrong.append(name)
    if wrong:
        allowed = ", ".join(writable)
        raise Rejected(f"only {allowed} can be written, not {', '.join(wrong)}; see `writable_segments`", code="not_writable")
    return found


def held_in(document: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """What a document as U9 answers it says in these segments; empty where nothing."""
    flex = document.get(FIELD) or {}
    return {name: str(flex.get(told(name)) or "") for name in names}


def differing(held: Mapping[str, str], segments: Mapping[str, str]) -> list[str]:
    """The segments that do not say what they should, each with the lengths sent and held."""
    wrong = [(name, text, held.get(name, "")) for name, text in segments.items() if held.get(name, "") != text]
    return [f"{name} ({len(text)} characters sent, {len(there)} held)" for name, text, there in wrong]
