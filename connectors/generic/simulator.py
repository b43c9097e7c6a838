"""A small MES with a REST interface: tokens, rows by offset, changes since a time, and errors inside HTTP 200.

Data: `{"user", "password", "rows": {KIND: [{"id", "changed", …}]}}`. Fault of its own: `session_lost`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.kit.exact_json import dumps, loads
from connectors.kit.simulator import Simulator


def build(data: Mapping[str, Any]) -> SmallMes:
    """A simulator of the MES in `data`."""
    return SmallMes(data)


class SmallMes(Simulator):
    """`POST /login` gives a token, `POST /rows/KIND` rows."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.tokens: set[str] = set()

    def respond(self, request: Request) -> Response:
        """Answer one call."""
        self.ledger.called(request.path)
        try:
            told = loads(request.get_data())
        except ValueError:
            return Response("no JSON", 400)
        if request.path == "/login":
            return self._login(told)
        kind = request.path.removeprefix("/rows/")
        if request.path == kind or kind not in self.data["rows"]:
            return Response("no such path", 404)
        if self.due("session_lost"):
            self.tokens.clear()
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _refused("session", "log in first")
        return _answer({"rows": self.page(self._rows(kind, told))})

    def _login(self, told: Mapping[str, Any]) -> Response:
        if (told.get("user"), told.get("password")) != (self.data["user"], self.data["password"]):
            return _refused("password", "user or password is wrong")
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return _answer({"token": token})

    def _rows(self, kind: str, told: Mapping[str, Any]) -> list[Any]:
        rows, wish = self.data["rows"][kind], told.get("filter") or {}
        if "id" in wish:
            rows = [row for row in rows if row["id"] == wish["id"]]
        if "ids" in wish:
            rows = [row for row in rows if row["id"] in set(wish["ids"])]
        if "since" in wish:
            rows = [row for row in rows if row["changed"].replace("T", " ") >= wish["since"]]
        start = int(told.get("offset") or 0)
        return list(rows[start : start + int(told.get("limit") or len(rows))])


def _answer(told: Any) -> Response:
    return Response(dumps(told), mimetype="application/json")


def _refused(name: str, text: str) -> Response:
    return _answer({"error": {"name": name, "text": text}})
