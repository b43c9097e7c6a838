"""A mapping ready for the records of one connection: one raw document in, canonical documents out, or every reason why not.

The fast way does many documents at once, field by field. A record in which anything is unusual is done again by the noted way, which is
made of the same steps and says what, where and why.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

from mappings.engine.codes import Unknown
from mappings.engine.columns import Frames, column, holds, objects
from mappings.engine.columns import Make as Column
from mappings.engine.compile import Compiler
from mappings.engine.frames import Noted, Notes, Source, Told, noted, rows_of, source, walk, with_row
from mappings.engine.language import Block, Condition, Many, MappingFile, Part, Place, Shape, Value
from mappings.engine.steps import Context, Line, Make
from trace_core.errors import Problem

TWICE = "another row of this document makes the same key; the key must name each row, by an identifier that stays with it"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the mapping makes each path of a document."""

    places: Mapping[str, Place]

    def place(self, path: str) -> Place | None:
        """The place of a path such as `body.lines.0.quantity`: its own, else that of what is around it."""
        names = [name for name in path.split(".") if not name.isdigit()]
        while names:
            if found := self.places.get(".".join(names)):
                return found
            names.pop()
        return None


class Mapped(NamedTuple):
    """One canonical document before its schema: the envelope without plant and revision, and where its parts were made."""

    kind: str
    key: str
    body: dict[str, Any]
    recorded_at: str | None
    origins: Origins


UNUSUAL = (ValueError, ArithmeticError, TypeError, AttributeError, LookupError)
"""What the fast way raises where a value is not as usual: the noted way says what is wrong, if anything is."""
_new = tuple.__new__
"""Half the time of a NamedTuple's own constructor."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row, or the whole document, of which a block made nothing, and the condition that did not hold."""

    block: Block
    path: str
    condition: Condition
    found: Any


@dataclass(slots=True)
class Outcome:
    """What came of one raw document. With problems its documents must not be used; `unknown` codes are to be noted either way."""

    documents: list[Mapped]
    problems: list[Problem] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)


@dataclass(slots=True)
class Explained:
    """An outcome with how it came about: for every document its values, and what made nothing."""

    outcome: Outcome
    told: list[list[Told]]
    skipped: list[Skipped]


Tables = Callable[[Compiler, Make | None], Context]


class Plan:
    """The blocks of a mapping for one connection."""

    def __init__(self, told: MappingFile, line: Line, context: Tables) -> None:
        self.line = line
        organisation = None
        if told.organisation is not None:
            organisation = Compiler(lambda compiler: context(compiler, None), {}, noted=False).value(told.organisation)
        within = lambda compiler: context(compiler, organisation)  # noqa: E731 - a short name for what every compiler is given
        self._fast = [_Batch(block, within) for block in told.documents]
        self._one_of_each = len({block.document for block in told.documents}) == len(told.documents)
        self._noted = [_NotedBlock(block, within) for block in told.documents]

    def apply(self, document: Any) -> Outcome:
        """Canonical documents of a raw one, or every problem."""
        return self.apply_many([document])[0]

    def apply_many(self, documents: list[Any]) -> list[Outcome]:
        """The same for many, side by side; where one is unusual, the others are parted from it and it is looked at alone."""
        made: list[list[Mapped]] = [[] for _ in documents]
        try:
            single = [block.make(documents, made) for block in self._fast]
            if (all(single) and self._one_of_each) or all(len({one[:2] for one in found}) == len(found) for found in made):
                return [Outcome(found) for found in made]
        except UNUSUAL:
            pass
        if len(documents) == 1:
            return [self.explain(documents[0], every_value=False).outcome]
        half = len(documents) // 2
        return self.apply_many(documents[:half]) + self.apply_many(documents[half:])

    def explain(self, document: Any, *, every_value: bool = True) -> Explained:
        """The same with every problem and, where wanted, how each value was made."""
        notes, skipped, told = Notes(), list[Skipped](), list[list[Told]]()
        made: list[Mapped] = []
        keys: set[tuple[str, str]] = set()
        for block in self._noted:
            for frame in block.frames(document, notes, skipped):
                notes.told = [] if every_value else None
                one = block.make(frame)
                told.append(notes.told or [])
                if one is None:
                    continue
                if one[:2] in keys:
                    frame.wrong(frame.paths[-1] or "key", one.key, TWICE, block.place)
                keys.add((one.kind, one.key))
                made.append(one)
        return Explained(Outcome(made, notes.problems, notes.unknown), told, skipped)


