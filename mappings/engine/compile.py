"""Compiling values to closures: once a mapping, not once a record.

A closure takes a `Scope` and gives a JSON value or None for empty. What it cannot make of its input it notes in the scope's problems, with
the source path, the value, and the place in the mapping; the record is then rejected as a whole, with all of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from mappings.engine.codes import CodeTable
from mappings.engine.language import Condition, Many, Place, Shape, Value
from mappings.library.functions import FUNCTIONS
from trace_core.documents.fields import time_text
from trace_core.errors import Problem


@dataclass(slots=True)
class Scope:
    """What a record offers to its mapping: the document, the rows of `each` by name with their paths, and where it comes from."""

    document: Any
    rows: Mapping[str, tuple[str, Any]]
    zone: tzinfo
    plant: str
    connection: str
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: str, value: Any, said: str, place: Place) -> None:
        """Note a problem of this record."""
        self.problems.append(Problem(path, said, _short(value), str(place)))

    def at(self, path: str) -> tuple[str, Any]:
        """(full path, value) of a source path; the value is None where nothing is."""
        head, _, rest = path.partition(".")
        if head in self.rows:
            prefix, value = self.rows[head]
            return (f"{prefix}.{rest}", _walk(value, rest)) if rest else (prefix, value)
        return path, _walk(self.document, path)


Make = Callable[[Scope], Any]
Codes = Callable[[str], CodeTable]


def _walk(value: Any, path: str) -> Any:
    for name in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    longest = 120
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def clean(value: Any) -> Any:
    """A source value with texts stripped; empty texts and blanks are None."""
    if isinstance(value, str):
        return value.strip() or None
    return value


def as_text(value: Any) -> str:
    """A source value as text: whole numbers without a point, truth values as true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value).strip()


def compile_part(part: Value | Shape | Many, codes: Codes) -> Make:
    """A closure for a value, an object or a list; members that come out empty are left out."""
    if isinstance(part, Value):
        return compile_value(part, codes)
    if isinstance(part, Many):
        entries = [compile_part(entry, codes) for entry in part.entries]
        return lambda scope: [made for make in entries if (made := make(scope)) is not None] or None
    members = [(name, compile_part(inner, codes)) for name, inner in part.members.items()]

    def shape(scope: Scope) -> Any:
        made = {name: value for name, make in members if (value := make(scope)) is not None}
        return made or None

    return shape


def compile_value(value: Value, codes: Codes) -> Make:
    """A closure for one value with its verbs, applied in a fixed order: start, split, code, flag, number, date, call, required."""
    start, place, verbs = _start(value, codes), value.place, value.verbs
    steps = [step for name in STEPS if name in verbs for step in [STEPS[name](verbs, place, codes)]]
    holds = compile_when(verbs.get("when", ()))
    required = verbs.get("required", False)

    def make(scope: Scope) -> Any:
        if not holds(scope):
            return None
        path, found = start(scope)
        for step in steps:
            if found is None:
                break
            try:
                found = step(scope, found)
            except ValueError as fault:
                scope.wrong(path, found, str(fault), place)
                return None
        if found is None and required:
            scope.wrong(path, None, "is empty, but the mapping needs it", place)
        return as_text(found) if isinstance(found, (int, Decimal)) and not isinstance(found, bool) else found

    return make


def _start(value: Value, codes: Codes) -> Callable[[Scope], tuple[str, Any]]:
    verbs = value.verbs
    if "constant" in verbs:
        constant = clean(verbs["constant"])
        return lambda _: ("", constant)
    if "from" in verbs:
        source = str(verbs["from"])

        def read(scope: Scope) -> tuple[str, Any]:
            path, found = scope.at(source)
            return path, clean(found)

        return read
    if "list" in verbs:
        return _list(value, codes)
    makes = [compile_value(piece, codes) for piece in verbs.get("first", verbs.get("join", ()))]
    label = ", ".join(str(piece.verbs.get("from", "")) for piece in verbs.get("first", verbs.get("join", ())) if "from" in piece.verbs)
    if "first" in verbs:
        return lambda scope: (label, next((made for make in makes if (made := make(scope)) is not None), None))
    between = str(verbs.get("with", ""))

    def join(scope: Scope) -> tuple[str, Any]:
        pieces = [make(scope) for make in makes]
        return label, None if any(piece is None for piece in pieces) else between.join(map(as_text, pieces))

    return join


