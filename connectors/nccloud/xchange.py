"""XChange: one document as XML to the servlet of NC, U8C and NC Cloud.

Source: many public samples of the request; the three children of `sendresult` in three of them. Inferred: root attribute `successful`, and
that resultcode 1 means success. The servlet has a public advisory about entities: never expose it; replies with document types are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

PATH = "/service/XChangeServlet"
GOOD = "1"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a document: whether it was taken, the server's words, and its key."""

    good: bool
    words: str
    key: str


def request(document: Mapping[str, Any], *, root: str, account: str, billtype: str, receiver: str, key: str) -> bytes:
    """A document as XChange takes it; `replace` lets the same file name stand for the same document."""
    how = {"account": account, "billtype": billtype, "sender": "lotweave", "receiver": receiver, "proc": "add", "replace": "Y"}
    made = etree.Element("ufinterface", how | {"isexchange": "Y", "filename": f"{key}.xml", "roottag": ""})
    bill = etree.SubElement(made, root, id=key)
    head = etree.SubElement(bill, "billhead")
    for name, value in document.items():
        if name != "body":
            etree.SubElement(head, name).text = str(value)
    lines = etree.SubElement(head, "body")
    for line in document.get("body") or ():
        item = etree.SubElement(lines, "item")
        for name, value in line.items():
            etree.SubElement(item, name).text = str(value)
    return bytes(etree.tostring(made, xml_declaration=True, encoding="utf-8"))


def reply(content: bytes) -> Sent:
    """What a reply says. Errors: `ValueError` for no XML, a document type, or no result."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise ValueError(str(fault)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a document type is not allowed")
    results = root.findall("sendresult")
    if root.tag != "ufinterface" or not results:
        raise ValueError("no sendresult")
    good = root.get("successful", "Y").upper() == "Y" and all(one.findtext("resultcode", "").strip() == GOOD for one in results)
    words = "; ".join(filter(None, (one.findtext("resultdescription", "").strip() for one in results)))
    return Sent(good, words, results[0].findtext("content", "").strip())
