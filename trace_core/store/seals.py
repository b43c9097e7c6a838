"""Sealing the record: a root over all document versions, taken from time to time, with which any later change is found and named.

A leaf is a document version as it is stored: its name, revision, content hash and body, byte for byte. What a version is allowed to
change (its state, whether it counts, an earlier `recorded_at`) is not part of it. Heads (size and root) can be kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import LargeBinary

from trace_core.merkle import Tree

SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended('lotweave:record', 0))"
"""Held by whoever adds versions, to the commit: a seal waits for it, so that no lower id comes after a sealed one."""
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('lotweave:record', 0))"
_SAID = "concat_ws(chr(31), d.plant, d.kind, d.key, d.revision, d.deleted, d.content, d.body::text)"
_LEAF = f"sha256('\\x00'::bytea || convert_to({_SAID}, 'UTF8'))"
_WRITERS = (
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND ((classid::bigint << 32) | objid::bigint) = hashtextextended('lotweave:record', 0)"
)
PIECE = 50_000


@dataclass(frozen=True, slots=True)
class Head:
    """A sealed state of the record: how many versions, and the root over them."""

    size: int
    root: str
    sealed_at: datetime

    def as_json(self) -> dict[str, object]:
        """As it is handed to whoever keeps it."""
        return {"size": self.size, "root": self.root, "sealed_at": self.sealed_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that is not as it was sealed: a document version, or the seals themselves."""

    what: str
    about: str
    problem: str

    def as_json(self) -> dict[str, str]:
        """As the verb shows it."""
        return {"what": self.what, "about": self.about, "problem": self.problem}


def writers(connection: Connection) -> set[str]:
    """Transactions that are adding versions. When all of them have ended, no id comes any more that is lower than one seen before."""
    return set(connection.execute(text(_WRITERS)).scalars())


def seal(connection: Connection, now: datetime) -> Head:
    """Seal what came since the last head; the head. When nothing came, the last head again."""
    connection.execute(text(_ALONE))
    last = connection.execute(
        text("SELECT size, last_id, frontier, root, sealed_at FROM record_head ORDER BY size DESC LIMIT 1")
    ).one_or_none()
    tree = Tree(last.size, [bytes(part) for part in last.frontier]) if last else Tree()
    after = last.last_id if last else 0
    statement = text(
        f"INSERT INTO record_leaf (document_id, hash) SELECT d.id, {_LEAF} FROM document d WHERE d.id > :after ORDER BY d.id"  # noqa: S608 - of this house
    )
    if not connection.execute(statement, {"after": after}).rowcount:
        return Head(last.size, last.root.hex(), last.sealed_at) if last else Head(0, tree.root.hex(), now)
    highest = after
    for number, leaf in _leaves(connection, after):
        tree.add(leaf)
        highest = number
    put = text(
        "INSERT INTO record_head (size, last_id, root, frontier, sealed_at) VALUES (:size, :last_id, :root, :frontier, :now)"
    ).bindparams(bindparam("frontier", type_=ARRAY(LargeBinary)))
    connection.execute(put, {"size": tree.size, "last_id": highest, "root": tree.root, "frontier": tree.frontier, "now": now})
    return Head(tree.size, tree.root.hex(), now)


def verify(connection: Connection, kept: tuple[int, str] | None = None) -> Iterator[Broken]:
    """Everything that is not as it was sealed; `kept` is a head (size, root in hexadecimal) that was kept elsewhere."""
    yield from _versions(connection)
    heads = connection.execute(text("SELECT size, root FROM record_head ORDER BY size")).all()
    wanted = {row.size: [(bytes(row.root).hex(), "the seal")] for row in heads}
    if kept is not None:
        wanted.setdefault(kept[0], []).append((kept[1], "the head kept elsewhere"))
    tree = Tree()
    for _, leaf in _leaves(connection, 0):
        tree.add(leaf)
        yield from _compared(wanted.pop(tree.size, []), tree)
    for size, roots in sorted(wanted.items()):
        if size:
            yield from (Broken("seal", str(size), f"{whose} has {size} versions, the record only {tree.size}") for _, whose in roots)


def _compared(roots: list[tuple[str, str]], tree: Tree) -> Iterator[Broken]:
    for root, whose in roots:
        if root != tree.root.hex():
            yield Broken(
                "seal", str(tree.size), f"{whose} over the first {tree.size} versions is another: a hash was changed, left out or added"
            )


def _versions(connection: Connection) -> Iterator[Broken]:
    """Versions that differ from their leaves, or are gone, or came in between without a leaf."""
    last = int(connection.execute(text("SELECT coalesce(max(last_id), 0) FROM record_head")).scalar_one())
    statement = (
        "SELECT coalesce(l.document_id, d.id) AS id, l.document_id IS NULL AS added, d.id IS NULL AS gone,"  # noqa: S608 - of this house
        " d.plant, d.kind, d.key, d.revision"
        f" FROM record_leaf l FULL JOIN (SELECT * FROM document WHERE id <= :last) d ON d.id = l.document_id"
        f" WHERE l.hash IS DISTINCT FROM {_LEAF} ORDER BY 1"
    )
    for row in connection.execute(text(statement), {"last": last}):
        name = str(row.id) if row.gone else f"{row.plant}/{row.kind}/{row.key} revision {row.revision}"
        yield Broken("document", name, "is gone" if row.gone else "was put in later" if row.added else "was changed")


def _leaves(connection: Connection, after: int) -> Iterator[tuple[int, bytes]]:
    """Ids and hashes in ascending order, in pieces."""
    statement = text("SELECT document_id, hash FROM record_leaf WHERE document_id > :after ORDER BY document_id LIMIT :piece")
    while rows := connection.execute(statement, {"after": after, "piece": PIECE}).all():
        yield from ((row.document_id, bytes(row.hash)) for row in rows)
        after = rows[-1].document_id
