"""Values of many frames at once: a column for each field, made without a call for every value wherever the value is of a usual sort.

A column closure takes `Frames` and gives as many values, None for empty. What is usual (a source path with steps that need the value alone,
numbers, joins, conversions, objects of these) has a loop of its own; the rest goes through the closures of `compile`, frame by frame.
The first thing that is wrong raises ValueError: whoever asked does it again document by document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, islice, repeat, starmap
from operator import itemgetter
from typing import Any

from mappings.engine.compile import Compiler, there
from mappings.engine.frames import MISSING, Source, source, walk
from mappings.engine.language import Condition, Many, Part, Shape, Value
from mappings.engine.rates import UNITS, Factor, converted
from mappings.engine.reads import NEEDED, Memory
from mappings.engine.steps import Change, changes
from mappings.engine.values import PLAIN, as_text, clean, number_text, settled

Column = list[Any]


class Full(Column):
    """A column in which nothing is empty, so that nobody needs to look."""

    __slots__ = ()


def _has_gaps(values: Column) -> bool:
    return values.__class__ is not Full and None in values


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames side by side: the documents, and beside them the rows of each name."""

    places: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.places[0])

    def taken(self, wanted: Column) -> Frames:
        """Those for which a column is true."""
        return Frames(tuple([one for one, keep in zip(place, wanted, strict=True) if keep] for place in self.places))


Make = Callable[[Frames], Column]


def column(part: Part, compiler: Compiler) -> Make:
    """A column closure for a value, an object or a list."""
    if isinstance(part, Shape):
        return _shape([(name, column(inner, compiler)) for name, inner in part.members.items()])
    if isinstance(part, Many):
        return _many([column(entry, compiler) for entry in part.entries])
    if "when" in part.verbs or "first" in part.verbs:
        return each_frame(compiler.part(part))
    steps, required = changes(part, compiler.context), bool(part.verbs.get("required"))
    if "list" in part.verbs and not steps:
        made = _list(part, compiler)
    elif "from" in part.verbs:
        made = _read(source(str(part.verbs["from"]), compiler.names), steps, part, compiler)
    elif "join" in part.verbs and not steps:
        made = _join(part, compiler)
    elif "constant" in part.verbs and not steps:
        constant = settled(clean(part.verbs["constant"]))
        return lambda frames: [constant] * len(frames) if constant is None else Full(repeat(constant, len(frames)))
    else:
        return each_frame(compiler.value(part))
    return _needed(made) if required else made


def each_frame(make: Callable[[Any], Any]) -> Make:
    """A column by a closure that takes one frame."""
    return lambda frames: [make(frame) for frame in zip(*frames.places, strict=True)]


def objects(names: list[str], columns: list[Column]) -> Column:
    """Objects of columns, members that are empty left out."""
    if not any(map(_has_gaps, columns)):
        return Full(map(dict, map(zip, repeat(names), zip(*columns, strict=True))))
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        if None in row
        else dict(zip(names, row, strict=True))
        for row in zip(*columns, strict=True)
    ]


def _shape(members: list[tuple[str, Make]]) -> Make:
    names = [name for name, _ in members]

    def shape(frames: Frames) -> Column:
        made = objects(names, [make(frames) for _, make in members])
        return made if made.__class__ is Full else [one or None for one in made]

    return shape if members else lambda frames: [None] * len(frames)


def _many(entries: list[Make]) -> Make:
    """Lists whose entries are written out one by one, those that come out empty left out."""

    def many(frames: Frames) -> Column:
        columns = [make(frames) for make in entries]
        if not any(map(_has_gaps, columns)):
            return Full(map(list, zip(*columns, strict=True)))
        return [[one for one in row if one is not None] or None for row in zip(*columns, strict=True)]

    return many if entries else lambda frames: [None] * len(frames)


def _list(part: Value, compiler: Compiler) -> Make:
    """A list of each frame's rows: the rows of all frames are made side by side and parted again, those that come out empty left out."""
    values, make = _values(source(str(part.verbs["list"]), compiler.names)), column(part.verbs["of"], compiler.inside("it"))
    between = None if (told := part.verbs.get("with")) is None else str(told)

    def listed(frames: Frames) -> Column:
        rows = [found if isinstance(found, list) else [] for found in values(frames)]
        counts = list(map(len, rows))
        places = [list(chain.from_iterable(map(repeat, place, counts))) for place in frames.places]
        column = make(Frames((*places, list(chain.from_iterable(rows)))))
        left = iter(column)
        lists: Column = [list(islice(left, count)) for count in counts]
        if _has_gaps(column):
            lists = [[one for one in row if one is not None] for row in lists]
        if between is not None:
            lists = [between.join(map(as_text, row)) for row in lists]
        return [one or None for one in lists]

    return listed


