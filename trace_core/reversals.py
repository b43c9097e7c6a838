"""How much of a movement stands after reversals: a reversal takes its quantity off, reversing a reversal restores it.

Never below zero; what a reversal takes beyond the movement's quantity is an excess and becomes the gap `quantity_mismatch`.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from trace_core.events import Event, Source
from trace_core.world import World


class Standing:
    """The standing share of movements, worked out once each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._share: dict[Source, Fraction] = {}

    def share(self, event: Event) -> Fraction:
        """The part of the event that stands, from 0 (cancelled) to 1; events that are not movements always stand."""
        if event.source.kind != "movement":
            return Fraction(1)
        if event.source not in self._share:
            self._share[event.source] = Fraction(0)  # a circle of reversals ends here instead of running for ever
            own = self.own(event)
            taken = sum((self.quantity(reversal) for reversal in self._reversals(event)), Fraction(0))
            self._share[event.source] = max(Fraction(0), own - taken) / own if own else Fraction(0 if taken else 1)
        return self._share[event.source]

    def stands(self, event: Event) -> bool:
        """Whether anything of the event is left. A reversal itself never makes a link."""
        return event.reverses is None and self.share(event) > 0

    def own(self, event: Event) -> Fraction:
        """The quantity written on the movement, in base units, without sign."""
        return abs(self.world.base(event.inputs[0]) or Fraction(0))

    def quantity(self, event: Event) -> Fraction:
        """The quantity that stands, in base units, without sign."""
        return self.own(event) * self.share(event)

    def excess(self, event: Event, at: datetime) -> Fraction:
        """What reversals until `at` take beyond the movement's own quantity."""
        taken = sum((self.quantity(reversal) for reversal in self._reversals(event) if reversal.at <= at), Fraction(0))
        return max(Fraction(0), taken - self.own(event))

    def _reversals(self, event: Event) -> list[Event]:
        return self.world.reversals_of.get((event.plant, event.source.key), [])
