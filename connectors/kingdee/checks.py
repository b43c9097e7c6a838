"""What a connection test tries: the way in, the fields of every form that is read, codes that no mapping knows, and where results go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from connectors.kingdee.client import KingdeeClient
from connectors.kingdee.codes import FORMS, unknown
from connectors.kingdee.fields import describe
from connectors.kingdee.kinds import Kind
from connectors.kingdee.reading import Reader
from connectors.kit.contract import Finding
from trace_core.errors import Verdict

HEARTBEAT = {"FormId": "ORG_Organizations", "FieldKeys": "FNumber,FName", "FilterString": "", "TopRowCount": 0, "StartRow": 0, "Limit": 100}


def check(reader: Reader, settings: Mapping[str, Any], target: str) -> Sequence[Finding]:
    """One finding for the way in; when it is open, one for each form, and one for the form that takes results where it is `target`."""
    told = [_tried("login", lambda: _organisations(reader.client))]
    if told[0].ok:
        told += [_form(reader, name) for name in list(reader.kinds)]
        told += list(_target(reader.client, settings, target))
        told.append(
            Finding("page_size", ok=True, sentence=f"asks for {reader.size} rows a query; the most that came so far are {reader.most}")
        )
    return told


def _tried(subject: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, ok=True, sentence=attempt())
    except Verdict as fault:
        return Finding(subject, ok=False, sentence=fault.message, verdict=type(fault).__name__)


def _organisations(client: KingdeeClient) -> str:
    rows = client.call("ExecuteBillQuery", {"data": HEARTBEAT})
    return f"Kingdee knows {client.credential.user}; organisations: {', '.join(f'{row[0]} {row[1]}' for row in rows) or 'none visible'}"


def _form(reader: Reader, name: str) -> Finding:
    """Ask for every field of the form once; what is not there and can be done without is told."""
    found = _tried(name, lambda: _fields(reader, name))
    if not found.ok and reader.kinds[name].raw:
        return Finding(name, ok=True, sentence=f"cannot be read, which matters only where `kinds` names it: {found.sentence}")
    return found


def _fields(reader: Reader, name: str) -> str:
    rows = reader.page(name, lambda _: "", None, limit=1)
    if name in reader.absent:
        return "this edition does not have the form: nothing is read of it"
    kind: Kind = reader.kinds[name]
    missing = reader.left_out.get(name, [])
    said = f"is read without {', '.join(missing)}, which it lacks here" if missing else f"all {len(kind.columns)} fields can be read"
    said += "" if rows else "; it holds nothing for this user yet"
    if name not in FORMS:
        return said
    try:
        codes = list(unknown(name, describe(reader.client, name)))
    except Verdict:
        return said
    return said + (f"; codes that no mapping knows may come: {', '.join(codes)}" if codes else "")


def _target(client: KingdeeClient, settings: Mapping[str, Any], target: str) -> Iterator[Finding]:
    """Whether the form has the fields that results go to; nothing is said where it cannot be known."""
    wanted = [*(settings["trace_fields"] or ()), *([settings["trace_link"]] if settings["write_target"] == "document" else [])]
    if not target or not wanted:
        return
    try:
        told = describe(client, target)
    except Verdict as fault:
        yield Finding("write-back", ok=False, sentence=fault.message, verdict=type(fault).__name__)
        return
    missing = [name for name in wanted if told.lacks(name)]
    if not told.keys:
        return
    said = f"{target} lacks {', '.join(missing)}: make them in the designer, or name others in `trace_fields`"
    yield Finding("write-back", ok=not missing, sentence=said if missing else f"{target} has {', '.join(wanted)}")
