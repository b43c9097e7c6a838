"""Which movement an ObjectEvent is: the table of business steps, and what each movement takes from the event.

Source: CBV 2.0, section 7.1 (meaning of the steps); ADR 0012.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trace_core.documents.kinds import MOVEMENTS
from trace_core.epcis.model import EpcisEvent, Typed
from trace_core.epcis.things import OWN, OWN_STEP, Ground

_PARTIES = ("possessing_party", "owning_party", "location")


@dataclass(frozen=True, slots=True)
class Move:
    """What a movement takes from an event: an order of its own when none is named, and which side its partner is on."""

    order: bool = False
    partner: str = ""

    @property
    def party_types(self) -> tuple[str, ...]:
        """Types of sources or destinations that name the partner, best first."""
        return _PARTIES if self.partner else ()

    def parties(self, event: EpcisEvent) -> Iterable[Typed]:
        """The sources or destinations among which the partner is."""
        return event.sources if self.partner == "source" else event.destinations


MOVES: Mapping[str, Move] = {
    **{name: Move() for name in MOVEMENTS},
    **{name: Move(order=True) for name in ("issue", "return", "produce", "byproduct")},
    "receive": Move(partner="source"),
    "customer_return": Move(partner="source"),
    "ship": Move(partner="destination"),
}

_STEPS: Mapping[str, str] = {
    "commissioning": "produce",
    "creating_class_instance": "produce",
    "receiving": "receive",
    "shipping": "ship",
    "retail_selling": "ship",
    "dispensing": "ship",
    "destroying": "scrap",
    "decommissioning": "scrap",
    "void_shipping": "void",
}
_ONLY_WITH: Mapping[str, str] = {"commissioning": "ADD", "creating_class_instance": "ADD"}


def movement_of(event: EpcisEvent, ground: Ground, plant: str) -> str | None:
    """The type of movement that an ObjectEvent is, `void` for one that cannot be told, None where it only observes."""
    own = event.extensions.get(f"{OWN}movement")
    if own in MOVES:
        return str(own)
    step = event.biz_step or ""
    if step.startswith(OWN_STEP) and step[len(OWN_STEP) :] in MOVES:
        return step[len(OWN_STEP) :]
    found = _STEPS.get(step)
    if found is None or event.action != _ONLY_WITH.get(step, event.action):
        return None
    if found == "receive":
        return _received(event, ground, plant)
    return "transfer_out" if found == "ship" and _elsewhere(event.destinations, ground, plant) else found


def _received(event: EpcisEvent, ground: Ground, plant: str) -> str:
    if event.disposition == "returned" or event.transaction("rma"):
        return "customer_return"
    return "transfer_in" if _elsewhere(event.sources, ground, plant) else "receive"


def _elsewhere(parties: Iterable[Typed], ground: Ground, plant: str) -> bool:
    """Whether one of the places or parties is another plant of ours."""
    plants = {ground.plant_at(one.id) for one in parties} - {None}
    return bool(plants - {plant})
