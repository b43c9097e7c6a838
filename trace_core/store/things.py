"""All things that the genealogy knows, in batches."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from trace_core.identifiers import ThingId, parse_thing
from trace_core.store.postings import IDS, key_hash
from trace_core.touches import by_packing, by_thing

BATCH = 500


def all_things(connection: Connection, plant: str | None = None) -> Iterator[list[ThingId]]:
    """Every thing that a current event names, of one plant or of all, in order of id; memory is bounded by the batch."""
    last = ""
    statement = text(
        "SELECT uri FROM thing WHERE uri > :last AND (CAST(:plant AS text) IS NULL OR uri LIKE :plant || '/%') ORDER BY uri LIMIT :batch"
    )
    plant = None if plant is None else quote(plant, safe="-._~")
    while uris := [row[0] for row in connection.execute(statement, {"last": last, "plant": plant, "batch": BATCH})]:
        yield still_named(connection, [thing for uri in uris if (thing := parse_thing(uri))])
        last = uris[-1]


def still_named(connection: Connection, things: list[ThingId], *, beside: str = "") -> list[ThingId]:
    """Those that a current event names; events that came over the connection `beside` do not count."""
    keys = {key_hash(key(thing)): thing for thing in things for key in (by_thing, by_packing)}
    statement = text(
        f"SELECT DISTINCT t.key FROM touch t, unnest(t.documents) r, {IDS} AS named JOIN document d ON d.id = named"  # noqa: S608 - of this house
        " WHERE t.key = ANY(:keys) AND d.current AND NOT d.deleted AND d.connection <> :beside"
    ).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))
    found = {keys[row[0]] for row in connection.execute(statement, {"keys": sorted(keys), "beside": beside})}
    return [thing for thing in things if thing in found]


def most_things(connection: Connection) -> int:
    """The highest number of a thing: no fewer things than are known."""
    return int(connection.execute(text("SELECT coalesce(max(id), 0) FROM thing")).scalar_one())


def counts(connection: Connection) -> dict[str, int]:
    """How many current documents, and events among them, the genealogy holds."""
    found = connection.execute(
        text(
            "SELECT count(*) AS documents, count(e.document_id) AS events FROM document d LEFT JOIN event e ON e.document_id = d.id"
            " WHERE d.current AND NOT d.deleted"
        )
    ).one()
    return {"documents": found.documents, "events": found.events}