class _Batch:
    """One block for many documents at once. What is the same for every row of a document is made once."""

    def __init__(self, block: Block, context: Callable[[Compiler], Context]) -> None:
        if block.key is None:
            raise AssertionError(f"{block.place}: a block without a key is not whole")
        names = {name: at for at, name in enumerate(block.each, 1)}
        compiler = Compiler(context, names, noted=False)
        self.kind, self.origins = block.document, Origins(places_of(block))
        self.rows = _rows(block, names)
        own = [one for one in block.when if _first(one.path) not in names]
        self.holds = [holds(one, compiler) for one in own]
        self.row_holds = [holds(one, compiler) for one in block.when if one not in own]
        shared = {name for name, part in block.body.members.items() if names and not _reads(part) & names.keys()}
        members = [(name, column(part, compiler)) for name, part in block.body.members.items()]
        self.shared = [one for one in members if one[0] in shared]
        self.names = [name for name, _ in members if name not in shared]
        self.varying = [make for name, make in members if name not in shared]
        self.key = column(block.key, compiler)
        self.recorded = column(block.recorded_at, compiler) if block.recorded_at else None
        self.recorded_shared = bool(names) and block.recorded_at is not None and not _reads(block.recorded_at) & names.keys()

    def make(self, documents: list[Any], made: list[list[Mapped]]) -> bool:
        """Append the documents of each raw one to its list in `made`; whether no key came twice. Errors: one of UNUSUAL."""
        owners, frames = self._frames(documents)
        if not owners:
            return True
        key = self.key(frames)
        if None in key:
            raise ValueError
        columns = [make(frames) for make in self.varying]
        bodies = objects(self.names, columns)
        recorded = self._share(documents, owners, bodies) if self.shared or self.recorded_shared else [None] * len(owners)
        if self.recorded and not self.recorded_shared:
            recorded = self.recorded(frames)
        kind, origins = self.kind, self.origins
        found = [_new(Mapped, told) for told in zip(repeat(kind), key, bodies, recorded, repeat(origins))]
        for owner, one in zip(owners, found, strict=True):
            made[owner].append(one)
        return len(set(key)) == len(key)

    def _frames(self, documents: list[Any]) -> tuple[list[int], Frames]:
        """Frames whose conditions hold, beside the places of their documents."""
        owners, frames = _those(list(range(len(documents))), Frames((documents,)), self.holds)
        places: tuple[list[Any], ...]
        if len(self.rows) == 1:
            rows, of = [], list[int]()
            for at in owners:
                found = walk(documents[at], self.rows[0].parts)
                if found.__class__ is list:
                    rows += found
                    of += [at] * len(found)
            owners, places = of, ([documents[at] for at in of], rows)
        elif self.rows:
            deep = [(at, frame) for at in owners for frame in _frames((documents[at],), self.rows)]
            owners, places = [at for at, _ in deep], tuple(map(list, zip(*(frame for _, frame in deep), strict=True)))
        else:
            return owners, frames
        return _those(owners, Frames(places), self.row_holds)

    def _share(self, documents: list[Any], owners: list[int], bodies: list[dict[str, Any]]) -> list[Any]:
        """Give every body what its document says for all rows; the times of record, where these are of the document."""
        unique = list(dict.fromkeys(owners))
        frames = Frames(([documents[at] for at in unique],))
        base = dict(zip(unique, objects([name for name, _ in self.shared], [make(frames) for _, make in self.shared]), strict=True))
        recorded = dict(zip(unique, self.recorded(frames), strict=True)) if self.recorded and self.recorded_shared else {}
        deque(map(dict.update, bodies, map(base.__getitem__, owners)), maxlen=0)
        return list(map(recorded.get, owners))


def _those(owners: list[int], frames: Frames, conditions: list[Column]) -> tuple[list[int], Frames]:
    """Frames for which every condition holds, beside their owners."""
    for condition in conditions:
        if not owners:
            break
        wanted = condition(frames)
        if not all(wanted):
            owners, frames = [at for at, keep in zip(owners, wanted, strict=True) if keep], frames.taken(wanted)
    return owners, frames


