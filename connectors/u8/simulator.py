"""U8 on the wire: the OpenAPI relay below `/system` and `/api`, and EAI at `/U8EAI/import.asp`, over the same documents.

Data, all plain JSON; every scalar is a text::

    {"apps": [{"app_key", "app_secret", "from_account", "companies": [to_account, …]}], "senders": ["222"],
     "server": {"token_seconds": 7200, "late": 0, "encoding": "utf-8", "own_numbers": false},
     "objects": {"inventory": [{"code", …}], "bom": [{"bomid", …, "entry": []}],
                 "purchasein" | "materialout" | "productin" | "saleout": [{"code", "date", …, "entry": [{…}]}]}}

`late` is how many times a document that was added is not found before it is there (the relay answers a write before it is done);
`own_numbers` lets U8 give its own number to what it is sent; `encoding` is that of EAI's replies.

Faults to order besides those of every simulator: relay_off, token_dead, busy, eai_refused, eai_entity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.kit.simulator import Simulator
from connectors.u8.simulator_eai import EaiSide
from connectors.u8.simulator_openapi import OpenApiSide
from connectors.u8.simulator_state import State


def build(data: Mapping[str, Any]) -> U8Simulator:
    """A simulator of one U8 server and the relay in front of it."""
    return U8Simulator(data)


class U8Simulator(Simulator):
    """Both ways to one state."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.state = State(data, self.ledger.wrote)
        self._openapi = OpenApiSide(data, self.state, self.due, self.page)
        self._eai = EaiSide(data, self.state, self.due)

    def respond(self, request: Request) -> Response:
        """Answer below the two folders."""
        self.ledger.called(request.path)
        with self.guard:
            return self._eai.respond(request) if request.path.lower().endswith("import.asp") else self._openapi.respond(request)
