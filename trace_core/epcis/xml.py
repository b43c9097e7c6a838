"""Reading the XML binding: documents, query documents and bare events, of version 2.0 and, with its wrappers taken off, 1.2.

Neither entities nor document types are taken, and nothing is fetched. Source: EPCIS 2.0, section 10; XSD of the standard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from trace_core.epcis.names import braced, is_namespace
from trace_core.epcis.raw import RawDocument, RawElement, RawEvent, Where
from trace_core.epcis.shape import CLASSES, INSTANCES, NUMBERS, TYPED, TYPES
from trace_core.errors import Problem, Rejected

_EPCIS = frozenset({"", "urn:epcglobal:epcis:xsd:2", "urn:epcglobal:epcis:xsd:1", "urn:epcglobal:epcis-query:xsd:2"} | {
    "urn:epcglobal:epcis-query:xsd:1"
})  # fmt: skip
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_DOCUMENTS = frozenset({"EPCISDocument", "EPCISQueryDocument", "QueryResults"})
_VERSIONS = frozenset({"2.0", "2.0.0", "2.0.1", "1.2", "1.1", "1.0", "1"})
_WRAPPERS = frozenset({"extension", "baseExtension"})
_LISTS = (*INSTANCES, *CLASSES, *TYPED)


def read_xml(payload: bytes) -> RawDocument:
    """The events of an XML payload with their places.

    Errors: `Rejected` when it is not well-formed, or has a document type.
    """
    root = _parsed(payload)
    name = _local(root)
    if name in TYPES:
        return RawDocument([_event(root, f"/{name}")])
    if name not in _DOCUMENTS:
        said = f"must be EPCISDocument, EPCISQueryDocument or one of {', '.join(TYPES)}"
        return RawDocument([], [Problem(f"/{name}", said, name)])
    problems = _frame(root, name)
    found = next((one for one in root.iter() if isinstance(one.tag, str) and _local(one) == "EventList"), None)
    if found is None:
        return RawDocument([], [*problems, Problem(f"/{name}", "has no EventList")])
    path = "/" + "/".join(_local(one) for one in (*reversed(list(found.iterancestors())), found))
    return RawDocument(list(_events(found, path, {})), problems, _about(root), list(_elements(root)))


def _parsed(payload: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(payload, parser)
    except etree.XMLSyntaxError as fault:
        line, column = fault.position
        said = f"is no well-formed XML: {fault.msg}"
        raise Rejected("the payload is no XML", code="xml", problems=[Problem(f"line {line}, column {column}", said)]) from fault
    if root.getroottree().docinfo.internalDTD is not None:
        raise Rejected("the payload has a document type", code="xml", problems=[Problem("", "must not have a document type (DTD)")])
    return root


def _frame(root: Any, name: str) -> list[Problem]:
    if name == "QueryResults":
        return []
    problems = [Problem(f"/{name}/@{one}", "is missing") for one in ("schemaVersion", "creationDate") if one not in root.attrib]
    version = root.get("schemaVersion")
    if version is not None and version not in _VERSIONS:
        problems.append(Problem(f"/{name}/@schemaVersion", "must be 2.0 or 1.2", version))
    return problems


def _about(root: Any) -> dict[str, Any]:
    return {_name(one): _value(one) for one in root if isinstance(one.tag, str) and not _is_epcis(one)}


def _elements(root: Any) -> Iterator[RawElement]:
    """The master data of the header: each element of each vocabulary."""
    for at, vocabulary in enumerate(root.iterfind("EPCISHeader//EPCISMasterData/VocabularyList/Vocabulary"), 1):
        for n, one in enumerate(vocabulary.iterfind("VocabularyElementList/VocabularyElement"), 1):
            path = "/".join(_local(above) for above in reversed(list(vocabulary.iterancestors())))
            where = Where(f"/{path}/Vocabulary[{at}]/VocabularyElementList/VocabularyElement[{n}]", xml=True)
            attributes = [{"id": held.get("id"), "attribute": _value_beside_id(held)} for held in one.iterfind("attribute")]
            children = [_text(held) for held in one.iterfind("children/id")]
            yield RawElement(vocabulary.get("type"), {"id": one.get("id"), "attributes": attributes, "children": children}, where)


def _value_beside_id(element: Any) -> Any:
    return _children(element) if len(element) else _text(element)


def _events(found: Any, path: str, counts: dict[str, int]) -> Iterator[RawEvent]:
    for one in found:
        name = _local(one)
        if name in _WRAPPERS:
            yield from _events(one, path, counts)
            continue
        counts[name] = counts.get(name, 0) + 1
        yield _event(one, f"{path}/{name}[{counts[name]}]")


def _event(element: Any, path: str) -> RawEvent:
    prefixes = {prefix: uri for prefix, uri in element.nsmap.items() if prefix and uri not in _EPCIS and uri != _XSI[1:-1]}
    used = {_split(one)[0] for one in element.iter() if isinstance(one.tag, str)} - _EPCIS
    said = "must be an absolute IRI to be the namespace of extensions"
    problems = [Problem(path, said, uri) for uri in sorted(used) if not is_namespace(uri)]
    told = _members(element, path, problems)
    told["type"] = _local(element)
    return RawEvent(told, Where(path, xml=True), prefixes, problems)


def _members(element: Any, path: str, problems: list[Problem]) -> dict[str, Any]:
    """The children of an event under their JSON names, in the shapes of the JSON binding."""
    found: dict[str, Any] = {}
    for one in element:
        name = _name(one)
        if _is_nil(one):
            continue
        if name in _WRAPPERS:
            for inner, value in _members(one, path, problems).items():
                found.setdefault(inner, value)
            continue
        value = _standard(one, name)
        if name in found and not name.startswith("{") and name != "certificationInfo":
            problems.append(Problem(f"{path}/{name}", "comes twice"))
        found[name] = _added(found, name, value)
    return found


def _standard(element: Any, name: str) -> Any:
    if name in _LISTS:
        return [_item(one, name) for one in element]
    if name in {"readPoint", "bizLocation", "ilmd"}:
        return _children(element)
    if name == "sensorElementList":
        return [_sensor(one) for one in element]
    if name == "persistentDisposition":
        return {sort: [_text(one) for one in element if _local(one) == sort] for sort in ("set", "unset") if _has(element, sort)}
    if name == "errorDeclaration":
        return _error(element)
    return _value(element) if name.startswith("{") or len(element) else _text(element)


def _children(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in element:
        found[_name(one)] = _added(found, _name(one), _value(one))
    return found


def _item(element: Any, name: str) -> Any:
    if name in TYPED:
        kind = {"type": element.get("type")} if "type" in element.attrib else {}
        return kind | {TYPED[name]: _text(element)}
    if name in CLASSES:
        told = {_name(one): _text(one) for one in element if not _is_nil(one)}
        return told | ({"quantity": _number(told["quantity"])} if "quantity" in told else {})
    return _text(element)


def _error(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in element:
        name = _name(one)
        if name in _WRAPPERS:
            found |= _error(one)
        elif name == "correctiveEventIDs":
            found[name] = [_text(inner) for inner in one]
        else:
            found[name] = _value(one) if name.startswith("{") else _text(one)
    return found


def _sensor(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in element:
        name = _name(one)
        if name == "sensorReport":
            found.setdefault(name, []).append(_attributes(one))
        elif name == "sensorMetadata":
            found[name] = _attributes(one)
        else:
            found[name] = _added(found, name, _value(one))
    return found


def _attributes(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in element.attrib.items():
        namespace, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
        found[braced(namespace, local) if namespace else local] = _typed(local, text)
    return found


def _typed(name: str, text: str) -> Any:
    if name in NUMBERS:
        return _number(text)
    return {"true": True, "1": True, "false": False, "0": False}.get(text, text) if name == "booleanValue" else text


def _value(element: Any) -> Any:
    """An extension: a text, or an object of its children and attributes; repeated children are a list."""
    children = [one for one in element if isinstance(one.tag, str)]
    if not children and not element.attrib:
        return _text(element)
    found: dict[str, Any] = {name: text for name, text in element.attrib.items() if not name.startswith(_XSI)}
    for one in children:
        found[_name(one)] = _added(found, _name(one), _value(one))
    if not found:
        return _text(element)
    if not children and _text(element):
        found["#text"] = _text(element)
    return found


def _added(found: Mapping[str, Any], name: str, value: Any) -> Any:
    if name not in found:
        return value
    held = found[name]
    return [*held, value] if isinstance(held, list) else [held, value]


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _name(element: Any) -> str:
    namespace, local = _split(element)
    return local if namespace in _EPCIS else braced(namespace, local)


def _local(element: Any) -> str:
    return _split(element)[1]


def _split(element: Any) -> tuple[str, str]:
    tag = etree.QName(element)
    return tag.namespace or "", tag.localname


def _is_epcis(element: Any) -> bool:
    return _split(element)[0] in _EPCIS


def _has(element: Any, name: str) -> bool:
    return any(_local(one) == name for one in element)


def _is_nil(element: Any) -> bool:
    return element.get(f"{_XSI}nil") in {"true", "1"}


def _text(element: Any) -> str:
    return (element.text or "").strip()
