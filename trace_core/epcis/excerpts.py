"""Single events cut out of the document that they came in, as they were written, so that each can be kept and sent again by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

import orjson
from lxml import etree

from trace_core.epcis.reading import XML_TYPES

_LAST = re.compile(r"([A-Za-z]+)\[(\d+)\]\Z")


def excerpts(payload: bytes, media_type: str, wheres: Collection[str]) -> dict[str, bytes]:
    """The events at these places of a document that could be read: bare events in the document's binding, numbers with all their digits.

    `wheres` are places as `Judged` has them. What stands nowhere is left out.
    """
    cut = _of_xml if media_type in XML_TYPES else _of_json
    return {where: found for where, found in cut(payload, wheres) if found}


def _of_json(payload: bytes, wheres: Collection[str]) -> list[tuple[str, bytes]]:
    told = json.loads(payload, parse_float=orjson.Fragment, parse_int=orjson.Fragment)
    return [(where, _bare(told, where) if where else payload) for where in wheres]


def _bare(told: dict[str, Any], where: str) -> bytes:
    found: Any = told
    for part in where.split("/")[1:]:
        found = found[int(part)] if isinstance(found, list) else found[part]
    if not isinstance(found, dict):
        return orjson.dumps(found)
    contexts = [part for one in (told, found) for part in _parts(one.get("@context"))]
    return orjson.dumps({"@context": contexts} | {name: value for name, value in found.items() if name != "@context"})


def _parts(context: Any) -> list[Any]:
    return context if isinstance(context, list) else [] if context is None else [context]


def _of_xml(payload: bytes, wheres: Collection[str]) -> list[tuple[str, bytes]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(payload, parser)
    named: dict[str, list[Any]] = {}
    for one in root.iter():
        if isinstance(one.tag, str):
            named.setdefault(etree.QName(one).localname, []).append(one)
    found = []
    for where in wheres:
        last = _LAST.search(where)
        at = int(last[2]) - 1 if last else 0
        same = named.get(last[1], []) if last else [root]
        found.append((where, etree.tostring(same[at], with_tail=False, encoding="UTF-8") if at < len(same) else b""))
    return found
