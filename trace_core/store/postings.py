"""Where documents are found by what they touch: rows of (key, documents), written once a batch and read by set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from hashlib import blake2b

from sqlalchemy import Connection

from trace_core.documents.envelope import Document
from trace_core.touches import touches

FOUND = "SELECT DISTINCT unnest(t.documents) AS id FROM touch t WHERE t.key = ANY(:keys)"
"""Ids of documents that touch one of the keys; `keys` are hashes, so that very rarely one that does not is among them."""


def key_hash(key: str) -> int:
    """A key of `trace_core.touches` as a signed 64-bit number, the same on every machine."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little", signed=True)


def key_hashes(keys: Iterable[str]) -> list[int]:
    """Each key's hash, sorted, for a look-up."""
    return sorted({key_hash(key) for key in keys})


def put_postings(connection: Connection, ids: Collection[int], documents: Iterable[Document]) -> None:
    """Note what new documents touch; `ids` runs beside them, ascending."""
    found: dict[str, list[int]] = defaultdict(list)
    for id_, document in zip(ids, documents, strict=True):
        for key in touches(document):
            found[key].append(id_)
    cursor = connection.connection.cursor()
    with cursor.copy("COPY touch (key, first, documents) FROM STDIN") as copy:
        for key, here in found.items():
            copy.write(f"{key_hash(key)}\t{here[0]}\t{{{','.join(map(str, here))}}}\n")
    cursor.close()
