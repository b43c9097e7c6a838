"""A wire between our processes and a service: TCP on this side, its Unix socket on that, late or cut as a network is."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

RESET = struct.pack("ii", 1, 0)
"""Linger for no time: whoever is at the other end is reset instead of told that it is over."""
MOST = 65_536


class Wire:
    """Everything that comes to `port` on 127.0.0.1 goes on to a Unix socket, each piece `delay` seconds late in both directions."""

    def __init__(self, target: str, *, delay: float = 0.0) -> None:
        self.delay = delay
        self.cuts = 0
        self._target = target
        self._ended, self._guard = threading.Event(), threading.Lock()
        self._open: set[socket.socket] = set()
        self._severed = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Reset every connection that there is."""
        with self._guard:
            found, self._open = self._open, set()
        for one in found:
            _reset(one)
        self.cuts += len(found)

    def sever(self, seconds: float) -> None:
        """Reset every connection, and each that comes within so many seconds."""
        self._severed = True
        self.cut()
        self._ended.wait(seconds)
        self._severed = False

    def end(self) -> None:
        """Take the wire away."""
        self._ended.set()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with suppress(OSError):
                near, _ = self._listener.accept()
                if self._severed:
                    _reset(near)
                    continue
                far = socket.socket(socket.AF_UNIX)
                try:
                    far.connect(self._target)
                except OSError:
                    far.close()
                    _reset(near)
                    continue
                with self._guard:
                    self._open |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(MOST):
                if self.delay:
                    self._ended.wait(self.delay)
                other.sendall(piece)
        with self._guard:
            self._open -= {one, other}
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _reset(one: socket.socket) -> None:
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
