"""Documents of others to test against, read where they lie, and the shortest event that is right, to be made wrong in one place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trace_core.epcis.shape import CONTEXT

DATA = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "epcis"
"""Beside the checkout; absent where only the checkout was copied."""


def media_type(path: Path) -> str:
    """The media type that a file would be sent with."""
    return "application/xml" if path.suffix == ".xml" else "application/ld+json"


def event(**changes: Any) -> dict[str, Any]:
    """A right ObjectEvent with changes; None takes a member away."""
    told = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T08:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "bizStep": "receiving",
        "epcList": ["urn:epc:id:sgtin:0614141.107346.2018"],
        "readPoint": {"id": "urn:epc:id:sgln:0012345.11111.400"},
    }
    return {name: value for name, value in (told | changes).items() if value is not None}


def document(*events: dict[str, Any], **changes: Any) -> bytes:
    """An EPCISDocument of the events."""
    told: dict[str, Any] = {
        "@context": [CONTEXT, {"ext": "https://ns.example.com/epcis/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T08:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    return json.dumps({name: value for name, value in (told | changes).items() if value is not None}).encode()
