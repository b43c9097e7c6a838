"""The signature of a token request.

Source: open platform documentation; the same as the official SDKs for Python and Java, which were run.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """Base64 of HMAC-SHA256 over names and values sorted by name and joined with nothing between.

    Not yet encoded for a URL: the HTTP client does that, once.
    """
    text = "".join(name + parameters[name] for name in sorted(parameters))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
