"""A Kingdee Cloud Galaxy server as its clients see it: POST `.common.kdsvc` paths, four body dialects, errors inside HTTP 200.

Data, all plain JSON; references to base data are plain numbers::

    {"accounts": [{"acct_id", "name"}], "users": [{"user", "password", "allowed_apps": [app_id]}], "apps": [{"app_id", "secret"}],
     "server": {"zone": "Asia/Shanghai", "limit_cap": 2000, "idle_seconds": 1200, "login_hash": "sha256" | "sha1",
                "view_loses_silently": false, "states_touch_modify_date": false, "back_writes_touch_modify_date": false},
     "custom_fields": {FORM: [{"key", "editable_after_audit"}]},
     "forms": {FORM: [{primary key, head fields, ENTITY: [{"FEntryID", "FSeq", fields, SUB: [{"FDetailID", fields}]}]}]}}

Faults to order: session_lost, response_error, http_500, http_503, html_page, waf, lock, lost_answer_after_write, short_page.

Inferred: that a dead session in a signed call loses the call (one production note says so), the MsgCode of each refusal.
"""

from __future__ import annotations

import re
import socket
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from connectors.kingdee import simulator_replies as replies
from connectors.kingdee.simulator_auth import Gate
from connectors.kingdee.simulator_bills import Bills
from connectors.kingdee.simulator_bodies import OPERATES, data_of, form_call, lowered, parameters
from connectors.kingdee.simulator_forms import Store
from connectors.kingdee.simulator_login import Logins, give, page_session, session_of
from connectors.kingdee.simulator_moves import Moves
from connectors.kingdee.simulator_query import Query, QueryError
from connectors.kit.exact_json import loads
from connectors.kit.simulator import Simulator

PATH = re.compile(r"/k3cloud/(?:[\w.]+\.)?(?P<service>\w+)\.(?P<method>\w+)(?:,[\w.]+)?\.common\.kdsvc\Z", re.IGNORECASE)
QUERIES = {"executebillquery", "billquery"}
MOVES = {"submit": "Submit", "audit": "Audit", "unaudit": "UnAudit", "cancelassign": "CancelAssign", "delete": "Delete"}
WRITES = {"save", "draft", "batchsave", "push", *OPERATES, *MOVES}
LOCK = '"管理员"使用业务单据："单据"业务操作-"[单据-修改]"冲突，请稍候再使用。'
CAP = 2000


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
        self.silent_view = bool(server.get("view_loses_silently"))
        self.logins = Logins(self.gate)
        self.bills = Bills(self.store, self._now, self.ledger.wrote)
        self.moves = Moves(self.bills, server)
        self.tasks: dict[str, Any] = {}
        self.turn = 0

    def _now(self) -> str:
        """The server's local time, without a zone, as it shows it."""
        return datetime.now(self.zone).replace(tzinfo=None).isoformat(timespec="milliseconds")

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
            told = parameters(request)
        except ValueError as fault:
            return replies.response_error(str(fault))
        if service == "authservice":
            return self.logins.respond(method, told, request)
        if method == "getdatacenterlist":
            known = [{"Id": account["acct_id"], "Name": account.get("name", "")} for account in self.data.get("accounts", ())]
            return replies.reply({"Data": known})
        try:
            user = self.gate.signed(request)
        except ValueError as fault:
            return replies.reply(_envelope(method, str(fault), 2))
        sid = session_of(request)
        if self.due("session_lost") or not (self.gate.alive(sid) if sid else user):
            return self._lost(method)
        return self._carried_out(request, method, told, user if not sid else None)

    def _lost(self, method: str) -> Response:
        if method == "view" and self.silent_view:
            return replies.reply({})
        return replies.reply(_envelope(method, replies.LOST, 1))

    def _carried_out(self, request: Request, method: str, told: Any, newcomer: str | None) -> Response:
        """Answer; a signed caller without a session is given one."""
        before = len(self.ledger.writes)
        response = self._tasked(method, told) or self._call(method, told)
        if len(self.ledger.writes) > before and self.due("lost_answer_after_write"):
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        if newcomer is not None:
            give(response, self.gate.open_session(newcomer), page_session())
        return response

    def _tasked(self, method: str, told: Any) -> Response | None:
        """The asynchronous variant: done at once, told when asked for. None for an ordinary call."""
        if method == "queryasyncresult":
            task = str(data_of({"data": lowered(told).get("queryinfo", "{}") if isinstance(told, dict) else told[0]}).get("TaskId", ""))
            done = self.tasks.pop(task, None)
            return replies.reply({"TaskId": task, "Status": 2, "Result": done, "Successful": done is not None})
        if not isinstance(told, dict) or lowered(told).get("beginmethod") != "BeginQueryImpl":
            return None
        task = str(uuid.uuid4())
        self.tasks[task] = loads(self._call(method, told).get_data())
        return replies.reply({"TaskId": task, "Status": 0, "Result": None, "Successful": False})

    def _call(self, method: str, told: Any) -> Response:
        if method in QUERIES:
            return self._query(method, data_of(told))
        if method == "querybusinessinfo":
            return self._business_info(data_of(told))
        if method == "switchorg":
            return replies.reply({"Result": {"ResponseStatus": replies.status()}})
        name, operation, data = form_call(method, told)
        found = self.store.form(name)
        if found is None:
            return replies.reply(replies.error(f"业务对象{name}不存在", 5))
        return replies.reply(self._bill(method, found[0], operation, data))

    def _bill(self, method: str, name: str, operation: str, data: dict[str, Any]) -> Any:
        if method == "view":
            return self.bills.view(name, data)
        if method in {"save", "draft"}:
            return self.bills.save(name, data, data.get("Model") or {}, state="Z" if method == "draft" else "A")
        if method == "batchsave":
            return self.bills.batch(name, data)
        if method == "push":
            return self.moves.push(name, data)
        if method in MOVES:
            return self.moves.move(name, data, MOVES[method])
        if method in OPERATES:
            return self.moves.operate(name, data, operation)
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
