"""What every simulator shares: a threaded WSGI server on 127.0.0.1, a ledger of writes, and faults to order.

A simulator is a WSGI application (`Simulator.__call__`) built by the `simulator` entry of a manifest from a table of data, so that
`lotweave simulate VENDOR` and the tests run the same thing over real sockets.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


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
        with self.guard:
            self.writes.append(what)


class Simulator:
    """A system on the wire. Subclasses answer `respond`; `/__simulator__/…` is the tester's side door.

    Side door: `GET /__simulator__/ledger` gives calls and writes; `POST /__simulator__/faults` with `{"name": …, "times": n}` orders
    the fault `name` for the next n calls to which it applies.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = dict(data)
        self.ledger = Ledger()
        self.faults: dict[str, int] = {}
        self.guard = threading.RLock()

    def respond(self, request: Request) -> Response:
        """Answer one request as the vendor would."""
        raise NotImplementedError

    def due(self, fault: str) -> bool:
        """Whether this call should suffer `fault`; each True uses up one of the times ordered."""
        with self.guard:
            left = self.faults.get(fault, 0)
            self.faults[fault] = max(0, left - 1)
            return left > 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI's entry."""
        request = Request(environ)
        response = self._side_door(request) if request.path.startswith("/__simulator__/") else self.respond(request)
        return response(environ, start_response)

    def _side_door(self, request: Request) -> Response:
        if request.path.endswith("/faults"):
            order = json.loads(request.get_data() or b"{}")
            with self.guard:
                self.faults[order["name"]] = int(order.get("times", 1))
            return Response("{}", mimetype="application/json")
        told = {"calls": self.ledger.calls, "writes": self.ledger.writes}
        return Response(json.dumps(told, ensure_ascii=False, default=str), mimetype="application/json")


class _Quiet(WSGIRequestHandler):
    """Calls are counted in the ledger, not printed."""

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
