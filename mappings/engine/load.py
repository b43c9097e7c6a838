"""Reading mapping files with positions; every problem of a file at once, at `file:line:column`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from mappings.engine.language import DATES, STARTS, VERBS, Block, Condition, Many, MappingFile, Place, Shape, Value
from mappings.library.functions import FUNCTIONS
from trace_core.documents.kinds import SCHEMAS
from trace_core.errors import Misconfigured, Problem

SHIPPED = Path(__file__).resolve().parent.parent
INWARD = ("mapping", "version", "documents", "ignore", "description")
OUTWARD = ("mapping", "version", "direction", "target", "about", "fields", "description")
BLOCK = ("document", "each", "when", "key", "recorded_at", "body")


def mapping_path(system: str, kind: str, site: Path | None = None) -> Path | None:
    """The file that maps a kind of a system: the site's own, else the shipped one, else None."""
    folders = [*([site / "mappings"] if site else []), SHIPPED]
    return next((path for folder in folders if (path := folder / system / f"{kind}.yml").is_file()), None)


def mapping_problems(site: Path, kinds: set[tuple[str, str]] | None = None) -> list[Problem]:
    """Every problem of the mapping files of a site, and of the shipped ones for the (system, kind) pairs that it names."""
    paths = set((site / "mappings").glob("*/*.yml"))
    paths |= {path for system, kind in kinds or () if (path := mapping_path(system, kind, site))}
    problems: list[Problem] = []
    for path in sorted(paths):
        try:
            read_mapping(path)
        except Misconfigured as fault:
            problems += fault.problems
    return problems


def read_mapping(path: Path) -> MappingFile:
    """The mapping that a file states. Errors: `Misconfigured` with every problem."""
    reader = _Reader(path)
    try:
        told = YAML(typ="rt").load(path.read_text("utf-8"))
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        where = f"{reader.file}:{mark.line + 1}:{mark.column + 1}" if mark else reader.file
        raise Misconfigured("no YAML", code="mapping", problems=[Problem(where, f"is no YAML: {fault.problem}")]) from fault
    found = reader.file_of(told)
    if reader.problems:
        raise Misconfigured(f"{reader.file} has {len(reader.problems)} problem(s)", code="mapping", problems=reader.problems)
    return found


