"""Names of things: a lot, a serial-numbered unit or a container, as known in one plant under one item.

The same number under another item or in another plant is another thing (contract section 2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType
from urllib.parse import quote, unquote

PlantCode = NewType("PlantCode", str)
ItemCode = NewType("ItemCode", str)
OrderNumber = NewType("OrderNumber", str)
ShipmentNumber = NewType("ShipmentNumber", str)

KINDS = ("lot", "serial", "container")
_PARTS = 4
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*/[a-z]*/[A-Za-z0-9._~-]*/[A-Za-z0-9._~-]*\Z")
"""Ids that need no encoding, nearly all of them."""


@dataclass(frozen=True, slots=True, order=True)
class ThingId:
    """A thing, known under (plant, kind, item, number); a container has the empty item.

    >>> ThingId(PlantCode("HZ"), "lot", ItemCode("R 10K"), "7/8").uri
    'HZ/lot/R%2010K/7%2F8'
    """

    plant: PlantCode
    kind: str
    item: ItemCode
    number: str

    @property
    def uri(self) -> str:
        """`PLANT/kind/ITEM/NUMBER`, each part percent-encoded except RFC 3986 unreserved characters."""
        plainly = f"{self.plant}/{self.kind}/{self.item}/{self.number}"
        if _UNRESERVED.match(plainly):
            return plainly
        return "/".join(quote(part, safe="-._~") for part in (self.plant, self.kind, self.item, self.number))

    @property
    def is_container(self) -> bool:
        """Whether this is a logistic unit that holds other things."""
        return self.kind == "container"

    def __str__(self) -> str:
        return self.uri


def parse_thing(text: str) -> ThingId | None:
    """The thing that an id string names, or None when the text is no thing id."""
    parts = [unquote(part) for part in text.split("/")]
    if len(parts) != _PARTS or parts[1] not in KINDS or not parts[0] or not parts[3]:
        return None
    if (parts[1] == "container") != (parts[2] == ""):
        return None
    return ThingId(PlantCode(parts[0]), parts[1], ItemCode(parts[2]), parts[3])
