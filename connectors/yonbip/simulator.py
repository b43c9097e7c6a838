"""A YonBIP data centre on the wire: look-up, token service, gateway and its APIs, all below one address.

Data, all plain JSON; documents in the form of their detail, with lines as lists::

    {"tenant": "abc12345", "apps": [{"app_key", "app_secret", "authorised": [kind, …]}],
     "server": {"zone": "Asia/Shanghai", "token_seconds": 7200, "calls_a_minute": 0, "page_cap": 500},
     "objects": {"product" | "bom" | "productionorder" | "batchno" | "purinrecord" | "materialout" | "finishedreport" | "storeprorecord"
                 | "salesout": [{"id", "pubts": "yyyy-MM-dd HH:mm:ss", …}]},
     "relations": [{"productCode", "batchNo", "bnSnRelationBodyList": […]}]}

Faults to order besides those of every simulator: quota, in_flight, timeout_after_write, plain_token, token_refused, partial_failure,
refused_detail, gone_detail, moving.

`calls_a_minute` 0 is no limit. A body of a write is remembered by its `resubmitCheckKey`: for an hour with its whole result, later with
the id alone. Inferred: the words of refusals other than the gateway's, and that an update with an older `pubts` is refused by code 999.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.kit import exact_json
from connectors.kit.simulator import Simulator
from connectors.yonbip.simulator_gate import Gate, refused, told
from connectors.yonbip.simulator_lists import Lists
from connectors.yonbip.simulator_state import State
from connectors.yonbip.simulator_writes import Writes

GATEWAY, AUTH = "/iuap-api-gateway", "/iuap-api-auth"


def build(data: Mapping[str, Any]) -> YonBipSimulator:
    """A simulator of the tenant in `data`."""
    return YonBipSimulator(data)


class YonBipSimulator(Simulator):
    """The data centre's front: which service a path means, and what comes before a business answer."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.state = State(data, self.unix_time)
        self.gate = Gate(data)
        self.lists = Lists(self.state, self.due, self.page)
        self.writes = Writes(self.state, self.ledger.wrote, self.due)

    def respond(self, request: Request) -> Response:
        """Answer one call."""
        if request.path.endswith("/open-auth/dataCenter/getGatewayAddress"):
            return self.gate.look_up(request)
        if request.path.startswith(AUTH):
            return self.gate.token(request, request.path.removeprefix(AUTH))
        with self.guard:
            return self._business(request, request.path.removeprefix(GATEWAY))

    def _business(self, request: Request, path: str) -> Response:
        self.ledger.called(path)
        if path not in self.lists.paths and path not in self.writes.paths:
            message = f"网关上没有注册此API[{path}]，请确认后重新调用"
            return told({"code": "310404", "message": message}, 404)
        if self.due("plain_token"):
            return Response("非法token", mimetype="text/plain")
        if self.due("token_refused"):
            self.gate.forget(request)
        refusal = self.gate.refusal(request, path, quota=self.due("quota"))
        return refusal or self._let_in(request, path)

    def _let_in(self, request: Request, path: str) -> Response:
        if path in self.lists.details:
            return told(self.lists.detail(path, request.args.get("id", "")))
        if request.method != "POST":
            return refused("310405", "请求方法不支持")
        try:
            body = exact_json.loads(request.get_data())
        except ValueError:
            return refused("310002", "请求参数body非JSON格式")
        if path in self.lists.paths:
            return told(self.lists.page(path, body))
        before = self.ledger.here()
        answer = self.writes.answer(path, body)
        if self.ledger.here() > before and self.due("timeout_after_write"):
            return refused("310504", "后端服务响应超时")
        return told(answer)
