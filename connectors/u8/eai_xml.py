"""EAI's XML: requests made, replies read. Entities and document types are refused; replies may be UTF-8 or GBK, declared or not.

Source: public EAI clients: `ufinterface`, its attributes, `item` with `key`, `succeed` and `dsc`; succeed 0 means success. A document is
given the shape that the OpenAPI gives it, so that one mapping reads both: the head's fields, and `entry`, a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

Row = dict[str, Any]
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w-]+)["'][^>]*\?>""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CHINESE = {"gb2312", "gbk", "gb18030", "936"}
_FIXED = {"receiver": "u8", "docid": "", "codeexchanged": "N", "exportneedexch": "N", "paginate": "0", "bignoreextenduserdefines": "y"}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a reply: the document's number as sent, U8's own, whether it succeeded, and words."""

    key: str
    number: str
    good: bool
    words: str


def write_request(root: str, document: Row, *, sender: str, encoding: str, max_items: int) -> bytes:
    """A request that adds one document."""
    made = _interface(root, "add", sender, max_items)
    bill = etree.SubElement(made, root)
    head, body = etree.SubElement(bill, "header"), etree.SubElement(bill, "body")
    _fill(head, {name: value for name, value in document.items() if name != "entry"})
    for line in document.get("entry") or ():
        _fill(etree.SubElement(body, "entry"), line)
    return bytes(etree.tostring(made, xml_declaration=True, encoding=encoding))  # type: ignore[arg-type]


def query_request(
    root: str, conditions: Sequence[tuple[str, str, str]], *, sender: str, encoding: str, max_items: int
) -> bytes:  # fmt: skip
    """A query; conditions are (field, operation, value), all of which must hold."""
    made = _interface(root, "Query", sender, max_items)
    asked = etree.SubElement(made, root, code="", bincrementout="n")
    for at, (name, operation, value) in enumerate(conditions):
        etree.SubElement(asked, "field", name=name, operation=operation, value=value, logic="and" if at + 1 < len(conditions) else "")
    return bytes(etree.tostring(made, xml_declaration=True, encoding=encoding))  # type: ignore[arg-type]


def parsed(content: bytes) -> etree._Element:
    """The root of a reply. Errors: `ValueError` for what is no XML, or has a document type."""
    text = _DECLARATION.sub("", _decoded(content), count=1)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as fault:
        raise ValueError(str(fault)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a document type is not allowed")
    return root


def items(root: etree._Element) -> list[Item]:
    """The lines of a reply to a write."""
    return [
        Item(told.get("key", ""), told.get("u8key", ""), told.get("succeed", "") == "0", told.get("dsc", "")) for told in root.iter("item")
    ]


def documents(root: etree._Element, name: str) -> Iterator[Row]:
    """The documents of a reply to a query."""
    for told in root.iter(name):
        if told.find("field") is not None or not len(told):
            continue
        head = told.find("header")
        fields = _fields(told if head is None else head)
        body = told.find("body")
        yield fields | {"entry": [_fields(one) for one in (body if body is not None else told).findall("entry")]}


def _interface(root: str, what: str, sender: str, max_items: int) -> etree._Element:
    return etree.Element("ufinterface", {"sender": sender, "roottag": root, "proc": what, "maxdataitems": str(max_items), **_FIXED})


def _fill(parent: etree._Element, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        etree.SubElement(parent, name).text = str(value)


def _fields(parent: etree._Element) -> Row:
    return {str(child.tag): (child.text or "").strip() for child in parent if isinstance(child.tag, str) and not len(child)}


def _decoded(content: bytes) -> str:
    declared = _DECLARED.match(content)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    try:
        return content.decode("gb18030" if name in _CHINESE else name)
    except (UnicodeDecodeError, LookupError):
        return content.decode("gb18030", errors="replace")
