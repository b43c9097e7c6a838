"""A site's mappings, read when they are first asked for and read again when one of their files has changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mappings.engine.apply import Mapper, read_mapper, table_folders
from mappings.engine.load import SHIPPED, mapping_path
from trace_core.errors import Misconfigured

Stamp = tuple[tuple[str, int, int], ...]


class Shelf:
    """Mappers by (system, kind). A change of a mapping or of a code table counts from the next batch on, in every process."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self._kept: dict[tuple[str, str], tuple[Stamp, Mapper | None, Misconfigured | None]] = {}

    def mapper(self, system: str, kind: str) -> Mapper | None:
        """The mapper of a kind, None where there is none. Errors: `Misconfigured` with every problem of the file or of its tables."""
        stamp = self._stamp(system, kind)
        kept = self._kept.get((system, kind))
        if kept is None or kept[0] != stamp:
            kept = self._kept[system, kind] = (stamp, *self._read(system, kind))
        if kept[2] is not None:
            raise kept[2].with_traceback(None)  # the same each time it is asked for: without what earlier askers added
        return kept[1]

    def _read(self, system: str, kind: str) -> tuple[Mapper | None, Misconfigured | None]:
        path = mapping_path(system, kind, self.site)
        try:
            return (read_mapper(path, system, self.site) if path else None), None
        except Misconfigured as fault:
            return None, fault

    def _stamp(self, system: str, kind: str) -> Stamp:
        """What the files say of themselves: those of the mapping and every table that it may look into."""
        files: list[Path] = [folder / system / f"{kind}.yml" for folder in (self.site / "mappings", SHIPPED)]
        for folder in table_folders(system, self.site).values():
            files += folder.glob("*.csv") if folder.is_dir() else ()
        return tuple(sorted(_seen(files)))


def _seen(files: Iterable[Path]) -> Iterable[tuple[str, int, int]]:
    for file in files:
        try:
            found = file.stat()
        except FileNotFoundError:
            continue
        yield str(file), found.st_mtime_ns, found.st_size
