"""Composition links: what went into what, when, how much, and by which document.

Nodes are things, or one of two internal kinds: the pool of a component item on an order, and the journey between two plants.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction

from trace_core.events import Event
from trace_core.identifiers import ThingId

FOR_EVER = datetime.max.replace(tzinfo=UTC)
SINCE_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Pool:
    """What was issued of one component item to one order and not yet tied to one output."""

    plant: str
    order: str
    item_plant: str
    item: str


@dataclass(frozen=True, slots=True, order=True)
class Journey:
    """The way of one thing from one plant, where it has one name, to another, where it may have another."""

    shipment: str
    left: ThingId
    arrived: ThingId


Node = ThingId | Pool | Journey


@dataclass(frozen=True, slots=True)
class Link:
    """`start` went into `end` at `at`, as `event` says. `quantity` is in base units of `measure`; None is unknown, more than none.

    `losses` are later removals (time, quantity) that took from this link; they count from their time on. A link with a `group` is one of
    several alternatives and only possible (ADR 0014).
    """

    start: Node
    end: Node
    at: datetime
    quantity: Fraction | None
    measure: ThingId
    uom: str
    event: Event
    designators: tuple[str, ...] = ()
    losses: tuple[tuple[datetime, Fraction], ...] = ()
    group: str = ""

    @property
    def name(self) -> tuple[object, ...]:
        """What tells one link from another; the same link found by several ways is one."""
        return self.start, self.end, self.at, self.event.source, self.designators, self.group

    def left(self, at: datetime) -> Fraction | None:
        """The quantity that is still in at that instant."""
        if self.quantity is None:
            return None
        return self.quantity - sum((lost for when, lost in self.losses if when <= at), Fraction(0))

    def ends(self) -> datetime:
        """When removals had taken all of it; never, when something stays."""
        left = self.quantity
        for when, lost in sorted(self.losses):
            if left is not None:
                left -= lost
                if left <= 0:
                    return when
        return FOR_EVER


def is_membership(link: Link) -> bool:
    """Whether the link only says which lot an output of an operation belongs to: it is in the lot, and still itself."""
    return link.event.type == "operation" and any(flow.thing == link.start and flow.lot == link.end for flow in link.event.outputs)


@dataclass(slots=True)
class Drawn:
    """Quantities on one pair, from which returns and removals take, the latest link first; what cannot be taken is the excess."""

    links: list[Link]
    excess: list[tuple[Event, ThingId, Fraction]]


def take_back(links: list[Link], taken: list[tuple[datetime, Fraction, Event, ThingId]], *, keep_history: bool) -> Drawn:
    """Take quantities off links of one pair, each from the latest link at or before its time first.

    With `keep_history` the links remember the loss and its time (removals); without, they are reduced for good (returns).
    """
    rest = sorted(links, key=lambda link: (link.at, link.event.source))
    drawn = Drawn(rest, [])
    for when, quantity, event, thing in sorted(taken, key=lambda one: (one[0], one[2].source)):
        left = quantity
        for place in reversed(range(len(rest))):
            link = rest[place]
            available = link.left(FOR_EVER)
            if not _reachable(link, when, keep_history=keep_history) or left <= 0 or (available is not None and available <= 0):
                continue
            part = left if available is None else min(left, available)
            left -= part
            rest[place] = replace(link, losses=(*link.losses, (when if keep_history else SINCE_EVER, part)))
        if left > 0:
            drawn.excess.append((event, thing, left))
    return drawn


def _reachable(link: Link, when: datetime, *, keep_history: bool) -> bool:
    """A removal comes before installations of the same moment, a return after issues of the same moment."""
    return link.at < when or (link.at == when and not (keep_history and link.event.type == "repair"))


def standing(links: list[Link]) -> Iterator[Link]:
    """Links that exist at all: their quantity after returns is unknown or above zero."""
    for link in links:
        left = link.left(SINCE_EVER)
        if left is None:
            yield link
        elif left > 0:
            yield replace(link, quantity=left, losses=tuple(loss for loss in link.losses if loss[0] != SINCE_EVER))
