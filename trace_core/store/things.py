"""All things that the genealogy knows, in batches."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from trace_core.identifiers import ThingId, parse_thing

BATCH = 500


def all_things(connection: Connection, plant: str | None = None) -> Iterator[list[ThingId]]:
    """Every thing that a current event names, of one plant or of all, in order of id; memory is bounded by the batch."""
    last = ""
    statement = text(
        "SELECT DISTINCT uri FROM event e JOIN document d ON d.id = e.document_id, unnest(e.things) AS uri"
        " WHERE d.current AND uri > :last AND (CAST(:plant AS text) IS NULL OR uri LIKE :plant || '/%') ORDER BY uri LIMIT :batch"
    )
    while uris := [row[0] for row in connection.execute(statement, {"last": last, "plant": plant, "batch": BATCH})]:
        yield [thing for uri in uris if (thing := parse_thing(uri))]
        last = uris[-1]


def counts(connection: Connection) -> dict[str, int]:
    """How many current documents, and events among them, the genealogy holds."""
    found = connection.execute(
        text(
            "SELECT count(*) AS documents, count(e.id) AS events FROM document d LEFT JOIN event e ON e.document_id = d.id"
            " WHERE d.current AND NOT d.deleted"
        )
    ).one()
    return {"documents": found.documents, "events": found.events}
