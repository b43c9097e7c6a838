"""Versions of mappings as they were used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from pipelines.state.mapping_tables import mapping_release


def keep(connection: Connection, mapping: str, version: str, files: Mapping[str, str], *, now: datetime) -> None:
    """Keep what a version was made of, once."""
    wanted = (mapping_release.c.mapping == mapping) & (mapping_release.c.version == version)
    if connection.execute(select(mapping_release.c.version).where(wanted)).first() is not None:
        return
    told = {"mapping": mapping, "version": version, "files": dict(files), "used_since": now}
    connection.execute(insert(mapping_release).values(told).on_conflict_do_nothing())


def files_of(connection: Connection, mapping: str, version: str) -> dict[str, str] | None:
    """What a version was made of; None for one that never made a document here."""
    wanted = (mapping_release.c.mapping == mapping) & (mapping_release.c.version == version)
    found = connection.execute(select(mapping_release.c.files).where(wanted)).scalar_one_or_none()
    return dict(found) if found is not None else None
