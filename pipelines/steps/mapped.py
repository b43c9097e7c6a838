"""Questions about mappings that only what is kept can answer: why a field has its value, what a change would do, what systems send anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import msgspec

from mappings.engine.apply import Mapper
from mappings.engine.difference import Difference, changes
from mappings.engine.plan import Plan
from mappings.engine.preview import way_of
from mappings.engine.released import released
from mappings.engine.sources import is_known
from mappings.engine.steps import Line as MappingLine
from pipelines.ports import Line, Plumbing
from pipelines.state import inbox, mapping_releases, source_fields
from trace_core.errors import Misconfigured, Rejected
from trace_core.store.sources import provenance_of

_JSON = msgspec.json.Decoder(float_hook=Decimal)


def plan_for(mapper: Mapper, line: Line) -> Plan:
    """The plan of a mapping for a connection."""
    return mapper.plan(MappingLine(line.name, line.plant, line.zone))


def why(name: tuple[str, str, str], field: str, plumbing: Plumbing, *, revision: int | None = None) -> dict[str, Any]:
    """How a field of a document came about: the version of the mapping, its lines, the source fields and every step between.

    Errors: `Rejected` when there is no such document, or when it was not made by a mapping, or what made it is not kept.
    """
    with plumbing.begin() as connection:
        row = provenance_of(connection, name, revision)
        if row is None:
            raise Rejected(f"there is no document {'/'.join(name)}", code="unknown")
        told = {
            "document": dict(zip(("plant", "kind", "key"), name, strict=True)) | {"revision": row.revision},
            "source": {"connection": row.connection, "kind": row.source_kind, "key": row.source_key},
            "mapping": row.mapping,
            "version": row.mapping_version,
        }
        line = plumbing.lines.get(row.connection)
        files = mapping_releases.files_of(connection, row.mapping, row.mapping_version)
        payload = inbox.payload_of(connection, (row.connection, row.source_kind, row.source_key), row.revision)
    if line is None or files is None or payload is None:
        missing = "its connection is not in the site any more" if line is None else "what it was made from is not kept"
        said = "it was loaded as it is" if row.mapping == "canonical" else missing
        raise Rejected(f"{'/'.join(name)} cannot be explained: {said}", code="unknown")
    with released(row.mapping, files) as mapper:
        explained = plan_for(mapper, line).explain(_JSON.decode(payload))
    for values in explained.told:
        if any(value.target == "key" and str(value.made) == name[2] for value in values) and (found := way_of(values, field)):
            return told | {"field": field, "held": _held(row.body, field), "made": found}
    raise Rejected(f"{'/'.join(name)} has no field {field} that its mapping makes", code="unknown")


def _held(body: Any, field: str) -> Any:
    """The field of the document as it is held."""
    for part in field.removeprefix("body.").split("."):
        if isinstance(body, dict):
            body = body.get(part)
        elif isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        else:
            return None
    return body


def difference(old: Mapper | None, new: Mapper, kind: str, system: str, plumbing: Plumbing, *, limit: int) -> Difference:
    """What a new mapping would make otherwise of the newest raw documents of a kind; without `old`, beside those in use."""
    lines = {line.name: line for line in plumbing.lines.values() if line.system == system}
    with plumbing.begin() as connection:
        rows = inbox.newest(connection, list(lines), kind, limit=limit)
    found = Difference()
    for row in rows:
        line = lines[row.connection]
        before = old or plumbing.mapper(line, kind)
        if before is None:
            raise Misconfigured(f"there is no mapping in use for {system}/{kind} to compare with; name one", code="mapping")
        document = _JSON.decode(bytes(row.payload))
        outcomes = [plan_for(mapper, line).apply(document) for mapper in (before, new)]
        found.add(f"{row.connection} {row.key}", changes(*outcomes))
    return found


def drift(plumbing: Plumbing, name: str | None = None) -> list[dict[str, Any]]:
    """Fields that are new in a system, changed their sort, or are mapped and were never sent; by connection, kind and path."""
    with plumbing.begin() as connection:
        rows = source_fields.fields_of(connection, name)
    seen: dict[tuple[str, str], dict[str, list[Any]]] = {}
    for row in rows:
        seen.setdefault((row.connection, row.kind), {}).setdefault(row.path, []).append(row)
    return [told for (connection_name, kind), fields in sorted(seen.items()) for told in _drift(connection_name, kind, fields, plumbing)]


def _drift(name: str, kind: str, fields: dict[str, list[Any]], plumbing: Plumbing) -> Iterator[dict[str, Any]]:
    line = plumbing.lines.get(name)
    try:
        mapper = plumbing.mapper(line, kind) if line else None
    except Misconfigured:
        mapper = None
    if mapper is None:
        return
    for path, rows in sorted(fields.items()):
        told = {"connection": name, "kind": kind, "field": path, "sorts": [row.sort for row in rows]}
        times = {"first_seen": min(row.first_seen for row in rows).isoformat(), "last_seen": max(row.last_seen for row in rows).isoformat()}
        if not is_known(path, mapper.known):
            yield told | times | {"what": "new"}
        elif len({row.sort for row in rows} - {"empty"}) > 1:
            yield told | times | {"what": "changed"}
    for path in sorted(mapper.read):
        if not any(found == path or found.startswith(f"{path}.") for found in fields):
            yield {"connection": name, "kind": kind, "field": path, "what": "missing", "sorts": []}


def recorded(line: Line, kind: str, plumbing: Plumbing, *, limit: int) -> list[Any]:
    """Raw documents of a kind to look at: the newest of the inbox, else the first that the system hands over. Nothing is kept."""
    with plumbing.begin() as connection:
        rows = inbox.newest(connection, [line.name], kind, limit=limit)
    if rows:
        return [_JSON.decode(bytes(row.payload)) for row in rows]
    found: list[Any] = []
    with closing(plumbing.connector(line.name)) as connector:
        for page in connector.pull(kind, None, full=True):
            found += [_JSON.decode(document.payload) for document in page.documents if not document.deleted]
            if len(found) >= limit:
                break
    return found[:limit]
