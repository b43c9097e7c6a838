"""A new document in NC Cloud, written once: looked up first, sent under a key of ours, read back.

Fields are NC Cloud's own names; those of a line are `body.N.name`. By a resource's `write_path` it carries `repeat_check` and a `busi_id`
made of the push's key, so that the server drops a repeat; by XChange the file name and `replace` do the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.kit.contract import PushRequest, Receipt
from connectors.kit.flat import Row, differing, nested
from connectors.nccloud import xchange
from connectors.nccloud.client import NcCloud
from connectors.nccloud.faults import DUPLICATE, verdict
from connectors.nccloud.reading import Reader
from connectors.nccloud.resources import Resource
from trace_core.errors import Conflict, Misconfigured, Unreachable

LINES = "body"


def busi_id(idempotency_key: str) -> str:
    """32 characters, the same for every attempt of one push."""
    return hashlib.sha256(idempotency_key.encode()).hexdigest()[:32]


def written(client: NcCloud, reader: Reader, told: Resource, request: PushRequest) -> Receipt:
    """Create the document of a request. Errors: `Conflict` when there is another one of that key, `Rejected` for a bad name."""
    if not (told.write_path or told.billtype):
        said = f"{request.kind} has no place to be written"
        raise Misconfigured(f"{said}: give resources.{request.kind} a `write_path` or a `billtype`", code="not_writable")
    document = nested({**request.fields, told.key: request.key}, LINES)
    held = reader.one(request.kind, request.key)
    if held is not None:
        _same(held, document, request)
        return Receipt(request.kind, request.key, request.key, datetime.now(UTC), ("held already, nothing was written",))
    number = handed_over(client, told, document, request)
    found = reader.one(request.kind, request.key)
    if found is None:
        said = f"NC Cloud took {request.kind} {request.key}, but does not show it yet"
        raise Unreachable(said, code="unfinished", retry_after=60.0, sent=True)
    _same(found, document, request)
    return Receipt(request.kind, request.key, number or request.key, datetime.now(UTC))


def handed_over(client: NcCloud, told: Resource, document: Row, request: PushRequest) -> str:
    """Hand a document over, by the resource or by XChange; NC Cloud's key for it, empty where it does not say. Errors: the client's."""
    return _by_path(client, told, document, request) if told.write_path else _by_xchange(client, told, document, request)


def _by_path(client: NcCloud, told: Resource, document: Row, request: PushRequest) -> str:
    try:
        answer = client.call(told.write_path, document, busi_id=busi_id(request.idempotency_key))
    except Conflict as fault:
        if fault.code != DUPLICATE:
            raise
        return request.key
    return str(answer.get(told.key) or "") if isinstance(answer, Mapping) else ""


def _by_xchange(client: NcCloud, told: Resource, document: Row, request: PushRequest) -> str:
    set_up = client.settings
    how = {"root": told.root, "billtype": told.billtype, "account": set_up.xchange_account, "receiver": set_up.xchange_receiver}
    body = xchange.request(document, key=busi_id(request.idempotency_key), **how)
    asked = {"account": set_up.xchange_account, "receiver": set_up.xchange_receiver}
    url, headers = set_up.url + xchange.PATH, {"Content-Type": "text/xml; charset=utf-8"}
    answer = client.http.send("POST", url, endpoint="XChange", writes=True, params=asked, headers=headers, data=body)
    try:
        sent = xchange.reply(answer.content)
    except ValueError as fault:
        raise Unreachable(f"XChange answered what cannot be read: {fault}", code="page", sent=True) from fault
    if not sent.good:
        raise verdict("XChange", sent.words, f"XChange {request.kind} {request.key}")
    return sent.key


def _same(held: Row, document: Row, request: PushRequest) -> None:
    if wrong := differing(held, document, LINES):
        said = f"NC Cloud holds {request.kind} {request.key} with other values: {', '.join(wrong[:10])}"
        raise Conflict(f"{said}; compare the two and change or delete the one there", code="other_content")
