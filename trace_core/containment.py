"""Where things are: which container holds what, from when until when.

A thing is in a container from `add` (inclusive) until `remove` (exclusive; at equal times the removal comes first). Serials and
containers also leave by being added elsewhere; a lot may be in many containers until removed from each (contract section 3). A removal
that names no contents takes everything out (ADR 0012).
Containment never carries contamination; it only says which things a container stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from trace_core.events import Event, Flow, Source
from trace_core.identifiers import ThingId
from trace_core.world import World

Held = tuple[ThingId, Fraction | None]
"""A thing and how much of it in base units; None is an unknown quantity, more than none."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A content was in a container in [start, end) with a quantity; `end` is None while it is still there."""

    container: ThingId
    start: datetime
    end: datetime | None
    quantity: Fraction | None

    def covers(self, at: datetime) -> bool:
        """Whether the content was there at that instant."""
        return self.start <= at and (self.end is None or at < self.end)


class Containment:
    """Stays worked out from packing events, once for each content."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._stays: dict[ThingId, list[Stay]] = {}
        self._taking_part: dict[Source, list[tuple[Held, Flow]]] = {}

    def stays(self, content: ThingId) -> list[Stay]:
        """All stays of a content, in order of their start."""
        if content not in self._stays:
            packs = [pack for pack in self.world.packs_of.get(content, ()) if any(flow.thing == content for flow in pack.inputs)]
            packs += self._emptied({pack.outputs[0].thing for pack in packs})
            packs.sort(key=lambda pack: (pack.at, pack.type != "remove", pack.source))
            follow = self._follow_lot if content.kind == "lot" else self._follow_single
            self._stays[content] = sorted(follow(content, packs), key=lambda stay: (stay.start, stay.container))
        return self._stays[content]

    def _emptied(self, containers: set[ThingId]) -> list[Event]:
        """Removals that name no contents take out everything."""
        packs = [pack for container in sorted(containers) for pack in self.world.packs_of.get(container, ())]
        return [pack for pack in packs if not pack.inputs and pack.type == "remove" and pack.outputs[0].thing in containers]

    def _follow_single(self, content: ThingId, packs: list[Event]) -> Iterator[Stay]:
        """A serial or container is in one place at a time."""
        inside: tuple[ThingId, datetime] | None = None
        for pack in packs:
            container = pack.outputs[0].thing
            if inside and (pack.type == "add") != (inside[0] == container):
                yield Stay(inside[0], inside[1], pack.at, Fraction(1))
                inside = None
            if pack.type == "add" and inside is None:
                inside = (container, pack.at)
        if inside:
            yield Stay(inside[0], inside[1], None, Fraction(1))

    def _follow_lot(self, content: ThingId, packs: list[Event]) -> Iterator[Stay]:
        """A lot is in every container that it was added to, with what has not been removed from there."""
        inside: dict[ThingId, tuple[datetime, Fraction | None]] = {}
        for pack in packs:
            container = pack.outputs[0].thing
            for flow in [flow for flow in pack.inputs if flow.thing == content] or [Flow(content)]:
                moved = self.world.base(flow)
                since, before = inside.pop(container, (pack.at, Fraction(0)))
                after = _after(before, moved, adding=pack.type == "add")
                if before != 0 and since < pack.at:
                    yield Stay(container, since, pack.at, before)
                if after is None or after > 0:
                    inside[container] = (pack.at, after)
        for container, (since, quantity) in inside.items():
            yield Stay(container, since, None, quantity)

    def holders(self, content: ThingId, at: datetime) -> list[ThingId]:
        """The containers that the content was in at that instant, innermost first, outermost last."""
        found: dict[ThingId, None] = {}
        level = [content]
        for _ in range(_DEEPEST):
            above = {stay.container for thing in level for stay in self.stays(thing) if stay.covers(at)}
            level = sorted(above - {content})
            if not level:
                break
            for container in level:  # one reached again further out moves outwards
                found.pop(container, None)
                found[container] = None
        return list(found)

    def contents(self, container: ThingId, at: datetime) -> list[Held]:
        """What the container stood for at that instant: lots and serials in it, also those in containers within it."""
        return list(self._contents(container, at, {container}))

    def _contents(self, container: ThingId, at: datetime, above: set[ThingId]) -> Iterator[Held]:
        packs = self.world.packs_of.get(container, ())
        candidates = {flow.thing for pack in packs if pack.outputs[0].thing == container for flow in pack.inputs}
        for content in sorted(candidates):
            stay = next((stay for stay in self.stays(content) if stay.container == container and stay.covers(at)), None)
            if stay is None:
                continue
            if not content.is_container:
                yield content, stay.quantity
            elif content not in above:
                yield from self._contents(content, at, above | {content})

    def taking_part(self, event: Event) -> list[tuple[Held, Flow]]:
        """The things that an event's inputs stand for, containers replaced by their contents at its time, with the flow they came by."""
        if event.source not in self._taking_part:
            self._taking_part[event.source] = list(self.expand(event.inputs, event.at))
        return self._taking_part[event.source]

    def expand(self, flows: tuple[Flow, ...], at: datetime) -> Iterator[tuple[Held, Flow]]:
        """Flows with containers replaced by their contents at that instant."""
        for flow in flows:
            if flow.thing.is_container:
                yield from ((held, flow) for held in self.contents(flow.thing, at))
            else:
                yield (flow.thing, self.world.base(flow)), flow


_DEEPEST = 20
"""Containers nest a few levels; more is a circle in the data, which is not followed for ever."""


def _after(before: Fraction | None, moved: Fraction | None, *, adding: bool) -> Fraction | None:
    if adding:
        return None if before is None or moved is None else before + moved
    if moved is None:
        return Fraction(0)
    return None if before is None else before - moved
