"""What an order's pool hands on to the outputs that draw from it (ADR 0013, rule 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from trace_core.identifiers import ThingId
from trace_core.portions import Holding, Portion


class Pooling:
    """A pool while time goes on: what comes in is shared among the outputs that are still to come, by their quantities.

    Shares are kept for one unit of output, so that an output costs what it receives, however often something came in before it.
    """

    def __init__(self, outputs: Iterable[Fraction | None]) -> None:
        amounts = list(outputs)
        self.ahead = len(amounts)
        self.unknown = sum(amount is None for amount in amounts)
        self.weight = sum((amount for amount in amounts if amount is not None), Fraction(0))
        self.shared = Holding()
        self.for_last = Holding()
        self.left = Holding()

    def enters(self, portions: Mapping[ThingId, Portion]) -> None:
        """Something is issued. With one output to come all of it goes there; with none it stays."""
        if self.ahead > 1:
            share = None if self.unknown or not self.weight else 1 / self.weight
            self.shared.put_all({origin: portion.perhaps(share) for origin, portion in portions.items()})
        else:
            (self.for_last if self.ahead else self.left).put_all(portions)

    def leaves(self, quantity: Fraction | None) -> Mapping[ThingId, Portion]:
        """The next output draws."""
        self.ahead -= 1
        self.unknown -= quantity is None
        self.weight -= quantity or 0
        drawn = Holding()
        drawn.put_all({origin: portion.perhaps(quantity) for origin, portion in self.shared.portions.items()})
        if not self.ahead:
            drawn.put_all(self.for_last.portions)
            self.for_last.empty()
        return drawn.portions
