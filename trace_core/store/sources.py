"""Which canonical documents came out of which raw ones: provenance read backwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from trace_core.store.texts import joined

Source = tuple[str, str, str]
"""(connection, the system's kind, the system's key)."""


def current_of_sources(connection: Connection, sources: Sequence[Source]) -> dict[tuple[str, str, str], Any]:
    """The newest version of every document that came out of these raw documents, by (plant, kind, key), whatever its state.

    Rows have content, deleted, revision, mapping and the source itself.
    """
    if not sources:
        return {}
    (names, of_names), (kinds, of_kinds), (keys, of_keys) = map(joined, zip(*sources, strict=True))
    found = connection.execute(
        text(
            "SELECT DISTINCT ON (d.plant, d.kind, d.key) d.plant, d.kind, d.key, d.revision, d.content, d.deleted, d.connection,"
            " d.source_kind, d.source_key, d.mapping, d.mapping_version FROM ROWS FROM (string_to_table(:names, :of_names),"
            " string_to_table(:kinds, :of_kinds), string_to_table(:keys, :of_keys)) AS a(connection, kind, key)"
            " CROSS JOIN LATERAL (SELECT * FROM document d WHERE d.connection = a.connection AND d.source_kind = a.kind"
            "  AND d.source_key = a.key AND d.state <> 'conflict' OFFSET 0) d"  # a look for each, however little PostgreSQL knows yet
            " ORDER BY d.plant, d.kind, d.key, d.revision DESC"
        ),
        {"names": names, "of_names": of_names, "kinds": kinds, "of_kinds": of_kinds, "keys": keys, "of_keys": of_keys},
    )
    return {(row.plant, row.kind, row.key): row for row in found}


def provenance_of(connection: Connection, name: tuple[str, str, str], revision: int | None = None) -> Any:
    """A version of a document (plant, kind, key) with where it came from: the newest unless a revision is named; None where there is none.

    The row has revision, body, deleted, state, connection, source_kind, source_key, mapping and mapping_version.
    """
    plant, kind, key = name
    return connection.execute(
        text(
            "SELECT revision, body, deleted, state, connection, source_kind, source_key, mapping, mapping_version FROM document"
            " WHERE plant = :plant AND kind = :kind AND key = :key AND (CAST(:revision AS bigint) IS NULL OR revision = :revision)"
            " AND state <> 'conflict' ORDER BY revision DESC LIMIT 1"
        ),
        {"plant": plant, "kind": kind, "key": key, "revision": revision},
    ).first()
