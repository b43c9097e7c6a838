"""Queries over HTTP: events, named queries, and the collections of the REST binding. Source: EPCIS 2.0, sections 12.5 and 12.6."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from flask import Response, request

from lotweave.bootstrap import clock
from lotweave.console.asking import Asking
from lotweave.console.epcis_capture import page_size
from lotweave.console.epcis_headers import extensions, ids, writers
from lotweave.console.epcis_problems import EpcisException
from pipelines.state import named_queries
from pipelines.steps.epcis_members import STANDARD, listed
from pipelines.steps.epcis_query import Page, page
from pipelines.steps.own_hashes import Behind, be_ready
from trace_core.documents.fields import time_text
from trace_core.epcis.names import compact
from trace_core.epcis.queries import Query, from_json, from_url
from trace_core.epcis.shape import CONTEXT

COLLECTIONS = {
    "eventTypes": "eventType",
    "bizSteps": "EQ_bizStep",
    "dispositions": "EQ_disposition",
    "readPoints": "EQ_readPoint",
    "bizLocations": "EQ_bizLocation",
    "epcs": "MATCH_anyEPC",
}
"""Collection → the parameter that its members are."""
_SORTS = {sort: "epc" if sort == "epcs" else name.removeprefix("EQ_") for sort, name in COLLECTIONS.items()}
_PAGING = frozenset({"perPage", "nextPageToken"})
_NAME = re.compile(r"[A-Za-z0-9._~-]{1,100}\Z", re.ASCII)


def get_events(asking: Asking) -> Response:
    """Events that fulfil the parameters of the URL."""
    return _answer(asking, _from_url(), "SimpleEventQuery")


def get_event(asking: Asking, event_id: str) -> Response:
    """One event by its eventID or its hash; where its error was declared, the event itself."""
    asked = from_url([("EQ_eventID", event_id)])
    _be_ready(asking, asked)
    with asking.house.begin() as connection:
        found = page(connection, asked, ground=asking.house.site.epcis.ground, plants=asking.who.plants, size=10)
    event = next((one for one in found.events if one.error is None), next(iter(found.events), None))
    if event is None:
        raise EpcisException("NoSuchResourceException", f"there is no event {event_id}")
    write, _, media = writers(asking)
    return Response(write(event), content_type=media)


def post_query(asking: Asking) -> Response:
    """Keep a query under a name: `{"name": …, "query": {…}}`."""
    if asking.who.role == "viewer":
        raise EpcisException("SecurityException", "a viewer's key cannot keep queries")
    try:
        told = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as fault:
        raise EpcisException("QueryValidationException", f"the query is no JSON: {fault}") from fault
    name, query = (told.get("name"), told.get("query")) if isinstance(told, dict) else (None, None)
    if not isinstance(name, str) or not _NAME.match(name):
        raise EpcisException("QueryValidationException", "name must have 1 to 100 letters, digits, dots, dashes or underscores")
    from_json(query)
    with asking.house.begin() as connection:
        fresh = named_queries.put(connection, name, dict(query or {}), now=clock())
    if not fresh:
        raise EpcisException("ResourceAlreadyExistsException", f"there is a query {name} already")
    return Response(status=201, headers={"Location": f"/epcis/queries/{name}"})


def get_queries(asking: Asking) -> Response:
    """Named queries in the order of their names."""
    size = page_size()
    with asking.house.begin() as connection:
        rows = named_queries.listing(connection, after=request.args.get("nextPageToken", ""), limit=size + 1)
    told = [{"name": row.name, "createdAt": time_text(row.created_at), "query": row.query} for row in rows[:size]]
    answer = Response(orjson.dumps(told), content_type="application/json")
    if len(rows) > size:
        answer.headers["Link"] = f'</epcis/queries?perPage={size}&nextPageToken={rows[size - 1].name}>; rel="next"'
    return answer


def get_query(asking: Asking, name: str) -> Response:
    """A named query."""
    return Response(orjson.dumps({"name": name, "query": _named(asking, name)}), content_type="application/json")


def delete_query(asking: Asking, name: str) -> Response:
    """Forget a named query."""
    if asking.who.role == "viewer":
        raise EpcisException("SecurityException", "a viewer's key cannot remove queries")
    with asking.house.begin() as connection:
        gone = named_queries.remove(connection, name)
    if not gone:
        raise EpcisException("NoSuchNameException", f"there is no query {name}")
    return Response(status=204)


def get_query_events(asking: Asking, name: str) -> Response:
    """Events that fulfil a named query, as the asking key may see them."""
    only_paging()
    return _answer(asking, from_json(_named(asking, name)), name)


def get_collection(asking: Asking, sort: str) -> Response:
    """The members of a collection, a page at a time: words of the standard, and what the events that the key sees name."""
    only_paging()
    size, token, write, prefixes = page_size(), request.args.get("nextPageToken"), ids(asking), extensions()
    kind = _SORTS[sort]
    with asking.house.begin() as connection:
        found = listed(connection, kind, ground=asking.house.site.epcis.ground, plants=asking.who.plants, size=size, token=token)
    answer = collection([compact(write(uri), prefixes) for uri in found.members])
    if found.next is not None:
        answer.headers["Link"] = _next(found.next)
    return answer


def get_member(asking: Asking, sort: str, value: str) -> Response:
    """What there is of a member of a collection: its events. 404 when neither the standard nor an event that the key sees has it."""
    only_paging()
    query = _from_url((COLLECTIONS[sort], value))
    if query.conditions[0].values[0] not in STANDARD.get(_SORTS[sort], ()):
        with asking.house.begin() as connection:
            found = page(connection, query, ground=asking.house.site.epcis.ground, plants=asking.who.plants, size=1)
        if not found.events:
            raise EpcisException("NoSuchResourceException", f"there is no {value} among {sort}")
    return collection(["events"])


def get_member_events(asking: Asking, sort: str, value: str) -> Response:
    """Events of one member of a collection, narrowed further by parameters of the URL."""
    return _answer(asking, _from_url((COLLECTIONS[sort], value)), "SimpleEventQuery")


def delete_token(_: Asking, **__: str) -> Response:
    """Give a page token back. Tokens hold their place themselves; nothing is kept for them."""
    return Response(status=204)


def collection(members: Sequence[str]) -> Response:
    """A collection of the REST binding."""
    told = {"@context": CONTEXT, "type": "Collection", "member": list(members)}
    return Response(orjson.dumps(told), content_type="application/json")


def only_paging() -> None:
    """Refuse parameters other than those of paging."""
    wrong = sorted(set(request.args) - _PAGING)
    if wrong:
        raise EpcisException("QueryParameterException", f"takes no parameters but perPage and nextPageToken; found {', '.join(wrong)}")


def _from_url(*more: tuple[str, str]) -> Query:
    """The query of the URL, its prefixes declared by the header GS1-Extensions."""
    return from_url([*more, *((name, value) for name, value in request.args.items(multi=True) if name not in _PAGING)], extensions())


def _named(asking: Asking, name: str) -> Any:
    with asking.house.begin() as connection:
        query = named_queries.get(connection, name)
    if query is None:
        raise EpcisException("NoSuchNameException", f"there is no query {name}")
    return query


def _answer(asking: Asking, query: Query, name: str) -> Response:
    size, token, (_, write, media) = page_size(), request.args.get("nextPageToken"), writers(asking)
    _be_ready(asking, query)
    with asking.house.begin() as connection:
        found: Page = page(connection, query, ground=asking.house.site.epcis.ground, plants=asking.who.plants, size=size, token=token)
    answer = Response(write(found.events, created=clock(), query=name), content_type=media)
    if found.next is not None:
        answer.headers["Link"] = _next(found.next)
    return answer


def _be_ready(asking: Asking, query: Query) -> None:
    """See that our own events are found by the hashes that a query asks for. Errors: `EpcisException` while they are being made."""
    try:
        be_ready(asking.house.begin, asking.house.site.epcis.ground, query.values("EQ_eventID") or ())
    except Behind as fault:
        raise EpcisException("ImplementationException", str(fault), status=503) from fault


def _next(token: str) -> str:
    """The link to the next page of what was asked for."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "nextPageToken"]
    return f'<{quote(request.path)}?{urlencode([*kept, ("nextPageToken", token)])}>; rel="next"'
