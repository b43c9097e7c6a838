"""Writing events in the XML binding, elements in the order of the schema. Source: EPCIS 2.0, section 10; XSD of the standard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from trace_core.documents.fields import time_text
from trace_core.epcis.model import EpcisEvent, Extensions, Place, SensorElement, Typed
from trace_core.epcis.names import split
from trace_core.epcis.shape import CLASSES, INSTANCES, TYPED
from trace_core.epcis.vocabulary import ALERT, BIZ_STEP, COMPONENT, DISPOSITION, MEASUREMENT, PARTY, REASON, TRANSACTION, Vocabulary
from trace_core.epcis.writing import Ids, as_given, number_text

_EPCIS = "urn:epcglobal:epcis:xsd:2"
_QUERY = "urn:epcglobal:epcis-query:xsd:2"
_ORDER: Mapping[str, tuple[str, ...]] = {
    "ObjectEvent": ("epcList", "action", "why", "quantityList", "ways", "ilmd"),
    "AggregationEvent": ("parentID", "childEPCs", "action", "why", "childQuantityList", "ways"),
    "TransactionEvent": ("bizTransactionList", "parentID", "epcList", "action", "why", "quantityList", "ways"),
    "TransformationEvent": (
        "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList", "transformationID", "why", "ways", "ilmd",
    ),
    "AssociationEvent": ("parentID", "childEPCs", "childQuantityList", "action", "why", "ways"),
}  # fmt: skip
_REPORT_WORDS: Mapping[str, Vocabulary] = {"type": MEASUREMENT, "exception": ALERT, "component": COMPONENT}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How identifiers and words of the vocabulary are written."""

    ids: Ids = as_given
    words: Callable[[Vocabulary, str], str] = Vocabulary.uri


AS_GIVEN = Spelling()


def document_xml(events: Sequence[EpcisEvent], *, created: datetime, prefixes: Mapping[str, str], how: Spelling = AS_GIVEN) -> bytes:
    """An EPCISDocument of the events. `prefixes` are declared at its root."""
    root = _root("EPCISDocument", {"epcis": _EPCIS}, created, prefixes)
    listed = etree.SubElement(etree.SubElement(root, "EPCISBody"), "EventList")
    return _written(root, listed, events, how)


def answer_xml(
    events: Sequence[EpcisEvent], *, created: datetime, query: str, prefixes: Mapping[str, str], how: Spelling = AS_GIVEN
) -> bytes:
    """An EPCISQueryDocument with the events as results of a query."""
    root = _root("EPCISQueryDocument", {"epcisq": _QUERY}, created, prefixes)
    results = etree.SubElement(etree.SubElement(root, "EPCISBody"), f"{{{_QUERY}}}QueryResults")
    etree.SubElement(results, "queryName").text = query
    listed = etree.SubElement(etree.SubElement(results, "resultsBody"), "EventList")
    return _written(root, listed, events, how)


def event_xml(event: EpcisEvent, *, prefixes: Mapping[str, str], how: Spelling = AS_GIVEN) -> bytes:
    """One bare event."""
    holder = etree.Element("EventList", nsmap=dict(prefixes))
    _event(holder, event, how)
    return etree.tostring(holder[0], xml_declaration=True, encoding="UTF-8")


def _root(name: str, own: Mapping[str, str], created: datetime, prefixes: Mapping[str, str]) -> Any:
    ((_, namespace),) = own.items()
    root = etree.Element(f"{{{namespace}}}{name}", nsmap={**prefixes, **own})
    root.set("schemaVersion", "2.0")
    root.set("creationDate", time_text(created.astimezone(UTC)))
    return root


def _written(root: Any, listed: Any, events: Sequence[EpcisEvent], how: Spelling) -> bytes:
    for event in events:
        _event(listed, event, how)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _event(parent: Any, event: EpcisEvent, how: Spelling) -> None:
    element = etree.SubElement(parent, event.type)
    _text(element, "eventTime", time_text(event.at))
    _text(element, "recordTime", time_text(event.record_time) if event.record_time else None)
    _text(element, "eventTimeZoneOffset", event.offset)
    _text(element, "eventID", event.event_id)
    _error(element, event, how)
    for one in event.certification:
        _text(element, "certificationInfo", one)
    for part in _ORDER[event.type]:
        _part(element, part, event, how)
    _more(element, event.extensions)


def _part(element: Any, part: str, event: EpcisEvent, how: Spelling) -> None:
    if part in INSTANCES:
        _instances(element, part, event, how)
    elif part in CLASSES:
        _classes(element, part, event, how)
    elif part == "why":
        _why(element, event, how)
    elif part == "ways":
        _ways(element, event, how)
    elif part == "ilmd":
        if event.ilmd:
            _more(etree.SubElement(element, "ilmd"), event.ilmd)
    elif part == "bizTransactionList":
        _typed(element, part, event.transactions, TRANSACTION, how)
    else:
        single = {"parentID": event.parent, "action": event.action, "transformationID": event.transformation}[part]
        _text(element, part, single if part == "action" or single is None else how.ids(single))


