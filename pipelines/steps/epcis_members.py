"""The members of the collections of the REST binding, a page at a time: words of the standard, what others' events name, what ours add.

Source: EPCIS 2.0, REST binding, top-level resources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from pipelines.state import collected
from pipelines.state.database import Transaction
from pipelines.steps.epcis_query import naming
from trace_core.epcis.keys import canonical
from trace_core.epcis.offers import OFFERS
from trace_core.epcis.outward import KINDS
from trace_core.epcis.shape import TYPES
from trace_core.epcis.things import OWN_STEP, Ground
from trace_core.epcis.vocabulary import BIZ_STEP, DISPOSITION
from trace_core.errors import Problem, Rejected
from trace_core.identifiers import parse_thing
from trace_core.store.things import still_named

STANDARD: Mapping[str, Sequence[str]] = {
    "eventType": TYPES,
    "bizStep": (
        *sorted(BIZ_STEP.words),
        *sorted({offer.step for offers in OFFERS.values() for offer in offers if offer.step.startswith(OWN_STEP)}),
    ),
    "disposition": sorted(DISPOSITION.words),
}
"""Members that are there whatever events there are: those of the standard, then ours."""
_PIECE = 500
Members = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Listed:
    """Members of a page, and the token of the next, None on the last."""

    members: tuple[str, ...]
    next: str | None


def listed(connection: Transaction, sort: str, *, ground: Ground, plants: Sequence[str], size: int, token: str | None = None) -> Listed:
    """One page of a collection, as whoever is limited to `plants` (empty: none) may see it.

    `sort` is eventType, bizStep, disposition, readPoint, bizLocation or epc. Errors: `Rejected` for a token that is none of ours.
    """
    at, after = _read(token)
    told = _Told(connection, sort, ground, plants)
    found = list(islice(told.beyond(at, after), size + 1))
    page = found[:size]
    return Listed(tuple(uri for _, uri in page), page[-1][0] if len(found) > size else None)


class _Told:
    """The three sources of a collection, one after the other; each in the order of its keys, which page tokens hold."""

    def __init__(self, connection: Transaction, sort: str, ground: Ground, plants: Sequence[str]) -> None:
        self.connection = connection
        self.sort = sort
        self.ground = ground
        self.plants = plants

    def beyond(self, at: int, after: str) -> Members:
        """(token, member) of everything beyond a key of a source."""
        for number, source in enumerate((self.standard, self.captured, self.own)):
            if number >= at:
                for key, uri in source(after if number == at else ""):
                    yield f"{number}~{key}", uri

    def standard(self, after: str) -> Members:
        for number, word in enumerate(STANDARD.get(self.sort, ())):
            if not after or number > int(after):
                yield str(number), word

    def captured(self, after: str) -> Members:
        while rows := collected.members(self.connection, self.sort, plants=self.plants, after=after, limit=_PIECE):
            yield from ((row.id, row.given) for row in rows if row.id not in STANDARD.get(self.sort, ()))
            after = rows[-1].id

    def own(self, after: str) -> Members:
        if self.sort == "readPoint":
            yield from self._fresh([(plant, uri) for plant, uri in self._plants() if plant > after])
        if self.sort == "epc":
            for prefix in sorted(f"{quote(plant, safe='-._~')}/" for plant in self.plants) or [""]:
                if after.startswith(prefix) or prefix > after:
                    yield from self._instances(prefix, after if after.startswith(prefix) else "")

    def _instances(self, prefix: str, after: str) -> Members:
        """Units and containers that our own events name, of one plant or of all."""
        while uris := collected.instances(self.connection, prefix, after=after, limit=_PIECE):
            things = still_named(self.connection, [thing for uri in uris if (thing := parse_thing(uri))], beside="epcis")
            here = naming(self.connection, self.ground, things)
            yield from self._fresh([(thing.uri, here.thing_uri(thing, thing.plant)) for thing in things])
            after = uris[-1]

    def _plants(self) -> Members:
        seen = collected.own_plants(self.connection, KINDS)
        yield from ((plant, self.ground.own("plant", plant)) for plant in seen if not self.plants or plant in self.plants)

    def _fresh(self, members: Sequence[tuple[str, str]]) -> Members:
        """Those that captured events did not tell of already."""
        told = collected.among(self.connection, self.sort, {canonical(uri) for _, uri in members}, plants=self.plants)
        yield from ((key, uri) for key, uri in members if canonical(uri) not in told)


def _read(token: str | None) -> tuple[int, str]:
    number, mark, after = (token or "0~").partition("~")
    if not mark or number not in {"0", "1", "2"} or (number == "0" and not (after or "0").isdecimal()):
        raise Rejected("no page", code="token", problems=[Problem("nextPageToken", "is none that this server gave out", str(token)[:80])])
    return int(number), after
