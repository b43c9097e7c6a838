"""What is missing or does not add up about a thing: why an answer may be incomplete (contract section 3, "Completeness")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from trace_core import touches as key
from trace_core.bills import Bills, accepted, went_in
from trace_core.direct import RENAMES
from trace_core.events import Event
from trace_core.graph import Graph
from trace_core.identifiers import ThingId
from trace_core.quantity import decimal_text
from trace_core.walk import Asked


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """One thing that is not known or not right: a stable code, the thing it is about, and a sentence."""

    code: str
    about: ThingId
    message: str

    def as_json(self) -> dict[str, str]:
        """The shape of contract section 4."""
        return {"code": self.code, "about": self.about.uri, "message": self.message}


ORIGINS = frozenset({"receive", "produce", "byproduct", "transfer_in"})


def gaps_about(graph: Graph, things: Iterable[ThingId], asked: Asked) -> list[Gap]:
    """Every gap about the things, sorted, each once; the things must have been reached."""
    things = list(things)
    finder = _Finder(graph, asked)
    finder.look_up(things)
    found = {gap for thing in things for gap in finder.of(thing)}
    found |= {
        Gap("quarantined", waiting.thing, f"{waiting.kind} {waiting.key} waits: {waiting.reason}")
        for waiting in graph.world.documents.waiting(things)
    }
    return sorted(found)


class _Finder:
    def __init__(self, graph: Graph, asked: Asked) -> None:
        self.graph = graph
        self.asked = asked
        self.bills = Bills(graph, asked)
        self._reports: dict[tuple[str, str], dict[ThingId, set[str]]] = {}

    def look_up(self, things: list[ThingId]) -> None:
        """Fetch what the rules compare with."""
        self.bills.look_up(things)

    def of(self, thing: ThingId) -> Iterator[Gap]:
        """All gaps about one thing."""
        events = [event for event in self.graph.events(thing) if event.at <= self.asked.at and self.graph.standing.stands(event)]
        if thing.kind == "lot":
            if not any(self._is_origin(event, thing) for event in events):
                yield Gap("unknown_origin", thing, "nothing received, produced, split, merged, renamed or transferred in this lot")
            else:
                yield from self._balance(thing, events)
        yield from self._transfers(thing, events)
        yield from self._excess(thing)
        yield from self._operations(thing)
        yield from self._consumption(thing)

    # -- origin and balance ----------------------------------------------------------------------------------------------------------

    def _is_origin(self, event: Event, thing: ThingId) -> bool:
        if event.type in ORIGINS:
            return any(held[0] == thing for held, _ in self.graph.containment.taking_part(event))
        if event.type in RENAMES or event.type == "operation":
            return any(thing in (flow.thing, flow.lot) for flow in event.outputs)
        return False

    def _balance(self, lot: ThingId, events: list[Event]) -> Iterator[Gap]:
        came, went = Fraction(0), Fraction(0)
        produced = {(e.plant, e.order) for e in events if e.type in {"produce", "byproduct"} and self._is_origin(e, lot)}
        for event in events:
            for sign, quantity in self._amounts(event, lot, produced):
                if quantity is None:
                    return
                came, went = (came + quantity, went) if sign > 0 else (came, went + quantity)
        if went > came:
            text = f"{decimal_text(went)} went out of this lot, {decimal_text(came)} came in"
            yield Gap("quantity_mismatch", lot, text)

    def _amounts(self, event: Event, lot: ThingId, produced: set[Any]) -> Iterator[tuple[int, Fraction | None]]:
        """(+1 came or -1 went, quantity) of the lot in one event; a customer's return takes a shipment back."""
        share = self.graph.standing.share(event)
        for (thing, quantity), flow in self.graph.containment.taking_part(event):
            amount = None if quantity is None else quantity * share
            if thing == lot and event.type in ORIGINS | {"adjust"}:
                yield 1, amount
            elif thing == lot and event.type in {"issue", "transfer_out", "ship", "scrap", "split", "merge"}:
                yield -1, amount
            elif thing == lot and event.type in {"return", "customer_return"}:
                yield -1, None if amount is None else -amount
            if event.type in RENAMES and event.outputs and event.outputs[0].thing == lot and flow is event.inputs[0]:
                yield 1, amount
        if event.type == "operation" and (event.plant, event.order) not in produced:
            for flow in event.outputs:
                if lot in (flow.thing, flow.lot):
                    yield 1, self.graph.world.base(flow)

    # -- transfers, returns, removals ------------------------------------------------------------------------------------------------

    def _transfers(self, thing: ThingId, events: list[Event]) -> Iterator[Gap]:
        for event in events:
            if event.type not in key.TRANSFERS or not any(h[0] == thing for h, _ in self.graph.containment.taking_part(event)):
                continue
            way = "sent to another plant" if event.type == "transfer_out" else "received from another plant"
            if not event.shipment:
                yield Gap("unmatched_transfer", thing, f"{way} without a shipment number")
                continue
            stitches = self.graph.journeys.stitches(event.shipment)
            stitched = stitches.partner_of(thing) if event.type == "transfer_out" else stitches.arrival_of(thing)
            if stitched is None:
                yield Gap("unmatched_transfer", thing, f"{way} under shipment {event.shipment}, the other side is not known")

    def _excess(self, thing: ThingId) -> Iterator[Gap]:
        events = self.graph.events(thing)
        orders = sorted({(event.plant, event.order) for event in events if event.type == "return" and event.order})
        excess = [one for order in orders for one in self.graph.pools.flow(order).excess if one[1] == thing]
        if self.asked.question != "exposed":
            holders = {flow.thing for e in events if any(f.thing == thing for f in e.removed) for flow in e.outputs}
            self.graph.reach(holders)
            excess += [one for holder in sorted(holders) for one in self.graph.direct.removal_excess(holder) if one[1] == thing]
        for event, _, quantity in excess:
            if event.at <= self.asked.at:
                verb = "returned" if event.type == "return" else "removed"
                text = f"{decimal_text(quantity)} more {verb} than had gone in ({event.source.key})"
                yield Gap("quantity_mismatch", thing, text)
        for event in (event for event in events if event.source.kind == "movement" and event.at <= self.asked.at):
            over = self.graph.standing.excess(event, self.asked.at)
            if over > 0:
                yield Gap("quantity_mismatch", thing, f"{decimal_text(over)} more reversed than moved ({event.source.key})")

    # -- orders ----------------------------------------------------------------------------------------------------------------------

    def _operations(self, thing: ThingId) -> Iterator[Gap]:
        for output in self.bills.outputs(thing):
            if output.byproduct:
                continue
            reported = self._reported(output.order).get(thing, set())
            for group in operation_groups(self.bills.order(output.order).get("operations", ())):
                if not reported & group:
                    names = " / ".join(sorted(group))
                    yield Gap("missing_operation", thing, f"operation {names} of order {output.order[1]} has no report for this output")

    def _reported(self, order: tuple[str, str]) -> dict[ThingId, set[str]]:
        """Operations of an order reported by the asked time, for every output and for the lots that outputs belong to."""
        if order not in self._reports:
            found: dict[ThingId, set[str]] = defaultdict(set)
            for event in self.graph.world.on_order[order]:
                if event.type == "operation" and event.operation and event.at <= self.asked.at:
                    for thing in (thing for flow in event.outputs for thing in (flow.thing, flow.lot) if thing):
                        found[thing].add(event.operation)
            self._reports[order] = found
        return self._reports[order]

    def _consumption(self, thing: ThingId) -> Iterator[Gap]:
        bills = self.bills.of(thing)
        if not bills:
            return
        consumed = self._consumed(thing)
        if not consumed:
            for bill in bills:
                yield Gap("no_consumption", thing, f"nothing is known to have gone in on order {bill.output.order[1]}")
            return
        for bill in bills:
            for line in bill.lines:
                if not consumed & accepted(line):
                    text = f"no {line['item']} (line {line['line']}) went in on order {bill.output.order[1]}"
                    yield Gap("missing_component", thing, text)
        allowed = {item for bill in bills for line in bill.lines for item in accepted(line)}
        for item in sorted(consumed - allowed):
            yield Gap("unexpected_component", thing, f"{item} went in but is not in the bill of material")

    def _consumed(self, thing: ThingId) -> set[str]:
        """Items of what went into the thing, except those whose tracking is none."""
        parts = (part for part, _, _ in went_in(self.graph, thing, self.asked))
        return {item for plant, item in {(part.plant, part.item) for part in parts} if not self.bills.untracked(plant, item)}


def operation_groups(operations: Iterable[Any]) -> list[set[str]]:
    """Required operations, those that count as one put together: operations that share `merge_with`, and the operation it names."""
    groups: dict[str, set[str]] = {}
    required: set[str] = set()
    for told in operations:
        name, merged = told["operation"], told.get("merge_with")
        if told.get("required", True):
            required.add(name)
        group = groups.setdefault(name, {name})
        if merged:
            joined = group | groups.get(merged, {merged})
            groups |= dict.fromkeys(joined, joined)
    unique = {frozenset(group) for group in groups.values()}
    return [set(group) for group in sorted(unique, key=sorted) if group & required]
