"""Which fields of a system a mapping knows: those it reads and those it ignores by name. The rest is new in the system, or forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mappings.engine.language import Many, MappingFile, Part, Shape, Value
from mappings.engine.plan import paths_of


def read_sources(told: MappingFile) -> set[str]:
    """Full source paths that a mapping reads, names of `each` replaced by the paths they stand for."""
    return set(_sources(told))


def unlisted(document: Any, known: set[str]) -> set[str]:
    """Source paths of a document that are not known, nor lie within what is."""
    return {path for path in leaves(document, "") if not is_known(path, known)}


def is_known(path: str, known: set[str]) -> bool:
    """Whether a path, or something around it, is known, or something within it: a list that comes as null is known by its rows."""
    parts = path.split(".")
    around = any(".".join(parts[:length]) in known for length in range(1, len(parts) + 1))
    return around or any(one.startswith(f"{path}.") for one in known)


def leaves(value: Any, path: str) -> Iterator[str]:
    """The paths of all single values; rows of a list count once."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    elif path:
        yield path


def _sources(told: MappingFile) -> Iterator[str]:
    yield from paths_of(told.organisation)
    for block in told.documents:
        names: dict[str, str] = {}
        for name, path in block.each.items():
            names[name] = _full(path, names)
        yield from (_full(condition.path, names) for condition in block.when)
        for part in (block.key, block.body, block.recorded_at):
            if part is not None:
                yield from _read(part, names)


def _read(part: Part, names: Mapping[str, str]) -> Iterator[str]:
    if isinstance(part, Value) and "list" in part.verbs:
        rows = _full(str(part.verbs["list"]), names)
        yield from _read(part.verbs["of"], {**names, "it": rows})
        yield from (_full(path, names) for path in paths_of(part.verbs.get("when", ())))
    elif isinstance(part, Value):
        for name, inner in part.verbs.items():
            if name == "from":
                yield _full(str(inner), names)
            elif name in {"first", "join"}:
                for piece in inner:
                    yield from _read(piece, names)
            else:
                yield from (_full(path, names) for path in paths_of(inner))
    else:
        for piece in part.members.values() if isinstance(part, Shape) else part.entries if isinstance(part, Many) else ():
            yield from _read(piece, names)


def _full(path: str, names: Mapping[str, str]) -> str:
    head, _, rest = path.partition(".")
    return f"{names[head]}.{rest}".rstrip(".") if head in names else path
