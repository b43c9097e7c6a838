"""The simulator's `.svc` services: lots read, segments of lots and orders written, completions and results created.

Source: public proxies and clients for names, contexts and faults. Inferred: the order inside a fault, that elements out of the
DataContract's order are dropped without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree
from werkzeug.wrappers import Request, Response

from connectors.kit.simulator import Ledger
from connectors.yonyou.simulator_forms import Forms
from connectors.yonyou.simulator_shapes import CREATE_RESULT, MODIFY, MODIFY_ORDER, QUERY, SHAPES
from connectors.yonyou.simulator_state import State
from connectors.yonyou.simulator_wsdl import ENTITY, SERVICE, UFIDA, Shape, files

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


class SoapSide:
    """Answers everything below `/Services/`."""

    def __init__(self, state: State, ledger: Ledger, due: Callable[[str], bool]) -> None:
        self.state, self.ledger, self.due = state, ledger, due

    def respond(self, request: Request, interface: str) -> Response:
        """A file of the WSDL for GET, one `Do` for POST. SOAPAction may be quoted; addressing headers are ignored."""
        if interface not in SHAPES:
            return Response("<html><body>404</body></html>", status=404, mimetype="text/html")
        if request.method == "GET":
            return self._file(request, interface)
        self.ledger.called(interface)
        action = request.headers.get("SOAPAction", "").strip('"')
        if action != f"{UFIDA}/{interface}/Do":
            return fault(f"UnknownException:ContractFilter mismatch: {action}")
        root = etree.fromstring(request.get_data(), parser=etree.XMLParser(resolve_entities=False, no_network=True))
        asked = root.find(f"{{{SOAP}}}Body/{{{UFIDA}}}Do")
        context = _context(asked.find(f"{{{UFIDA}}}context")) if asked is not None else {}
        missing = [name for name in ("OrgID", "UserID") if not context.get(name)]
        if asked is None or missing:
            return fault(f"AttrsContainerException:上下文 context 缺少 {', '.join(missing)}")
        org = next((code for code, number in self.state.orgs.items() if str(number) == context["OrgID"]), None)
        if org is None or context["UserID"] not in map(str, self.state.users.values()):
            return fault("EntityNotExistException:上下文 context 的组织或用户不存在")
        shape = SHAPES[interface]
        held = asked.find(f"{{{UFIDA}}}{shape.parameter}")
        rows = [_read(row, shape, shape.takes) for row in held] if held is not None else []
        return self._do(interface, rows, org)

    def _file(self, request: Request, interface: str) -> Response:
        told = files(interface, SHAPES[interface], request.base_url)
        query = request.query_string.decode().lower().removesuffix("=")
        if query not in told:
            return Response("<html><body>You have created a service.</body></html>", mimetype="text/html")
        return Response(told[query], mimetype="text/xml")

    def _do(self, interface: str, rows: list[dict[str, Any]], org: str) -> Response:
        shape = SHAPES[interface]
        if interface == QUERY:
            return answer(shape, self._lots(rows, org))
        if interface == MODIFY:
            return answer(shape, [self._modify(row, org) for row in rows])
        if interface == MODIFY_ORDER:
            return answer(shape, [self._modify_order(row, org) for row in rows])
        if interface == CREATE_RESULT:
            return answer(shape, [self._create_result(row, org) for row in rows])
        for row in rows:
            if not any(mo.get("m_docNo") == (row.get("m_mO") or {}).get("m_code") for mo in self.state.of_org("MODoc", org)):
                return fault("BusinessException:生产订单不存在")
        return answer(shape, [self._complete(row, org) for row in rows])

    def _lots(self, keys: list[dict[str, Any]], org: str) -> list[dict[str, Any]]:
        """Lots by `m_iD`, or by `m_itemCode` and `m_lotCode` where a key has no ID, in the order of the keys."""
        held: dict[Any, dict[str, Any]] = {}
        for told in self.state.of_org("LotMaster", org):
            held[str(told["m_iD"])] = held[told.get("m_itemCode"), told.get("m_lotCode")] = {**told, "m_orgCode": org}
        asked = [key.get("m_iD") or (key.get("m_itemCode"), key.get("m_lotCode")) for key in keys]
        return [held[key] for key in asked if key in held]

    def _modify(self, row: Mapping[str, Any], org: str) -> dict[str, Any]:
        found = self._lots([dict(row)], org)
        if not found:
            return {"m_isSucess": False, "m_errorMsg": f"批号[{row.get('m_lotCode')}]不存在", "m_iD": 0, "m_code": ""}
        lot = {name: value for name, value in found[0].items() if name != "m_orgCode"}
        lot["m_descFlexField"] = dict(row.get("m_descFlexField") or {})
        self.state.save("LotMaster", lot)
        self.ledger.wrote(operation="ModifyLotMaster", id=lot["m_iD"], fields=lot["m_descFlexField"])
        return {"m_isSucess": True, "m_errorMsg": "", "m_iD": lot["m_iD"], "m_code": lot["m_lotCode"]}

    def _modify_order(self, row: Mapping[str, Any], org: str) -> dict[str, Any]:
        wanted = {str(row[name]) for name in ("m_iD", "m_docNo") if row.get(name)}
        found = [one for one in self.state.of_org("MODoc", org) if {str(one["m_iD"]), str(one.get("m_docNo"))} & wanted]
        if not found or self.due("row_failure"):
            words = "单据被锁定" if found else f"生产订单[{row.get('m_docNo')}]不存在"
            return {"m_isSucess": False, "m_errorMsg": words, "m_iD": 0, "m_code": ""}
        order = found[0] | {"m_descFlexField": dict(row.get("m_descFlexField") or {})}
        self.state.save("MODoc", order)
        self.ledger.wrote(operation="ModifyMODoc", id=order["m_iD"], fields=order["m_descFlexField"])
        return {"m_isSucess": True, "m_errorMsg": "", "m_iD": order["m_iD"], "m_code": order["m_docNo"]}

    def _create_result(self, row: Mapping[str, Any], org: str) -> dict[str, Any]:
        number, code, words = (0, "", "单据被锁定") if self.due("row_failure") else Forms(self.state).create("TraceDoc", row, org)
        if not words:
            self.ledger.wrote(operation="CreateTraceDoc", id=number, number=code, created=True)
        return {"m_isSucess": not words, "m_errorMsg": words, "m_iD": number, "m_code": code}

    def _complete(self, row: Mapping[str, Any], org: str) -> dict[str, Any]:
        number = self.state.new_id()
        self.state.save("CompleteDoc", {**row, "m_iD": number, "m_docNo": f"CR{number}", "_org": org})
        self.ledger.wrote(operation="ICreateCompRptSrv", id=number)
        return {"m_isSucess": True, "m_errorMsg": "", "m_iD": number, "m_code": f"CR{number}"}


def answer(shape: Shape, rows: list[dict[str, Any]]) -> Response:
    """`DoResponse` with `DoResult` before `outMessages`."""
    response = etree.Element(f"{{{UFIDA}}}DoResponse", nsmap=_as_default(UFIDA))
    result = etree.SubElement(response, f"{{{UFIDA}}}DoResult")
    for row in rows:
        _write(etree.SubElement(result, f"{{{ENTITY}}}{shape.gives}"), row, shape, shape.gives)
    etree.SubElement(response, f"{{{UFIDA}}}outMessages")
    return _envelope(response, 200)


def fault(words: str) -> Response:
    """A ServiceException fault with HTTP 500, the exception's class before the words."""
    told = etree.Element(f"{{{SOAP}}}Fault")
    etree.SubElement(told, "faultcode").text = "s:Client"
    etree.SubElement(told, "faultstring", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-CN"}).text = words
    outer = etree.SubElement(etree.SubElement(told, "detail"), f"{{{SERVICE}}}ServiceException", nsmap=_as_default(SERVICE))
    inner = etree.SubElement(etree.SubElement(outer, f"{{{SERVICE}}}InnerExceptions"), f"{{{SERVICE}}}Exception")
    etree.SubElement(inner, f"{{{SERVICE}}}Message").text = words
    return _envelope(told, 500)


def _as_default(space: str) -> dict[Any, str]:
    return {None: space}


def _envelope(content: Any, status: int) -> Response:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP})
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(content)
    return Response(etree.tostring(envelope, xml_declaration=True, encoding="utf-8"), status=status, mimetype="text/xml")


