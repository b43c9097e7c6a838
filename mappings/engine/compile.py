"""Compiling values to closures: once for a mapping and a connection, not once a record.

A closure takes a frame and gives a JSON value, or None for empty. There are two sorts, made of the same steps: the plain ones raise
ValueError at the first thing that is wrong, the noted ones note every problem with its source path and its place in the mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from mappings.engine.codes import UnknownCode
from mappings.engine.frames import Names, Noted, Step, Told, rows_of, source, walk, with_row
from mappings.engine.language import Condition, Many, Part, Value
from mappings.engine.reads import NEEDED, read
from mappings.engine.steps import Apply, Change, Context, Make, changes
from mappings.engine.values import as_text, clean, number_text, settled


class Compiler:
    """Makes closures for the values of one block: `names` are the rows that it goes through."""

    def __init__(self, context: Callable[[Compiler], Context], names: Names, *, noted: bool) -> None:
        self.names = names
        self.noted = noted
        self._context = context
        self.context = context(self)

    def inside(self, name: str) -> Compiler:
        """A compiler for what is made from a further row, named so."""
        return Compiler(self._context, {**self.names, name: 1 + max(self.names.values(), default=0)}, noted=self.noted)

    def part(self, part: Part, target: str = "") -> Make:
        """A closure for a value, an object or a list; members that come out empty are left out."""
        if isinstance(part, Value):
            return self.value(part, target)
        if isinstance(part, Many):
            entries = [self.part(entry, f"{target}.{at}") for at, entry in enumerate(part.entries)]
            return lambda frame: [made for make in entries if (made := make(frame)) is not None] or None
        members = [(name, self.part(inner, f"{target}.{name}".lstrip("."))) for name, inner in part.members.items()]
        return lambda frame: {name: made for name, make in members if (made := make(frame)) is not None} or None

    def value(self, value: Value, target: str = "") -> Make:
        """A closure for one value with its verbs."""
        steps = changes(value, self.context)
        make = self._noted(value, steps, target) if self.noted else self._plain(value, steps)
        if "when" not in value.verbs:
            return make
        holds = self.when(value.verbs["when"])
        return lambda frame: make(frame) if holds(frame) else None

    # -- plain -----------------------------------------------------------------------------------------------------------------------

    def _plain(self, value: Value, steps: list[Change]) -> Make:
        required = bool(value.verbs.get("required"))
        if "from" in value.verbs:
            return read(source(str(value.verbs["from"]), self.names), steps, required=required)
        if "constant" in value.verbs and not steps:
            constant = settled(clean(value.verbs["constant"]))
            return lambda _: constant
        return _then(self._start(value, ""), [step.apply for step in steps], required=required)

    # -- noted -----------------------------------------------------------------------------------------------------------------------

    def _noted(self, value: Value, steps: list[Change], target: str) -> Make:
        start, place, required = self._start(value, target), value.place, bool(value.verbs.get("required"))
        sources = [source(path, self.names) for path in read_by(value)]
        own = source(str(value.verbs["from"]), self.names) if "from" in value.verbs else None

        def make(frame: Noted) -> Any:
            found, told, said = _walked(start(frame), steps, frame)
            if found is None and required and not said:
                said = NEEDED
            if said:
                path = frame.path(own) if own else ", ".join(frame.path(one) for one in sources)
                frame.wrong(path, found, said, place)
            made = None if said else settled(found)
            if frame.notes.told is not None:
                read = tuple((frame.path(one), walk(frame[one.at], one.parts)) for one in sources)
                full = ".".join(filter(None, (frame.target, target)))
                frame.notes.told.append(Told(full, place, read, tuple(told), made, said))
            return made

        return make

    # -- starts ----------------------------------------------------------------------------------------------------------------------

    def _start(self, value: Value, target: str) -> Make:
        verbs = value.verbs
        if "constant" in verbs:
            constant = clean(verbs["constant"])
            return lambda _: constant
        if "from" in verbs:
            return source(str(verbs["from"]), self.names).find
        if "list" in verbs:
            return self._list(value, target)
        makes = [self.value(piece, target) for piece in verbs.get("first", verbs.get("join", ()))]
        if "first" in verbs:
            return lambda frame: next((made for make in makes if (made := make(frame)) is not None), None)
        return _join(verbs["join"], makes, str(verbs.get("with", "")))

    def _list(self, value: Value, target: str) -> Make:
        rows, between = source(str(value.verbs["list"]), self.names), value.verbs.get("with")
        make = self.inside("it").part(value.verbs["of"])

        def listed(frame: Any) -> Any:
            made: list[Any] = []
            for path, row in rows_of(frame, rows):
                full = f"{frame.target}.{target}.{len(made)}".lstrip(".") if isinstance(frame, Noted) else ""
                if (one := make(with_row(frame, row, path, full))) is not None:
                    made.append(one)
            if between is not None and made:
                return str(between).join(map(as_text, made))
            return made or None

        return listed

    # -- conditions ------------------------------------------------------------------------------------------------------------------

    def when(self, conditions: tuple[Condition, ...]) -> Callable[[Any], bool]:
        """A closure that says whether all conditions hold."""
        tests = [self.condition(one) for one in conditions]
        if len(tests) == 1:
            return tests[0]
        return lambda frame: all(test(frame) for test in tests)

    def condition(self, condition: Condition) -> Callable[[Any], bool]:
        """A closure for one condition."""
        at = source(condition.path, self.names)
        if condition.present is not None:
            wanted = condition.present
            return lambda frame: wanted == there(at.find(frame))
        find = read(at, [])
        if condition.bounds:
            return lambda frame: _within(find(frame), condition.bounds)
        if condition.one_of is not None:
            allowed = condition.one_of
            return lambda frame: _word(find(frame)) in allowed
        refused = condition.none_of or frozenset()
        return lambda frame: _word(find(frame)) not in refused


def _walked(found: Any, steps: list[Change], frame: Noted) -> tuple[Any, list[Step], str]:
    """(value, what each step did, what is wrong) after the steps; with something wrong the value is the one that it is wrong about."""
    told: list[Step] = []
    for step in steps:
        if found is None:
            break
        try:
            before, found = found, step.apply(found, frame)
            if frame.notes.told is not None:
                told.append(Step(step.verb, before, found, step.by(before, frame)))
        except UnknownCode as fault:
            frame.notes.unknown.append(fault.unknown)
            if fault.unknown.policy != "keep":
                return found, told, str(fault)
            found = as_text(found)
        except ValueError as fault:
            return found, told, str(fault)
    return found, told, ""


def _join(pieces: list[Value], makes: list[Make], between: str) -> Make:
    """Texts joined, those that never change made once; empty when one of them is."""
    constants = [as_text(clean(piece.verbs["constant"])) if set(piece.verbs) == {"constant"} else None for piece in pieces]
    parts = list(zip(constants, makes, strict=True))

    def join(frame: Any) -> Any:
        made = [make(frame) if constant is None else constant for constant, make in parts]
        try:
            return between.join(made)
        except TypeError:
            return None if None in made else between.join(map(as_text, made))

    return join


def there(found: Any) -> bool:
    """Whether a stripped source value says anything: not empty, and not the 0 that systems write for no reference."""
    return found not in (None, [], {}, 0)


def _word(found: Any) -> str:
    return found if found.__class__ is str else "" if found is None else as_text(found)


_TESTS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "above": lambda found, bound: found > bound,
    "at_least": lambda found, bound: found >= bound,
    "below": lambda found, bound: found < bound,
    "at_most": lambda found, bound: found <= bound,
    "other_than": lambda found, bound: found != bound,
}


def _within(found: Any, bounds: tuple[tuple[str, Decimal], ...]) -> bool:
    """Whether a number lies within bounds. What is empty or no number lies in none, and is other than any: it is not lost in silence."""
    try:
        number = Decimal(number_text(found))
    except ValueError:
        return all(name == "other_than" for name, _ in bounds)
    return all(_TESTS[name](number, bound) for name, bound in bounds)


def read_by(value: Value) -> list[str]:
    """The source paths that a value starts from."""
    if "from" in value.verbs:
        return [str(value.verbs["from"])]
    if "list" in value.verbs:
        return [str(value.verbs["list"])]
    return [path for piece in (*value.verbs.get("first", ()), *value.verbs.get("join", ())) for path in read_by(piece)]


def _then(make: Make, applies: list[Apply], *, required: bool) -> Make:
    if not applies and not required:
        return make

    def steps(frame: Any) -> Any:
        found = make(frame)
        for apply in applies:
            if found is None:
                break
            found = apply(found, frame)
        if found is None and required:
            raise ValueError(NEEDED)
        return settled(found)

    return steps
