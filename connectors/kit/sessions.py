"""Sessions and tokens that all workers share: one login at a time, whoever needs it, and everybody takes what it brought.

Many systems end the older session when the same user logs in again; two workers with a session each would go on ending each other's. What
is shared lies encrypted under a key made of the connection's own secrets, so that whoever reads the store holds nothing.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Callable

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connectors.kit.shared import Shared
from trace_core.errors import Unreachable

LOGIN = 60.0
"""Seconds that a login may take before another worker tries."""
GLANCE = 0.05


class Sessions:
    """The open sessions of one company's system, by name (such as an organisation's)."""

    def __init__(self, shared: Shared, company: str, secret: str, *, sleep: Callable[[float], None] | None = None) -> None:
        self._shared = shared
        self._company = company
        self._sleep = sleep or time.sleep  # noqa: TID251 - waiting belongs here
        key = HKDF(SHA256(), 32, salt=company.encode(), info=b"lotweave session").derive(secret.encode())
        self._cipher = Fernet(base64.urlsafe_b64encode(key))

    def take(self, name: str, login: Callable[[], str], *, max_age: float, refused: str = "") -> str:
        """The session that is open, if it is not the one that was just `refused`; otherwise what `login` brings.

        `max_age` is in seconds. Errors: those of `login`; `Unreachable` when another worker's login takes longer than a minute.
        """
        held, turn = f"{self._company}:session:{name}", f"{self._company}:login:{name}"
        mine, waited = uuid.uuid4().bytes, 0.0
        while True:
            if (found := self._open(held)) and found != refused:
                return found
            if self._shared.put_new(turn, mine, LOGIN):
                break
            if waited > LOGIN:
                raise Unreachable(f"another worker has been logging in to {self._company} for a minute", code="login", retry_after=30)
            self._sleep(GLANCE)
            waited += GLANCE
        try:
            if (found := self._open(held)) and found != refused:  # another's login ended between the look and the turn
                return found
            self._shared.drop(held)
            token = login()
            self._shared.put(held, self._cipher.encrypt(token.encode()), max_age)
            return token
        finally:
            self._shared.drop(turn, mine)

    def forget(self, name: str, session: str) -> None:
        """The session ended; whoever comes next logs in, unless another session is held by now."""
        held = f"{self._company}:session:{name}"
        value = self._shared.look(held)[0]
        if value is not None and self._plain(value) == session:
            self._shared.drop(held, value)

    def _open(self, held: str) -> str:
        value = self._shared.look(held)[0]
        return self._plain(value) if value is not None else ""

    def _plain(self, value: bytes) -> str:
        """What was held, empty when it was sealed with another secret: the connection's has changed since."""
        try:
            return self._cipher.decrypt(value).decode()
        except InvalidToken:
            return ""
