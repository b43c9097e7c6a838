"""One EPCIS event, typed, whichever binding it came in.

Words of the vocabulary are bare, other terms are URIs; names of extensions are `{namespace}local`; identifiers are as given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

Extensions = Mapping[str, Any]
"""`{namespace}local` → a text, a number, a truth value, an object of such names, or a list of these."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity of a class of objects. Without `uom` it counts instances; without `quantity` it is not known."""

    epc_class: str
    quantity: Decimal | None = None
    uom: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A business transaction, source or destination with its type."""

    id: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A read point or business location."""

    id: str
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErrorDeclaration:
    """That an event is wrong, since when that was said, and which events are right instead."""

    declared_at: datetime
    reason: str | None = None
    corrective: tuple[str, ...] = ()
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SensorElement:
    """What sensors said: metadata, and reports with their fields by name."""

    metadata: Extensions
    reports: tuple[Extensions, ...]
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EpcisEvent:
    """An event. `instances` and `classes` hold the lists of the type under their JSON names, such as `inputEPCList`.

    `at` is aware; `offset` is the local offset of the place, `±hh:mm`, which need not be that of `at`.
    """

    type: str
    at: datetime
    offset: str
    event_id: str | None = None
    record_time: datetime | None = None
    action: str | None = None
    parent: str | None = None
    instances: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: Mapping[str, tuple[Quantity, ...]] = field(default_factory=dict)
    transformation: str | None = None
    biz_step: str | None = None
    disposition: str | None = None
    set_: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    read_point: Place | None = None
    biz_location: Place | None = None
    transactions: tuple[Typed, ...] = ()
    sources: tuple[Typed, ...] = ()
    destinations: tuple[Typed, ...] = ()
    sensors: tuple[SensorElement, ...] = ()
    certification: tuple[str, ...] = ()
    error: ErrorDeclaration | None = None
    ilmd: Extensions = field(default_factory=dict)
    extensions: Extensions = field(default_factory=dict)

    def epcs(self, *names: str) -> Iterator[str]:
        """Identifiers of instances in these lists."""
        for name in names:
            yield from self.instances.get(name, ())

    def quantities(self, *names: str) -> Iterator[Quantity]:
        """Quantities of classes in these lists."""
        for name in names:
            yield from self.classes.get(name, ())

    def transaction(self, *types: str) -> str | None:
        """The first business transaction of one of the types, in the order of the types."""
        return next((one.id for type_ in types for one in self.transactions if one.type == type_), None)
