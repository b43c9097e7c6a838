"""Which fields the systems send, with the sorts of their values."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

AN_HOUR = timedelta(hours=1)


def seen(connection: Connection, fields: Collection[tuple[str, str, str, str]], *, now: datetime) -> None:
    """Note fields (connection, kind, path, sort of value). When one was last seen is kept to the hour, so that little is written."""
    if not fields:
        return
    rows = [
        dict(zip(("connection", "kind", "path", "sort"), one, strict=True)) | {"now": now, "before": now - AN_HOUR}
        for one in sorted(fields)
    ]
    connection.execute(
        text(
            "INSERT INTO source_field (connection, kind, path, sort, first_seen, last_seen)"
            " VALUES (:connection, :kind, :path, :sort, :now, :now) ON CONFLICT (connection, kind, path, sort)"
            " DO UPDATE SET last_seen = EXCLUDED.last_seen WHERE source_field.last_seen < :before"
        ),
        rows,
    )


def fields_of(connection: Connection, name: str | None = None) -> list[Any]:
    """Every field of a connection, or of all: connection, kind, path, sort, first_seen, last_seen."""
    return list(
        connection.execute(
            text(
                "SELECT connection, kind, path, sort, first_seen, last_seen FROM source_field"
                " WHERE CAST(:name AS text) IS NULL OR connection = :name ORDER BY connection, kind, path, first_seen, sort"
            ),
            {"name": name},
        )
    )
