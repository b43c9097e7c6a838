"""Signed headers of the WebAPI, and the sign of LoginBySign.

Source: the official SDKs 8.2.0 for Python and Java, observed on a loopback server; LoginBySign by the WebAPI manual V6.0 (SHA-1 before
patch PT-146911).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

MASK = b"0054f397c6234378b09ca7d3e5debce7"
"""Constant with which the client secret is hidden in the app id."""
HIDDEN = 32
"""Characters of a hidden secret."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What the signature is made of. `organisation` is the number of the context organisation, "0" for the user's own."""

    acct_id: str
    user: str
    app_id: str
    app_secret: str = field(repr=False)
    lcid: int = 2052
    organisation: str = "0"


def client_secret(app_id: str) -> str:
    """The secret hidden in the app id behind its underscore; empty when there is none of 32 characters, as the Python SDK has it."""
    encoded = app_id.partition("_")[2]
    raw = base64.b64decode(encoded) if len(encoded) == HIDDEN else b""
    return base64.b64encode(bytes(byte ^ MASK[at % len(MASK)] for at, byte in enumerate(raw))).decode()


def headers(credential: Credential, path: str, *, stamp: str, nonce: str) -> Mapping[str, str]:
    """The headers of one POST to `path` (everything after the host). `stamp` is Unix seconds or milliseconds as text."""
    appdata = f"{credential.acct_id},{credential.user},{credential.lcid},{credential.organisation}"
    escaped = quote(path, safe=".-_~")
    text = f"POST\n{escaped}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{stamp}\n"
    return {
        "X-Api-ClientID": credential.app_id.partition("_")[0] if "_" in credential.app_id else "",
        "X-Api-Auth-Version": "2.0",
        "x-api-timestamp": stamp,
        "x-api-nonce": nonce,
        "x-api-signheaders": "x-api-timestamp,x-api-nonce",
        "X-Api-Signature": _sign(client_secret(credential.app_id), text),
        "X-Kd-Appkey": credential.app_id,
        "X-Kd-Appdata": base64.b64encode(appdata.encode()).decode(),
        "X-Kd-Signature": _sign(credential.app_secret, credential.app_id + appdata),
    }


def login_sign(credential: Credential, *, stamp: str, algorithm: str = "sha256") -> str:
    """The sign of LoginBySign: texts sorted by byte, joined, hashed, lower-case hexadecimal. `stamp` is Unix seconds as text."""
    texts = [credential.acct_id, credential.user, credential.app_id, credential.app_secret, stamp]
    return hashlib.new(algorithm, "".join(sorted(texts)).encode()).hexdigest()


def _sign(key: str, text: str) -> str:
    """Base64 of the hexadecimal text of the HMAC, not of its bytes: the commonest mistake."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest().encode()).decode()