def _why(element: Any, event: EpcisEvent, how: Spelling) -> None:
    _text(element, "bizStep", event.biz_step and how.words(BIZ_STEP, event.biz_step))
    _text(element, "disposition", event.disposition and how.words(DISPOSITION, event.disposition))
    _place(element, "readPoint", event.read_point, how)
    _place(element, "bizLocation", event.biz_location, how)
    if event.type != "TransactionEvent":
        _typed(element, "bizTransactionList", event.transactions, TRANSACTION, how)


def _ways(element: Any, event: EpcisEvent, how: Spelling) -> None:
    _typed(element, "sourceList", event.sources, PARTY, how)
    _typed(element, "destinationList", event.destinations, PARTY, how)
    if event.sensors:
        listed = etree.SubElement(element, "sensorElementList")
        for one in event.sensors:
            _sensor(listed, one)
    if event.set_ or event.unset:
        persistent = etree.SubElement(element, "persistentDisposition")
        for name, words in (("unset", event.unset), ("set", event.set_)):
            for word in words:
                _text(persistent, name, how.words(DISPOSITION, word))


def _error(element: Any, event: EpcisEvent, how: Spelling) -> None:
    if event.error is None:
        return
    told = etree.SubElement(element, "errorDeclaration")
    _text(told, "declarationTime", time_text(event.error.declared_at))
    _text(told, "reason", event.error.reason and how.words(REASON, event.error.reason))
    if event.error.corrective:
        listed = etree.SubElement(told, "correctiveEventIDs")
        for one in event.error.corrective:
            _text(listed, "correctiveEventID", one)
    _more(told, event.error.extensions)


def _instances(element: Any, name: str, event: EpcisEvent, how: Spelling) -> None:
    if name in event.instances:
        listed = etree.SubElement(element, name)
        for uri in event.instances[name]:
            _text(listed, "epc", how.ids(uri))


def _classes(element: Any, name: str, event: EpcisEvent, how: Spelling) -> None:
    if event.classes.get(name):
        listed = etree.SubElement(element, name)
        for one in event.classes[name]:
            told = etree.SubElement(listed, "quantityElement")
            _text(told, "epcClass", how.ids(one.epc_class))
            _text(told, "quantity", None if one.quantity is None else f"{one.quantity:f}")
            _text(told, "uom", one.uom)


def _typed(element: Any, name: str, found: Iterable[Typed], vocabulary: Vocabulary, how: Spelling) -> None:
    entries = list(found)
    if entries:
        listed = etree.SubElement(element, name)
        for one in entries:
            _text(listed, TYPED[name], how.ids(one.id))
            if one.type:
                listed[-1].set("type", how.words(vocabulary, one.type))


def _place(element: Any, name: str, place: Place | None, how: Spelling) -> None:
    if place is not None:
        told = etree.SubElement(element, name)
        _text(told, "id", how.ids(place.id))
        _more(told, place.extensions)


def _sensor(listed: Any, one: SensorElement) -> None:
    element = etree.SubElement(listed, "sensorElement")
    for name, told in (("sensorMetadata", one.metadata), *(("sensorReport", report) for report in one.reports)):
        if told:
            held = etree.SubElement(element, name)
            for field, value in told.items():
                word = _REPORT_WORDS[field].uri(value) if field in _REPORT_WORDS else value
                held.set(field, _plain(word))
    _more(element, one.extensions)


def _more(element: Any, told: Extensions) -> None:
    for name, value in told.items():
        for one in _flat(value):
            _extension(element, name, one)


def _flat(value: Any) -> Iterator[Any]:
    """The entries of a value: XML has repeated elements and no lists of lists."""
    if isinstance(value, (list, tuple)):
        for inner in value:
            yield from _flat(inner)
    else:
        yield value


def _extension(element: Any, name: str, value: Any) -> None:
    namespace, local = split(name)
    inner = etree.SubElement(element, f"{{{namespace}}}{local}" if namespace else local)
    if isinstance(value, Mapping) and "#text" in value:
        inner.text = _plain(value["#text"])
        for field, text in value.items():
            if field != "#text":
                inner.set(field, _plain(text))
    elif isinstance(value, Mapping):
        _more(inner, value)
    elif value is not None:
        inner.text = _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, Decimal) else str(value)


def _text(element: Any, name: str, text: str | None) -> None:
    if text is not None and text != "":
        etree.SubElement(element, name).text = text
