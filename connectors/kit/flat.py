"""Documents out of flat field names, as outward mappings give them, and what a system holds compared with what was sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from trace_core.errors import Rejected

Row = dict[str, Any]


def nested(fields: Mapping[str, str], rows: str) -> Row:
    """The document that `name` and `ROWS.N.name` say. Errors: `Rejected` for a name of another form.

    >>> nested({"code": "A", "entry.0.item": "x"}, "entry")
    {'code': 'A', 'entry': [{'item': 'x'}]}
    """
    document: Row = {}
    lines: dict[int, Row] = {}
    for name, value in fields.items():
        head, _, rest = name.partition(".")
        place, _, inner = rest.partition(".")
        if not rest:
            document[name] = value
        elif head == rows and place.isdecimal() and inner:
            lines.setdefault(int(place), {})[inner] = value
        else:
            raise Rejected(f"{name!r} is neither a field of the head nor {rows}.N.name", code="field")
    return document | {rows: [lines[at] for at in sorted(lines)]}


def differing(held: Mapping[str, Any], document: Row, rows: str, *, besides: Collection[str] = ()) -> list[str]:
    """Names of the fields in which what a system holds is not what the document says; fields that it does not say may be anything."""
    wrong = [name for name, value in document.items() if name != rows and name not in besides and not same(held.get(name), value)]
    there = list(held.get(rows) or ())
    if len(there) != len(document[rows]):
        wrong.append(f"{len(there)} lines instead of {len(document[rows])}")
    for at, (have, want) in enumerate(zip(there, document[rows], strict=False)):
        wrong += [f"{rows}.{at}.{name}" for name, value in want.items() if not same(have.get(name), value)]
    return wrong


def same(held: Any, sent: str) -> bool:
    """Whether both are one text or one number: systems fill up decimals."""
    if str(held if held is not None else "") == sent:
        return True
    try:
        return Decimal(str(held)) == Decimal(sent)
    except InvalidOperation:
        return False
