"""Calls as a definition describes them: a login, a header made from its reply, one new login when the session is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from connectors.generic.definition import Definition
from connectors.generic.faults import EXPIRED
from connectors.generic.template import NoInteger, UnknownName, as_text, dig, fill, fill_path
from connectors.generic.typed import plain
from connectors.kit.exact_json import dumps, loads
from connectors.kit.gate import Gate
from connectors.kit.http import Answer, HttpSession, Patience
from trace_core.errors import Misconfigured, Unreachable

REFUSED = frozenset({401, 403})
REDIRECTS = 300


class RestClient:
    """One session with one system."""

    def __init__(self, definition: Definition, settings: Mapping[str, Any], gate: Gate | None = None) -> None:
        self.definition = definition
        self.base = str(settings["url"]).rstrip("/")
        self.values: dict[str, Any] = dict(settings["values"] or {}) | {"user": settings["user"], "password": settings["password"]}
        patience = Patience(read=float(settings["timeout_seconds"]))
        self.http = HttpSession(patience=patience, verify=settings.get("ca_file") or True, gate=gate)
        self.headers: dict[str, str] = {}
        self.entered = not definition.login

    def login(self) -> None:
        """Log in and make the header of all later calls. Errors: `Misconfigured` when the system refuses."""
        login = self.definition.login
        self.headers = {}
        told, _ = self._ask(login, self.values)
        for name, path in (login.get("take") or {}).items():
            found = dig(told, str(path))
            if found is None:
                raise Misconfigured(f"the login's answer has nothing at {path}: user or password may be wrong", code="login")
            self.values[str(name)] = found
        self.headers = self._texts(login.get("header"))
        if context := login.get("context"):
            told, _ = self._ask(context, self.values)
            self.values["context"] = dig(told, str(context.get("take", "")))
        self.entered = True

    def call(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows of one request; after one new login when the session has ended."""
        if not self.entered:
            self.login()
        request = self.definition.request
        try:
            told, typed = self._ask(request, self.values | dict(values))
        except Misconfigured as fault:
            if fault.code != EXPIRED or not self.definition.login:
                raise
            self.entered = False
            self.login()
            told, typed = self._ask(request, self.values | dict(values))
        return self._rows(dig(told, str(request.get("rows", ""))), typed=typed)

    def _rows(self, rows: Any, *, typed: bool) -> list[dict[str, Any]]:
        where = repr(self.definition.request.get("rows", ""))
        if not isinstance(rows, list) or not all(type(row) is dict or isinstance(row, Mapping) for row in rows):
            raise Misconfigured(f"{self.definition.file}: there is no list of rows at {where} of the answer", code="rows")
        try:
            return [plain(row, self.definition.typed) for row in rows] if typed else rows
        except ValueError as fault:
            raise Misconfigured(f"{self.definition.file}: a typed value of the answer cannot be read: {fault}", code="typed") from fault

    def _texts(self, header: Mapping[str, Any] | None) -> dict[str, str]:
        return {str(name): as_text(self._filled(value, self.values)) for name, value in (header or {}).items()}

    def _filled(self, template: Any, values: Mapping[str, Any]) -> Any:
        try:
            return fill(template, values)
        except UnknownName as fault:
            raise self._unknown(fault) from fault
        except NoInteger as fault:
            raise Misconfigured(f"{self.definition.file}: {{{fault.args[0]}}} is no whole number here", code="placeholder") from fault

    def _unknown(self, fault: UnknownName) -> Misconfigured:
        message = f"{self.definition.file}: the placeholder {{{fault.args[0]}}} has no value; give it in `values`"
        return Misconfigured(message, code="placeholder")

    def _ask(self, request: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[Any, bool]:
        """The answer of one call, free of errors, and whether it may hold typed values. Calls only read: they may be repeated."""
        try:
            url = self.base + fill_path(str(request["path"]), values)
        except UnknownName as fault:
            raise self._unknown(fault) from fault
        body = request.get("body")
        headers = {"Accept": "application/json", "Content-Type": "application/json", **self._texts(self.definition.header), **self.headers}
        query = {name: as_text(value) for name, value in self._filled(request.get("query") or {}, values).items()}
        data = dumps(self._filled(body, values)) if body is not None else None
        method = str(request.get("method", "POST"))
        answer = self.http.send(method, url, headers=headers, data=data, params=query, allow_redirects=False)
        told, typed = answer.content, self.definition.typed.encode()
        return self._read(answer, url), told.rfind(typed) >= 0 or told.rfind(b'.":') >= 0  # from its end, which takes half the time

    def _read(self, answer: Answer, url: str) -> Any:
        """What an answer says. Errors: verdicts that name the address without its query, which may hold a secret."""
        if answer.status_code in REFUSED:
            message = f"{urlsplit(url).netloc} refuses user {self.values['user']} (HTTP {answer.status_code}): check user and password"
            raise Misconfigured(message, code=EXPIRED)
        if answer.status_code >= REDIRECTS:
            raise Misconfigured(f"{url} answers HTTP {answer.status_code}: check url and the paths of the definition", code="http")
        try:
            told = loads(answer.content)
        except ValueError as fault:
            sort = answer.headers.get("Content-Type", "no content type")
            raise Unreachable(f"{url} answers no JSON but {len(answer.content)} bytes ({sort})", code="unreadable") from fault
        if verdict := self.definition.faults.fault_in(told):
            raise verdict
        return told

    def close(self) -> None:
        """Close the session."""
        self.http.close()
