"""XChange of the simulated server. Inferred: root attribute `successful`, resultcode 1 for success, the words of refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree
from werkzeug.wrappers import Request, Response

from connectors.nccloud.simulator_resources import Resources

EVIL = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><ufinterface successful="Y">&e;</ufinterface>'


def answer(request: Request, data: Mapping[str, Any], resources: Resources, due: Callable[[str], bool]) -> Response:
    """Take one document."""
    if due("xchange_entity"):
        return Response(EVIL, mimetype="text/xml")
    root = etree.fromstring(request.get_data(), etree.XMLParser(resolve_entities=False, no_network=True))
    how = data.get("billtypes", {}).get(root.get("billtype"))
    if root.get("account") not in set(data.get("biz_centers", ())):
        return _result(good=False, words="账套不存在", key="")
    if how is None or due("xchange_refused"):
        return _result(good=False, words="单据类型未注册外部交换信息", key="")
    head = root[0].find("billhead")
    fields = {str(one.tag): one.text or "" for one in head if one.tag != "body"} if head is not None else {}
    lines = [{str(one.tag): one.text or "" for one in item} for item in root[0].iter("item")]
    made = resources.add(how["kind"], how["key"], fields | {"body": lines})
    return _result(good=True, words="单据导入成功", key=str(made["head"][how["key"]]))


def _result(*, good: bool, words: str, key: str) -> Response:
    root = etree.Element("ufinterface", successful="Y" if good else "N")
    result = etree.SubElement(root, "sendresult")
    for name, value in (("resultcode", "1" if good else "-1"), ("resultdescription", words), ("content", key)):
        etree.SubElement(result, name).text = value
    return Response(etree.tostring(root, xml_declaration=True, encoding="utf-8"), mimetype="text/xml")
