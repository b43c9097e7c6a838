"""Events pushed by the simulated platform: signed and encrypted in either generation, tried again until they are taken.

Source: official code of both generations; notes of public users for the waits between attempts (1 minute, 5 minutes, 1 hour, up to a
day). On saving a subscription the platform sends CHECK_URL.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from connectors.kit import exact_json
from connectors.kit.http import HttpSession, Patience
from connectors.yonbip.events import NEW, OLD
from connectors.yonbip.sealing import Holder, encrypted, new_signature, old_signature, opened
from trace_core.errors import Rejected, Verdict

WAITS = (60.0, 300.0, 3600.0)
SECONDS = 5.0


class Pusher:
    """Pushes to one address on behalf of one application. `wait` is called with the seconds before each further attempt."""

    def __init__(self, url: str, app_key: str, app_secret: str, *, generation: str = NEW, wait: Callable[[float], object]) -> None:
        self.url, self._key, self._secret, self._wait = url, app_key, app_secret, wait
        self._generation = generation
        self._http = HttpSession(patience=Patience(connect=SECONDS, read=SECONDS, attempts=1))

    def push(self, event: dict[str, Any], waits: Sequence[float] = WAITS) -> int:
        """Push one event; after how many attempts it was taken, 0 when it never was."""
        body = self.body(event)
        for attempt, seconds in enumerate((0.0, *waits), 1):
            if attempt > 1:
                self._wait(seconds)
            if self._taken(body):
                return attempt
        return 0

    def body(self, event: dict[str, Any]) -> bytes:
        """An event as it goes over the wire."""
        text = exact_json.dumps(event).decode()
        cipher = encrypted(self._secret, text, key=self._key, random=secrets.token_bytes(16))
        made = Holder(str(event["timestamp"]), secrets.token_hex(8), cipher)
        signed = {NEW: new_signature(self._secret, made)} if self._generation == NEW else {OLD: old_signature(self._secret, made)}
        return exact_json.dumps({"timestamp": made.timestamp, "nonce": made.nonce, "encrypt": made.encrypt, **signed})

    def close(self) -> None:
        """Give the sockets back."""
        self._http.close()

    def _taken(self, body: bytes) -> bool:
        try:
            answer = self._http.send("POST", self.url, writes=True, data=body)
            return answer.content == b"success" or self._success(answer.content)
        except (Verdict, ValueError):
            return False

    def _success(self, content: bytes) -> bool:
        told = exact_json.loads(content)
        made = Holder(*(str(told.get(name) or "") for name in ("timestamp", "nonce", "encrypt")))
        name, sign = (NEW, new_signature) if self._generation == NEW else (OLD, old_signature)
        if told.get(name) != sign(self._secret, made):
            raise Rejected("the answer is not signed", code="bad_signature")
        return opened(self._secret, made.encrypt) == ("success", self._key)


__all__ = ["OLD", "Pusher"]
