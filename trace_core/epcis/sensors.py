"""What a query can ask of the sensor data of an event. Source: EPCIS 2.0, section 8.2.7.1; REST binding, query schema."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from trace_core.epcis.keys import canonical
from trace_core.epcis.model import EpcisEvent, Extensions

MEASURES = ("value", "minValue", "maxValue", "meanValue", "sDev", "percValue")
"""Numbers of a report that are compared in one unit of measure, which the parameter names."""
TIMES = ("time", "startTime", "endTime")
URIS = ("deviceID", "dataProcessingMethod", "bizRules", "microorganism", "chemicalSubstance", "uriValue")
OTHERS = ("type", "stringValue", "booleanValue", "hexBinaryValue", "percRank")
FIELDS = (*MEASURES, *TIMES, *URIS, *OTHERS)


def readings(event: EpcisEvent, name: str, unit: str | None) -> Iterator[Any]:
    """Every value that a field has in metadata or reports of the event; of a measure only those in the unit."""
    for told in _all(event):
        if name in told and (name not in MEASURES or told.get("uom") == unit):
            yield comparable(name, told[name])


def terms(event: EpcisEvent) -> Iterator[str]:
    """What an event is found by for its sensor data."""
    if event.sensors:
        yield "sensor"
    for told in _all(event):
        for name in told:
            if name in FIELDS:
                yield term(name, told.get("uom"), told[name])


def term(name: str, unit: str | None, value: Any) -> str:
    """The term of a field: with its value where that is a word or an identifier, with its unit where it is a measure."""
    if name in URIS or name == "type":
        return f"sensor {name} {comparable(name, value)}"
    return f"sensor {name} {unit or ''}" if name in MEASURES else f"sensor {name}"


def comparable(name: str, value: Any) -> Any:
    """A value of a field as it is compared."""
    if name in TIMES:
        return value if isinstance(value, datetime) else datetime.fromisoformat(str(value).upper())
    if name in URIS:
        return canonical(str(value))
    return str(value).upper() if name == "hexBinaryValue" else value


def _all(event: EpcisEvent) -> Iterator[Extensions]:
    for element in event.sensors:
        yield element.metadata
        yield from element.reports
