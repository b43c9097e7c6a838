"""What every simulator shares: a threaded WSGI server on 127.0.0.1, a ledger of writes, and faults to order.

A simulator is a WSGI application (`Simulator.__call__`) built by the `simulator` entry of a manifest from a table of data, so that
`lotweave simulate VENDOR` and the tests run the same thing over real sockets.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from connectors.kit.disturbances import Disturbances

_path: ContextVar[str] = ContextVar("simulator_path", default="")
_written: ContextVar[int] = ContextVar("simulator_written", default=0)


@dataclass
class Ledger:
    """What reached the system: calls by name, and every write that was carried out, in order."""

    calls: dict[str, int] = field(default_factory=dict)
    writes: list[dict[str, Any]] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def called(self, name: str) -> None:
        """Count one call."""
        with self.guard:
            self.calls[name] = self.calls.get(name, 0) + 1

    def wrote(self, **what: Any) -> None:
        """Note one write that was carried out."""
        _written.set(_written.get() + 1)
        with self.guard:
            self.writes.append(what)

    @staticmethod
    def here() -> int:
        """How many writes the call under way in this thread has made, and those before it."""
        return _written.get()


class Simulator:
    """A system on the wire. Subclasses answer `respond`; `/__simulator__/…` is the tester's side door.

    Side door: `GET /__simulator__/ledger` gives calls and writes; `POST /__simulator__/faults` with `{"name": …, "times": n}` or a list of
    such orders (`connectors.kit.disturbances`) lets the next calls suffer them.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = dict(data)
        self.ledger = Ledger()
        self.faults = Disturbances()
        self.guard = threading.RLock()

    def respond(self, request: Request) -> Response:
        """Answer one request as the vendor would."""
        raise NotImplementedError

    def due(self, fault: str) -> bool:
        """Whether this call should suffer `fault`; each True uses up one of the times ordered."""
        return self.faults.due(fault, _path.get()) is not None

    def page(self, rows: list[Any]) -> list[Any]:
        """Rows of a list answer, disturbed where that was ordered."""
        return self.faults.disturbed(rows, _path.get())

    def unix_time(self) -> float:
        """The server's clock, which may be off."""
        order = self.faults.standing("clock_skew")
        return time.time() + (order.value if order else 0.0)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI's entry."""
        request = Request(environ)
        if request.path.startswith("/__simulator__/"):
            return self._side_door(request)(environ, start_response)
        _path.set(request.full_path)
        response = self._spoilt(request) or self._served(request)
        if self.due("truncated"):
            return _cut(response, environ, start_response)
        return response(environ, start_response)

    def _spoilt(self, request: Request) -> Response | None:
        """The faults that come before anything is done."""
        if order := self.faults.due("latency", _path.get()):
            time.sleep(order.value / 1000)  # noqa: TID251 - a slow server is what is simulated
        if self.due("reset"):
            return _hung_up(request)
        for status in (500, 502, 503):
            if self.due(f"http_{status}"):
                return Response("<html><body>Service Unavailable</body></html>", status, mimetype="text/html")
        if order := self.faults.due("too_many", _path.get()):
            return Response("{}", 429, {"Retry-After": str(round(order.value or 1))}, mimetype="application/json")
        if self.due("html_page"):
            return Response("<html><title>登录</title></html>", mimetype="text/html")
        return None

    def _served(self, request: Request) -> Response:
        """The vendor's answer, lost on its way when a write was carried out and that was ordered."""
        before = self.ledger.here()
        response = self.respond(request)
        return _hung_up(request) if self.ledger.here() > before and self.due("lost_answer_after_write") else response

    def _side_door(self, request: Request) -> Response:
        if request.path.endswith("/faults"):
            told = json.loads(request.get_data() or b"{}")
            for order in told if isinstance(told, list) else [told]:
                self.faults.order(order)
            return Response("{}", mimetype="application/json")
        told = {"calls": self.ledger.calls, "writes": self.ledger.writes}
        return Response(json.dumps(told, ensure_ascii=False, default=str), mimetype="application/json")


def _hung_up(request: Request) -> Response:
    """The socket is closed before the answer; what is answered goes nowhere."""
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response()


def _cut(response: Response, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Half of the body under the length of the whole, which the reader notices when the socket closes."""
    body = response.get_data()
    headers = [(name, value) for name, value in response.headers if name.lower() != "content-length"]
    start_response(response.status, [*headers, ("Content-Length", str(len(body))), ("Connection", "close")])
    del environ
    return [body[: len(body) // 2]]


class _Quiet(WSGIRequestHandler):
    """Calls are counted in the ledger, not printed; headers named with underscores, which vendors use, are kept."""

    def make_environ(self) -> dict[str, Any]:
        """Put back what werkzeug leaves out."""
        kept = {f"HTTP_{name.upper()}": value for name, value in self.headers.items() if "_" in name}
        return super().make_environ() | kept

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Running:
    """A simulator that answers on 127.0.0.1 until `stop`; port 0 takes a free one."""

    def __init__(self, simulator: Simulator, port: int = 0) -> None:
        self.simulator = simulator
        self.server: BaseWSGIServer = make_server("127.0.0.1", port, simulator, threaded=True, request_handler=_Quiet)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True, name="simulator")

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
