"""Reading mapping files; every problem of a file at once, at `file:line:column`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from mappings.engine.language import Block, Expectation, MappingFile, Place
from mappings.engine.override import overridden
from mappings.engine.reading import Reader, near
from trace_core.documents.kinds import SCHEMAS
from trace_core.errors import Misconfigured, Problem

SHIPPED = Path(__file__).resolve().parent.parent
INWARD = ("mapping", "version", "extends", "organisation", "documents", "ignore", "expect", "description")
OUTWARD = ("mapping", "version", "extends", "direction", "target", "about", "fields", "description")
BLOCK = ("document", "name", "each", "when", "key", "recorded_at", "body")
SUBJECTS = {"documents": ("at_least", "at_most"), "rejected": ("at_most",), "filled": ("at_least", "at_most")}


def mapping_path(system: str, kind: str, site: Path | None = None) -> Path | None:
    """The file that maps a kind of a system: the site's own, else the shipped one, else None."""
    folders = [*([site / "mappings"] if site else []), SHIPPED]
    return next((path for folder in folders if (path := folder / system / f"{kind}.yml").is_file()), None)


def read_mapping(path: Path, shipped: Path = SHIPPED) -> MappingFile:
    """The mapping that a file states, or the shipped one with the changes of a file. Errors: `Misconfigured` with every problem."""
    reader = Reader("/".join(path.parts[-3:]))
    found = _file(path, reader, shipped)
    if found.extends is not None:
        base = shipped / path.parent.name / path.name
        if base.is_file() and base != path:
            found = overridden(read_mapping(base, shipped), found, reader)
        else:
            reader.wrong(Place(reader.file, 1, 1), f"extends a shipped mapping {path.parent.name}/{path.stem}, which there is not")
    if reader.problems:
        raise Misconfigured(f"{reader.file} has {len(reader.problems)} problem(s)", code="mapping", problems=reader.problems)
    return found


def _file(path: Path, reader: Reader, shipped: Path) -> MappingFile:
    text = path.read_text("utf-8")
    try:
        told = YAML(typ="rt").load(text)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        where = f"{reader.file}:{mark.line + 1}:{mark.column + 1}" if mark else reader.file
        raise Misconfigured("no YAML", code="mapping", problems=[Problem(where, f"is no YAML: {fault.problem}")]) from fault
    if not isinstance(told, CommentedMap):
        reader.wrong(Place(reader.file, 1, 1), "a mapping file must be a table")
        return MappingFile("", "0", reader.file)
    outward = told.get("direction") == "out"
    reader.known(told, OUTWARD if outward else INWARD)
    numbers = {name: _whole(told, name, reader) for name in ("version", *(["extends"] if "extends" in told else []))}
    common: dict[str, Any] = {
        "name": str(told.get("mapping", "")),
        "version": str(numbers["version"]),
        "file": reader.file,
        "extends": numbers.get("extends"),
        "texts": {f"{'shipped' if path.is_relative_to(shipped) else 'site/mappings'}/{path.parent.name}/{path.name}": text},
    }
    expected = f"{path.parent.name}/{path.stem}"
    if common["name"] != expected:
        reader.wrong(reader.place(told, "mapping"), f"mapping must be {expected}, after its file", common["name"])
    return _outward(told, reader, common) if outward else _inward(told, reader, common)


def _whole(told: CommentedMap, name: str, reader: Reader) -> int:
    value = told.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    reader.wrong(reader.place(told, name), f"{name} must be a whole number", str(value or ""))
    return 0


def _outward(told: CommentedMap, reader: Reader, common: dict[str, Any]) -> MappingFile:
    fields = reader.shape(told.get("fields", CommentedMap()), reader.place(told, "fields"))
    about = {str(name): str(value) for name, value in (told.get("about") or {}).items()}
    return MappingFile(**common, target=str(told.get("target", "")), about=about, fields=fields)


def _inward(told: CommentedMap, reader: Reader, common: dict[str, Any]) -> MappingFile:
    blocks, partial = told.get("documents"), common["extends"] is not None
    if not isinstance(blocks, CommentedSeq) or not blocks:
        if not partial or blocks is not None:
            reader.wrong(reader.place(told, "documents"), "documents must list at least one block")
        blocks = CommentedSeq()
    found = [block for at, one in enumerate(blocks) if (block := _block(one, reader.place(blocks, at), reader, partial=partial))]
    organisation = reader.value(told["organisation"], reader.place(told, "organisation")) if "organisation" in told else None
    ignore = frozenset(map(str, told.get("ignore") or ()))
    expect = tuple(_expectations(told, reader))
    return MappingFile(**common, documents=tuple(found), ignore=ignore, organisation=organisation, expect=expect)


def _block(told: Any, place: Place, reader: Reader, *, partial: bool) -> Block | None:
    if not isinstance(told, CommentedMap):
        reader.wrong(place, "a block must be a table")
        return None
    reader.known(told, BLOCK)
    kind = str(told.get("document", ""))
    if kind not in SCHEMAS:
        reader.wrong(reader.place(told, "document"), f"is no kind of canonical document{near(kind, list(SCHEMAS))}", kind)
        return None
    missing = [name for name in ("key", "body") if name not in told]
    if missing and not partial:
        reader.wrong(place, f"{' and '.join(missing)} missing")
        return None
    values = {name: reader.value(told[name], reader.place(told, name)) for name in ("key", "recorded_at") if told.get(name) is not None}
    return Block(
        place,
        kind,
        str(told.get("name", "")),
        {str(name): str(path) for name, path in (told.get("each") or {}).items()},
        tuple(reader.conditions(told.get("when"), told)),
        values.get("key"),
        reader.shape(told.get("body", CommentedMap()), reader.place(told, "body"), kind),
        values.get("recorded_at"),
    )


def _expectations(told: CommentedMap, reader: Reader) -> list[Expectation]:
    wanted = told.get("expect") or CommentedMap()
    if not isinstance(wanted, CommentedMap):
        reader.wrong(reader.place(told, "expect"), "expect must be a table")
        return []
    reader.known(wanted, SUBJECTS, "expectation")
    found = []
    for subject, inner in wanted.items():
        table = {"": inner} if subject == "rejected" else inner
        for of, bounds in table.items() if isinstance(table, dict) else ():
            place = reader.place(inner if of else wanted, of or subject)
            if not isinstance(bounds, CommentedMap) or not bounds or set(bounds) - set(SUBJECTS.get(subject, bounds)):
                reader.wrong(place, f"needs bounds: {', '.join(SUBJECTS.get(subject, ()))}", str(bounds))
            elif of and of.partition(".")[0] not in SCHEMAS:
                reader.wrong(place, f"is no kind of canonical document{near(of.partition('.')[0], list(SCHEMAS))}", of)
            else:
                found.append(Expectation(place, str(subject), str(of), tuple(reader.bounds(bounds, place))))
    return found
