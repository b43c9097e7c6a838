"""Applying a compiled mapping: one raw document in, canonical documents out, or every reason why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from mappings.engine.codes import read_codes
from mappings.engine.compile import Make, Scope, compile_part, compile_value, compile_when
from mappings.engine.language import Block, Many, MappingFile, Place, Shape, Value
from mappings.engine.load import read_mapping
from trace_core.errors import Problem


@dataclass(frozen=True, slots=True)
class Mapped:
    """One canonical document before its schema: the envelope without plant and revision, and where each body path was made."""

    kind: str
    key: str
    body: dict[str, Any]
    recorded_at: str | None
    places: Mapping[str, Place]

    def place(self, path: str) -> Place | None:
        """Where the mapping makes a path such as `body.lines.0.quantity`: its own place, else that of what is around it."""
        names = [name for name in path.split(".") if not name.isdigit()]
        while names:
            if found := self.places.get(".".join(names)):
                return found
            names.pop()
        return None


@dataclass(frozen=True, slots=True)
class _Compiled:
    block: Block
    holds: Any
    key: Make
    body: Make
    recorded_at: Make | None
    places: Mapping[str, Place]


class Mapper:
    """A mapping ready for records of one connection."""

    def __init__(self, told: MappingFile, system: str, site: Path | None = None) -> None:
        self.told = told
        self.name = f"{told.name}"
        self.version = told.version
        tables: dict[str, Any] = {}

        def codes(name: str) -> Any:
            return tables.setdefault(name, None) or tables.update({name: read_codes(name, system, site)}) or tables[name]

        self.blocks = [self._block(block, codes) for block in told.documents]
        self.fields = compile_part(told.fields, codes) if told.fields else None
        self.used = set(_sources(told)) | set(told.ignore)

    def _block(self, block: Block, codes: Any) -> _Compiled:
        recorded = compile_value(block.recorded_at, codes) if block.recorded_at else None
        places = {"key": block.key.place, **dict(_places(block.body, "body"))}
        holds = compile_when(block.when)
        return _Compiled(block, holds, compile_value(block.key, codes), compile_part(block.body, codes), recorded, places)

    def apply(self, document: Any, *, zone: tzinfo, plant: str, connection: str) -> tuple[list[Mapped], list[Problem]]:
        """Canonical documents of a raw one, and every problem; with problems the raw document must not be used."""
        found: list[Mapped] = []
        problems: list[Problem] = []
        for compiled in self.blocks:
            for rows in _rows(document, compiled.block.each):
                scope = Scope(document, rows, zone, plant, connection, problems)
                if not compiled.holds(scope):
                    continue
                key, body = compiled.key(scope), compiled.body(scope) or {}
                recorded = compiled.recorded_at(scope) if compiled.recorded_at else None
                if key is None:
                    scope.wrong("", None, f"the key of this {compiled.block.document} comes out empty", compiled.block.key.place)
                else:
                    found.append(Mapped(compiled.block.document, str(key), body, recorded, compiled.places))
        return found, problems

    def outward(self, summary: Mapping[str, Any], *, zone: tzinfo, plant: str, connection: str) -> tuple[dict[str, str], list[Problem]]:
        """Fields for a document of the system, from a trace summary."""
        scope = Scope(summary, {}, zone, plant, connection)
        made = self.fields(scope) if self.fields else {}
        return {name: str(value) for name, value in (made or {}).items()}, scope.problems

    def unlisted(self, document: Any) -> set[str]:
        """Source fields that the mapping neither uses nor ignores by name: new in the system, or forgotten."""
        return {path for path in _paths(document, "") if not self._listed(path)}

    def _listed(self, path: str) -> bool:
        parts = path.split(".")
        return any(".".join(parts[:length]) in self.used for length in range(1, len(parts) + 1))


def read_mapper(path: Path, system: str, site: Path | None = None) -> Mapper:
    """The mapper of a file. Errors: `Misconfigured` with every problem of the file or of its code tables."""
    return Mapper(read_mapping(path), system, site)


def _rows(document: Any, each: Mapping[str, str]) -> Iterator[dict[str, tuple[str, Any]]]:
    """Every combination of rows that `each` goes through, with the path of each row."""
    if not each:
        yield {}
        return
    names = list(each.items())

    def nested(at: int, known: dict[str, tuple[str, Any]]) -> Iterator[dict[str, tuple[str, Any]]]:
        if at == len(names):
            yield known
            return
        name, source = names[at]
        path, rows = Scope(document, known, UTC, "", "").at(source)
        for number, row in enumerate(rows if isinstance(rows, list) else []):
            yield from nested(at + 1, {**known, name: (f"{path}.{number}", row)})

    yield from nested(0, {})


def _places(part: Value | Shape | Many, path: str) -> Iterator[tuple[str, Place]]:
    yield path, part.place
    if isinstance(part, Shape):
        for name, inner in part.members.items():
            yield from _places(inner, f"{path}.{name}")
    elif isinstance(part, Many):
        for entry in part.entries:
            yield from _places(entry, path)
    elif "list" in part.verbs:
        yield from _places(part.verbs["of"], path)


def _sources(told: MappingFile) -> Iterator[str]:
    """Full source paths that a mapping reads, names of `each` replaced by the paths they stand for."""
    for block in told.documents:
        names: dict[str, str] = {}
        for name, path in block.each.items():
            names[name] = _full(path, names)
            yield f"{names[name]}#rows"
        parts = [block.key, block.body, *([block.recorded_at] if block.recorded_at else [])]
        yield from (_full(condition.path, names) for condition in block.when)
        for part in parts:
            yield from (_full(path, names) for path in _read(part))


def _full(path: str, names: Mapping[str, str]) -> str:
    head, _, rest = path.partition(".")
    return f"{names[head]}.{rest}".rstrip(".") if head in names else path


def _read(part: Any) -> Iterator[str]:
    if isinstance(part, Shape):
        for inner in part.members.values():
            yield from _read(inner)
    elif isinstance(part, Many):
        for entry in part.entries:
            yield from _read(entry)
    elif isinstance(part, Value):
        yield from ([str(part.verbs["from"])] if "from" in part.verbs else [])
        yield from (condition.path for condition in part.verbs.get("when", ()))
        for piece in (*part.verbs.get("first", ()), *part.verbs.get("join", ())):
            yield from _read(piece)
        if "list" in part.verbs:
            rows = str(part.verbs["list"])
            yield from (path if path.partition(".")[0] != "it" else f"{rows}.{path[3:]}".rstrip(".") for path in _read(part.verbs["of"]))


def _paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _paths(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, path)
    elif path:
        yield path
