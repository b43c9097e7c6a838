"""A connection whose writes are whole and one after the other, or end it.

The library of WebSockets ignores how much a write took, and pings from a thread of its own: either would break a message to a slow client.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock

MOST_HEARD = 64 * 1024
"""Bytes that a client may say between two writes to it, pings included; it only has to answer pings and to close."""


class TimedConnection:
    """What the library of WebSockets uses as its socket; a write may take so many seconds."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        connection.settimeout(seconds)
        self._connection = connection
        self._writing = Lock()
        self._heard = 0

    def fileno(self) -> int:
        """For selectors."""
        return self._connection.fileno()

    def send(self, data: bytes) -> int:
        """Write all of it. Errors: `OSError`, and nothing more is written ever."""
        with self._writing:
            try:
                self._connection.sendall(data)
            except OSError:
                self.close()
                raise
            self._heard = 0
        return len(data)

    def recv(self, size: int) -> bytes:
        """Read what is there. Errors: `OSError`, also for a client that says too much."""
        data = self._connection.recv(size)
        self._heard += len(data)
        if self._heard > MOST_HEARD:
            raise ConnectionAbortedError(f"the client said more than {MOST_HEARD} bytes")
        return data

    def close(self) -> None:
        """End it both ways; whoever opened the connection gives it back."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
