"""What a form is made of, as the server describes it: keys of fields and entities, and the codes of its enumerations.

Source: `QueryBusinessInfo` by the WebAPI manual V6.0 (`NeedReturnData` with Entrys, Fields, `Extends`). The shape of `Extends` is
inferred: any list of objects with a value and a caption is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.kingdee.client import KingdeeClient
from connectors.kingdee.kinds import Kind

VALUES, CAPTIONS = ("Value", "Key", "Id", "EnumId"), ("Caption", "Name", "Text")


@dataclass(frozen=True, slots=True)
class Description:
    """Keys in lower case; enumerations as key in lower case → code → caption."""

    keys: frozenset[str]
    enums: Mapping[str, Mapping[str, str]]

    def lacks(self, name: str) -> bool:
        """Whether the form has no field or entity of this key; `_FEntryID` and its like belong to their entity."""
        return base(name) not in self.keys and base(name).rpartition("_")[0] not in self.keys

    def knows(self, kind: Kind) -> bool:
        """Whether the description can be trusted about the kind: it knows every field that cannot be left out."""
        needed = (name for name in (*kind.head, *kind.rows) if base(name) not in optional(kind))
        return bool(self.keys) and not any(self.lacks(name) for name in needed)


def base(name: str) -> str:
    """The key of a field without the property asked of it, in lower case."""
    return name.partition(".")[0].lower()


def optional(kind: Kind) -> frozenset[str]:
    """Keys in lower case that the kind may do without."""
    return frozenset({base(name) for name in kind.optional} | ({kind.closed.lower()} if kind.closed else set()))


def describe(client: KingdeeClient, form: str) -> Description:
    """Ask the server for a form. Errors: the client's."""
    answer = client.call("QueryBusinessInfo", {"data": {"FormId": form}})
    result = answer.get("Result") if isinstance(answer, dict) else None
    keys: set[str] = set()
    enums: dict[str, dict[str, str]] = {}
    for told in _named(result.get("NeedReturnData") if isinstance(result, dict) else None):
        key = str(told["Key"]).lower()
        keys.add(key)
        codes = dict(_codes(told.get("Extends")))
        if codes:
            enums[key] = codes
    return Description(frozenset(keys), enums)


def _named(told: Any) -> Iterator[Mapping[str, Any]]:
    """Every object with a key, however deep: servers nest fields in entities in more than one way."""
    if isinstance(told, list):
        for one in told:
            yield from _named(one)
    elif isinstance(told, dict):
        if told.get("Key"):
            yield told
        for name, inner in told.items():
            if name != "Extends":
                yield from _named(inner)


def _codes(told: Any) -> Iterator[tuple[str, str]]:
    for one in told if isinstance(told, list) else ():
        if isinstance(one, dict):
            value = next((one[name] for name in VALUES if one.get(name) is not None), None)
            if value is not None:
                yield str(value), str(next((one[name] for name in CAPTIONS if one.get(name)), ""))
