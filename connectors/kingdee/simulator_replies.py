"""The envelopes of the simulated server's replies.

Source: WebAPI manual V6.0; session loss, `response_error:` and the WAF's confirmation as captured by public clients of live servers.
"""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

from connectors.kit.exact_json import dumps

LOST = "会话信息已丢失，请重新登录"
WAF = [
    {
        "actionname": "showConfirm",
        "params": [{"title": "", "msg": "请求参数存在可疑数据,当前请求已经被拦截规则[1]阻止!", "option": 0, "msgType": 0}],
    }
]


def reply(told: Any) -> Response:
    """JSON with HTTP 200."""
    return Response(dumps(told), mimetype="application/json")


def status(*, errors: list[dict[str, Any]] | None = None, done: list[dict[str, Any]] | None = None, code: int = 0) -> dict[str, Any]:
    """A ResponseStatus: successful without errors."""
    told: dict[str, Any] = {
        "IsSuccess": not errors,
        "Errors": errors or [],
        "SuccessEntitys": done or [],
        "SuccessMessages": [],
        "MsgCode": code,
    }
    return told | ({"ErrorCode": 500} if errors else {})


def error(message: str, code: int, *, field: str | None = None, at: int = 0) -> dict[str, Any]:
    """A failed call of an object endpoint."""
    return {"Result": {"ResponseStatus": status(errors=[{"FieldName": field, "Message": message, "DIndex": at}], code=code)}}


def query_error(message: str, code: int) -> list[list[dict[str, Any]]]:
    """A failed ExecuteBillQuery: the error looks like one row with one cell."""
    return [[error(message, code)]]


def envelope(method: str, message: str, code: int) -> Any:
    """A failed call in the envelope of its method, which is in lower case."""
    return query_error(message, code) if method == "executebillquery" else error(message, code)


def response_error(message: str) -> Response:
    """An unhandled exception of the server: text with a prefix, HTTP 200."""
    told = json.dumps({"Message": message, "InnerExWrapper": None}, ensure_ascii=False)
    return Response(f"response_error:{told}", mimetype="text/html")
