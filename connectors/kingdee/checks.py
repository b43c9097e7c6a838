"""What a connection test tries: the way in, and the fields of every form that is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.kingdee.client import KingdeeClient
from connectors.kingdee.kinds import Kind
from connectors.kit.contract import Finding
from trace_core.errors import Verdict

HEARTBEAT = {"FormId": "ORG_Organizations", "FieldKeys": "FNumber,FName", "FilterString": "", "TopRowCount": 0, "StartRow": 0, "Limit": 100}


def check(client: KingdeeClient, forms: Mapping[str, Kind]) -> Sequence[Finding]:
    """One finding for the way in; when it is open, one for each form."""
    told = [_tried("login", lambda: _organisations(client))]
    if told[0].ok:
        told += [_tried(name, lambda kind=kind: _fields(client, kind)) for name, kind in forms.items()]  # type: ignore[misc]
    return told


def _tried(subject: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, ok=True, sentence=attempt())
    except Verdict as fault:
        return Finding(subject, ok=False, sentence=fault.message, verdict=type(fault).__name__)


def _organisations(client: KingdeeClient) -> str:
    rows = client.call("ExecuteBillQuery", {"data": HEARTBEAT})
    return f"Kingdee knows {client.credential.user}; organisations: {', '.join(f'{row[0]} {row[1]}' for row in rows) or 'none visible'}"


def _fields(client: KingdeeClient, kind: Kind) -> str:
    """Ask for every field of the form once; the server names the first it does not have."""
    told: dict[str, Any] = {"FormId": kind.form, "FieldKeys": ",".join(kind.columns), "FilterString": "", "OrderString": f"{kind.pk} ASC"}
    rows = client.call("ExecuteBillQuery", {"data": told | {"TopRowCount": 0, "StartRow": 0, "Limit": 1}})
    return f"all {len(kind.columns)} fields can be read" + ("" if rows else "; it holds nothing for this user yet")
