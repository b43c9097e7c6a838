"""A mapping with its tables, made ready for each connection that uses it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any

from mappings.engine.codes import Codes, codes_of, read_codes
from mappings.engine.compile import Compiler
from mappings.engine.frames import Notes, noted
from mappings.engine.language import MappingFile
from mappings.engine.load import SHIPPED, read_mapping
from mappings.engine.plan import Outcome, Plan, Tables
from mappings.engine.rates import Rates, read_rates
from mappings.engine.sources import read_sources, unlisted
from mappings.engine.steps import Context, Line, Make
from mappings.engine.tables import Table
from mappings.engine.values import as_text
from mappings.engine.wants import tables_of
from trace_core.errors import Misconfigured, Problem


class Mapper:
    """A mapping ready for records: a plan for each connection, made when its first record comes.

    `version` names the mapping's own version and what it read: two mappers of one version do the same to every record. `files` are the
    texts that it was made from, by name; `read` are the source paths that it reads, `known` also those that it ignores.
    """

    def __init__(self, told: MappingFile, folders: Mapping[str, Path]) -> None:
        self.told = told
        self.name = told.name
        self._codes, self._rates, problems = _tables(told, list(folders.values()))
        if problems:
            raise Misconfigured(f"the tables of {told.file} have {len(problems)} problem(s)", code="codes", problems=problems)
        self.files = dict(told.texts) | _texts({**self._codes, **self._rates}, folders)
        self.version = f"{told.version}@{_digest(self.files)}"
        self.read = read_sources(told)
        self.known = self.read | told.ignore
        self._plans: dict[Line, Plan] = {}

    def plan(self, line: Line) -> Plan:
        """The plan for a connection."""
        found = self._plans.get(line)
        if found is None:
            found = self._plans[line] = Plan(self.told, line, self._context(line))
        return found

    def _fields(self, line: Line) -> Make:
        if self.told.fields is None:
            return _nowhere
        context = self._context(line)
        return Compiler(lambda compiler: context(compiler, None), {}, noted=True).part(self.told.fields)

    def _context(self, line: Line) -> Tables:
        codes, rates = dict[str, Codes](), dict[str, Rates]()

        def code_table(name: str) -> Codes:
            if name not in codes:
                codes[name] = codes_of(self._codes[name], line.connection, line.plant)
            return codes[name]

        def rate_table(name: str) -> Rates:
            if name not in rates:
                rates[name] = Rates(self._rates[name], line.connection, line.plant)
            return rates[name]

        return lambda compiler, organisation: Context(
            line, code_table, rate_table, compiler.value, organisation or _nowhere, organisation is not None
        )

    def apply(self, document: Any, *, zone: tzinfo, plant: str, connection: str) -> Outcome:
        """Canonical documents of a raw one, or every problem."""
        return self.plan(Line(connection, plant, zone)).apply(document)

    def outward(self, summary: Mapping[str, Any], *, zone: tzinfo, plant: str, connection: str) -> tuple[dict[str, str], list[Problem]]:
        """Fields for a document of the system, from a trace summary; parts of a field that is a table have dotted names."""
        notes = Notes()
        made = self._fields(Line(connection, plant, zone))(noted(summary, notes)) or {}
        return dict(_flat(made, "")), notes.problems

    def knows(self, line: Line, table: str, code: str, organisation: str) -> bool:
        """Whether a row of a code table names a code for a connection, on whatever day."""
        found = self._codes.get(table)
        return found is not None and codes_of(found, line.connection, line.plant).find(code, organisation) is not None

    def unlisted(self, document: Any) -> set[str]:
        """Source fields that the mapping neither uses nor ignores by name: new in the system, or forgotten."""
        return unlisted(document, self.known)


def read_mapper(path: Path, system: str, site: Path | None = None, shipped: Path = SHIPPED) -> Mapper:
    """The mapper of a file. Errors: `Misconfigured` with every problem of the file or of its tables."""
    return Mapper(read_mapping(path, shipped), table_folders(system, site, shipped))


def table_folders(system: str, site: Path | None = None, shipped: Path = SHIPPED) -> dict[str, Path]:
    """Where the tables of a system lie: the shipped ones, over them the site's for all systems, over these the site's for this one.

    Their names are those under which a version keeps their texts.
    """
    own = {"site/codes": site / "codes", f"site/codes/{system}": site / "codes" / system} if site else {}
    return {f"shipped/{system}/codes": shipped / system / "codes", **own}


def _nowhere(_: Any) -> None:
    return None


def _flat(made: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(made, Mapping):
        for name, inner in made.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    else:
        yield path, as_text(made)


def _tables(told: MappingFile, folders: Sequence[Path]) -> tuple[dict[str, Table], dict[str, Table], list[Problem]]:
    problems: list[Problem] = []
    codes, rates = dict[str, Table](), dict[str, Table]()
    for want in tables_of(told):
        kept, read = (rates, read_rates) if want.rates else (codes, read_codes)
        if want.name not in kept:
            kept[want.name] = read(want.name, folders)
            problems += kept[want.name].problems
        table = kept[want.name]
        if not want.rates and not any((folder / f"{want.name}.csv").is_file() for folder in folders):
            said = f"there is no code table {want.name}: add codes/{want.name}.csv with the columns from,to"
            problems.append(Problem(str(want.place), said, want.name))
        dated = any(row.values and (row.since.year > 1 or row.until.year < 9999) for row in table.rows)  # noqa: PLR2004 - of no end
        if dated and not want.on:
            problems.append(Problem(str(want.place), f"{want.name} has rows with dates: say with on which day of the document decides"))
    return codes, rates, problems


def _texts(tables: Mapping[str, Table], folders: Mapping[str, Path]) -> dict[str, str]:
    found = {f"{where}/{name}.csv": folder / f"{name}.csv" for name in sorted(tables) for where, folder in folders.items()}
    return {name: path.read_text("utf-8-sig") for name, path in found.items() if path.is_file()}


def _digest(files: Mapping[str, str]) -> str:
    told = hashlib.sha256()
    for name in sorted(files):
        told.update(as_text(name).encode() + b"\0" + files[name].encode() + b"\0")
    return told.hexdigest()[:12]
