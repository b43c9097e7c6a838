"""Reading the parts of a mapping with positions: values, conditions, shapes; what is wrong is noted at `file:line:column`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from mappings.engine.codes import POLICIES
from mappings.engine.language import BOUNDS, DATES, NEEDS, STARTS, VERBS, Condition, Many, Place, Shape, Value
from mappings.engine.targets import misfits
from mappings.library.functions import FUNCTIONS
from trace_core.errors import Problem


class Reader:
    """Reads nodes of one file and gathers what is wrong instead of stopping at the first."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def place(self, parent: Any, name: Any = None) -> Place:
        """Where a member of a table or an entry of a list stands."""
        if isinstance(parent, (CommentedMap, CommentedSeq)):
            try:
                line, column = parent.lc.key(name) if isinstance(parent, CommentedMap) else parent.lc.item(name)
            except (KeyError, AttributeError, TypeError):
                line, column = parent.lc.line or 0, parent.lc.col or 0
            return Place(self.file, line + 1, column + 1)
        return Place(self.file, 1, 1)

    def wrong(self, place: Place, said: str, value: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(str(place), said, value))

    def known(self, told: Mapping[str, Any], names: Iterable[str], what: str = "word of the mapping language") -> None:
        """Note every name of a table that is none of these."""
        names = sorted(names)
        for name in told:
            if name not in names:
                self.wrong(self.place(told, name), f"{name} is no {what}{near(str(name), names)}")

    # -- values ----------------------------------------------------------------------------------------------------------------------

    def shape(self, told: Any, place: Place, kind: str = "") -> Shape:
        """A table of fields; `kind` is the canonical document whose fields they must be."""
        if not isinstance(told, CommentedMap):
            self.wrong(place, "must be a table of fields")
            return Shape(place, {})
        members = {str(name): self.part(inner, self.place(told, name)) for name, inner in told.items() if inner is not None}
        found = Shape(place, members, frozenset(str(name) for name, inner in told.items() if inner is None))
        for where, said, names in misfits(found, kind) if kind else ():
            self.wrong(where, said + (near(said.partition(" ")[0], names) if names else ""))
        return found

    def part(self, told: Any, place: Place) -> Value | Shape | Many:
        """A value, a table of fields, or a list of these."""
        if isinstance(told, CommentedSeq):
            return Many(place, tuple(self._entry(one, self.place(told, at)) for at, one in enumerate(told)))
        if isinstance(told, CommentedMap) and not any(start in told for start in STARTS):
            return self.shape(told, place)
        return self.value(told, place)

    def _entry(self, told: Any, place: Place) -> Value | Shape:
        found = self.part(told, place)
        if isinstance(found, Many):
            self.wrong(place, "a list must not lie directly in a list")
            return Shape(place, {})
        return found

    def value(self, told: Any, place: Place) -> Value:
        """One value: a source path, or a table of verbs."""
        if isinstance(told, str):
            return Value(place, {"from": told})
        if not isinstance(told, CommentedMap) or sum(start in told for start in STARTS) != 1:
            self.wrong(place, f"a value needs exactly one of {', '.join(STARTS)}", str(told))
            return Value(place, {"constant": None})
        self.known(told, VERBS)
        for side, wanted in NEEDS.items():
            if side in told and not any(verb in told for verb in wanted):
                self.wrong(self.place(told, side), f"{side} says something about {' or '.join(wanted)}, which is not here")
        verbs: dict[str, Any] = dict(told)
        for name, read in self._verbs.items():
            if name in verbs:
                verbs[name] = read(self, told, self.place(told, name))
        if "list" in told:
            verbs["of"] = self.part(told["of"], self.place(told, "of")) if "of" in told else Value(place, {"from": "it"})
        return Value(place, verbs)

    def _pieces(self, told: CommentedMap, name: str) -> list[Value]:
        pieces = told[name]
        if not isinstance(pieces, CommentedSeq) or not pieces:
            self.wrong(self.place(told, name), f"{name} must list values", str(pieces))
            return []
        return [self._piece(one, self.place(pieces, at), name) for at, one in enumerate(pieces)]

    def _piece(self, told: Any, place: Place, verb: str) -> Value:
        if verb == "join" and not isinstance(told, CommentedMap):
            return Value(place, {"constant": told})
        return self.value(told, place)

    def _date(self, told: CommentedMap, place: Place) -> str:
        name = str(told["date"])
        if name not in DATES and name not in available_timezones():
            self.wrong(place, f"date must be one of {', '.join(DATES)}, or a time zone such as Asia/Shanghai", name)
        return name

    def _code(self, told: CommentedMap, place: Place) -> Any:
        wanted = told["code"]
        if isinstance(wanted, str):
            return {"table": wanted, "unknown": "reject"}
        if not isinstance(wanted, CommentedMap) or not isinstance(wanted.get("table"), str):
            self.wrong(place, "code names a table: code: units, or code: {table: units, unknown: hold}", str(wanted))
            return {"table": "", "unknown": "reject"}
        self.known(wanted, ("table", "unknown", "on"))
        policy = wanted.get("unknown", "reject")
        if policy not in POLICIES:
            self.wrong(self.place(wanted, "unknown"), f"unknown must be one of {', '.join(POLICIES)}", str(policy))
        on = {"on": self.value(wanted["on"], self.place(wanted, "on"))} if "on" in wanted else {}
        return {"table": str(wanted["table"]), "unknown": str(policy), **on}

    def _convert(self, told: CommentedMap, place: Place) -> Any:
        wanted = told["convert"]
        if not isinstance(wanted, CommentedMap) or not {"from", "to"} <= set(wanted):
            self.wrong(place, "convert needs the units: convert: {from: FUnit, to: {constant: H87}}", str(wanted))
            return None
        self.known(wanted, ("from", "to", "item", "on", "table"))
        values = {name: self.value(inner, self.place(wanted, name)) for name, inner in wanted.items() if name != "table"}
        return values | ({"table": str(wanted["table"])} if "table" in wanted else {})

    def _call(self, told: CommentedMap, place: Place) -> Any:
        wanted = told["call"]
        name = wanted.get("function") if isinstance(wanted, CommentedMap) else wanted
        options = {str(key): value for key, value in wanted.items() if key != "function"} if isinstance(wanted, CommentedMap) else {}
        if name not in FUNCTIONS:
            self.wrong(place, f"the library has no such function{near(str(name), sorted(FUNCTIONS))}", str(name))
            return {"function": "upper", "options": {}}
        asked = options_of(str(name))
        for key in sorted(set(asked) | set(options)):
            sort = asked.get(key)
            if sort is None:
                self.wrong(place, f"{name} has no option {key}{near(key, sorted(asked))}")
            elif key not in options:
                self.wrong(place, f"{name} needs the option {key}, {_SORTS[sort]}")
            elif not isinstance(options[key], sort) or isinstance(options[key], bool):
                self.wrong(place, f"{key} of {name} must be {_SORTS[sort]}", str(options[key]))
        return {"function": str(name), "options": options}

    def _flag(self, told: CommentedMap, place: Place) -> Any:
        wanted = told["flag"]
        sides = {as_word(key): value for key, value in wanted.items()} if isinstance(wanted, CommentedMap) else {}
        if not sides or set(sides) - {"true", "false"} or not all(isinstance(side, list) for side in sides.values()):
            self.wrong(place, 'flag lists what means true and what means false: flag: {true: ["1"], false: ["0"]}', str(wanted))
            return {"true": frozenset(), "false": frozenset()}
        return {name: frozenset(map(as_word, sides.get(name, ()))) for name in ("true", "false")}

    def _limit(self, told: CommentedMap, place: Place) -> Any:
        wanted = told["limit"]
        table = wanted if isinstance(wanted, CommentedMap) else {"bytes": wanted}
        if isinstance(wanted, CommentedMap):
            self.known(wanted, ("bytes", "characters", "encoding", "more"))
        counts = [name for name in ("bytes", "characters") if name in table]
        most = table[counts[0]] if len(counts) == 1 else None
        if not isinstance(most, int) or isinstance(most, bool) or most < 1:
            self.wrong(place, "limit is a number of bytes, or {bytes: 255, encoding: gbk, more: …} or {characters: 100}", str(wanted))
            most = 1
        encoding = str(table.get("encoding", "utf-8"))
        try:
            "".encode(encoding)
        except LookupError:
            self.wrong(place, "is no encoding; use utf-8, gbk, gb18030 or latin-1", encoding)
            encoding = "utf-8"
        return {"unit": (counts or ["bytes"])[0], "most": most, "encoding": encoding, "more": str(table.get("more", "…"))}

    def _when(self, told: CommentedMap, _: Place) -> tuple[Condition, ...]:
        return tuple(self.conditions(told["when"], told))

    def _empty(self, told: CommentedMap, place: Place) -> frozenset[str]:
        if not isinstance(told["empty"], list):
            self.wrong(place, 'empty lists the values that mean nothing: empty: ["0001-01-01T00:00:00"]', str(told["empty"]))
            return frozenset()
        return frozenset(map(as_word, told["empty"]))

    _verbs: Mapping[str, Any] = {
        "first": lambda self, told, _: self._pieces(told, "first"),
        "join": lambda self, told, _: self._pieces(told, "join"),
        "list": lambda _self, told, _: str(told["list"]),
        "date": _date,
        "code": _code,
        "convert": _convert,
        "call": _call,
        "flag": _flag,
        "limit": _limit,
        "when": _when,
        "empty": _empty,
    }

    # -- conditions ------------------------------------------------------------------------------------------------------------------

    def conditions(self, told: Any, parent: Any) -> Iterator[Condition]:
        """What must hold, from a table of source paths."""
        if told is None:
            return
        if not isinstance(told, CommentedMap):
            self.wrong(self.place(parent, "when"), "when must be a table of conditions")
            return
        for path, wanted in told.items():
            found = self._condition(self.place(told, path), str(path), wanted)
            if found is not None:
                yield found

    def _condition(self, place: Place, path: str, wanted: Any) -> Condition | None:
        if isinstance(wanted, str) and wanted in {"present", "empty"}:
            return Condition(place, path, present=wanted == "present")
        if isinstance(wanted, list):
            return Condition(place, path, one_of=frozenset(map(as_word, wanted)))
        if isinstance(wanted, Mapping) and set(wanted) == {"not"} and isinstance(wanted["not"], list):
            return Condition(place, path, none_of=frozenset(map(as_word, wanted["not"])))
        if isinstance(wanted, Mapping) and wanted and set(wanted) <= set(BOUNDS):
            return Condition(place, path, bounds=tuple(self.bounds(wanted, place)))
        said = (
            f"a condition is a list of values, `present`, `empty`, {{not: [values]}}, or bounds such as {{above: 0}} ({', '.join(BOUNDS)})"
        )
        self.wrong(place, said, str(wanted))
        return None

    def bounds(self, told: Mapping[str, Any], place: Place) -> Iterator[tuple[str, Decimal]]:
        """Names of bounds with their numbers."""
        for name, value in told.items():
            try:
                yield str(name), Decimal(str(value))
            except InvalidOperation:
                self.wrong(place, f"{name} must be a number", str(value))


_SORTS: Mapping[type, str] = {int: "a whole number", str: "a text"}


def options_of(name: str) -> dict[str, type]:
    """The options of a library function with their types."""
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    return {one.name: {"int": int, "str": str}[str(one.annotation)] for one in parameters if one.kind is one.KEYWORD_ONLY}


def near(name: str, names: Iterable[str]) -> str:
    """A hint at the nearest right name, or at all of them."""
    names = list(names)
    found = get_close_matches(name, names, 1)
    return f"; did you mean {found[0]}?" if found else f"; there are {', '.join(names)}"


def as_word(value: Any) -> str:
    """A YAML scalar as sources write it: truth values as true and false."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
