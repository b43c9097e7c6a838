"""A Kingdee Cloud Galaxy server as its clients see it: POST `.common.kdsvc` paths, four body dialects, errors inside HTTP 200.

Data, all plain JSON; references to base data are plain numbers::

    {"accounts": [{"acct_id", "name"}], "apps": [{"app_id", "secret"}],
     "users": [{"user", "password", "allowed_apps": [app_id], "administrator": false, "password_expired": false}],
     "server": {"zone": "Asia/Shanghai", "limit_cap": 2000, "limit_is_error": false, "idle_seconds": 1200, "login_hash": "sha256" | "sha1",
                "view_loses_silently": false, "states_touch_modify_date": false, "back_writes_touch_modify_date": false,
                "operation_spelling": "" | "ExecuteOperation" | "ExcuteOperation", "date_separator": "T" | " ",
                "stale_seconds": 300,
                "missing_forms": [FORM], "missing_fields": {FORM: [key]}, "workflow_forms": [FORM],
                "short_stock_forms": [FORM], "lot_master_editable": false,
                "more_codes": {FIELD: {code: caption}}},
     "custom_fields": {FORM: [{"key", "editable_after_audit": false, "row": false}]},
     "forms": {FORM: [{primary key, head fields, ENTITY: [{"FEntryID", "FSeq", fields, SUB: [{"FDetailID", fields}]}]}]}}

Faults to order: those of `connectors.kit.disturbances` and of `simulator_faults`, session_lost, sid_stale, lost_answer_after_METHOD (in
lower case), short_page, push_save_fails.

Inferred: that a dead session in a signed call loses the call (one production note says so), the MsgCode of each refusal, that a server
that knows one spelling of ExecuteOperation fails inside at the other (one live server does), the refusal of administrators' calls.
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
from connectors.kingdee.simulator_bodies import OPERATES, data_of, extra_data, flag, form_call, lowered, parameters
from connectors.kingdee.simulator_extra import Extra
from connectors.kingdee.simulator_faults import QUERIES, broken, refused
from connectors.kingdee.simulator_forms import Store
from connectors.kingdee.simulator_info import info
from connectors.kingdee.simulator_login import Logins, give, page_session, session_of
from connectors.kingdee.simulator_moves import Moves
from connectors.kingdee.simulator_query import Query, QueryError
from connectors.kit.exact_json import loads
from connectors.kit.simulator import Simulator

PATH = re.compile(r"/k3cloud/(?:[\w.]+\.)?(?P<service>\w+)\.(?P<method>\w+)(?:,[\w.]+)?\.common\.kdsvc\Z", re.IGNORECASE)
MOVES = {"submit": "Submit", "audit": "Audit", "unaudit": "UnAudit", "cancelassign": "CancelAssign", "delete": "Delete"}
WRITES = {"save", "draft", "batchsave", "push", *OPERATES, *MOVES}
ADMINISTRATOR = "系统管理员不允许通过WebAPI登录"
CAP = 2000


def build(data: Mapping[str, Any]) -> KingdeeSimulator:
    """A simulator of the account set in `data`."""
    return KingdeeSimulator(data)


class KingdeeSimulator(Simulator):
    """The server's front: path, body, who calls, and which method answers."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.server = server = dict(data.get("server", {}))
        self.zone = ZoneInfo(server.get("zone", "Asia/Shanghai"))
        self.cap = int(server.get("limit_cap", CAP))
        self.gate = Gate(data, self.unix_time)
        self.store = Store(data)
        self.silent_view = bool(server.get("view_loses_silently"))
        self.logins = Logins(self.gate)
        self.bills = Bills(self.store, self._now, self.ledger.wrote)
        self.moves = Moves(self.bills, server)
        self.extra = Extra(self.store, self.moves, self.ledger.wrote)
        self.spelling = str(server.get("operation_spelling", "")).lower()
        self.tasks: dict[str, Any] = {}
        self.turn = 0

    def _now(self) -> str:
        """The server's local time, without a zone, as it shows it."""
        return datetime.fromtimestamp(self.unix_time(), self.zone).replace(tzinfo=None).isoformat(timespec="milliseconds")

    def respond(self, request: Request) -> Response:
        """Answer one call."""
        found = PATH.search(request.path)
        if found is None:
            return Response("<html><body>Not Found</body></html>", 404, mimetype="text/html")
        if request.method != "POST":
            return Response("<html><body>405</body></html>", 405, mimetype="text/html")
        method = found["method"].lower()
        self.ledger.called(found["method"])
        fault = broken(self.due, method, writes=method in WRITES)
        if fault is not None:
            return fault
        with self.guard:
            return self._answered(request, found["service"].lower(), method)

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
            return replies.reply(replies.envelope(method, str(fault), 2))
        sid = session_of(request)
        if self.due("sid_stale"):
            self.gate.make_stale(float(self.server.get("stale_seconds", 300)))
        if self.due("session_lost") or self.gate.stale or not (self.gate.alive(sid) if sid else user):
            return self._lost(method)
        who = self.gate.user_of(sid) if sid else self.gate.users[str(user)]
        if who.get("password_expired"):
            return refused()
        if who.get("administrator"):
            return replies.reply(replies.envelope(method, ADMINISTRATOR, 15))
        self.store.organisation = self.gate.organisations.get(sid, "") if sid else self.gate.context(request)
        self.moves.push_fails = method == "push" and self.due("push_save_fails")
        if method == "switchorg":
            self.gate.organisations[sid] = str(data_of(told).get("OrgNumber", ""))
        return self._carried_out(request, method, told, user if not sid else None)

    def _lost(self, method: str) -> Response:
        if method == "view" and self.silent_view:
            return replies.reply({})
        return replies.reply(replies.envelope(method, replies.LOST, 1))

    def _carried_out(self, request: Request, method: str, told: Any, newcomer: str | None) -> Response:
        """Answer; a signed caller without a session is given one."""
        before = self.ledger.here()
        response = self._tasked(method, told) or self._call(method, told)
        if self.ledger.here() > before and self.due(f"lost_answer_after_{method}"):
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
        if method in OPERATES and self.spelling and method != self.spelling:
            return replies.response_error("未将对象引用设置到对象的实例。")
        extra = self.extra.answer(method, extra_data(method, told))
        if extra is not None:
            return replies.reply(extra)
        name, operation, data = form_call(method, told)
        found = self.store.form(name)
        if found is None:
            return replies.reply(replies.error(f"业务对象{name}不存在", 5))
        return replies.reply(self._bill(method, found[0], operation, data))

    def _bill(self, method: str, name: str, operation: str, data: dict[str, Any]) -> Any:
        if method == "view":
            return self.bills.view(name, data)
        if method in {"save", "draft"}:
            saved = self.bills.save(name, data, data.get("Model") or {}, state="Z" if method == "draft" else "A")
            return self.moves.auto(name, saved) if flag(data.get("IsAutoSubmitAndAudit", "false")) else saved
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
            query = Query(
                self.store,
                told,
                cap=self.cap,
                turn=self.turn,
                refuses=bool(self.server.get("limit_is_error")),
                blank=self.server.get("date_separator", "T") == " ",
            )
            rows = query.rows()
        except QueryError as fault:
            return replies.reply(replies.envelope(method, fault.message, fault.code))
        if len(rows) > 1 and self.due("short_page"):
            rows = rows[: len(rows) // 2]
        rows = self.page(rows)
        return replies.reply([dict(zip(query.fields, row, strict=True)) for row in rows] if method == "billquery" else rows)

    def _business_info(self, told: dict[str, Any]) -> Response:
        found = self.store.form(told.get("FormId", ""))
        if found is None:
            return replies.reply(replies.error(f"业务对象{told.get('FormId')}不存在", 5))
        told_of = info(self.store, *found, self.server.get("more_codes", {}))
        return replies.reply({"Result": {"ResponseStatus": replies.status(), "NeedReturnData": told_of}})
