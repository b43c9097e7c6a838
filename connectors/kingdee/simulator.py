"""A Kingdee Cloud Galaxy server as its clients see it: POST `.common.kdsvc` paths, four body dialects, errors inside HTTP 200.

Data: `{"accounts": [{acct_id, name}], "users": [{user, password, allowed_apps}], "apps": [{app_id, secret}], "server": {zone,
limit_cap, idle_seconds}, "custom_fields": {FORM: [{key, editable_after_audit}]}, "forms": {FORM: [{head fields, ENTITY: [rows]}]}}`.
References to base data are plain numbers.

Faults to order: session_lost, response_error, http_500, http_503, html_page, waf, lock, lost_answer_after_write, short_page.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from connectors.kingdee import simulator_replies as replies
from connectors.kingdee.simulator_auth import Gate
from connectors.kingdee.simulator_bills import Bills
from connectors.kingdee.simulator_forms import Store
from connectors.kingdee.simulator_query import Query, QueryError
from connectors.kit.exact_json import loads
from connectors.kit.simulator import Simulator

PATH = re.compile(r"/k3cloud/(?:[\w.]+\.)?(?P<service>\w+)\.(?P<method>\w+)(?:,[\w.]+)?\.common\.kdsvc\Z", re.IGNORECASE)
QUERIES = {"executebillquery", "billquery"}
MOVES = {"submit": "Submit", "audit": "Audit", "unaudit": "UnAudit", "cancelassign": "CancelAssign", "delete": "Delete"}
WRITES = {"save", "draft", "batchsave", "push", "excuteoperation", "executeoperation", *MOVES}
LOCK = '"管理员"使用业务单据："单据"业务操作-"[单据-修改]"冲突，请稍候再使用。'
CAP = 2000
LOGIN = {
    "Message": None,
    "MessageCode": None,
    "LoginResultType": 0,
    "Context": None,
    "KDSVCSessionId": None,
    "FormId": None,
    "IsSuccessByAPI": False,
}
"""A refused login; a good one differs in result type, context and session."""


def build(data: Mapping[str, Any]) -> KingdeeSimulator:
    """A simulator of the account set in `data`."""
    return KingdeeSimulator(data)


class KingdeeSimulator(Simulator):
    """The server's front: path, body, who calls, and which method answers."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        server = data.get("server", {})
        self.zone = ZoneInfo(server.get("zone", "Asia/Shanghai"))
        self.cap = int(server.get("limit_cap", CAP))
        self.gate = Gate(data)
        self.store = Store(data)
        self.bills = Bills(self.store, lambda: datetime.now(self.zone).replace(tzinfo=None), self.ledger.wrote)
        self.turn = 0

    def respond(self, request: Request) -> Response:
        """Answer one call."""
        found = PATH.search(request.path)
        if found is None:
            return Response("<html><body>Not Found</body></html>", 404, mimetype="text/html")
        if request.method != "POST":
            return Response("<html><body>405</body></html>", 405, mimetype="text/html")
        method = found["method"].lower()
        self.ledger.called(found["method"])
        with self.guard:
            return self._broken(method) or self._answered(request, found["service"].lower(), method)

    def _broken(self, method: str) -> Response | None:
        """The faults that come before anything is done."""
        for name, status in (("http_500", 500), ("http_503", 503)):
            if self.due(name):
                return Response("<html><body>IIS</body></html>", status, mimetype="text/html")
        if self.due("html_page"):
            return Response("<html><title>金蝶云星空</title></html>", mimetype="text/html")
        if self.due("response_error"):
            return replies.response_error("未将对象引用设置到对象的实例。")
        if method in QUERIES and self.due("waf"):
            return replies.reply(replies.WAF)
        if method in WRITES and self.due("lock"):
            return replies.reply(replies.error(LOCK, 13))
        return None

    def _answered(self, request: Request, service: str, method: str) -> Response:
        try:
            told = _body(request)
        except ValueError as fault:
            return replies.response_error(str(fault))
        if service == "authservice":
            return self._login(method, told, request)
        if method == "getdatacenterlist":
            return replies.reply(
                {"Data": [{"Id": told_of["acct_id"], "Name": told_of.get("name", "")} for told_of in self.data.get("accounts", ())]}
            )
        try:
            entered = self._entered(request)
        except ValueError as fault:
            return replies.reply(_envelope(method, str(fault), 2))
        if not entered or self.due("session_lost"):
            return replies.reply(_envelope(method, replies.LOST, 1))
        response = self._call(method, told)
        if method in WRITES and self.due("lost_answer_after_write"):
            return Response("<html><body>502</body></html>", 502, mimetype="text/html")
        if "kdservice-sessionid" not in request.cookies:
            self._give_session(response, self.gate.open_session("signed"))
        return response

    def _entered(self, request: Request) -> bool:
        if self.gate.signed(request) is not None:
            return True
        sid = request.cookies.get("kdservice-sessionid") or request.headers.get("kdservice-sessionid") or request.headers.get("SID") or ""
        return self.gate.alive(sid)

    def _give_session(self, response: Response, sid: str) -> None:
        response.set_cookie("ASP.NET_SessionId", uuid.uuid4().hex[:24], path="/", httponly=True)
        response.set_cookie("kdservice-sessionid", sid, path="/")

    # -- login -----------------------------------------------------------------------------------------------------------------------

    def _login(self, method: str, told: Any, request: Request) -> Response:
        if method == "logout":
            self.gate.sessions.pop(request.cookies.get("kdservice-sessionid", ""), None)
            return replies.reply(True)  # noqa: FBT003 - the whole answer is `true`
        names = {
            "validateuser": ("acctid", "username", "password", "lcid"),
            "validateuser2": ("acctid", "username", "password", "lcid", "iskickoff"),
            "loginbyappsecret": ("acctid", "username", "appid", "appsecret", "lcid"),
            "loginbysign": ("acctid", "username", "appid", "timestamp", "sign", "lcid"),
        }.get(method)
        if names is None:
            return replies.response_error(f"方法{method}不存在")
        given = dict(zip(names, told, strict=False)) if isinstance(told, list) else {str(k).lower(): v for k, v in told.items()}
        refusal = self._refused(method, {name: str(value) for name, value in given.items()})
        if refusal:
            failed = {
                "Message": refusal,
                "MessageCode": None,
                "LoginResultType": 0,
                "Context": None,
                "KDSVCSessionId": None,
                "IsSuccessByAPI": False,
            }
            return replies.reply(failed)
        sid = self.gate.open_session(str(given["username"]), kick=method == "validateuser2" and bool(given.get("iskickoff")))
        context = {"UserLocale": "zh-CN", "DBid": given["acctid"], "SessionId": uuid.uuid4().hex[:24], "DatabaseType": 3}
        response = replies.reply(
            {
                "Message": None,
                "MessageCode": None,
                "LoginResultType": 1,
                "Context": context,
                "KDSVCSessionId": sid,
                "FormId": None,
                "IsSuccessByAPI": True,
            }
        )
        self._give_session(response, sid)
        return response

    def _refused(self, method: str, given: dict[str, str]) -> str:
        app = given.get("appid") if "appid" in given else None
        refusal = self.gate.refusal(given.get("acctid", ""), given.get("username", ""), app)
        if refusal:
            return refusal
        secret = self.gate.apps.get(app or "", "")
        if method.startswith("validateuser"):
            return "" if self.gate.users[given["username"]].get("password") == given.get("password") else "用户名或密码错误"
        if method == "loginbyappsecret":
            return "" if secret == given.get("appsecret") else "应用密钥错误"
        texts = [given["acctid"], given["username"], app or "", secret, given.get("timestamp", "")]
        return "" if given.get("sign") in {self.gate.login_sign(texts), self.gate.login_sign(texts, sha1=True)} else "签名错误"

    # -- calls -----------------------------------------------------------------------------------------------------------------------

    def _call(self, method: str, told: Any) -> Response:
        if method in QUERIES:
            return self._query(method, _data(told, 0))
        if method == "querybusinessinfo":
            return self._business_info(_data(told, 0))
        if method == "switchorg":
            return replies.reply({"Result": {"ResponseStatus": replies.status()}})
        name, operation, data = _form_call(method, told)
        found = self.store.form(name)
        if found is None:
            return replies.reply(replies.error(f"业务对象{name}不存在", 5))
        return replies.reply(self._bill(method, found[0], operation, data))

    def _bill(self, method: str, name: str, operation: str, data: dict[str, Any]) -> Any:
        if method == "view":
            return self.bills.view(name, data)
        if method in {"save", "draft"}:
            return self.bills.save(name, data, data.get("Model") or {})
        if method == "batchsave":
            return self.bills.batch(name, data)
        if method == "push":
            return self.bills.push(name, data)
        if method in MOVES:
            return self.bills.move(name, data, MOVES[method])
        if method in {"excuteoperation", "executeoperation"}:
            return self.bills.move(name, data, "Cancel") if operation.lower() == "cancel" else self.bills.row_state(name, data, operation)
        return replies.error(f"方法{method}不存在", 3)

    def _query(self, method: str, told: dict[str, Any]) -> Response:
        self.turn += 1
        try:
            query = Query(self.store, told, cap=self.cap, turn=self.turn)
            rows = query.rows()
        except QueryError as fault:
            return replies.reply(_envelope(method, fault.message, fault.code))
        if len(rows) > 1 and self.due("short_page"):
            rows = rows[: len(rows) // 2]
        return replies.reply([dict(zip(query.fields, row, strict=True)) for row in rows] if method == "billquery" else rows)

    def _business_info(self, told: dict[str, Any]) -> Response:
        found = self.store.form(told.get("FormId", ""))
        if found is None:
            return replies.reply(replies.error(f"业务对象{told.get('FormId')}不存在", 5))
        name, form = found
        entrys = [{"Key": "FBillHead", "Fields": [{"Key": key, "Name": key} for key in self.store.head_fields(name)]}]
        if form.entity:
            entrys.append({"Key": form.entity, "Fields": [{"Key": key, "Name": key} for key in form.rows]})
        entrys += [{"Key": sub, "Fields": [{"Key": key, "Name": key} for key in keys]} for sub, keys in form.subs.items()]
        info = {"Id": name, "Entrys": entrys, "Operations": [{"OperationNumber": "Save", "OperationName": "保存"}]}
        return replies.reply({"Result": {"ResponseStatus": replies.status(), "NeedReturnData": info}})


def _envelope(method: str, message: str, code: int) -> Any:
    return replies.query_error(message, code) if method == "executebillquery" else replies.error(message, code)


def _body(request: Request) -> Any:
    """The parameters of a call in any of the four dialects: a list by position, or a table by name."""
    raw = request.get_data()
    if request.mimetype == "application/x-www-form-urlencoded" and not raw.lstrip().startswith(b"{"):
        return {name: values[0] for name, values in parse_qs(raw.decode()).items()}
    try:
        told = loads(raw or b"{}")
    except ValueError as fault:
        raise ValueError("请求数据不是合法的JSON") from fault
    if isinstance(told, list):
        raise ValueError("Additional text found in JSON string")  # noqa: TRY004 - the server's own words for a bare array
    parameters = next((value for name, value in told.items() if name.lower() == "parameters"), None)
    if parameters is None:
        return told
    return json.loads(parameters) if isinstance(parameters, str) else parameters


def _unwrapped(value: Any) -> dict[str, Any]:
    """`data` as an object, also where it came as a JSON text."""
    told = loads(value) if isinstance(value, str) and value.strip() else value
    return told if isinstance(told, dict) else {}


def _data(told: Any, at: int) -> dict[str, Any]:
    if isinstance(told, list):
        return _unwrapped(told[at] if len(told) > at else {})
    return _unwrapped(next((value for name, value in told.items() if name.lower() == "data"), told))


def _form_call(method: str, told: Any) -> tuple[str, str, dict[str, Any]]:
    """(form id, operation number, data)."""
    operates = method in {"excuteoperation", "executeoperation"}
    if isinstance(told, list):
        return str(told[0]), str(told[1]) if operates else "", _data(told, 2 if operates else 1)
    lower = {name.lower(): value for name, value in told.items()}
    return str(lower.get("formid", "")), str(lower.get("opnumber", "")), _data(told, 0)