def _context(element: Any) -> dict[str, str]:
    """Entries of the thread context; nothing at all when it does not state its type."""
    typed = element is not None and element.get("{http://www.w3.org/2001/XMLSchema-instance}type")
    if not typed:
        return {}
    pairs = element.xpath(".//*[local-name()='KeyValueOfanyTypeanyType']")
    return {str(pair[0].text): str(pair[1].text or "") for pair in pairs if len(pair) > 1}


def _read(element: Any, shape: Shape, name: str) -> dict[str, Any]:
    fields = list(shape.types[name])
    told: dict[str, Any] = {}
    reached = -1
    for child in element:
        field = etree.QName(child).localname
        if field not in fields or fields.index(field) <= reached:
            continue
        reached = fields.index(field)
        kind = shape.types[name][field]
        told[field] = child.text if kind.startswith("xs:") else _read(child, shape, kind)
    return {field: value for field, value in told.items() if value not in (None, {})}


def _write(element: Any, row: Mapping[str, Any], shape: Shape, name: str) -> None:
    for field, kind in shape.types[name].items():
        value = row.get(field)
        if value is None:
            continue
        child = etree.SubElement(element, f"{{{ENTITY}}}{field}")
        if kind.startswith("xs:"):
            child.text = str(value).lower() if isinstance(value, bool) else str(value)
        else:
            _write(child, value, shape, kind)
