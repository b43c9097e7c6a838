"""Our own events by their CBV hash: hashes are made when somebody first asks by one, and from then on in the background.

They are never made while documents are taken in. Whoever asks makes what is missing, up to a bound; a hash that an event had before its
item was named otherwise still finds it. Source: CBV 2.0, section 8.9; ADR 0019.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager

from pipelines.state import captures, own_hashes
from pipelines.state.database import Transaction
from pipelines.steps.epcis_query import with_gtins
from trace_core.documents.envelope import Document
from trace_core.epcis.hashes import digest, event_hash
from trace_core.epcis.outward import KINDS, epcis_of
from trace_core.epcis.things import Ground

Begin = Callable[[], AbstractContextManager[Transaction]]
WHEN_ASKED = 20_000
"""Documents that are hashed for somebody who waits."""
AT_ONCE = 100_000
"""Documents that a worker hashes before it looks for other work."""
_PIECE = 500


class Behind(Exception):
    """The hashes of our own events are not all made yet."""


def be_ready(begin: Begin, ground: Ground, ids: Collection[str], *, most: int = WHEN_ASKED) -> None:
    """Make the hashes that are missing when one of the ids is a hash that nothing is known under.

    Errors: `Behind` when more are missing than `most`, and the event may be among the rest.
    """
    asked = {one: hash_ for one in ids if (hash_ := digest(one))}
    if asked and _unknown(begin, asked) and not make(begin, ground, most=most) and _unknown(begin, asked):
        raise Behind("hashes of our own events are still being made; ask again in a minute, or by another eventID")


def _unknown(begin: Begin, asked: dict[str, bytes]) -> bool:
    with begin() as connection:
        found = {bytes(row.hash) for row in own_hashes.documents(connection, asked.values())}
        left = {one for one, hash_ in asked.items() if hash_ not in found}
        theirs = {alias for row in captures.held(connection, (), left) for alias in row.aliases} if left else set()
    return not left <= theirs


def make(begin: Begin, ground: Ground, *, most: int = AT_ONCE) -> bool:
    """Make hashes that are missing, in pieces of short transactions; whether none is missing afterwards."""
    maker = _Maker(begin, ground, most)
    with begin() as connection:
        span = own_hashes.span(connection, ground.base)
    done = maker.rename() and maker.walk(own_hashes.unhashed, span.after)
    if done:
        with begin() as connection:
            own_hashes.passed(connection, ground.base, span)
    return done


class _Maker:
    """Hashing of documents, with how many may still be."""

    def __init__(self, begin: Begin, ground: Ground, left: int) -> None:
        self.begin = begin
        self.ground = ground
        self.left = left

    def rename(self) -> bool:
        """Hash the events of items that are named otherwise now; whether all are."""
        while self.left > 0:
            with self.begin() as connection:
                items = own_hashes.renamed(connection, most=_PIECE)
            if not items:
                return True
            for plant, item, gtin in items:
                of_item = _of_item((plant, item))
                if not self.walk(of_item, 0):
                    return False
                with self.begin() as connection:
                    own_hashes.named_now(connection, plant, item, gtin)
        return False

    def walk(self, read: Callable[..., list[tuple[int, Document]]], after: int) -> bool:
        """Hash what is read beyond an id, piece by piece; whether all is."""
        while self.left > 0:
            with self.begin() as connection:
                piece = read(connection, KINDS, after=after, most=_PIECE)
                if not piece:
                    return True
                own_hashes.put(connection, self._hashes(connection, piece))
            after = piece[-1][0]
            self.left -= len(piece)
        return False

    def _hashes(self, connection: Transaction, piece: Sequence[tuple[int, Document]]) -> dict[int, bytes]:
        here = with_gtins(connection, self.ground, [document for _, document in piece])
        told = ((id_, epcis_of(document, here)) for id_, document in piece)
        return {id_: hash_ for id_, event in told if event and (hash_ := digest(event_hash(event)))}


def _of_item(item: tuple[str, str]) -> Callable[..., list[tuple[int, Document]]]:
    return lambda connection, kinds, *, after, most: own_hashes.of_item(connection, kinds, item, after=after, most=most)