class _Reader:
    def __init__(self, path: Path) -> None:
        self.file = "/".join(path.parts[-3:])
        self.problems: list[Problem] = []

    def place(self, parent: Any, name: Any = None) -> Place:
        if isinstance(parent, (CommentedMap, CommentedSeq)):
            try:
                line, column = parent.lc.key(name) if isinstance(parent, CommentedMap) else parent.lc.item(name)
            except (KeyError, AttributeError, TypeError):
                line, column = parent.lc.line or 0, parent.lc.col or 0
            return Place(self.file, line + 1, column + 1)
        return Place(self.file, 1, 1)

    def wrong(self, place: Place, said: str, value: str = "") -> None:
        self.problems.append(Problem(str(place), said, value))

    def known(self, told: Mapping[str, Any], names: tuple[str, ...] | frozenset[str]) -> None:
        for name in told:
            if name not in names:
                near = get_close_matches(str(name), sorted(names), 1)
                hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(names))}"
                self.wrong(self.place(told, name), f"{name} is no word of the mapping language{hint}")

    def file_of(self, told: Any) -> MappingFile:
        if not isinstance(told, CommentedMap):
            self.wrong(Place(self.file, 1, 1), "a mapping file must be a table")
            return MappingFile("", 0, self.file)
        outward = told.get("direction") == "out"
        self.known(told, OUTWARD if outward else INWARD)
        name, version = str(told.get("mapping", "")), told.get("version")
        if not isinstance(version, int):
            self.wrong(self.place(told, "version"), "version must be a whole number", str(version or ""))
            version = 0
        if outward:
            fields = self.shape(told.get("fields", CommentedMap()), self.place(told, "fields"), "")
            about = {str(k): str(v) for k, v in (told.get("about") or {}).items()}
            return MappingFile(name, version, self.file, target=str(told.get("target", "")), about=about, fields=fields)
        blocks = told.get("documents")
        if not isinstance(blocks, CommentedSeq) or not blocks:
            self.wrong(self.place(told, "documents"), "documents must list at least one block")
            blocks = CommentedSeq()
        found = [block for at, one in enumerate(blocks) if (block := self.block(one, self.place(blocks, at)))]
        return MappingFile(name, version, self.file, tuple(found), frozenset(map(str, told.get("ignore", ()))))

    def block(self, told: Any, place: Place) -> Block | None:
        if not isinstance(told, CommentedMap):
            self.wrong(place, "a block must be a table")
            return None
        self.known(told, BLOCK)
        kind = str(told.get("document", ""))
        if kind not in SCHEMAS:
            near = get_close_matches(kind, list(SCHEMAS), 1)
            self.wrong(
                self.place(told, "document"), "is no kind of canonical document" + (f"; did you mean {near[0]}?" if near else ""), kind
            )
            return None
        for name in ("key", "body"):
            if name not in told:
                self.wrong(place, f"{name} is missing")
                return None
        each = {str(name): str(path) for name, path in (told.get("each") or {}).items()}
        recorded = told.get("recorded_at")
        return Block(
            place,
            kind,
            each,
            tuple(self.conditions(told.get("when"), told)),
            self.value(told["key"], self.place(told, "key")),
            self.shape(told["body"], self.place(told, "body"), kind),
            None if recorded is None else self.value(recorded, self.place(told, "recorded_at")),
        )

    def conditions(self, told: Any, parent: Any) -> Iterator[Condition]:
        if told is None:
            return
        if not isinstance(told, CommentedMap):
            self.wrong(self.place(parent, "when"), "when must be a table of conditions")
            return
        for path, wanted in told.items():
            place = self.place(told, path)
            if wanted in {"present", "empty"} if isinstance(wanted, str) else False:
                yield Condition(place, str(path), present=wanted == "present")
            elif isinstance(wanted, list):
                yield Condition(place, str(path), one_of=frozenset(map(_text, wanted)))
            elif isinstance(wanted, Mapping) and set(wanted) == {"not"} and isinstance(wanted["not"], list):
                yield Condition(place, str(path), none_of=frozenset(map(_text, wanted["not"])))
            else:
                self.wrong(place, "a condition is a list of values, `present`, `empty`, or {not: [values]}", str(wanted))

    def shape(self, told: Any, place: Place, kind: str) -> Shape:
        if not isinstance(told, CommentedMap):
            self.wrong(place, "must be a table of fields")
            return Shape(place, {})
        if kind:
            self.target_fields(told, kind)
        return Shape(place, {str(name): self.part(inner, self.place(told, name)) for name, inner in told.items()})

    def target_fields(self, told: CommentedMap, kind: str) -> None:
        names = [field.data_key or name for name, field in SCHEMAS[kind].fields.items()]
        for name in told:
            if name not in names:
                near = get_close_matches(str(name), names, 1)
                hint = f"; did you mean {near[0]}?" if near else f"; its fields are {', '.join(names)}"
                self.wrong(self.place(told, name), f"{name} is no field of {kind}{hint}")

    def part(self, told: Any, place: Place) -> Value | Shape | Many:
        if isinstance(told, CommentedSeq):
            return Many(place, tuple(self._entry(one, self.place(told, at)) for at, one in enumerate(told)))
        if isinstance(told, CommentedMap) and not set(told) & STARTS:
            return self.shape(told, place, "")
        return self.value(told, place)

    def _entry(self, told: Any, place: Place) -> Value | Shape:
        found = self.part(told, place)
        if isinstance(found, Many):
            self.wrong(place, "a list must not lie directly in a list")
            return Shape(place, {})
        return found

    def value(self, told: Any, place: Place) -> Value:
        if isinstance(told, str):
            return Value(place, {"from": told})
        if not isinstance(told, CommentedMap) or len(set(told) & STARTS) != 1:
            self.wrong(place, "a value needs exactly one of from, first, constant, join or list", str(told))
            return Value(place, {"constant": None})
        self.known(told, VERBS)
        if "date" in told and told["date"] not in DATES:
            self.wrong(self.place(told, "date"), f"date must be one of {', '.join(sorted(DATES))}", str(told["date"]))
        if "call" in told and told["call"] not in FUNCTIONS:
            near = get_close_matches(str(told["call"]), list(FUNCTIONS), 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(FUNCTIONS))}"
            self.wrong(self.place(told, "call"), f"the library has no such function{hint}", str(told["call"]))
        verbs: dict[str, Any] = dict(told)
        for name in ("first", "join"):
            if name in verbs:
                verbs[name] = [self._piece(one, self.place(told[name], at), name) for at, one in enumerate(told[name])]
        if "list" in verbs:
            verbs["of"] = self.part(told.get("of", "it"), self.place(told, "of"))
        if "when" in verbs:
            verbs["when"] = tuple(self.conditions(told["when"], told))
        return Value(place, verbs)

    def _piece(self, told: Any, place: Place, verb: str) -> Value:
        if verb == "join" and not isinstance(told, CommentedMap):
            return Value(place, {"constant": told})
        return self.value(told, place)


def _text(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
