"""`/healthz`, `/readyz` and the first of `/api/v1`: documents in, trace and find out, with bearer keys and problem+json errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import orjson
from flask import Flask, Response, request
from marshmallow import ValidationError
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from lotweave.access.keys import Holder, holder
from lotweave.bootstrap import House, clock
from lotweave.console.answers import problem, told_as_json
from lotweave.console.epcis import add_epcis
from lotweave.console.epcis_sockets import Sockets
from lotweave.console.hooks import post_hook
from lotweave.console.quarantine import get_causes, post_cause
from lotweave.console.reconciliation import get_differences, get_reconciliation, post_reconciliation
from lotweave.console.redact import redacted, redacted_recall
from lotweave.console.schedules import get_schedules, post_schedule, put_blackout, put_schedule
from lotweave.metrics import metrics
from lotweave.questions import reach_of
from lotweave.readiness import readiness
from pipelines.steps.load import load
from trace_core.answer import Also, trace
from trace_core.as_built import as_built
from trace_core.documents.fields import Moment
from trace_core.errors import Misconfigured, Problem, Verdict
from trace_core.find import find, single
from trace_core.reach import DIRECTIONS
from trace_core.recall import conditions_of, recall
from trace_core.walk import QUESTIONS, Asked

View = Callable[..., Response]


def make_app(house: House, sockets: Sockets | None = None) -> Flask:
    """The application for an open house; `sockets` are its subscribers over WebSocket, which whoever serves it closes."""
    app = Flask("lotweave")
    app.add_url_rule("/healthz", view_func=lambda: told_as_json({"ok": True}), endpoint="healthz")
    app.add_url_rule("/readyz", view_func=lambda: _readyz(house), endpoint="readyz")
    app.add_url_rule("/metrics", view_func=lambda: Response(metrics(house), content_type=CONTENT_TYPE_PLAIN_0_0_4), endpoint="metrics")
    for path, methods, view in (
        ("/api/v1/documents", "POST", _documents),
        ("/api/v1/find", "GET", _find),
        ("/api/v1/trace/<direction>", "GET", _trace),
        ("/api/v1/reach/<direction>", "GET", _reach),
        ("/api/v1/as-built", "GET", _as_built),
        ("/api/v1/recall", "GET", _recall),
        ("/api/v1/quarantine/causes", "GET", get_causes),
        ("/api/v1/quarantine/causes/<cause>/<action>", "POST", post_cause),
        ("/api/v1/reconciliation", "GET", get_reconciliation),
        ("/api/v1/reconciliation/<name>/<kind>", "POST", post_reconciliation),
        ("/api/v1/reconciliation/<name>/<kind>/differences", "GET", get_differences),
        ("/api/v1/schedules", "GET", get_schedules),
        ("/api/v1/schedules/<name>/<action>", "POST", post_schedule),
        ("/api/v1/schedules/<name>", "PUT PATCH DELETE", put_schedule),
        ("/api/v1/blackouts/<name>", "PUT PATCH DELETE", put_blackout),
    ):
        app.add_url_rule(path, view.__name__, _guarded(house, view), methods=methods.split())
    app.add_url_rule("/hooks/<connection>", "hook", partial(post_hook, house), methods=["POST"])
    add_epcis(app, house, sockets or Sockets(house.site.epcis.most_sockets))
    return app


def _readyz(house: House) -> Response:
    found = readiness(house)
    return told_as_json(found.as_json(), 200 if found.ok else 503)


def _guarded(house: House, view: View) -> View:
    """The view for whoever shows a valid key; verdicts become problems."""

    @wraps(view)
    def guarded(**named: Any) -> Response:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        with house.begin() as connection:
            who = holder(connection, key) if key else None
        if who is None:
            return problem(401, "No valid key", "send `Authorization: Bearer KEY`; make one with `lotweave keys create`")
        try:
            return view(house, who, **named)
        except Verdict as verdict:
            return problem(400, verdict.code, verdict.message, problems=[p.as_json() for p in verdict.problems])

    return guarded


def _documents(house: House, who: Holder) -> Response:
    if who.role == "viewer":
        return problem(403, "Not allowed", "a viewer's key cannot load documents")
    lines, beyond = request.get_data().splitlines(), []
    if who.plants:
        beyond = [number for number, line in enumerate(lines, 1) if not _within(line, who)]
    if beyond:
        return problem(403, "Not allowed", f"this key is limited to {', '.join(who.plants)}; lines of other plants: {beyond[:20]}")
    return told_as_json(load(lines, begin=house.begin, now=clock).as_json())


def _within(line: bytes, who: Holder) -> bool:
    try:
        told = orjson.loads(line) if line.strip() else None
    except orjson.JSONDecodeError:
        return True
    return not isinstance(told, dict) or who.sees(str(told.get("plant", "")))


def _find(house: House, who: Holder) -> Response:
    with house.view() as view:
        candidates = find(view, request.args.get("number", ""))
    return told_as_json({"candidates": _seen(candidates, who)})


def _seen(candidates: list[dict[str, str]], who: Holder) -> list[dict[str, str]]:
    return [told for told in candidates if who.sees(told["id"].split("/")[0])]


def _trace(house: House, who: Holder, direction: str) -> Response:
    at, known, question = _moment("at"), _moment("as_known_at"), request.args.get("question", "contains")
    if direction not in {"backward", "forward"} or question not in QUESTIONS:
        return problem(404, "Unknown", "a trace is backward or forward, its question contains, ever or exposed")
    also: Also = {"summary": _flag("summary"), "exposure": _flag("exposure"), "histories": _flag("histories")}
    also["clocks"] = house.site.clocks
    with house.view(known) as view:
        root, candidates = single(view, request.args.get("id", ""))
        if root is None or not who.sees(root.plant):
            return problem(404, "No single thing", "the id names no thing, or several", candidates=_seen(candidates, who))
        options: dict[str, Any] = {"at": at, "as_known_at": known, "question": question}
        answer = trace(view, root, direction=direction, now=clock(), **options, **also)
    return told_as_json(redacted(answer, who))


def _reach(house: House, who: Holder, direction: str) -> Response:
    at, known, question = _moment("at"), _moment("as_known_at"), request.args.get("question", "contains")
    if direction not in DIRECTIONS or question not in QUESTIONS:
        return problem(404, "Unknown", "a reach is backward or forward, its question contains, ever or exposed")
    with house.view(known) as view, house.reader() as reader:
        root, candidates = single(view, request.args.get("id", ""))
        if root is None or not who.sees(root.plant):
            return problem(404, "No single thing", "the id names no thing, or several", candidates=_seen(candidates, who))
        found = reach_of(view, reader, root, direction, Asked(at or clock(), question))
        if request.args.get("format") == "lines":
            return Response(found.reach.lines(), content_type="text/plain; charset=utf-8")
        told = found.as_json(things=request.args.get("count") != "true")
    return told_as_json(told | {"things": [_named(thing, who) for thing in told["things"]]} if "things" in told else told)


def _as_built(house: House, who: Holder) -> Response:
    at, known = _moment("at"), _moment("as_known_at")
    with house.view(known) as view:
        thing, candidates = single(view, request.args.get("id", ""))
        if thing is None or not who.sees(thing.plant):
            return problem(404, "No single thing", "the id names no thing, or several", candidates=_seen(candidates, who))
        return told_as_json(as_built(view, thing, Asked(at or clock())))


def _recall(house: House, who: Holder) -> Response:
    at, known, question = _moment("at"), _moment("as_known_at"), request.args.get("question", "contains")
    if question not in QUESTIONS:
        return problem(404, "Unknown", "the question of a recall is contains, ever or exposed")
    if not request.args.getlist("id"):
        return problem(400, "No suspect", "name at least one thing: ?id=…")
    where = conditions_of(request.args.getlist("where"))
    with house.view(known) as view:
        roots = []
        for text in request.args.getlist("id"):
            root, candidates = single(view, text)
            if root is None or not who.sees(root.plant):
                return problem(404, "No single thing", f"{text} names no thing, or several", candidates=_seen(candidates, who))
            roots.append(root)
        answer = recall(view, roots, Asked(at or clock(), question), where=where, clocks=house.site.clocks)
    return told_as_json(redacted_recall(answer, who))


def _named(thing: dict[str, Any], who: Holder) -> dict[str, Any]:
    """A thing of a reach as a key may see it: of other plants its id alone."""
    plant = thing["id"].split("/")[0]
    return thing if who.sees(plant) else {"id": thing["id"], "plant": plant, "redacted": True}


def _flag(name: str) -> bool:
    return request.args.get(name) == "true"


def _moment(name: str) -> Any:
    value = request.args.get(name)
    try:
        return None if value is None else Moment().deserialize(value.replace(" ", "+"))
    except ValidationError as fault:
        raise Misconfigured("wrong time", problems=[Problem(name, str(fault), value or "")]) from fault
