"""Faults of the simulated server that come before anything is done and are Kingdee's own, to order by the side door.

`response_error`, `waf` (queries), `lock` (writes), `quota`, `refused_request`. What is wrong with networks and servers of every vendor is
the kit's (`connectors.kit.disturbances`). Source: captures of live servers by public clients; inferred: the words of `quota`.
"""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.wrappers import Response

from connectors.kingdee import simulator_replies as replies

QUERIES = frozenset({"executebillquery", "billquery"})
LOCK = '"管理员"使用业务单据："单据"业务操作-"[单据-修改]"冲突，请稍候再使用。'
QUOTA = "调用次数超过限制"
REFUSED = "401 Forbidden ByRspRetStatusCode -- N001: Unexpectable request"


def broken(due: Callable[[str], bool], method: str, *, writes: bool) -> Response | None:
    """The answer of a fault that is due, or None. `due` uses one up."""
    if due("response_error"):
        return replies.response_error("未将对象引用设置到对象的实例。")
    if due("refused_request"):
        return refused()
    if due("quota"):
        return replies.reply(replies.envelope(method, QUOTA, 14))
    if method in QUERIES and due("waf"):
        return replies.reply(replies.WAF)
    if writes and due("lock"):
        return replies.reply(replies.error(LOCK, 13))
    return None


def refused() -> Response:
    """What follows a login with a password that has expired: text, HTTP 200."""
    return Response(REFUSED, mimetype="text/html")
