"""The simulated look-up of data centres, the token service, and what the gateway checks before a call reaches a service.

Source: official code run against a capture server; texts of the public gateway as a public repository reports them. Tokens come by query or
by header `access_token`; `Authorization: Bearer` is none. Inferred: the code of a wrong signature.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.kit import exact_json
from connectors.yonbip.signing import signature

PATHS = {
    "/open-auth/selfAppAuth/getAccessToken": "appKey",
    "/open-auth/selfAppAuth/base/v1/getAccessToken": "appKey",
    "/open-auth/suiteApp/getAccessToken": "suiteKey",
    "/open-auth/suiteApp/base/v1/getAccessToken": "suiteKey",
}
MINUTE = 60.0


def told(value: Any, status: int = 200) -> Response:
    """JSON."""
    return Response(exact_json.dumps(value), status, mimetype="application/json")


def refused(code: str, message: str) -> Response:
    """A refusal, with HTTP 200 as almost all of them."""
    return told({"code": code, "message": message})


class Gate:
    """Applications, tokens and quotas."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        server = data.get("server", {})
        self.tenant = str(data.get("tenant", ""))
        self.apps = {app["app_key"]: app for app in data.get("apps", ())}
        self.seconds = int(server.get("token_seconds", 7200))
        self.calls_a_minute = int(server.get("calls_a_minute", 0))
        self.tokens: dict[str, tuple[str, float]] = {}
        self.calls: dict[str, list[float]] = {}

    def look_up(self, request: Request) -> Response:
        """Addresses of the tenant's data centre: this very server."""
        if request.args.get("tenantId") != self.tenant:
            return refused("500", "根据租户id获取网关地址出现异常")
        root = request.host_url.rstrip("/")
        data = {"gatewayUrl": f"{root}/iuap-api-gateway", "tokenUrl": f"{root}/iuap-api-auth"}
        return told({"code": "00000", "message": "成功！", "data": data})

    def token(self, request: Request, path: str) -> Response:
        """A token for a signed request; parameters in any order."""
        asked = {name: value for name, value in request.args.items() if name != "signature"}
        app = self.apps.get(asked.get(PATHS.get(path, ""), ""))
        if path not in PATHS or app is None:
            return refused("10018", "应用不存在或appKey已停用")
        if signature(asked, app["app_secret"]) != request.args.get("signature"):
            return refused("10012", "签名验证失败")
        if not asked.get("timestamp", "").isdecimal() or len(asked["timestamp"]) != len("1568098531823"):
            return refused("10013", "timestamp格式错误")
        text = secrets.token_urlsafe(24) + ("+/=" if "/v1/" in path else "")
        self.tokens[text] = (app["app_key"], time.monotonic() + self.seconds)
        return told({"code": "00000", "message": "成功！", "data": {"access_token": text, "expire": self.seconds}})

    def refusal(self, request: Request, path: str, *, quota: bool) -> Response | None:
        """What the gateway refuses: no token, a dead one, an API that is not released, a quota that is used up."""
        text = request.args.get("access_token") or request.headers.get("access_token") or ""
        if not text:
            return refused("310001", "access_token不能为空。")
        key, until = self.tokens.get(text, ("", 0.0))
        if time.monotonic() >= until:
            return refused("310036", "非法token")
        released = self.apps[key].get("authorised")
        if released is not None and not any(f"/{kind}/" in path for kind in released):
            return refused("310037", "应用未授权此API")
        if quota or self._used_up(path):
            return refused("310046", "API调用频率超过限制")
        return None

    def forget(self, request: Request) -> None:
        """Let the caller's token die."""
        self.tokens.pop(request.args.get("access_token") or request.headers.get("access_token") or "", None)

    def _used_up(self, path: str) -> bool:
        if not self.calls_a_minute:
            return False
        now = time.monotonic()
        young = self.calls[path] = [then for then in self.calls.get(path, ()) if now - then < MINUTE]
        young.append(now)
        return len(young) > self.calls_a_minute
