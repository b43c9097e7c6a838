"""How much of a thing is in another, exactly, with its bounds; and what a holder hands on when some of it is taken (ADR 0013)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from trace_core.identifiers import ThingId

NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Portion:
    """So much of an origin, in base units of the origin: as expected when everything mixes, at least, and at most.

    `expected` is None when a quantity on the way is not known, `most` when not even a bound is. `loose`: still the substance itself,
    counted in the same unit, not built into something.
    """

    expected: Fraction | None = NONE
    least: Fraction = NONE
    most: Fraction | None = NONE
    loose: bool = True

    def __add__(self, other: Portion) -> Portion:
        expected = None if self.expected is None or other.expected is None else self.expected + other.expected
        most = None if self.most is None or other.most is None else self.most + other.most
        return Portion(expected, self.least + other.least, most, self.loose and other.loose)

    def perhaps(self, share: Fraction | None) -> Portion:
        """The same portion when it is not known how much of it goes this way: `share` is expected, nothing or all of it may be."""
        expected = None if self.expected is None or share is None else self.expected * share
        return Portion(expected, NONE, self.most, self.loose)

    def built_in(self) -> Portion:
        """The same portion as a part of something else."""
        return replace(self, loose=False)


def exactly(quantity: Fraction | None, most: Fraction | None) -> Portion:
    """A known quantity of an origin itself; where it is unknown, anything up to `most`."""
    return Portion(None, NONE, most) if quantity is None else Portion(quantity, quantity, quantity)


def added(quantities: Iterable[Fraction | None]) -> Fraction | None:
    """The sum, None when any part of it is unknown."""
    total = Fraction(0)
    for quantity in quantities:
        if quantity is None:
            return None
        total += quantity
    return total


@dataclass(slots=True)
class Holding:
    """What is in a holder at an instant of its life: how much of the holder itself (`stock`, None when unknown), and the portions in it.

    Not `firm`: something may have gone or not, so that the stock is no more than expected and bounds nothing.
    """

    stock: Fraction | None = NONE
    firm: bool = True
    portions: dict[ThingId, Portion] = field(default_factory=dict)

    def put(self, origin: ThingId, portion: Portion) -> None:
        """Add a portion of an origin; what it adds to the stock is told by `came`."""
        self.portions[origin] = self.portions.get(origin, Portion()) + portion

    def put_all(self, portions: Mapping[ThingId, Portion]) -> None:
        """Add portions of several origins."""
        for origin, portion in portions.items():
            self.put(origin, portion)

    def came(self, quantity: Fraction | None) -> None:
        """More of the holder itself came in."""
        self.stock = None if self.stock is None or quantity is None else self.stock + quantity

    def take(self, quantity: Fraction | None, lasting: Fraction | None, *, sure: bool = True) -> Mapping[ThingId, Portion]:
        """The portions in `quantity` of the holder; `lasting` of it is gone afterwards, less than `quantity` where some comes back.

        Not `sure`: it is possible that nothing went, and `lasting` is what is expected.
        """
        self.firm = self.firm and sure
        taken = {origin: self._part(portion, quantity) for origin, portion in self.portions.items()}
        self.portions = {origin: self._rest(portion, lasting) for origin, portion in self.portions.items()}
        self.stock = None if self.stock is None or lasting is None else max(NONE, self.stock - lasting)
        return taken

    def empty(self) -> None:
        """Nothing was found in it."""
        self.stock, self.firm, self.portions = NONE, True, {}

    def _part(self, portion: Portion, quantity: Fraction | None) -> Portion:
        if quantity == 0:
            return Portion(loose=portion.loose)
        if self.stock is None or quantity is None:
            return portion.perhaps(None)
        if quantity >= self.stock:
            return portion if self.firm else portion.perhaps(Fraction(1))
        part = portion.perhaps(quantity / self.stock)
        if not self._bounds(portion):
            return part
        most = quantity if portion.most is None else min(quantity, portion.most)
        return replace(part, least=max(NONE, quantity - (self.stock - portion.least)), most=most)

    def _rest(self, portion: Portion, lasting: Fraction | None) -> Portion:
        if lasting == 0:
            return portion
        if self.stock is None or lasting is None:
            return portion.perhaps(None)
        if lasting >= self.stock and self.firm:
            return Portion(loose=portion.loose)
        rest = portion.perhaps(max(NONE, 1 - lasting / self.stock) if self.stock else NONE)
        if not self._bounds(portion):
            return rest
        left = self.stock - lasting
        return replace(rest, least=max(NONE, portion.least - lasting), most=left if portion.most is None else min(portion.most, left))

    def _bounds(self, portion: Portion) -> bool:
        """Whether the stock bounds what of the portion is in a part of it: both are one substance, and the books agree."""
        fits = self.stock is not None and (portion.expected is None or portion.expected <= self.stock)
        return portion.loose and self.firm and fits
