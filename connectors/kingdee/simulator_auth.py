"""Who may call the simulated server: sessions by cookie, and signed headers, both verified independently of our client.

Source: the rule of the signed headers as observed on the official Python and Java SDKs 8.2.0; login results as in the WebAPI manual V6.0.
Inferred: the clock window (15 minutes), that a signature is judged on every server (X-Api-Signature where it is sent), and the words of
refusals for it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Request

MASK = b"0054f397c6234378b09ca7d3e5debce7"
HIDDEN = 32
"""Characters of a secret hidden in an app id; others hide none (as the Python SDK takes it)."""
WINDOW = 900.0
IDLE = 1200.0
MILLISECONDS = 10**11
"""Unix times above this are in milliseconds."""


class Gate:
    """Accounts, users, apps and live sessions."""

    def __init__(self, data: Mapping[str, Any], clock: Callable[[], float] | None = None) -> None:
        self.clock = clock
        self.accounts = {told["acct_id"] for told in data.get("accounts", ())}
        self.users = {told["user"]: told for told in data.get("users", ())}
        self.apps = {told["app_id"]: told["secret"] for told in data.get("apps", ())}
        server = data.get("server", {})
        self.idle = float(server.get("idle_seconds", IDLE))
        self.hash = str(server.get("login_hash", "sha256"))
        self.sessions: dict[str, tuple[str, float]] = {}
        self.organisations: dict[str, str] = {}
        self.stale_until = 0.0

    def open_session(self, user: str, *, kick: bool = False) -> str:
        """A new session; with `kick` the user's other sessions end."""
        now = time.monotonic()
        live = {sid: held for sid, held in self.sessions.items() if now - held[1] <= self.idle}
        self.sessions = {sid: held for sid, held in live.items() if not (kick and held[0] == user)}
        sid = str(uuid.uuid4())
        self.sessions[sid] = (user, now)
        return sid

    def make_stale(self, seconds: float) -> None:
        """End every session, and for some seconds every new one at once, as after a cleared cookie store."""
        self.sessions.clear()
        self.stale_until = time.monotonic() + seconds

    @property
    def stale(self) -> bool:
        """Whether sessions are dead on arrival."""
        return time.monotonic() < self.stale_until

    def user_of(self, sid: str) -> dict[str, Any]:
        """The user of a session as the data has it."""
        held = self.sessions.get(sid)
        return dict(self.users.get(held[0], {})) if held else {}

    def close_session(self, sid: str) -> bool:
        """End a session; whether there was one."""
        return self.sessions.pop(sid, None) is not None

    def alive(self, sid: str) -> bool:
        """Whether a session lives; using it prolongs it."""
        held = self.sessions.get(sid)
        if held is None or time.monotonic() - held[1] > self.idle:
            self.sessions.pop(sid, None)
            return False
        self.sessions[sid] = (held[0], time.monotonic())
        return True

    def refusal(self, account: str, user: str, app: str | None) -> str:
        """Why these may not enter, in the server's words; empty when they may."""
        if account not in self.accounts:
            return f"数据中心{account}不存在"
        if user not in self.users:
            return "用户名或密码错误"
        if app is not None and app not in self.apps:
            return f"第三方应用：{app} 未注册"
        if app is not None and app not in self.users[user].get("allowed_apps", ()):
            return f"第三方应用：{app} 不允许用户{user} 登录，请联系系统管理员添加！"
        return ""

    def signed(self, request: Request) -> str | None:
        """The user of a signed request; None without such headers; raises ValueError with the refusal's text."""
        told = request.headers
        if "X-Kd-Signature" not in told:
            return None
        appdata = base64.b64decode(told.get("X-Kd-Appdata", "")).decode("utf-8")
        app = told.get("X-Kd-Appkey", "")
        account, user, *_ = [*appdata.split(","), "", ""]
        refusal = self.refusal(account, user, app)
        if refusal:
            raise ValueError(refusal)
        if not _same(told["X-Kd-Signature"], _sign(self.apps[app], app + appdata)):
            raise ValueError("签名验证失败")
        if "X-Api-Signature" in told:
            self._gateway(request, app)
        return user

    def context(self, request: Request) -> str:
        """The organisation that a signed call works in; empty for the user's own."""
        appdata = base64.b64decode(request.headers.get("X-Kd-Appdata", "")).decode("utf-8")
        organisation = [*appdata.split(","), "", "", "", ""][3]
        return "" if organisation in {"0", "null"} else organisation

    def _gateway(self, request: Request, app: str) -> None:
        stamp, nonce = request.headers.get("x-api-timestamp", ""), request.headers.get("x-api-nonce", "")
        if not self.timely(stamp):
            raise ValueError("请求时间戳已过期")
        encoded = app.partition("_")[2]
        raw = base64.b64decode(encoded) if len(encoded) == HIDDEN else b""
        secret = base64.b64encode(bytes(byte ^ MASK[at % len(MASK)] for at, byte in enumerate(raw))).decode()
        path = quote(request.environ.get("REQUEST_URI", request.path).partition("?")[0], safe=".-_~")
        text = f"POST\n{path}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{stamp}\n"
        if not _same(request.headers["X-Api-Signature"], _sign(secret, text)):
            raise ValueError("网关签名验证失败")

    def timely(self, stamp: str) -> bool:
        """Whether a time in Unix seconds or milliseconds lies within the clock window."""
        moment = int(stamp) if stamp.isdigit() else 0
        seconds = moment / 1000 if moment > MILLISECONDS else moment
        return abs((self.clock() if self.clock else time.time()) - seconds) <= WINDOW

    def login_sign(self, told: list[str]) -> str:
        """What LoginBySign expects: the texts sorted and joined, hashed (SHA-1 on old servers), in lower-case hexadecimal."""
        return hashlib.new(self.hash, "".join(sorted(told)).encode()).hexdigest()


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().encode()).decode()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
