"""`/healthz`, `/readyz` and the first of `/api/v1`: documents in, trace and find out, with bearer keys and problem+json errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from flask import Flask, Response, request
from sqlalchemy import text

from lotweave.access.keys import Holder, holder
from lotweave.bootstrap import House, clock
from lotweave.console.redact import redacted
from pipelines.steps.load import load
from trace_core.answer import trace
from trace_core.documents.fields import Moment
from trace_core.errors import Misconfigured, Problem, Verdict
from trace_core.find import find
from trace_core.identifiers import parse_thing
from trace_core.walk import QUESTIONS

View = Callable[..., Response]


def _json(told: Any, status: int = 200, kind: str = "application/json") -> Response:
    return Response(orjson.dumps(told, default=str), status, content_type=kind)


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """An error in the form of RFC 9457."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return _json(told, status, "application/problem+json")


def make_app(house: House) -> Flask:
    """The application for an open house."""
    app = Flask("lotweave")

    def allowed(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **named: Any) -> Response:
            key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
            with house.begin() as connection:
                who = holder(connection, key) if key else None
            if who is None:
                return problem(401, "No valid key", "send `Authorization: Bearer KEY`; make one with `lotweave keys create`")
            try:
                return view(who, *arguments, **named)
            except Verdict as verdict:
                return problem(400, verdict.code, verdict.message, problems=[p.as_json() for p in verdict.problems])

        return guarded

    @app.get("/healthz")
    def healthz() -> Response:
        return _json({"ok": True})

    @app.get("/readyz")
    def readyz() -> Response:
        with house.begin() as connection:
            connection.execute(text("SELECT 1"))
        return _json({"ok": True})

    @app.post("/api/v1/documents")
    @allowed
    def documents(who: Holder) -> Response:
        if who.role == "viewer":
            return problem(403, "Not allowed", "a viewer's key cannot load documents")
        loaded = load(iter(request.get_data().splitlines()), begin=house.begin, now=clock)
        return _json(loaded.as_json())

    @app.get("/api/v1/find")
    @allowed
    def find_number(who: Holder) -> Response:
        with house.view() as view:
            candidates = find(view, request.args.get("number", ""))
        return _json({"candidates": [told for told in candidates if who.sees(told["id"].split("/")[0])]})

    @app.get("/api/v1/trace/<direction>")
    @allowed
    def trace_thing(who: Holder, direction: str) -> Response:
        at, known, question = _moment("at"), _moment("as_known_at"), request.args.get("question", "contains")
        if direction not in {"backward", "forward"} or question not in QUESTIONS:
            return problem(404, "Unknown", "a trace is backward or forward, its question contains, ever or exposed")
        summary = request.args.get("summary") == "true"
        with house.view(known) as view:
            candidates = find(view, request.args.get("id", ""))
            named = {told["id"] for told in candidates}
            root = parse_thing(request.args.get("id", ""))
            root = root if root and root.uri in named else parse_thing(named.pop()) if len(named) == 1 else None
            if root is None or not who.sees(root.plant):
                seen = [told for told in candidates if who.sees(told["id"].split("/")[0])]
                return problem(404, "No single thing", "the id names no thing, or several", candidates=seen)
            options: dict[str, Any] = {"at": at, "as_known_at": known, "question": question, "summary": summary}
            answer = trace(view, root, direction=direction, now=clock(), **options)
        return _json(redacted(answer, who))

    return app


def _moment(name: str) -> Any:
    value = request.args.get(name)
    try:
        return None if value is None else Moment().deserialize(value.replace(" ", "+"))
    except ValueError as fault:
        raise Misconfigured("wrong time", problems=[Problem(name, str(fault), value or "")]) from fault
