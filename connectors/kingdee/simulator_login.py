"""The simulator's AuthService: five ways to log in, and the way out.

Source: WebAPI manual V6.0 for methods, parameters and `LoginResultType`; the refusal of a user whom the app does not allow is a live
server's text. Inferred: that every refusal has type 0, and the words for a wrong secret or sign. A password that has expired for good
opens a session half.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.kingdee import simulator_replies as replies
from connectors.kingdee.simulator_auth import Gate
from connectors.kingdee.simulator_bodies import flag, lowered

_PASSWORD = ("acctid", "username", "password", "lcid")
_APP = ("acctid", "username", "appid")
METHODS: Mapping[str, tuple[str, ...]] = {
    "validateuser": _PASSWORD,
    "validateuser2": (*_PASSWORD, "iskickoff"),
    "validateuserbyorgnumber": (*_PASSWORD, "orgnumber"),
    "loginbyappsecret": (*_APP, "appsecret", "lcid"),
    "loginbysign": (*_APP, "timestamp", "sign", "lcid"),
}
"""Method → its parameters by position."""
_ANSWER: Mapping[str, Any] = {
    "Message": None,
    "MessageCode": None,
    "LoginResultType": 0,
    "Context": None,
    "KDSVCSessionId": None,
    "FormId": None,
    "RedirectFormParam": None,
    "ErrorStackTrace": None,
    "KdAccessResult": None,
    "IsSuccessByAPI": False,
}


class Logins:
    """Answers AuthService over the gate's accounts, users and apps."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    def respond(self, method: str, told: Any, request: Request) -> Response:
        """The answer to one method, HTTP 200 whatever the server thinks of it."""
        if method == "logout":
            return replies.reply(self.gate.close_session(session_of(request)))
        names = METHODS.get(method)
        if names is None:
            return replies.response_error(f"方法{method}不存在")
        given = dict(zip(names, told, strict=False)) if isinstance(told, list) else lowered(told)
        texts = {name: str(value) for name, value in given.items()}
        refusal = self._refused(method, texts)
        if refusal:
            return replies.reply({**_ANSWER, "Message": refusal})
        sid = self.gate.open_session(texts["username"], kick=method == "validateuser2" and flag(given.get("iskickoff")))
        page = page_session()
        context = {"UserLocale": "zh-CN", "DBid": texts["acctid"], "SessionId": page, "DatabaseType": 3}
        self.gate.organisations[sid] = texts.get("orgnumber", "")
        good = {"LoginResultType": 1, "Context": context, "KDSVCSessionId": sid, "IsSuccessByAPI": True}
        if self.gate.users[texts["username"]].get("password_expired"):
            good |= {"MessageCode": "CheckPasswordPolicy", "Message": "密码已过期，请修改密码", "IsSuccessByAPI": False}
        response = replies.reply({**_ANSWER, **good})
        give(response, sid, page)
        return response

    def _refused(self, method: str, given: Mapping[str, str]) -> str:
        app = given.get("appid", "") if "appid" in METHODS[method] else None
        account, user = given.get("acctid", ""), given.get("username", "")
        refusal = self.gate.refusal(account, user, app)
        if refusal:
            return refusal
        if app is None:
            return "" if self.gate.users[user].get("password") == given.get("password") else "用户名或密码错误"
        secret = self.gate.apps[app]
        if method == "loginbyappsecret":
            return "" if secret == given.get("appsecret") else "应用密钥错误"
        stamp = given.get("timestamp", "")
        if not self.gate.timely(stamp):
            return "请求时间戳已过期"
        return "" if given.get("sign") == self.gate.login_sign([account, user, app, secret, stamp]) else "签名错误"


def session_of(request: Request) -> str:
    """The session a call names: by cookie, by header, or by the Java SDK's header; empty for none."""
    return request.cookies.get("kdservice-sessionid") or request.headers.get("kdservice-sessionid") or request.headers.get("SID") or ""


def page_session() -> str:
    """An ASP.NET session id of 24 characters."""
    return uuid.uuid4().hex[:24]


def give(response: Response, sid: str, page: str) -> None:
    """Both cookies, as a live server sets them."""
    response.set_cookie("ASP.NET_SessionId", page, path="/", httponly=True)
    response.set_cookie("kdservice-sessionid", sid, path="/", expires=datetime.now(UTC) + timedelta(days=1))