class _NotedBlock:
    """One block, every problem noted."""

    def __init__(self, block: Block, context: Callable[[Compiler], Context]) -> None:
        if block.key is None:
            raise AssertionError(f"{block.place}: a block without a key is not whole")
        names = {name: at for at, name in enumerate(block.each, 1)}
        compiler = Compiler(context, names, noted=True)
        self.block, self.names, self.origins, self.place = block, names, Origins(places_of(block)), block.key.place
        self.rows = _rows(block, names)
        self.holds = [(condition, compiler.condition(condition)) for condition in block.when]
        self.key, self.body = compiler.value(block.key, "key"), compiler.part(block.body, "body")
        self.recorded = compiler.value(block.recorded_at, "recorded_at") if block.recorded_at else None

    def frames(self, document: Any, notes: Notes, skipped: list[Skipped]) -> Iterator[Noted]:
        """Frames whose conditions hold; of the others the first condition that does not is noted."""
        for frame in _frames(noted(document, notes), self.rows):
            failed = next((condition for condition, holds in self.holds if not holds(frame)), None)
            if failed is None:
                yield frame
            else:
                at = source(failed.path, self.names)
                skipped.append(Skipped(self.block, frame.paths[-1], failed, at.find(frame)))

    def make(self, frame: Noted) -> Mapped | None:
        """The document of a frame; None when its key comes out empty, which is noted."""
        problems = len(frame.notes.problems)
        key, body = self.key(frame), self.body(frame) or {}
        recorded = self.recorded(frame) if self.recorded else None
        if key is None:
            if len(frame.notes.problems) == problems:
                frame.wrong(frame.paths[-1], None, f"the key of this {self.block.document} comes out empty", self.place)
            return None
        return Mapped(self.block.document, str(key), body, recorded, self.origins)


def _rows(block: Block, names: Mapping[str, int]) -> list[Source]:
    known: dict[str, int] = {}
    found = []
    for name, path in block.each.items():
        found.append(source(path, known))
        known[name] = names[name]
    return found


def _frames(frame: Any, rows: list[Source], at: int = 0) -> Iterator[Any]:
    """Every combination of rows that `each` goes through."""
    if at == len(rows):
        yield frame
        return
    for path, row in rows_of(frame, rows[at]):
        yield from _frames(with_row(frame, row, path), rows, at + 1)


def _first(path: str) -> str:
    return path.partition(".")[0]


def _reads(part: Part) -> set[str]:
    """First names of every source path that a part reads."""
    if isinstance(part, Shape):
        return {name for inner in part.members.values() for name in _reads(inner)}
    if isinstance(part, Many):
        return {name for inner in part.entries for name in _reads(inner)}
    return {_first(path) for path in paths_of(part)}


def paths_of(value: Any) -> Iterator[str]:
    """Every source path that stands anywhere within a value and its verbs."""
    if isinstance(value, Value):
        yield from ([str(value.verbs["from"])] if "from" in value.verbs else [])
        yield from ([str(value.verbs["list"])] if "list" in value.verbs else [])
        yield from (path for inner in value.verbs.values() for path in paths_of(inner))
    elif isinstance(value, Shape):
        yield from (path for inner in value.members.values() for path in paths_of(inner))
    elif isinstance(value, Many):
        yield from (path for inner in value.entries for path in paths_of(inner))
    elif isinstance(value, Condition):
        yield value.path
    elif isinstance(value, Mapping):
        yield from (path for inner in value.values() for path in paths_of(inner))
    elif isinstance(value, (list, tuple)):
        yield from (path for inner in value for path in paths_of(inner))


def places_of(block: Block) -> dict[str, Place]:
    """Where a block makes each path of its documents."""
    return ({"key": block.key.place} if block.key else {}) | dict(_places(block.body, "body"))


def _places(part: Part, path: str) -> Iterator[tuple[str, Place]]:
    yield path, part.place
    if isinstance(part, Shape):
        for name, inner in part.members.items():
            yield from _places(inner, f"{path}.{name}")
    elif isinstance(part, Many):
        for entry in part.entries:
            yield from _places(entry, path)
    elif "list" in part.verbs:
        yield from _places(part.verbs["of"], path)
