"""The simulated EAI: one address, XML in and out, no login but the sender's code; `succeed="0"` means success.

Source: public EAI clients. Inferred: the shape of query replies, which are like the documents that are sent, and the words of refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree
from werkzeug.wrappers import Request, Response

from connectors.u8.eai_xml import documents, parsed
from connectors.u8.simulator_openapi import FORMS
from connectors.u8.simulator_state import State

VOUCHES = {"01": "purchasein", "11": "materialout", "10": "productin", "32": "saleout"}
FIELDS = {"cInvCode": "code", "cCode": "code", "dDate": "date"}
EVIL = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><ufinterface roottag="return">&e;</ufinterface>'


class EaiSide:
    """Answers `/U8EAI/import.asp`."""

    def __init__(self, data: Mapping[str, Any], state: State, due: Callable[[str], bool]) -> None:
        self.senders = set(data.get("senders", ()))
        self.encoding = str(data.get("server", {}).get("encoding", "utf-8"))
        self.state, self._due = state, due
        self.forms = set(data.get("server", {}).get("forms", FORMS))

    def respond(self, request: Request) -> Response:
        """Answer one document or query."""
        if self._due("eai_entity"):
            return Response(EVIL, mimetype="text/xml")
        try:
            asked = parsed(request.get_data())
        except ValueError:
            return self._items([("", "1", "XML格式错误", "")])
        root = str(asked.get("roottag"))
        if asked.get("sender") not in self.senders:
            return self._items([("", "1", "sender未注册，没有授权", "")])
        if self._due("eai_refused"):
            return self._items([("", "1", "存货编码不存在", "")])
        if str(asked.get("proc")).lower() == "query":
            return self._query(asked, root)
        return self._items([self._added(root, document) for document in documents(asked, root)])

    def _added(self, root: str, document: dict[str, Any]) -> tuple[str, str, str, str]:
        kind = VOUCHES.get(str(document.pop("vouchtype", "")), root if root in self.forms else "")
        code = str(document.get("code", ""))
        if not kind:
            return code, "1", f"{root}单据类型错误", ""
        if self.state.find(kind, code):
            return code, "1", f"单据号[{code}]已存在", ""
        made, _ = self.state.add(kind, document, "")
        return code, "0", "ok", str(made["code"])

    def _query(self, asked: etree._Element, root: str) -> Response:
        told = {one.get("name", ""): (one.get("operation", "="), one.get("value", "")) for one in asked.iter("field")}
        kind = VOUCHES.get(told.pop("cVouchType", ("", ""))[1], root)
        made = etree.Element("ufinterface", roottag="return", proc="Query")
        for one in self.state.objects.get(kind, ()):
            if all(_holds(str(one.get(FIELDS.get(name, name), "")), *told[name], name=name) for name in told):
                made.append(_element(root, one))
        return self._xml(made)

    def _items(self, lines: list[tuple[str, str, str, str]]) -> Response:
        made = etree.Element("ufinterface", roottag="return")
        for key, succeed, words, number in lines:
            etree.SubElement(made, "item", key=key, succeed=succeed, dsc=words, u8key=number)
        return self._xml(made)

    def _xml(self, root: etree._Element) -> Response:
        text = etree.tostring(root, encoding="unicode")
        return Response(text.encode(self.encoding), mimetype="text/xml")


def _holds(held: str, operation: str, value: str, *, name: str) -> bool:
    held = held[:10] if name == "dDate" else held
    return {"=": held == value, ">=": held >= value, "<=": held <= value}[operation]


def _element(root: str, document: Mapping[str, Any]) -> etree._Element:
    made = etree.Element(root)
    head, body = etree.SubElement(made, "header"), etree.SubElement(made, "body")
    for name, value in document.items():
        if name != "entry":
            etree.SubElement(head, name).text = str(value)
    for line in document.get("entry") or ():
        entry = etree.SubElement(body, "entry")
        for name, value in line.items():
            etree.SubElement(entry, name).text = str(value)
    return made
