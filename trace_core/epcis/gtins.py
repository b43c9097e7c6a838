"""The GTINs that an event names, and the ways in which an item's document may write one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from trace_core.epcis.keys import key_of
from trace_core.epcis.model import EpcisEvent

_HEADS = ("", "0", "00", "000000")
"""What a GTIN of 14, 13, 12 or 8 digits lacks to be one of 14."""


def gtins_of(event: EpcisEvent) -> set[str]:
    """The GTINs of an event's things and classes, in 14 digits."""
    return {key.value for uri in _ids(event) if (key := key_of(uri)) and key.ai == "01"}


def _ids(event: EpcisEvent) -> Iterator[str]:
    for ids in event.instances.values():
        yield from ids
    for classes in event.classes.values():
        yield from (one.epc_class for one in classes)
    if event.parent:
        yield event.parent


def written_forms(gtins: Iterable[str]) -> Collection[str]:
    """Every way in which these GTINs of 14 digits are written elsewhere."""
    return {gtin.removeprefix(head) for gtin in gtins for head in _HEADS}
