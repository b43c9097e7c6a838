"""A subscriber on 127.0.0.1: keeps what is sent under its identifier, checks signatures, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from trace_core.epcis.reading import read
from trace_core.epcis.subscriptions import signature

TOKEN = "13df38d8275b13f05704629e5f1cf3d45d6132d5"
BREAK_OFF = 0
"""An answer that never comes: the connection is closed once the body was read."""
HOLD = 1
"""An answer that is held back, once the body was read, until the receiver lets go."""


class Receiver:
    """What arrived: `bodies` by identifier in the order of their first arrival; `answers` are given before 200 is, oldest first."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.headers: list[dict[str, str]] = []
        self.answers: list[int] = []
        self.wrong: list[str] = []
        self.url = ""
        self.guard = threading.Lock()
        self.holding, self._go = threading.Event(), threading.Event()

    def hold(self) -> None:
        """Wait until somebody lets go."""
        self.holding.set()
        self._go.wait(60)

    def let_go(self) -> None:
        """Answer what is held back."""
        self._go.set()
        self.holding, self._go = threading.Event(), threading.Event()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Keep a delivery; what was refused with 4xx is forgotten."""
        with self.guard:
            self.headers.append(headers)
            name = headers["Idempotency-Key"]
            answer = self.answers.pop(0) if self.answers else 200
            if headers.get("GS1-Signature") != signature(TOKEN, body):
                self.wrong.append(f"{name}: signature")
            if json.loads(body)["id"] != name or self.bodies.get(name, body) != body:
                self.wrong.append(f"{name}: another body under the same identifier")
            self.wrong += [f"{name}: {problem}" for problem in read(body, "application/ld+json").all_problems()]
            if answer not in range(300, 500):
                self.bodies[name] = body
            return answer

    def deliveries(self) -> list[list[dict[str, Any]]]:
        """The events of each delivery."""
        results = [json.loads(body)["epcisBody"]["queryResults"] for body in self.bodies.values()]
        return [one["resultsBody"]["eventList"] for one in results]

    def events(self) -> list[str]:
        """The eventIDs that arrived, in order."""
        return [event["eventID"] for delivery in self.deliveries() for event in delivery]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens until the end of the block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = receiver.take(dict(self.headers.items()), self.rfile.read(int(self.headers["Content-Length"])))
            if answer == HOLD:
                receiver.hold()
            if answer in {BREAK_OFF, HOLD}:
                self.close_connection = True
                return
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            if answer in range(300, 400):
                self.send_header("Location", receiver.url)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