def _needed(make: Make) -> Make:
    def needed(frames: Frames) -> Column:
        made = make(frames)
        if _has_gaps(made):
            raise ValueError(NEEDED)
        return made

    return needed


# -- one source ----------------------------------------------------------------------------------------------------------------------


def _read(at: Source, steps: list[Change], part: Value, compiler: Compiler) -> Make:
    verbs = [step.verb for step in steps]
    if not steps:
        return _text(at)
    if verbs == ["number"]:
        return _numbers(at)
    if verbs == ["number", "convert"] and not {"item", "on"} & part.verbs["convert"].keys() and not compiler.context.organised:
        return _convert(at, part, compiler)
    if all(step.pure for step in steps):
        return _remembered(at, steps)
    return each_frame(compiler.value(part))


def _values(at: Source) -> Make:
    """The values of a source as they are, None where nothing is."""
    place, getters = at.at, [itemgetter(name) for name in at.parts]

    def values(frames: Frames) -> Column:
        found: Iterable[Any] = frames.places[place]
        for getter in getters:
            found = map(getter, found)
        try:
            return list(found)
        except MISSING:
            return [walk(row, at.parts) for row in frames.places[place]]

    return values


def _text(at: Source) -> Make:
    values = _values(at)

    def text(frames: Frames) -> Column:
        found = values(frames)
        try:
            made: Column = Full(map(str.strip, found))
        except TypeError:
            if set(map(type, found)) == {int}:
                return Full(map(str, found))
            return [value.strip() or None if value.__class__ is str else settled(value) for value in found]
        return [value or None for value in made] if "" in made else made

    return text


def _numbers(at: Source) -> Make:
    values, plain = _values(at), PLAIN.match

    def numbers(frames: Frames) -> Column:
        found = values(frames)
        try:
            if all(map(plain, found)):
                return Full(found)
        except TypeError:
            pass
        return [_number(value) for value in found]

    return numbers


def _number(value: Any) -> str | None:
    cleaned = clean(value)
    return None if cleaned is None else number_text(cleaned)


def _remembered(at: Source, steps: list[Change]) -> Make:
    values, memory = _values(at), Memory(steps)
    known, make = memory.known, memory.make

    def remembered(frames: Frames) -> Column:
        found = values(frames)
        if not memory.of_use:
            return [make(value) for value in found]
        memory.looked_up(len(found))
        try:
            return Full(map(known.__getitem__, found))
        except (KeyError, TypeError):
            return [known[value] if value.__class__ is str and value in known else make(value) for value in found]

    return remembered


def holds(condition: Condition, compiler: Compiler) -> Make:
    """A column of truth values: whether a condition holds."""
    at, test = source(condition.path, compiler.names), compiler.condition(condition)
    if condition.present is None:
        return each_frame(test)
    wanted, values = condition.present, _values(at)
    return lambda frames: [wanted == (value.strip() != "" if value.__class__ is str else there(value)) for value in values(frames)]


def _convert(at: Source, part: Value, compiler: Compiler) -> Make:
    told, context = part.verbs["convert"], compiler.context
    rates, numbers = context.rates(told.get("table", UNITS)), _numbers(at)
    here, there_ = (column(told[name], compiler) for name in ("from", "to"))

    def convert(frames: Frames) -> Column:
        units = list(zip(here(frames), there_(frames), strict=True))
        factors = {pair: _factor(*pair) for pair in set(units)}
        quantities = numbers(frames)
        found = zip(quantities, map(factors.__getitem__, units), strict=True)
        if quantities.__class__ is Full:
            return Full(starmap(converted, found))
        return [None if quantity is None else converted(quantity, factor) for quantity, factor in found]

    def _factor(one: str | None, other: str | None) -> Factor:
        if one is None or other is None:
            raise ValueError("cannot be converted: a unit is empty")
        return rates.factor(one, other)

    return convert


def _join(part: Value, compiler: Compiler) -> Make:
    between = str(part.verbs.get("with", ""))
    pieces = [
        as_text(clean(one.verbs["constant"])) if set(one.verbs) == {"constant"} else column(one, compiler) for one in part.verbs["join"]
    ]

    def join(frames: Frames) -> Column:
        columns = [repeat(piece, len(frames)) if isinstance(piece, str) else piece(frames) for piece in pieces]
        try:
            return Full(map(between.join, zip(*columns, strict=True)))
        except TypeError:
            columns = [repeat(piece, len(frames)) if isinstance(piece, str) else piece(frames) for piece in pieces]
            return [None if None in row else between.join(map(as_text, row)) for row in zip(*columns, strict=True)]

    return join
