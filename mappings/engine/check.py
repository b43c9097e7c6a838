"""Everything that is wrong with a site's mappings and tables, before anything is mapped."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from mappings.engine.apply import read_mapper
from mappings.engine.codes import read_codes
from mappings.engine.load import mapping_path
from mappings.engine.rates import read_rates
from trace_core.errors import Misconfigured, Problem


def mapping_problems(site: Path, kinds: Iterable[tuple[str, str]] = ()) -> list[Problem]:
    """Every problem of the mappings and tables of a site, and of the shipped mappings for the (system, kind) pairs in use; each once."""
    paths = {path: path.parent.name for path in (site / "mappings").glob("*/*.yml")}
    paths |= {path: system for system, kind in kinds if (path := mapping_path(system, kind, site))}
    found: dict[Problem, None] = {}
    for path in sorted(paths):
        try:
            read_mapper(path, paths[path], site)
        except Misconfigured as fault:
            found |= dict.fromkeys(fault.problems)
    return list(found | dict.fromkeys(_tables(site)))


def _tables(site: Path) -> Iterator[Problem]:
    """Problems of the site's tables, also of those that no mapping looks into yet."""
    for path in sorted((*(site / "codes").glob("*.csv"), *(site / "codes").glob("*/*.csv"))):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header = next(csv.reader(stream), [])
        read = read_rates if "factor" in [name.strip() for name in header] else read_codes
        yield from read(path.stem, [path.parent]).problems
