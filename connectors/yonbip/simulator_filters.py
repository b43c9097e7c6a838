"""The filters of the simulated lists: times, ids, and conditions with the platform's own operators.

Source: API pages. Inferred: that a condition on a child holds when any line fits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.yonbip.simulator_state import Document

OPERATORS: Mapping[str, Callable[[str, str, str], bool]] = {
    "eq": lambda held, one, _: held == one,
    "neq": lambda held, one, _: held != one,
    "lt": lambda held, one, _: held < one,
    "gt": lambda held, one, _: held > one,
    "elt": lambda held, one, _: held <= one,
    "egt": lambda held, one, _: held >= one,
    "between": lambda held, one, two: one <= held <= two,
    "in": lambda held, one, _: held in one.split(","),
    "nin": lambda held, one, _: held not in one.split(","),
    "like": lambda held, one, _: one in held,
    "leftlike": lambda held, one, _: held.startswith(one),
    "rightlike": lambda held, one, _: held.endswith(one),
    "is_null": lambda held, _, __: not held,
    "is_not_null": lambda held, _, __: bool(held),
}
LISTED = {"id": "id", "productCodeList": "code", "product": "product", "productsku": "productsku", "batchno": "batchno"}
"""Names at the top that take several values, and the field each is about."""


class Refused(Exception):
    """A filter the platform does not take; its words."""


def fits(document: Document, body: Mapping[str, Any], lines: str) -> bool:
    """Whether a document passes the filters of a list body."""
    changed = str(document.get("pubts") or "")
    for told in (body, body.get("simple") or {}):
        begin = told.get("open_pubts_begin") or told.get("beginTime") or ""
        end = told.get("open_pubts_end") or told.get("endTime") or ""
        if (begin and changed < begin[:19]) or (end and changed > end[:19]):
            return False
    if changed < str(body.get("pubts") or ""):
        return False
    for name, field in LISTED.items():
        wanted = body.get(name)
        wanted = [wanted] if isinstance(wanted, int) else wanted
        if isinstance(wanted, list) and wanted and str(document.get(field)) not in {str(one) for one in wanted}:
            return False
    return all(_holds(document, one, lines) for one in body.get("simpleVOs") or ())


def _holds(document: Document, condition: Mapping[str, Any], lines: str) -> bool:
    joined = condition.get("logicOp")
    if joined:
        inner = [_holds(document, one, lines) for one in condition.get("conditions") or ()]
        return any(inner) if joined == "or" else all(inner)
    operator = OPERATORS.get(str(condition.get("op")))
    if operator is None:
        raise Refused(f"查询条件操作符[{condition.get('op')}]不支持")
    one, two = (str(condition.get(name) or "") for name in ("value1", "value2"))
    return any(operator(held, one, two) for held in _values(document, str(condition.get("field")), lines))


def _values(document: Document, field: str, lines: str) -> Sequence[str]:
    child, dot, name = field.partition(".")
    if dot and child == lines:
        return [str(line.get(name) or "") for line in document.get(lines) or ()]
    return [str(document.get(field) or "")]
