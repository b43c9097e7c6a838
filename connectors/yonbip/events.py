"""Events that the open platform pushes: verified, decrypted, and read as "document X of kind K changed". Pure: no socket, no clock.

Two generations are in use and the documentation disagrees with the code of both: `signature` (Base64 of HMAC-SHA256 over the sorted
timestamp, nonce and cipher text) and the older `msgSignature` (hexadecimal SHA-1 over the same and the secret). The new one is verified
where it is there, else the old one. Source: official SDK for Python (run), corp-demo for Java (run). A caller must drop events whose id it
has seen: pushes are retried for a day.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.kit import exact_json
from connectors.yonbip.sealing import Holder, encrypted, new_signature, old_signature, opened
from trace_core.errors import Rejected

CHECK, SUITE_TICKET = "CHECK_URL", "SUITE_TICKET"
NEW, OLD = "signature", "msgSignature"
KINDS: Mapping[str, str] = {
    "productionorder": "productionorder",
    "production_order": "productionorder",
    "materialout": "materialout",
    "storeprorecord": "storeprorecord",
    "purinrecord": "purinrecord",
    "salesout": "salesout",
    "finishedreport": "finishedreport",
    "batchno": "batchno",
    "bom": "bom",
    "product": "product",
}
"""Part of an event's name in lower case → kind; the first that fits (names are irregular, so this is inferred)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `at` is Unix milliseconds; `kind` is empty for an event about nothing that is read; `ids` may be empty: then sweep."""

    type: str
    id: str
    at: int
    tenant: str
    kind: str
    ids: tuple[str, ...]
    ticket: str = ""


def opened_event(body: bytes, *, app_key: str, app_secret: str) -> Event:
    """The event in a pushed body. Errors: `Rejected` when the body is none, its signature is wrong, or it is for another application."""
    holder = _holder(body)
    if holder.new:
        good = hmac.compare_digest(holder.new, new_signature(app_secret, holder))
    else:
        good = hmac.compare_digest(holder.old, old_signature(app_secret, holder))
    if not good:
        raise Rejected("the pushed event is not signed with this application's secret", code="bad_signature")
    told, key = opened(app_secret, holder.encrypt)
    if key != app_key:
        raise Rejected("the pushed event is meant for another application", code="other_application")
    try:
        inner = exact_json.loads(told)
    except ValueError as fault:
        raise Rejected("the pushed event holds no JSON", code="bad_event") from fault
    if not isinstance(inner, dict):
        raise Rejected("the pushed event holds no JSON object", code="bad_event")
    return _event(inner)


def reply(body: bytes, *, app_key: str, app_secret: str, random: bytes, encrypts: bool = True) -> bytes:
    """The answer that says the event arrived: "success" encrypted and signed as the event was, or as it is where `encrypts` is false.

    The documentation asks for the former, the SDKs' samples send the latter: take what the tenant accepts when the subscription is saved.
    `random` is 16 bytes of the caller's.
    """
    if not encrypts:
        return b"success"
    asked = _holder(body)
    made = Holder(asked.timestamp, asked.nonce, encrypted(app_secret, "success", key=app_key, random=random))
    told: dict[str, Any] = {"timestamp": made.timestamp, "nonce": made.nonce, "encrypt": made.encrypt}
    return exact_json.dumps(told | ({NEW: new_signature(app_secret, made)} if asked.new else {OLD: old_signature(app_secret, made)}))


def _holder(body: bytes) -> Holder:
    try:
        told = exact_json.loads(body)
    except ValueError as fault:
        raise Rejected("the pushed body is no JSON", code="bad_event") from fault
    names = ("timestamp", "nonce", "encrypt")
    if not isinstance(told, dict) or not all(told.get(name) for name in names) or not (told.get(NEW) or told.get(OLD)):
        raise Rejected("the pushed body lacks timestamp, nonce, encrypt or a signature", code="bad_event")
    when, nonce, cipher = (str(told[name]) for name in names)
    return Holder(when, nonce, cipher, new=str(told.get(NEW) or ""), old=str(told.get(OLD) or ""))


def _event(told: Mapping[str, Any]) -> Event:
    name = str(told.get("type") or "")
    lower = name.lower()
    at = str(told.get("timestamp") or "0")
    kind = "" if name in {CHECK, SUITE_TICKET} else next((kind for part, kind in KINDS.items() if part in lower), "")
    ids = tuple(dict.fromkeys(_ids(told))) if kind else ()
    return Event(
        name,
        str(told.get("eventId") or ""),
        int(at) if at.isdecimal() else 0,
        str(told.get("tenantId") or ""),
        kind,
        ids,
        str(told.get("suiteTicket") or ""),
    )


def _ids(told: Mapping[str, Any]) -> Iterator[str]:
    """Ids wherever the event puts them: at the top, in a list, in `archive`, `archives`, `userObject`, `BILL_INFO` or a document."""
    for name, value in told.items():
        if name in {"id", "billId"} and value not in (None, ""):
            yield str(value)
        elif name in {"ids", "idList"} and isinstance(value, list):
            yield from map(str, value)
        elif name in _NESTED:
            for inner in value if isinstance(value, list) else [value]:
                yield from _ids(_table(inner))


_NESTED = frozenset({"archive", "archives", "userObject", "BILL_INFO", "data", "bill"})


def _table(value: Any) -> Mapping[str, Any]:
    """A table that may have come as a JSON text."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = exact_json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
