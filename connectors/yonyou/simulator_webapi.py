"""The simulator's WebAPI: logins, the envelope, row results, and the operations that Lotweave or its tests use.

Source: WebAPI manual V6.0 and observations of live sites. Inferred: the exact words of messages, the shape of SQL answers (a list of
rows), that a closed operation answers 401.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from werkzeug.wrappers import Request, Response

from connectors.kit import exact_json
from connectors.kit.simulator import Ledger
from connectors.yonyou.simulator_forms import Forms
from connectors.yonyou.simulator_sql import Refused
from connectors.yonyou.simulator_state import State

Due: TypeAlias = Callable[[str], bool]
_QUERIED = {"ItemMaster": "m_code", "BOM": "m_code", "MODoc": "m_docNo", "IssueDoc": "m_docNo", "CompleteDoc": "m_docNo"}
_M_SPELLING = frozenset({"CompleteDoc"})
"""Groups whose row results are spelt `m_isSucess`, as manufacturing operations declare them."""


class WebApiSide:
    """Answers everything below `/webapi/`."""

    def __init__(self, state: State, ledger: Ledger, due: Due, disturbed: Callable[[list[Any]], list[Any]]) -> None:
        self.state, self.ledger, self.due, self._disturbed = state, ledger, due, disturbed

    def respond(self, request: Request, operation: str) -> Response:
        """The answer to one call; HTTP 200 whatever U9 thinks of it."""
        self.ledger.called(operation)
        if self.due("ip_blocked"):
            return self._failed(601, "IP地址不允许访问")
        if operation.lower() == "oauth2/authlogin":
            return self._login(request)
        org = self._organisation(request.headers.get("token", ""))
        if isinstance(org, Response):
            return org
        if request.method != "POST":
            return self._failed(404, "接口不存在")
        try:
            body = exact_json.loads(request.get_data())
        except ValueError:
            return self._failed(502, "参数错误: JSON")
        return self._dispatch(operation, body, org)

    def _login(self, request: Request) -> Response:
        asked = {name.lower(): value for name, value in request.args.items()}
        state, client = self.state, asked.get("clientid", "")
        if client not in state.clients:
            return self._failed(407, "ClientID未启用")
        if state.clients[client] != asked.get("clientsecret") or asked.get("entcode") not in state.enterprises:
            return self._failed(503, "登录失败")
        if asked.get("usercode") not in state.users:
            return self._failed(406, "用户不存在")
        if asked.get("orgcode") not in state.orgs:
            return self._failed(408, "组织不存在")
        return self._done(state.new_token(client, asked["usercode"], asked["orgcode"]), plain=True)

    def _organisation(self, token: str) -> str | Response:
        held = self.state.tokens.get(token)
        if self.due("token_kick") and held:
            self.state.new_token(held.client, held.user, held.org)
            held = None
        if not token:
            return self._failed(401, "未授权")
        if held is None:
            return self._failed(504, "Token无效")
        if self.due("token_expired") or time.monotonic() - held.born > self.state.token_seconds:
            self.state.tokens.pop(token, None)
            return self._failed(402, "Token已过期")
        return held.org

    def _dispatch(self, operation: str, body: Any, org: str) -> Response:
        group, _, verb = operation.partition("/")
        if operation == "QueryCommon/QueryInfoBySql":
            return self._sql(body)
        if verb == "BIPQueryPage" and group in _QUERIED:
            return self._page(group, body, org)
        if not isinstance(body, list):
            return self._failed(502, "参数错误: 需要数组")
        if verb == "Query" and group in _QUERIED:
            return self._query(group, body, org)
        if (group, verb) in {("LotMaster", "Create"), ("CompleteDoc", "Create")}:
            return self._create(group, body, org)
        if verb == "Create" and group in self.state.forms:
            return self._done([self._form(group, row, org) for row in body])
        return self._failed(404, "接口不存在")

    def _query(self, group: str, keys: list[Any], org: str) -> Response:
        found, held = [], self._by_key(group, org)
        for key in keys:
            wanted = {str(value) for name, value in key.items() if name in {"ID", "DocNo", "Code"} and value}
            if self.due("row_failure"):
                found.append(
                    {"IsSucess": False, "OtherID": key.get("OtherID", ""), "ID": key.get("ID", 0), "Code": "", "ErrorMsg": "单据被锁定"}
                )
                continue
            hits = {told["m_iD"]: told for name in wanted for told in held.get(name, ())}
            found += [_shown(told) for told in hits.values()]
        return self._done(found)

    def _by_key(self, group: str, org: str) -> dict[str, list[dict[str, Any]]]:
        held: dict[str, list[dict[str, Any]]] = {}
        for told in self.state.of_org(group, org):
            for name in {str(told["m_iD"]), str(told.get(_QUERIED[group]))}:
                held.setdefault(name, []).append(told)
        return held

    def _page(self, group: str, asked: Mapping[str, Any], org: str) -> Response:
        """Paging as documented. That `Tsstart` compares with the time of the last change is inferred."""
        lower = {name.lower(): value for name, value in asked.items()}
        held = self.state.of_org(group, str(lower.get("orgcode") or org))
        if since := str(lower.get("tsstart") or ""):
            held = [told for told in held if str(told.get("_modified", "")) >= since]
        number, size = int(lower.get("pageindex", 1)), max(1, int(lower.get("pagesize", 20)))
        records = [_shown(told) | {"CurrentSysVersion": 1} for told in sorted(held, key=lambda told: told["m_iD"])]
        page = records[(number - 1) * size : number * size]
        return self._done({"RecordCount": len(records), "PageCount": -(-len(records) // size), "RecordList": self._disturbed(page)})

    def _sql(self, body: Any) -> Response:
        if self.due("sql_closed"):
            return self._failed(401, "接口未授权")
        try:
            rows = self.state.tables.select(str(body.get("SqlString", "")) if isinstance(body, Mapping) else "")
        except Refused as fault:
            return self._failed(500, str(fault))
        return self._done(self._disturbed(rows[: self.state.sql_cap] if self.state.sql_cap else rows))

    def _create(self, group: str, rows: list[Any], org: str) -> Response:
        """`OtherID` is echoed and nothing else is done with it: the same row twice makes two documents."""
        results = []
        for row in rows:
            if self.due("row_failure") or (group == "LotMaster" and not row.get("LotCode")):
                results.append(_result(group, row, 0, "", f"料品[{row.get('ItemCode', '')}]不存在"))
                continue
            number = self.state.new_id()
            told = _lot(row) if group == "LotMaster" else {"m_docNo": f"CR{number}", "m_mO": {"m_code": (row.get("MO") or {}).get("Code")}}
            self.state.save(group, told | {"m_iD": number, "_org": org})
            self.ledger.wrote(operation=f"{group}/Create", id=number, other_id=row.get("OtherID"))
            results.append(_result(group, row, number, str(told.get("m_docNo") or told.get("m_lotCode")), ""))
        return self._done(results)

    def _form(self, group: str, row: Mapping[str, Any], org: str) -> dict[str, Any]:
        """A document of a form; `OtherID` is echoed here, too."""
        if self.due("row_failure"):
            return _result(group, row, 0, "", "单据被锁定")
        number, code, words = Forms(self.state).create(group, row, org)
        if not words:
            self.ledger.wrote(operation=f"{group}/Create", id=number, number=code, created=True)
        return _result(group, row, number, code, words)

    def _done(self, data: Any, *, plain: bool = False) -> Response:
        text = not plain and self.due("data_as_string")
        told = {"ResCode": 0, "Success": True, "ResMsg": "", "Data": exact_json.dumps(data).decode() if text else data, "Exception": None}
        return Response(exact_json.dumps(told), mimetype="application/json")

    def _failed(self, code: int, words: str) -> Response:
        told = {"ResCode": code, "Success": False, "ResMsg": words, "Data": None, "Exception": None}
        return Response(json.dumps(told, ensure_ascii=False), mimetype="application/json")


def _shown(told: Mapping[str, Any]) -> dict[str, Any]:
    """An object as U9 shows it: without the simulator's own fields, with serializer noise."""
    return {name: value for name, value in told.items() if not name.startswith("_")} | {"sysState": 2}


def _lot(row: Mapping[str, Any]) -> dict[str, Any]:
    segments = {f"m_{name[0].lower()}{name[1:]}": text for name, text in (row.get("DescFlexField") or {}).items()}
    return {"m_itemCode": row.get("ItemCode"), "m_lotCode": row.get("LotCode"), "m_descFlexField": segments}


def _result(group: str, row: Mapping[str, Any], number: int, code: str, words: str) -> dict[str, Any]:
    if group in _M_SPELLING:
        return {"m_isSucess": not words, "m_otherID": row.get("OtherID"), "m_iD": number, "m_code": code, "m_errorMsg": words}
    return {"IsSucess": not words, "U9CVersion": "6.0", "OtherID": row.get("OtherID"), "ID": number, "Code": code, "ErrorMsg": words}
