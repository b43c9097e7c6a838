"""A WebSocket on the connection of a request, which a client that does not read cannot hold. Source: RFC 6455."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import Any

from simple_websocket import ConnectionClosed, Server
from simple_websocket.errors import SimpleWebsocketError
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from lotweave.console.timed_connection import TimedConnection

SOCKET = "werkzeug.socket"
MOST_MESSAGE = 1024
"""Bytes of a message from a client, which has nothing to say."""
GOING_AWAY, UNSUPPORTED, POLICY, FAILED = 1001, 1003, 1008, 1011


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for one message to be taken, between pings (each answered before the next), between looks for news."""

    send: float = 30
    ping: float = 25
    look: float = 1


class HandshakeRefused(Exception):
    """A request that asks for a WebSocket in a wrong way."""


class HangUp(Exception):
    """The end of a WebSocket from our side, with the status code that the client is told."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@contextmanager
def answered(environ: Mapping[str, Any], patience: Patience) -> Iterator[Server]:
    """The WebSocket that a request asked for, until the end of the block or until the client goes, which ends the block quietly.

    `HangUp` in the block tells the client why. Errors: `HandshakeRefused`, before anything was answered.
    """
    connection = TimedConnection(environ[SOCKET], patience.send)
    try:
        daemon = partial(Thread, daemon=True)
        opened = Server(
            dict(environ) | {SOCKET: connection}, ping_interval=patience.ping, max_message_size=MOST_MESSAGE, thread_class=daemon
        )
    except (RemoteProtocolError, UnicodeError, SimpleWebsocketError, OSError) as fault:
        raise HandshakeRefused(str(fault)) from fault
    code, reason = FAILED, "the server failed"
    try:
        yield opened
    except HangUp as fault:
        code, reason = fault.code, str(fault)
    except (ConnectionClosed, LocalProtocolError, OSError):
        return
    finally:
        with suppress(ConnectionClosed, LocalProtocolError, OSError):
            opened.close(code, reason)
        connection.close()
        opened.thread.join(patience.send)
