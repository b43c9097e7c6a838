"""Subscriptions to named queries over WebSocket: told for as long as the client is connected. Source: EPCIS 2.0, its OpenAPI; ADR 0020."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Event
from time import monotonic
from typing import Self

from flask import Response, request

from lotweave.console.asking import Asking
from lotweave.console.epcis_problems import EpcisException
from lotweave.console.websocket import GOING_AWAY, POLICY, SOCKET, UNSUPPORTED, HandshakeRefused, HangUp, Patience, answered
from lotweave.plumbing import plumbing_of
from pipelines.ports import Plumbing
from pipelines.steps.live import Live, Over, begin_live
from trace_core.epcis.formats import LINKS
from trace_core.epcis.subscriptions import read_socket

_LAST_WORDS = 5
"""Seconds for all connected together to be told that the server stops."""


class Sockets:
    """Those who are connected, at most `most` at once; at the end of the block they are told to go."""

    def __init__(self, most: int, patience: Patience | None = None) -> None:
        self.most = most
        self._patience = patience or Patience()
        self._free = BoundedSemaphore(most)
        self._stopping = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        until = monotonic() + _LAST_WORDS
        for _one in range(self.most):
            self._free.acquire(timeout=max(0, until - monotonic()))

    def subscribe(self, asking: Asking, name: str) -> Response:
        """Tell the client what is new until either side ends it. Errors, all before the 101: `EpcisException`, `Rejected`, `TooComplex`."""
        controls = read_socket(request.args.items(multi=True))
        if SOCKET not in request.environ:
            raise EpcisException("ImplementationException", "this server has no WebSockets; subscribe with a dest", status=501)
        plumbing = plumbing_of(asking.house)
        with self._seat():
            live = begin_live(name, asking.who.id, controls, request.headers.get("GS1-EPC-Format", LINKS), plumbing)
            if live is None:
                raise EpcisException("NoSuchNameException", f"there is no query {name}")
            try:
                self._tell(live, plumbing)
            except HandshakeRefused as fault:
                raise EpcisException("ImplementationException", f"no WebSocket: {fault}", status=400) from fault
        return Response(status=101)  # never sent: the connection is shut down by now

    def _tell(self, live: Live, plumbing: Plumbing) -> None:
        with answered(request.environ, self._patience) as client:
            while not self._stopping.is_set():
                try:
                    body, more = live.next_message(plumbing)
                except Over as fault:
                    raise HangUp(POLICY, str(fault)) from fault
                if body is not None:
                    client.send(body.decode())
                if client.receive(timeout=0 if more else self._patience.look) is not None:
                    raise HangUp(UNSUPPORTED, "nothing is taken here but pongs and a close")
            raise HangUp(GOING_AWAY, "the server stops; come again with initialRecordTime")

    @contextmanager
    def _seat(self) -> Iterator[None]:
        if self._stopping.is_set() or not self._free.acquire(blocking=False):
            said = f"{self.most} subscribers are connected, as many as may be (epcis.most_sockets); come later, or subscribe with a dest"
            raise EpcisException("ImplementationException", said, status=503)
        try:
            yield
        finally:
            self._free.release()
