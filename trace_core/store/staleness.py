"""Which links a batch changes: the origins that have to be derived anew, found with a few look-ups for the whole batch.

It is safe to name an origin too many; one too few would be a wrong answer. A plain event that nobody contradicts names none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Text

from trace_core import touches as key
from trace_core.derive import DIRECT, ON_ORDER, of_document, of_order, of_shipment
from trace_core.direct import RENAMES
from trace_core.documents.envelope import Document
from trace_core.events import Event, event_of
from trace_core.identifiers import ThingId
from trace_core.store.judge import document_of
from trace_core.store.postings import FOUND, key_hashes
from trace_core.world import units_of

_CURRENT = (
    "SELECT d.id, d.plant, d.kind, d.key, d.revision, d.recorded_at, d.deleted, d.content, d.body"  # noqa: S608 - of this house
    f" FROM ({FOUND}) p JOIN document d ON d.id = p.id WHERE d.current AND NOT d.deleted"
)
_SENSITIVE = (
    " AND (d.kind IN ('repair', 'pack') OR d.body->>'type' IN ('return', 'transfer_out', 'transfer_in') OR d.body->>'reverses' <> '')"
)


@dataclass(slots=True)
class Change:
    """What became current (`on`) and what ceased to be (`off`), by document.

    `plain` were never logged before and are plain; `unheard` are things that no event had named before.
    """

    on: Mapping[int, Document]
    off: Mapping[int, Document]
    plain: set[int] = field(default_factory=set)
    unheard: set[ThingId] = field(default_factory=set)


def stale_origins(connection: Connection, change: Change) -> set[str]:
    """Origins whose links may differ after the change. The change must be in the tables already."""
    found = _Affected(connection, change)
    found.by_reversals()
    found.by_items()
    found.by_packing()
    found.by_removals()
    return found.origins()


class _Affected:
    """Events whose links may differ: the changed ones themselves, and those of others that they bear upon (`dragged`)."""

    def __init__(self, connection: Connection, change: Change) -> None:
        self.connection = connection
        self.change = change
        self.changed = {id_: event for id_, document in (*change.off.items(), *change.on.items()) if (event := event_of(document))}
        self.dragged: dict[int, Event] = {}

    def by_reversals(self) -> None:
        """A reversal bears upon the movement it reverses, and that one upon what it reverses; a movement may have been reversed before."""
        renamed = {key.by_movement(event.plant, event.source.key) for event in self.changed.values() if event.type in RENAMES}
        reversed_ = {(event.plant, event.reverses) for event in self._events(renamed).values()}
        self.dragged |= {id_: event for id_, event in self.changed.items() if (event.plant, event.source.key) in reversed_}
        asked: set[str] = set()
        pending = self.changed
        while keys := {key.by_movement(event.plant, event.reverses) for event in pending.values() if event.reverses} - asked:
            asked |= keys
            pending = self._events(keys)
            self.dragged |= pending

    def by_items(self) -> None:
        """Units of an item decide how much is left, its global code what fits together."""
        before, after = _facts(self.change.off.values()), _facts(self.change.on.values())
        changed = {item for item in before.keys() | after.keys() if before.get(item) != after.get(item)}
        self.dragged |= self._events((key.by_use_of_item(*item) for item in changed), _SENSITIVE)

    def by_packing(self) -> None:
        """What goes in or out of a container bears upon every event that names it, or a container around it."""
        packs = [event for event in (*self.changed.values(), *self.dragged.values()) if event.type in key.PACKS]
        if not packs:
            return
        containers = {flow.thing for pack in packs for flow in pack.outputs}
        contents = {flow.thing for pack in packs for flow in pack.inputs}
        containers |= self._holders_of(contents)
        around = containers
        while around := self._holders_of(around) - containers:
            containers |= around
        self.dragged |= self._events(key.by_thing(container) for container in containers)

    def _holders_of(self, contents: Iterable[ThingId]) -> set[ThingId]:
        contents = set(contents)
        packs = self._events(key.by_packing(content) for content in contents).values()
        return {flow.thing for pack in packs if any(part.thing in contents for part in pack.inputs) for flow in pack.outputs}

    def by_removals(self) -> None:
        """A removal takes from any of the links between part and holder, so that all of the holder's reports bear upon each other."""
        holders = {flow.thing for event in (*self.changed.values(), *self.dragged.values()) if _assembles(event) for flow in event.outputs}
        removing = {flow.thing for event in self.changed.values() if event.removed for flow in event.outputs}
        repaired = removing | self._repaired(holders - removing - self.change.unheard)
        if repaired:
            found = self._events(key.by_thing(holder) for holder in repaired)
            self.dragged |= {id_: e for id_, e in found.items() if _assembles(e) and any(flow.thing in repaired for flow in e.outputs)}

    def _repaired(self, holders: Iterable[ThingId]) -> set[ThingId]:
        named = {holder.uri: holder for holder in holders}
        statement = text(
            "SELECT DISTINCT t.uri FROM thing t JOIN event e ON e.outputs[1] = t.id AND e.type = 'repair' WHERE t.uri = ANY(:uris)"
        ).bindparams(bindparam("uris", type_=ARRAY(Text)))
        return {named[row[0]] for row in self.connection.execute(statement, {"uris": sorted(named)})} if named else set()

    def _events(self, keys: Iterable[str], only: str = "") -> dict[int, Event]:
        hashes = key_hashes(keys)
        if not hashes:
            return {}
        statement = text(_CURRENT + only).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))
        rows = self.connection.execute(statement, {"keys": hashes})
        return {row.id: event for row in rows if (event := event_of(document_of(row)))}

    def origins(self) -> set[str]:
        """The origins of all affected events. A plain event's own links need no derivation unless another event bears upon it."""
        found = self.changed | self.dragged
        on_order = {(e.plant, e.order) for e in found.values() if e.order and e.type in ON_ORDER}
        shipments = {e.shipment for e in found.values() if e.shipment and e.type in key.TRANSFERS}
        direct = {
            id_ for id_, event in found.items() if event.type in DIRECT and not (id_ in self.change.plain and id_ not in self.dragged)
        }
        return (
            {of_order(*order) for order in self._issued(on_order)} | {of_shipment(s) for s in shipments} | {of_document(i) for i in direct}
        )

    def _issued(self, orders: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Orders that anything was ever issued to: the others have no pools."""
        asked = sorted(orders)
        statement = text(
            "SELECT DISTINCT a.plant, a.number FROM unnest(:plants, :orders) AS a(plant, number)"
            " JOIN event e ON e.plant = a.plant AND e.order_number = a.number AND e.type = 'issue'"
        ).bindparams(bindparam("plants", type_=ARRAY(Text)), bindparam("orders", type_=ARRAY(Text)))
        told = {"plants": [plant for plant, _ in asked], "orders": [order for _, order in asked]}
        return {(row.plant, row.number) for row in self.connection.execute(statement, told)} if asked else set()


def _assembles(event: Event) -> bool:
    return event.type in {"operation", "repair"}


def _facts(masters: Iterable[Document]) -> dict[tuple[str, str], list[str]]:
    """What items and crosswalks say that links depend on, by (plant, item)."""
    found: dict[tuple[str, str], list[str]] = {}
    for document in sorted((one for one in masters if not one.deleted), key=lambda one: one.name):
        if document.kind == "item":
            told = f"{units_of(document.body)} {document.body.get('global_item')}"
            found.setdefault((document.plant, str(document.body["item"])), []).append(told)
        elif document.kind == "crosswalk":
            found.setdefault((document.plant, str(document.body["here"])), []).append(document.content)
    return found
