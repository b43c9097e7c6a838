"""Calls as a definition describes them: a login, a header made from its reply, one new login when the session is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.generic.definition import Definition
from connectors.generic.template import UnknownName, dig, fill
from connectors.generic.typed import plain
from connectors.kit.exact_json import dumps, loads
from connectors.kit.http import Answer, HttpSession, Patience
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable, Verdict

REFUSED = frozenset({401, 403})
CLIENT_FAULTS = 400


class RestClient:
    """One session with one system."""

    def __init__(self, definition: Definition, settings: Mapping[str, Any]) -> None:
        self.definition = definition
        self.base = str(settings["url"]).rstrip("/")
        self.values: dict[str, Any] = dict(settings["values"] or {}) | {"user": settings["user"], "password": settings["password"]}
        self.http = HttpSession(patience=Patience(read=float(settings["timeout_seconds"])))
        self.headers: dict[str, str] = {}
        self.entered = not definition.login

    def login(self) -> None:
        """Log in and make the header of all later calls. Errors: `Misconfigured` when the system refuses."""
        login = self.definition.login
        told = self._read(self._send(login, self.values))
        for name, path in (login.get("take") or {}).items():
            found = dig(told, str(path))
            if found is None:
                raise Misconfigured(f"the login's answer has nothing at {path}: user or password may be wrong", code="login")
            self.values[str(name)] = found
        self.headers = {str(name): str(self._filled(value, self.values)) for name, value in (login.get("header") or {}).items()}
        self.entered = True
        context = login.get("context")
        if context:
            self.values["context"] = dig(self._read(self._send(context, self.values)), str(context.get("take", "")))

    def call(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows of one request."""
        if not self.entered:
            self.login()
        answer = self._send(self.definition.request, self.values | dict(values))
        if answer.status_code in REFUSED and self.definition.login:
            self.entered = False
            self.login()
            answer = self._send(self.definition.request, self.values | dict(values))
        rows = dig(self._read(answer), str(self.definition.request.get("rows", "")))
        if not isinstance(rows, list):
            raise Misconfigured(
                f"{self.definition.file}: there are no rows at {self.definition.request.get('rows')!r} of the answer", code="rows"
            )
        return [plain(row, self.definition.typed or "__class__") for row in rows]

    def _filled(self, template: Any, values: Mapping[str, Any]) -> Any:
        try:
            return fill(template, values)
        except UnknownName as fault:
            raise Misconfigured(f"{self.definition.file}: the placeholder {{{fault.args[0]}}} has no value", code="placeholder") from fault

    def _send(self, request: Mapping[str, Any], values: Mapping[str, Any]) -> Answer:
        url = self.base + str(self._filled(str(request["path"]), values))
        body = request.get("body")
        headers = {"Accept": "application/json", "Content-Type": "application/json", **self.headers}
        query = self._filled(request.get("query") or {}, values)
        data = dumps(self._filled(body, values)) if body is not None else None
        return self.http.send(str(request.get("method", "POST")), url, headers=headers, data=data, params=query)

    def _read(self, answer: Answer) -> Any:
        if answer.status_code in REFUSED:
            raise Misconfigured(f"{self.base} refuses user {self.values['user']}: check user and password", code="password")
        if answer.status_code >= CLIENT_FAULTS:
            raise Misconfigured(f"{answer.url} answers HTTP {answer.status_code}: check url and paths of the definition", code="http")
        try:
            told = loads(answer.content)
        except ValueError as fault:
            raise Unreachable(f"{answer.url} answers no JSON: {answer.text[:80]!r}", code="unreadable") from fault
        self._check(told)
        return told

    def _check(self, told: Any) -> None:
        faults = self.definition.faults
        if not faults.path or dig(told, faults.path) is None:
            return
        name, text = str(dig(told, faults.name) or ""), str(dig(told, faults.text) or "")
        sorts: dict[str, type[Verdict]] = {"Unreachable": Unreachable, "Conflict": Conflict, "Misconfigured": Misconfigured}
        sort = sorts.get(faults.verdicts.get(name, faults.default), Rejected)
        raise sort(f"the system says {name}: {text}".rstrip(": "), code="fault")

    def close(self) -> None:
        """Close the session."""
        self.http.close()
