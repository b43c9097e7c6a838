"""Which of our own events can be in the answer to a query, told by the type of the event alone: what `outward` writes for each.

More than needed is harmless, less would be wrong; a test compares it with what `outward` writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trace_core.documents.kinds import MOVEMENTS
from trace_core.epcis import sensors
from trace_core.epcis.queries import Condition, Query
from trace_core.epcis.things import OWN, OWN_STEP


@dataclass(frozen=True, slots=True)
class Offer:
    """What an event of one of our types may say in the standard's words; None stands for saying nothing."""

    type: str
    action: str | None
    step: str
    disposition: str | None = None


REVERSAL = Offer("ObjectEvent", "OBSERVE", f"{OWN_STEP}reversal")


def _moves() -> Iterator[tuple[str, tuple[Offer, ...]]]:
    told: Mapping[str, Offer] = {
        "receive": Offer("ObjectEvent", "OBSERVE", "receiving"),
        "transfer_in": Offer("ObjectEvent", "OBSERVE", "receiving"),
        "customer_return": Offer("ObjectEvent", "OBSERVE", "receiving", "returned"),
        "ship": Offer("ObjectEvent", "OBSERVE", "shipping", "in_transit"),
        "transfer_out": Offer("ObjectEvent", "OBSERVE", "shipping", "in_transit"),
        "produce": Offer("ObjectEvent", "ADD", "commissioning", "active"),
        "byproduct": Offer("ObjectEvent", "ADD", "commissioning", "active"),
        "scrap": Offer("ObjectEvent", "DELETE", "destroying", "destroyed"),
    }
    for name in MOVEMENTS:
        own = Offer("ObjectEvent", "OBSERVE", f"{OWN_STEP}{name}")
        became = (Offer("TransformationEvent", None, f"{OWN_STEP}{name}"),) if name in {"rename", "split", "merge"} else ()
        yield name, (told.get(name, own), *became, REVERSAL)


OFFERS: Mapping[str, tuple[Offer, ...]] = {
    **dict(_moves()),
    "operation": (Offer("TransformationEvent", None, "assembling"),),
    "add": (Offer("AggregationEvent", "ADD", "packing"),),
    "remove": (Offer("AggregationEvent", "DELETE", "unpacking"),),
    "repair": (
        Offer("AssociationEvent", "ADD", "installing"),
        Offer("AssociationEvent", "DELETE", "removing"),
        Offer("TransformationEvent", None, "repairing"),
    ),
    "inspection": (
        Offer("ObjectEvent", "OBSERVE", "inspecting", "conformant"),
        Offer("ObjectEvent", "OBSERVE", "inspecting", "non_conformant"),
    ),
}
"""Type of our event → what it may be in EPCIS."""

_NEVER = frozenset({
    "EQ_persistentDisposition_set", "EQ_persistentDisposition_unset", "EQ_bizLocation", "WD_bizLocation", "EQ_errorReason",
    "GE_errorDeclarationTime", "LT_errorDeclarationTime", "EQ_correctiveEventID", "EXISTS_errorDeclaration", "EXISTS_sensorElementList",
})  # fmt: skip
"""Parameters that none of our own events fulfils: they have no such members."""


def offered(query: Query) -> list[str]:
    """The types of our events that may fulfil the query."""
    if any(_is_beyond(condition) for condition in query.conditions):
        return []
    asked = {name: query.values(name) for name in ("eventType", "EQ_action", "EQ_bizStep", "EQ_disposition")}

    def fits(offer: Offer) -> bool:
        said = {"eventType": offer.type, "EQ_action": offer.action, "EQ_bizStep": offer.step, "EQ_disposition": offer.disposition}
        return all(values is None or said[name] in values for name, values in asked.items())

    return [name for name, offers in OFFERS.items() if any(fits(offer) for offer in offers)]


def _is_beyond(condition: Condition) -> bool:
    """Whether a condition is about what we never tell: errors, sensors, others' extensions."""
    field = condition.field
    if field is not None:
        return bool(field.part) or not field.name.startswith(OWN)
    return condition.name in _NEVER or condition.name.partition("_")[2] in sensors.FIELDS
