"""The filter language of ExecuteBillQuery: a subset of SQL conditions on field keys, as text or as an array of comparisons.

Source: WebAPI manual V6.0 for the text form; the array form's codes 67 (equals), 17 (contains), 60 (begins with), 76 (number equals), 29
and 105 (enumeration equals) by their use in public clients.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

Look: TypeAlias = Callable[[str], Any]
Holds: TypeAlias = Callable[[Look], bool]
Floor: TypeAlias = Mapping[str, Decimal]
"""Field key in lower case → a number below which nothing holds."""
Chosen: TypeAlias = Mapping[str, frozenset[Decimal]]
"""Field key in lower case → the numbers of which it must be one."""
Part: TypeAlias = tuple[Holds, Floor, Chosen]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<op><>|!=|>=|<=|=|>|<)|(?P<mark>[(),])|(?P<word>[A-Za-z_][\w.]*))"
)
_CODES = {"67": "=", "76": "=", "29": "=", "105": "=", "17": "like", "60": "begins"}
WAYS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


class FilterError(ValueError):
    """The filter cannot be read; the message is what the server says."""


def parse(told: Any) -> tuple[Holds, list[str], Floor, Chosen]:
    """A condition over a look-up of field keys, the keys it looks up, floors of those and numbers to choose from.

    An empty filter always holds.

    Raises `FilterError` with what the server says.
    """
    if isinstance(told, str) and told.strip().startswith("["):
        try:
            told = json.loads(told)
        except ValueError as fault:
            raise FilterError("过滤条件不是合法的JSON") from fault
    text = _joined(told) if isinstance(told, list) else str(told or "").strip()
    if not text:
        return lambda _: True, [], {}, {}
    parser = _Parser(text)
    holds, floor, chosen = parser.whole()
    return holds, parser.names, floor, chosen


def _joined(rows: list[dict[str, Any]]) -> str:
    """The text form of comparisons joined by their Logic (0 and, 1 or), brackets as Left and Right."""
    parts = []
    for at, row in enumerate(rows):
        name, value = row.get("FieldName", ""), str(row.get("Value", "")).replace("'", "''")
        way = _CODES.get(str(row.get("Compare", "67")))
        if way is None:
            raise FilterError(f"比较符{row.get('Compare')}不支持")
        shown = {"=": f"{name} = '{value}'", "like": f"{name} like '%{value}%'", "begins": f"{name} like '{value}%'"}[way]
        joint = (" and " if str(row.get("Logic", "0")) == "0" else " or ") if at < len(rows) - 1 else ""
        parts.append(f"{row.get('Left', '')}{shown}{row.get('Right', '')}{joint}")
    return "".join(parts)


class _Parser:
    """Recursive descent: or, and, one comparison or a bracket."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                raise FilterError(f"过滤条件语法错误：{text[at : at + 20]}")
            self.tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
            at = found.end()
        self.at = 0
        self.names: list[str] = []

    def whole(self) -> Part:
        part = self.either()
        if self.at < len(self.tokens):
            raise FilterError(f"过滤条件语法错误：{self.tokens[self.at][1]}")
        return part

    def peek(self) -> str:
        return self.tokens[self.at][1].lower() if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise FilterError("过滤条件不完整")
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self) -> Part:
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        common = set.intersection(*(set(floor) for _, floor, _ in parts))
        floor = {name: min(one[name] for _, one, _ in parts) for name in common}
        listed = set.intersection(*(set(chosen) for _, _, chosen in parts))
        chosen = {name: frozenset[Decimal]().union(*(one[name] for _, _, one in parts)) for name in listed}
        held = [holds for holds, _, _ in parts]
        return (lambda look: any(holds(look) for holds in held)), floor, chosen

    def both(self) -> Part:
        parts = [self.one()]
        while self.peek() == "and":
            self.take()
            parts.append(self.one())
        floor: dict[str, Decimal] = {}
        chosen: dict[str, frozenset[Decimal]] = {}
        for _, one, some in parts:
            floor |= {name: max(value, floor.get(name, value)) for name, value in one.items()}
            chosen |= {name: values & chosen.get(name, values) for name, values in some.items()}
        held = [holds for holds, _, _ in parts]
        return (lambda look: all(holds(look) for holds in held)), floor, chosen

    def one(self) -> Part:
        if self.peek() == "(":
            self.take()
            inner = self.either()
            self._closed()
            return inner
        name = self._name()
        way = self.take()[1].lower()
        if way == "in":
            return self._in(name)
        if way == "like":
            return self._like(name), {}, {}
        if way not in WAYS:
            raise FilterError(f"过滤条件语法错误：{way}")
        value = _literal(*self.take())
        floor = {name.lower(): value} if isinstance(value, Decimal) and way in {"=", ">", ">="} else {}
        return (lambda look: _compare(look(name), way, value)), floor, {}

    def _name(self) -> str:
        sort, name = self.take()
        if sort != "word":
            raise FilterError(f"过滤条件语法错误：{name}")
        self.names.append(name)
        return name

    def _closed(self) -> None:
        if self.take()[1] != ")":
            raise FilterError("过滤条件括号不匹配")

    def _in(self, name: str) -> Part:
        self.take()
        values = []
        while (token := self.take())[1] != ")":
            if token[1] != ",":
                values.append(_literal(*token))
        numbers = frozenset(value for value in values if isinstance(value, Decimal))
        chosen = {name.lower(): numbers} if len(numbers) == len(set(values)) else {}

        def holds(look: Look) -> bool:
            held = look(name)
            if isinstance(held, int) and not isinstance(held, bool) and chosen:
                return held in numbers
            return any(_compare(held, "=", value) for value in values)

        return holds, {}, chosen

    def _like(self, name: str) -> Holds:
        pattern = re.escape(str(_literal(*self.take()))).replace("%", ".*").replace("_", ".")
        found = re.compile(pattern + r"\Z", re.IGNORECASE | re.DOTALL)
        return lambda look: found.match(str(look(name) or "").strip()) is not None


def _literal(sort: str, raw: str) -> Any:
    if sort == "text":
        return raw[1:-1].replace("''", "'")
    if sort == "number":
        return Decimal(raw)
    raise FilterError(f"过滤条件语法错误：{raw}")


def _compare(held: Any, way: str, value: Any) -> bool:
    left, right = _alike(held, value)
    if left is None:
        return way in {"<>", "!="}
    return WAYS[way](left, right)


def _alike(held: Any, value: Any) -> tuple[Any, Any]:
    """Both sides as numbers when both are; else as text, dates with a blank as with a T between date and time."""
    if held is None or held == "":
        return None, value
    if isinstance(held, bool):
        return ("1" if held else "0"), {"true": "1", "false": "0"}.get(str(value).lower(), str(value))
    if isinstance(held, (int, Decimal)):
        try:
            return Decimal(held), Decimal(str(value))
        except ArithmeticError:
            return str(held), str(value)
    texts = [re.sub(r"^(\d{4}-\d\d-\d\d) (\d\d:)", r"\1T\2", str(one).strip()) for one in (held, value)]
    return texts[0], texts[1]
