"""`/epcis`: the EPCIS 2.0 REST binding, with the same keys as `/api/v1`. Source: EPCIS 2.0, section 12; docs/reference/epcis.md."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import InternalServerError, RequestEntityTooLarge

from lotweave.access.keys import holder
from lotweave.bootstrap import House
from lotweave.console import epcis_capture as capture
from lotweave.console import epcis_query as query
from lotweave.console import epcis_subscriptions as subscriptions
from lotweave.console.asking import Asking
from lotweave.console.epcis_headers import agree, announced, discovery
from lotweave.console.epcis_problems import EpcisException, response
from lotweave.console.epcis_sockets import Sockets
from pipelines.steps.epcis_masters import TooComplex
from pipelines.steps.epcis_query import TooLarge
from trace_core.errors import Rejected

View = Callable[..., Response]
_EXCEPTIONS = {
    "query": "QueryParameterException",
    "token": "QueryParameterException",
    "media_type": "UnsupportedMediaTypeException",
    "controls": "SubscriptionControlsException",
}
"""Code of a rejection → exception; others are of the payload."""


def add_epcis(app: Flask, house: House, sockets: Sockets) -> None:
    """Give the application its EPCIS routes."""
    sorts, allowed = ", ".join(query.COLLECTIONS), dict[str, list[str]]()

    def add(path: str, methods: list[str], view: View) -> None:
        allowed.setdefault(path, []).extend(methods)
        told: dict[str, Any] = {"methods": methods, "merge_slashes": False, "provide_automatic_options": False}
        app.add_url_rule(f"/epcis{path}", f"epcis {methods[0]} {path}", _guarded(house, view), **told)

    for path, methods, view in (
        ("/capture", ["POST"], capture.post_document),
        ("/capture", ["GET"], capture.get_jobs),
        ("/captureJobs", ["GET"], capture.get_jobs),
        ("/captureJobs/<job>", ["GET"], capture.get_job),
        ("/capture/<job>", ["GET"], capture.get_job),
        ("/events", ["POST"], capture.post_event),
        ("/events", ["GET"], query.get_events),
        ("/events/<path:event_id>", ["GET"], query.get_event),
        ("/queries", ["POST"], query.post_query),
        ("/queries", ["GET"], query.get_queries),
        ("/queries/<name>", ["GET"], query.get_query),
        ("/queries/<name>", ["DELETE"], query.delete_query),
        ("/queries/<name>/events", ["GET"], query.get_query_events),
        ("/queries/<name>/subscriptions", ["POST"], subscriptions.post_subscription),
        ("/queries/<name>/subscriptions", ["GET"], subscriptions.get_subscriptions),
        ("/queries/<name>/subscriptions/<subscription>", ["GET"], subscriptions.get_subscription),
        ("/queries/<name>/subscriptions/<subscription>", ["DELETE"], subscriptions.delete_subscription),
        ("/nextPageToken/<token>", ["DELETE"], query.delete_token),
        (f"/<any({sorts}):sort>", ["GET"], query.get_collection),
        (f"/<any({sorts}):sort>/<path:value>/events", ["GET"], query.get_member_events),
        (f"/<any({sorts}):sort>/<path:value>", ["GET"], query.get_member),
        ("/", ["GET"], _front),
    ):  # fmt: skip
        add(path, methods, view)
    for path, methods in list(allowed.items()):
        add(path, ["OPTIONS"], _discovery(house, methods))
    add("/<path:rest>", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], _nothing)
    app.add_url_rule("/epcis/queries/<name>/events", "epcis subscribe", _guarded(house, sockets.subscribe), websocket=True)
    app.add_url_rule("/epcis/<path:rest>", "epcis no websocket", _guarded(house, _no_websocket), websocket=True)
    app.register_error_handler(InternalServerError, _failed)


def _guarded(house: House, view: View) -> View:
    """The view for whoever shows a valid key; whatever is refused becomes a problem of the standard."""

    @wraps(view)
    def guarded(**named: Any) -> Response:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        with house.begin() as connection:
            who = holder(connection, key) if key else None
        if who is None:
            said = "send `Authorization: Bearer KEY`; make one with `lotweave keys create`"
            return response("SecurityException", said, status=401)
        try:
            agree()
            answer = view(Asking(house, who), **named)
        except EpcisException as fault:
            return response(fault.name, fault.detail, status=fault.status, problems=fault.problems)
        except Rejected as fault:
            problems = [problem.as_json() for problem in fault.problems]
            return response(_EXCEPTIONS.get(fault.code, "ValidationException"), fault.message, problems=problems)
        except (TooLarge, TooComplex) as fault:
            return response(f"Query{type(fault).__name__}Exception", str(fault))
        except RequestEntityTooLarge:
            return response("CaptureLimitExceededException", f"a payload may have {house.site.epcis.most_bytes} bytes")
        answer.headers.extend(announced())
        return answer

    return guarded


def _failed(fault: InternalServerError) -> Response | InternalServerError:
    """A fault of ours, which the log has; elsewhere than here it stays what it is."""
    if not request.path.startswith("/epcis"):
        return fault
    return response("ImplementationException", "the server failed; what was kept as a job is carried on")


def _discovery(house: House, methods: list[str]) -> View:
    return lambda _, **__: discovery(house, methods)


def _front(_: Asking) -> Response:
    """What there is: the versions and limits are in the headers of every answer."""
    return query.collection(["capture", "captureJobs", "events", "queries", *query.COLLECTIONS])


def _no_websocket(_: Asking, rest: str) -> Response:
    said = f"WebSockets are taken at /epcis/queries/{{name}}/events alone, not at /epcis/{rest}"
    raise EpcisException("ImplementationException", said, status=501)


def _nothing(_: Asking, rest: str) -> Response:
    raise EpcisException("NoSuchResourceException", f"there is no /epcis/{rest} that takes {request.method}")
