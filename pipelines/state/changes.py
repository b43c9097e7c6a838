"""What changed in the genealogy and the quarantine since the results in the outbox were last looked at.

A note is written in the transaction that makes the change, and taken in the one that marks the results: none is lost, no order matters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from sqlalchemy import Connection, text

Name = tuple[str, str, str]

PIECE = 500
"""Documents of one note."""
NOTES = 8
"""Notes taken at once, which bounds memory."""

_NOTE = text("INSERT INTO changed (documents, things) VALUES (:documents, :things)")
"""Lines of text: an array of thousands of values costs a load as much as looking the documents up. No name holds a tab or a line's end."""
_TAKE = text(
    "DELETE FROM changed WHERE id IN (SELECT id FROM changed ORDER BY id LIMIT :notes FOR UPDATE SKIP LOCKED) RETURNING documents, things"
)


def note(connection: Connection, names: Collection[Name]) -> None:
    """Note documents (plant, kind, key) of which a version came, was superseded, withdrawn, parked or released."""
    _add(connection, [(piece, "") for piece in _pieces(map("\t".join, names))])


def note_things(connection: Connection, things: Iterable[str]) -> None:
    """Note ids of things about which something waits, or waits no more."""
    _add(connection, [("", piece) for piece in _pieces(set(things))])


def _pieces(lines: Iterable[str]) -> list[str]:
    ordered = sorted(lines)
    return ["\n".join(ordered[at : at + PIECE]) for at in range(0, len(ordered), PIECE)]


def _add(connection: Connection, rows: list[tuple[str, str]]) -> None:
    if rows:
        connection.execute(_NOTE, [{"documents": documents, "things": things} for documents, things in rows])


def take(connection: Connection) -> tuple[set[Name], set[str]] | None:
    """Take some of the oldest notes: the documents and the things; None when there is none that nobody else is taking."""
    rows = connection.execute(_TAKE, {"notes": NOTES}).all()
    if not rows:
        return None
    names = {_name(line) for row in rows for line in _lines(row.documents)}
    return names, {thing for row in rows for thing in _lines(row.things)}


def _lines(piece: str) -> list[str]:
    return piece.split("\n") if piece else []


def _name(line: str) -> Name:
    plant, kind, key = line.split("\t")
    return plant, kind, key


_DUE = text(
    "SELECT EXISTS (SELECT FROM changed) AND EXISTS (SELECT FROM outbox)"
    " AND (EXISTS (SELECT FROM changed WHERE at < now() - CAST(:patience AS interval))"
    " OR NOT EXISTS (SELECT FROM run WHERE state IN ('running', 'pulled')))"
)
PATIENCE = timedelta(minutes=1)
"""For so long notes wait for the end of pulls under way, lest a system be told many times what half is known of."""


def are_due(connection: Connection) -> bool:
    """Whether there are notes that should be taken now, and results that they may concern."""
    return bool(connection.execute(_DUE, {"patience": PATIENCE}).scalar_one())


def forget_unneeded(connection: Connection) -> None:
    """Drop the notes while the outbox is empty: whatever comes into it later is planned later, and sees what they are about."""
    connection.execute(text("DELETE FROM changed WHERE NOT EXISTS (SELECT FROM outbox)"))


def any_wait(connection: Connection) -> bool:
    """Whether there are notes that nobody has taken."""
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM changed)")).scalar_one())
