"""The simulated OpenAPI relay: tokens, trade ids, lists, documents, writes; everything is text.

Source: a public .NET client with tests. Inferred: the codes of refusals other than 20002, and their words.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.u8.simulator_state import State, as_texts

LISTS = {"inventory": "inventory", "bom": "bom"} | {f"{kind}list": kind for kind in ("purchasein", "materialout", "productin", "saleout")}
WRITABLE = {"materialout", "productin", "purchasein"}
WHOLE = {"inventory", "bom"}
FORMS = ("traceresult",)
"""Resources of the customer's own, which can be read one by one and written."""


def told(value: Mapping[str, Any]) -> Response:
    """JSON whose scalars are all texts."""
    return Response(json.dumps(as_texts({"errcode": "0", "errmsg": "", **value}), ensure_ascii=False), mimetype="application/json")


def refused(code: str, message: str) -> Response:
    """A refusal, with HTTP 200."""
    return told({"errcode": code, "errmsg": message})


class OpenApiSide:
    """Answers below `/system` and `/api`."""

    def __init__(
        self, data: Mapping[str, Any], state: State, due: Callable[[str], bool], disturbed: Callable[[list[Any]], list[Any]]
    ) -> None:
        self._disturbed = disturbed
        self.apps = {(app["from_account"], app["app_key"]): app for app in data.get("apps", ())}
        self.seconds = int(data.get("server", {}).get("token_seconds", 7200))
        self.state, self._due = state, due
        self.forms = set(data.get("server", {}).get("forms", FORMS))
        self.tokens: dict[str, float] = {}
        self.trades: set[str] = set()

    def respond(self, request: Request) -> Response:
        """Answer one call."""
        asked, path = dict(request.args), request.path.strip("/").split("/")
        app = self.apps.get((asked.get("from_account", ""), asked.get("app_key", "")))
        if app is None:
            return refused("10002", "app_key或from_account无效")
        if path == ["system", "token"]:
            return self._token(app, asked)
        if self._due("token_dead"):
            self.tokens.pop(asked.get("token", ""), None)
        if time.monotonic() >= self.tokens.get(asked.get("token", ""), 0.0):
            return refused("10005", "token无效或已过期")
        if path == ["system", "tradeid"]:
            self.trades.add(made := secrets.token_hex(8))
            return told({"trade": {"id": made}})
        if self._due("busy"):
            return refused("10010", "调用过于频繁")
        if self._due("relay_off"):
            return refused("10020", "客户端未登录，请检查服务器是否启动")
        if asked.get("to_account") not in app["companies"]:
            return refused("10003", "to_account未授权")
        return self._business(request, path, asked)

    def _token(self, app: Mapping[str, Any], asked: Mapping[str, str]) -> Response:
        if asked.get("app_secret") != app["app_secret"]:
            return refused("10001", "app_secret错误")
        text = secrets.token_hex(16)
        self.tokens[text] = time.monotonic() + self.seconds
        return told({"token": {"id": text, "appkey": app["app_key"], "expiresIn": self.seconds}})

    def _business(self, request: Request, path: list[str], asked: Mapping[str, str]) -> Response:
        match path:
            case ["api", name, "batch_get"] if name in LISTS:
                return self._list(name, asked)
            case ["api", name, "get"] if name in {*LISTS.values(), *self.forms}:
                found = self.state.find(name, asked.get("id", ""))
                return told({name: found}) if found else refused("20002", f"未检索到匹配的[{name}]。")
            case ["api", name, "add"] if name in WRITABLE | self.forms and request.method == "POST":
                return self._add(name, request, asked)
        return Response("Not Found", 404)

    def _list(self, name: str, asked: Mapping[str, str]) -> Response:
        kind = LISTS[name]
        begin, end = asked.get("date_begin", ""), asked.get("date_end", "9999")
        found = [one for one in self.state.objects.get(kind, ()) if begin <= str(one.get("date") or "9998")[:10] <= end]
        if not found:
            return refused("20002", f"未检索到匹配的[{name}]。")
        size, number = max(1, int(asked.get("rows_per_page", "10"))), max(1, int(asked.get("page_index", "1")))
        rows = self._disturbed(found[(number - 1) * size : number * size])
        shown = rows if kind in WHOLE else [{n: v for n, v in row.items() if n != "entry"} for row in rows]
        counts = {"page_index": number, "rows_per_page": size, "page_count": -(-len(found) // size), "row_count": len(found)}
        return told(counts | {name: shown})

    def _add(self, kind: str, request: Request, asked: Mapping[str, str]) -> Response:
        biz, trade = asked.get("biz_id", ""), asked.get("tradeid", "")
        if bool(biz) == bool(trade):
            return refused("10030", "tradeid与biz_id只能传入一个")
        if trade and trade not in self.trades:
            return refused("10031", "tradeid无效")
        document = json.loads(request.get_data() or b"{}").get(kind)
        if not isinstance(document, dict):
            return refused("20001", f"[{kind}]不能为空")
        if not document.get("entry"):
            return refused("20003", "表体不能为空")
        bound = biz or trade
        known = self.state.find(kind, str(document.get("code", ""))) if not self.state.own_numbers else None
        if known is not None and not biz:
            return refused("20010", f"单据号[{document['code']}]已存在")
        made, _ = self.state.add(kind, document, bound)
        return told({"id": "" if self.state.late else made["code"], "tradeid": trade})
