"""What the simulated server checks before a token and before a call, in its fixed order and its own words.

Source: the official page on OpenAPI and a public client that was run: account set, application, secret, signature; then, for a call, token,
permission, signature. Inferred: the codes, and the order of the last two.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from werkzeug.wrappers import Request, Response

from connectors.kit import exact_json
from connectors.nccloud.signing import signed

GRANTS = {"client_credentials", "password"}


def refused(code: str, message: str) -> Response:
    """A refusal, with HTTP 200."""
    return Response(exact_json.dumps({"success": False, "code": code, "message": message, "data": None}), mimetype="application/json")


class Gate:
    """Applications and tokens."""

    def __init__(self, data: Mapping[str, Any], level: str, security_key: str) -> None:
        server = data.get("server", {})
        self.salted, self.oaep = bool(server.get("salt", True)), server.get("padding", "oaep") == "oaep"
        self.seconds = int(server.get("token_seconds", 7200))
        self.level, self.security_key = level, security_key
        self.centers = set(data.get("biz_centers", ()))
        self.users = {user["user"]: user["password"] for user in data.get("users", ())}
        self.apps = {app["client_id"]: dict(app) for app in data.get("apps", ())}
        self.keys = {name: _private(app) for name, app in self.apps.items()}
        self.tokens: dict[str, tuple[str, float]] = {}

    def public_key(self, client_id: str) -> str:
        """The public key as the administration shows it."""
        return str(self.apps[client_id]["pub_key"])

    def token(self, request: Request) -> Response:
        """A token, or the first thing that is wrong."""
        asked = request.args
        if asked.get("biz_center") not in self.centers:
            return refused("1000000010", "无效的账套编码，请检查/Invalid NCCloud busiCenter")
        app = self.apps.get(asked.get("client_id", ""))
        if app is None or asked.get("grant_type") not in GRANTS:
            return refused("1000000010", "Third-party applications are not registered")
        secret = self._shown(app["client_id"], asked.get("client_secret", ""))
        if secret != app["client_secret"]:
            return refused("1000000010", "解密失败Decryption error")
        who = [app["client_id"], secret]
        if asked["grant_type"] == "password":
            password = self._shown(app["client_id"], asked.get("password", ""))
            if password is None or self.users.get(asked.get("username", "")) != password:
                return refused("1000000010", "用户名或密码错误")
            who += [asked["username"], password]
        if signed(*who, pub_key=app["pub_key"], salted=self.salted) != asked.get("signature"):
            return refused("1000000010", "Failed to verify signature for get token")
        text = uuid.uuid4().hex
        self.tokens[text] = (app["client_id"], time.monotonic() + self.seconds)
        data = {"access_token": text, "refresh_token": uuid.uuid4().hex, "security_level": self.level, "security_key": self.security_key}
        return Response(exact_json.dumps({"success": True, "code": "1000000000", "message": "", "data": data}), mimetype="application/json")

    def refusal(self, request: Request, plain: str) -> Response | None:
        """What is wrong with a call; None when nothing is."""
        client, until = self.tokens.get(request.headers.get("access_token", ""), ("", 0.0))
        if time.monotonic() >= until or client != request.headers.get("client_id"):
            return refused("1000000020", "The access_token has expired")
        app = self.apps[client]
        if request.path not in app.get("apis", ()):
            return refused("1000000030", f"第三方应用【{client}】没有【{request.path}】的权限")
        if signed(client, plain, pub_key=app["pub_key"], salted=self.salted) != request.headers.get("signature"):
            return refused("1000000040", "Failed to verify signature")
        return None

    def forget(self, request: Request) -> None:
        """Let the caller's token end."""
        self.tokens.pop(request.headers.get("access_token", ""), None)

    def _shown(self, client_id: str, text: str) -> str | None:
        """A hidden secret in the open; None when it does not decrypt."""
        how = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None) if self.oaep else padding.PKCS1v15()
        key = self.keys[client_id]
        try:
            raw = base64.b64decode(text, validate=True)
            size = key.key_size // 8
            return b"".join(key.decrypt(raw[at : at + size], how) for at in range(0, len(raw), size)).decode()
        except ValueError:
            return None


def _private(app: dict[str, Any]) -> rsa.RSAPrivateKey:
    """The application's private key; without one a pair is made and its public half put into the application."""
    if app.get("private_key"):
        found = load_pem_private_key(str(app["private_key"]).encode(), None)
        if not isinstance(found, rsa.RSAPrivateKey):
            raise TypeError("private_key of an application must be RSA")
        return found
    made = rsa.generate_private_key(65537, 2048)
    raw = made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    app["pub_key"] = base64.b64encode(raw).decode()
    return made