def _list(value: Value, codes: Codes) -> Callable[[Scope], tuple[str, Any]]:
    source, make = str(value.verbs["list"]), compile_part(value.verbs["of"], codes)

    def read(scope: Scope) -> tuple[str, Any]:
        path, rows = scope.at(source)
        made = []
        for at, row in enumerate(rows if isinstance(rows, list) else []):
            inner = Scope(
                scope.document, {**scope.rows, "it": (f"{path}.{at}", row)}, scope.zone, scope.plant, scope.connection, scope.problems
            )
            if (one := make(inner)) is not None:
                made.append(one)
        return path, made or None

    return read


def compile_when(conditions: tuple[Condition, ...]) -> Callable[[Scope], bool]:
    """A closure that says whether all conditions hold."""

    def holds(scope: Scope) -> bool:
        return all(_holds(condition, scope) for condition in conditions)

    return holds


def _holds(condition: Condition, scope: Scope) -> bool:
    found = clean(scope.at(condition.path)[1])
    if condition.present is not None:
        return condition.present == (found not in (None, [], {}, 0))
    text = "" if found is None else as_text(found)
    if condition.one_of is not None:
        return text in condition.one_of
    return text not in (condition.none_of or frozenset())


Step = Callable[[Scope, Any], Any]


def _split(verbs: Mapping[str, Any], _: Place, __: Codes) -> Step:
    by, take = str(verbs["split"]), int(verbs.get("take", 0))

    def split(_: Scope, value: Any) -> Any:
        parts = as_text(value).split(by)
        if not -len(parts) <= take < len(parts):
            raise ValueError(f"has no part {take} when split by {by!r}")
        return parts[take].strip() or None

    return split


def _code(verbs: Mapping[str, Any], _: Place, codes: Codes) -> Step:
    table = codes(str(verbs["code"]))

    def code(scope: Scope, value: Any) -> Any:
        found = table.look_up(as_text(value), plant=scope.plant, connection=scope.connection)
        if found is None:
            raise ValueError(f"is not in the code table {table.name}; add the row to codes/{table.name}.csv and replay")
        return found

    return code


def _flag(verbs: Mapping[str, Any], _: Place, __: Codes) -> Step:
    told = verbs["flag"]
    yes, no = {as_text(v) for v in told.get(True, told.get("true", ()))}, {as_text(v) for v in told.get(False, told.get("false", ()))}

    def flag(_: Scope, value: Any) -> Any:
        text = as_text(value)
        if text not in yes | no:
            raise ValueError(f"is neither one of {', '.join(sorted(yes))} (true) nor of {', '.join(sorted(no))} (false)")
        return text in yes

    return flag


_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?(E[+-]?\d+)?\Z", re.IGNORECASE)


def number_text(value: Any) -> str:
    """A decimal string from a number or a text; full-width digits, thousands separators and blanks are understood."""
    text = unicodedata.normalize("NFKC", as_text(value)).replace(" ", "")
    if not _NUMBER.match(text) or not any(character.isdigit() for character in text):
        raise ValueError("is no number")
    try:
        return f"{Decimal(text.replace(',', '')):f}"
    except InvalidOperation as fault:
        raise ValueError("is no number") from fault


def _number(_: Mapping[str, Any], __: Place, ___: Codes) -> Step:
    return lambda _, value: number_text(value)


def _date(verbs: Mapping[str, Any], _: Place, __: Codes) -> Step:
    how = verbs["date"]

    def date(scope: Scope, value: Any) -> Any:
        if how == "epoch_ms":
            return time_text(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(number_text(value).partition(".")[0])))
        text = as_text(value).replace("/", "-")
        try:
            found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
        except ValueError as fault:
            raise ValueError("is no date or time") from fault
        return time_text(found if found.tzinfo else found.replace(tzinfo=scope.zone if how == "local" else UTC))

    return date


def _call(verbs: Mapping[str, Any], _: Place, __: Codes) -> Step:
    function = FUNCTIONS[str(verbs["call"])]
    return lambda _, value: function(as_text(value))


STEPS: Mapping[str, Callable[[Mapping[str, Any], Place, Codes], Step]] = {
    "split": _split,
    "code": _code,
    "flag": _flag,
    "number": _number,
    "date": _date,
    "call": _call,
}
"""Verbs that change a value, in the order in which they are applied."""
