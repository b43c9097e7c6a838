"""Master data of a document's header: elements of vocabularies with attributes and children, judged. Source: EPCIS 2.0, section 6.5."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trace_core.epcis.keys import canonical
from trace_core.epcis.names import iri
from trace_core.epcis.raw import RawElement
from trace_core.epcis.vocabulary import PREFIXES
from trace_core.errors import Problem

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f]+\Z")
_CBV_ATTRIBUTE = re.compile(r"(?:urn:epcglobal:cbv:mda[#:]|https?://(?:ref\.gs1\.org|ns\.gs1\.org)/cbv/mda[/#:]?)(?=\w)")


@dataclass(frozen=True, slots=True)
class Element:
    """What a vocabulary says of one identifier. Ids are canonical; an attribute that is no text has no values; `where` is its place."""

    vocabulary: str
    id: str
    attributes: Mapping[str, tuple[str, ...]]
    children: tuple[str, ...]
    where: str


def judged_elements(raw: Iterable[RawElement]) -> tuple[tuple[Element, ...], tuple[Problem, ...]]:
    """The elements that are right, and what is wrong with the others."""
    found: dict[tuple[str, str], Element] = {}
    problems: list[Problem] = []
    for one in raw:
        wrong = list(_wrong(one))
        if wrong:
            problems += wrong
            continue
        element = _element(one)
        if (element.vocabulary, element.id) in found:
            problems.append(Problem(one.where.base, "comes twice in its vocabulary", element.id))
        found[(element.vocabulary, element.id)] = element
    return tuple(found.values()), tuple(problems)


def attribute_name(text: str, prefixes: Mapping[str, str]) -> str:
    """The one spelling of an attribute's name: its prefix written out, those of CBV under `urn:epcglobal:cbv:mda:`."""
    return _CBV_ATTRIBUTE.sub("urn:epcglobal:cbv:mda:", iri(_standard(text.strip()), prefixes), count=1)


def _standard(text: str) -> str:
    prefix, colon, local = text.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else text


def _wrong(raw: RawElement) -> Iterator[Problem]:
    if not _is_uri(raw.vocabulary):
        yield Problem(raw.where.base, "must be in a vocabulary whose type is a URI", str(raw.vocabulary or ""))
    told = raw.told
    if not isinstance(told, dict):
        yield Problem(raw.where.base, "must be an object")
        return
    if not _is_uri(told.get("id")):
        yield Problem(raw.where.at("id"), "must be a URI", str(told.get("id") or "")[:120])
    name = "attribute" if raw.where.xml else "attributes"
    for at, one in enumerate(_list(told, "attributes")):
        if not isinstance(one, dict) or not _is_uri(one.get("id")):
            yield Problem(raw.where.at(name, at), "must have an id, a URI")
    for at, child in enumerate(_list(told, "children")):
        if not _is_uri(child):
            yield Problem(raw.where.at("children", at), "must be a URI", str(child)[:120])
    yield from (
        Problem(raw.where.at(one), "must be a list") for one in ("attributes", "children") if not isinstance(told.get(one, []), list)
    )


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    found = told.get(name, [])
    return found if isinstance(found, list) else []


def _is_uri(value: Any) -> bool:
    return isinstance(value, str) and bool(_URI.match(value.strip()))


def _element(raw: RawElement) -> Element:
    attributes: dict[str, tuple[str, ...]] = {}
    for one in _list(raw.told, "attributes"):
        name = attribute_name(one["id"], raw.prefixes)
        attributes[name] = (*attributes.get(name, ()), *_texts(one.get("attribute")))
    children = tuple(dict.fromkeys(_id(child, raw.prefixes) for child in _list(raw.told, "children")))
    return Element(_id(raw.vocabulary, raw.prefixes), _id(raw.told["id"], raw.prefixes), attributes, children, raw.where.base)


def _id(text: str, prefixes: Mapping[str, str]) -> str:
    return canonical(iri(text, prefixes)) if not text.strip().startswith("urn:epc:idpat:") else text.strip()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif value is not None and not isinstance(value, dict):
        yield str(value).strip()
