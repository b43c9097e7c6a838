"""Identifiers of EPCIS and our things, orders, shipments, partners and plants: which is which, there and back.

A thing is a GS1 key (serial, lot or logistic unit), a URI under the site's own base, or any other URI, which is then a serial or a lot
by where it stands. Source: CBV 2.0, section 8; ADR 0012.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from trace_core.epcis.keys import HOST, Key, canonical, check_digit, key_of
from trace_core.identifiers import ItemCode, PlantCode, ThingId, parse_thing

DEFAULT_BASE = "urn:lotweave:"
OWN = "{urn:lotweave:epcis:}"
"""The namespace of our own extensions; fixed, so that every site reads every other's."""
OWN_PREFIX = {"lotweave": OWN[1:-1]}
OWN_STEP = "urn:lotweave:bizstep:"
_LONGEST = 20
"""Characters of a serial or lot number that GS1 allows."""
_TRANSACTION = "urn:epcglobal:cbv:bt:"
_CONTAINERS = frozenset({"00", "8003"})
_NO_THINGS = frozenset({"253", "255", "401", "402", "414", "417", "8017", "8018"})


@dataclass(frozen=True, slots=True)
class Ground:
    """How a site names things in EPCIS.

    `places`: canonical URI or GLN → plant. `items`: (plant, GTIN of 14 digits) → item; `gtins` the other way. `prefixes`: the GS1 company
    prefixes for which URNs can be written.
    """

    base: str = DEFAULT_BASE
    places: Mapping[str, str] = field(default_factory=dict)
    default_plant: str | None = None
    prefixes: Collection[str] = ()
    items: Mapping[tuple[str, str], str] = field(default_factory=dict)
    gtins: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def own(self, sort: str, *parts: str) -> str:
        """A URI under the site's base: `{base}order/HZ/MO-1`."""
        return "/".join((f"{self.base}{sort}", *(quote(part, safe="-._~") for part in parts)))

    def own_parts(self, uri: str, sort: str) -> list[str] | None:
        """What a URI under the base says, None when it is none of this sort."""
        start = f"{self.base}{sort}/"
        return [unquote(part) for part in uri[len(start) :].split("/")] if uri.startswith(start) else None

    def plant_at(self, uri: str) -> str | None:
        """The plant that a place or party is or belongs to."""
        own = self.own_parts(uri, "plant")
        if own:
            return own[0]
        key = key_of(uri)
        return self.places.get(canonical(uri)) or (self.places.get(key.value) if key and key.ai in {"414", "417"} else None)

    def thing_uri(self, thing: ThingId, plant: str) -> str:
        """How an event of a plant writes a thing: a Digital Link where its item has a GTIN, else a URI under the base."""
        if thing.plant == plant and thing.is_container and is_sscc(thing.number):
            return f"{HOST}/00/{thing.number}"
        if thing.plant == plant and ":" in thing.item and _cut(thing.item + thing.number) == (thing.item, thing.number):
            return thing.item + thing.number
        gtin = self.gtins.get((thing.plant, thing.item)) or (thing.item if gtin14(thing.item) == thing.item else None)
        if gtin is None or thing.plant != plant or len(thing.number) > _LONGEST or self.items.get((plant, gtin), gtin) != thing.item:
            return f"{self.base}thing/{thing.uri}"
        return f"{HOST}/01/{gtin}/{'21' if thing.kind == 'serial' else '10'}/{quote(thing.number, safe='-._~')}"

    def thing_at(self, uri: str, plant: str, *, instance: bool) -> ThingId | None:
        """The thing that an identifier names in an event of a plant; None when it names none: a class without lot, a document, a place."""
        if uri.startswith(f"{self.base}thing/"):
            return parse_thing(uri[len(self.base) + len("thing/") :])
        key = key_of(uri)
        if key is not None:
            return self._keyed(key, plant)
        if uri.startswith(("urn:epc:idpat:", self.base)):
            return None
        head, number = _cut(uri)
        return ThingId(PlantCode(plant), "serial" if instance else "lot", ItemCode(head), number)

    def _keyed(self, key: Key, plant: str) -> ThingId | None:
        if key.ai in _NO_THINGS:
            return None
        if key.ai in _CONTAINERS:
            return ThingId(PlantCode(plant), "container", ItemCode(""), key.value) if key.ai == "00" or key.value[14:] else None
        if key.ai == "8004":
            return ThingId(PlantCode(plant), "serial", ItemCode("GIAI"), key.value)
        if not key.qualifier:
            return None
        item = self.items.get((plant, key.value), key.value)
        return ThingId(PlantCode(plant), "lot" if key.qualifier_ai == "10" else "serial", ItemCode(item), key.qualifier)

    def number_of(self, uri: str, sort: str) -> str:
        """The order, shipment or partner that an identifier names: the number of a CBV transaction, a GLN, or the URI itself."""
        own = self.own_parts(uri, sort)
        if own:
            return own[-1]
        if uri.startswith(_TRANSACTION):
            return unquote(uri[len(_TRANSACTION) :].partition(":")[2]) or uri
        key = key_of(uri)
        return key.value if key is not None and key.ai in {"414", "417"} and not key.qualifier else uri


def is_sscc(number: str) -> bool:
    """Whether a number is a serial shipping container code."""
    return len(number) == 18 and number.isdecimal() and number.isascii() and check_digit(number[:-1]) == number[-1]  # noqa: PLR2004


def gtin14(text: str) -> str | None:
    """A GTIN in 14 digits, None when the text is none."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) in {8, 12, 13, 14}):
        return None
    return digits.zfill(14) if check_digit(digits[:-1]) == digits[-1] else None


def _cut(uri: str) -> tuple[str, str]:
    """A foreign URI as item and number: all but the last part, and the last part."""
    at = max(uri.rfind("/"), uri.rfind(":"), uri.rfind("#")) + 1
    return (uri[:at], uri[at:]) if 0 < at < len(uri) else (uri, uri)
