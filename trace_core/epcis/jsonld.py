"""Reading the JSON-LD binding: documents, query documents and bare events. Source: EPCIS 2.0, section 9; JSON schema of the standard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trace_core.epcis.names import context_parts, declared, expanded, is_name, is_writable
from trace_core.epcis.raw import RawDocument, RawElement, RawEvent, Where
from trace_core.epcis.shape import TYPES
from trace_core.errors import Problem, Rejected

_DOCUMENTS = frozenset({"EPCISDocument", "EPCISQueryDocument"})
_MEMBERS = frozenset(
    {"@context", "id", "type", "schemaVersion", "creationDate", "instanceIdentifier", "sender", "receiver", "epcisHeader", "epcisBody"}
)
_BODY = {"EPCISDocument": frozenset({"eventList", "event"}), "EPCISQueryDocument": frozenset({"queryResults"})}
DEEPEST = 64
"""Levels of nesting; more is no event but an attack."""
_RESULTS = frozenset({"queryName", "subscriptionID", "resultsBody"})


def read_json(payload: bytes) -> RawDocument:
    """The events of a JSON-LD payload with their places.

    Errors: `Rejected` when it is no JSON object, or names a member twice.
    """
    told = _parsed(payload)
    context, problems = declared(told.get("@context"), "/@context")
    if "@context" not in told:
        problems.append(Problem("/@context", "is missing; it declares the EPCIS context and the prefixes of extensions"))
    elif not _names_epcis(told["@context"]):
        problems.append(Problem("/@context", "must name the EPCIS context, …/epcis-context.jsonld"))
    type_ = told.get("type")
    if not isinstance(type_, str) or type_ not in _DOCUMENTS:
        if type_ in TYPES:
            return RawDocument([_event(told, context, "")], problems)
        said = f"must be EPCISDocument, EPCISQueryDocument or one of {', '.join(TYPES)}"
        return RawDocument([], [*problems, Problem("/type", said, _short(type_))])
    problems += _frame(told, context)
    events, around = _event_list(told)
    problems += around
    elements, around = _elements(told.get("epcisHeader"), context)
    return RawDocument([_event(one, context, path) for path, one in events], problems + around, _about(told, context), elements)


def _parsed(payload: bytes) -> dict[str, Any]:
    twice: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(members)
        if len(found) != len(members):
            twice.extend(sorted({name for name, _ in members if [other for other, _ in members].count(name) > 1}))
        return found

    try:
        told = json.loads(payload, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as fault:
        raise Rejected("the payload is no JSON", code="json", problems=[Problem("", f"is no JSON: {fault}")]) from fault
    if not isinstance(told, dict):
        raise Rejected("the payload is no JSON object", code="json", problems=[Problem("", "must be a JSON object", _short(told))])
    if _depth(told) > DEEPEST:
        said = f"is nested more than {DEEPEST} levels deep"
        raise Rejected("the payload is nested too deep", code="json", problems=[Problem("", said)])
    if twice:
        problems = [Problem("", "names a member twice in one object", name) for name in twice]
        raise Rejected("a JSON object names a member twice", code="json", problems=problems)
    return told


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _depth(told: Any) -> int:
    depth, level = 0, [told]
    while level:
        depth += 1
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(inner, (dict, list))
        ]
    return depth


def _frame(told: Mapping[str, Any], context: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a document around its events."""
    said = "is no member of an EPCIS document, nor an extension with a declared prefix"
    unknown = [name for name in told if name not in _MEMBERS and (":" not in name or expanded(name, context) is None)]
    problems = [Problem(f"/{name}", said) for name in unknown]
    problems += [Problem(f"/{name}", "is missing") for name in ("schemaVersion", "creationDate", "epcisBody") if name not in told]
    if "schemaVersion" in told and not str(told["schemaVersion"]).startswith("2."):
        problems.append(Problem("/schemaVersion", "must be 2.0; JSON-LD has no earlier version", _short(told["schemaVersion"])))
    return problems


def _event_list(told: Mapping[str, Any]) -> tuple[list[tuple[str, Any]], list[Problem]]:
    body, path, problems = told.get("epcisBody", {}), "/epcisBody", []
    if not isinstance(body, dict):
        return [], [Problem(path, "must be an object")]
    problems += [
        Problem(f"{path}/{name}", "is no member of the body") for name in body if name not in _BODY[told["type"]] and ":" not in name
    ]
    if told["type"] == "EPCISQueryDocument":
        results = body.get("queryResults")
        if not isinstance(results, dict) or not isinstance(results.get("resultsBody"), dict):
            return [], [*problems, Problem(f"{path}/queryResults/resultsBody", "is missing")]
        problems += [
            Problem(f"{path}/queryResults/{name}", "is no member of query results")
            for name in results
            if name not in _RESULTS and ":" not in name
        ]
        body, path = results["resultsBody"], f"{path}/queryResults/resultsBody"
    if "event" in body:
        return [(f"{path}/event", body["event"])], problems
    events = body.get("eventList")
    if not isinstance(events, list):
        return [], [*problems, Problem(f"{path}/eventList", "must be a list of events" if "eventList" in body else "is missing")]
    return [(f"{path}/eventList/{at}", one) for at, one in enumerate(events)], problems


def _elements(header: Any, context: Mapping[str, str]) -> tuple[list[RawElement], list[Problem]]:
    """The master data of a header: each element of each vocabulary."""
    path, problems, found = "/epcisHeader/epcisMasterData/vocabularyList", [], []
    master = header.get("epcisMasterData") if isinstance(header, dict) else None
    listed = master.get("vocabularyList") if isinstance(master, dict) else None
    for at, vocabulary in enumerate(listed if isinstance(listed, list) else []):
        inside = vocabulary.get("vocabularyElementList", []) if isinstance(vocabulary, dict) else None
        if not isinstance(inside, list):
            problems.append(Problem(f"{path}/{at}", "must be a vocabulary: an object with type and vocabularyElementList"))
            continue
        base = f"{path}/{at}/vocabularyElementList"
        found += [RawElement(vocabulary.get("type"), one, Where(f"{base}/{n}"), context) for n, one in enumerate(inside)]
    if listed is not None and not isinstance(listed, list):
        problems.append(Problem(path, "must be a list of vocabularies"))
    return found, problems


def _about(told: Mapping[str, Any], context: Mapping[str, str]) -> dict[str, Any]:
    around = {name: value for name, value in told.items() if name != "epcisBody"}
    body = told.get("epcisBody")
    if isinstance(body, dict) and isinstance(body.get("queryResults"), dict):
        around |= {name: value for name, value in body["queryResults"].items() if name != "resultsBody"}
    return {expanded(name, context) or name if ":" in name else name: value for name, value in around.items()}


def _event(told: Any, context: Mapping[str, str], path: str) -> RawEvent:
    where = Where(path)
    if not isinstance(told, dict):
        return RawEvent({}, where, context, [Problem(path, "must be an object", _short(told))])
    own, problems = declared(told.get("@context"), f"{path}/@context")
    context = {**context, **own}
    members = {name: value for name, value in told.items() if name != "@context"}
    return RawEvent(_expand(members, context, path, problems), where, context, problems)


def _expand(value: Any, context: Mapping[str, str], path: str, problems: list[Problem]) -> Any:
    """The value with every prefixed member name written out; undeclared prefixes are noted and kept as they are.

    A null member is as good as none.
    """
    if isinstance(value, list):
        return [_expand(inner, context, f"{path}/{at}", problems) for at, inner in enumerate(value)]
    if isinstance(value, str) and not is_writable(value):
        problems.append(Problem(path, "has control characters, which XML cannot write", value[:80]))
    if not isinstance(value, dict):
        return value
    found = {}
    for name, inner in value.items():
        if inner is None:
            continue
        full: str | None = name
        if ":" in name:
            full = expanded(name, context)
            if full is None:
                said = "has a prefix that @context does not declare"
                problems.append(Problem(f"{path}/{name}", said, name.partition(":")[0]))
        if full is not None and not is_name(full):
            problems.append(
                Problem(f"{path}/{name}", "must have a name that both bindings can write: letters, digits, dots, dashes", name[:80])
            )
        if name == "#text" and isinstance(inner, (dict, list)):
            problems.append(Problem(f"{path}/{name}", "must be a text"))
        found[full or name] = _expand(inner, context, f"{path}/{name}", problems)
    return found


def _names_epcis(context: Any) -> bool:
    return any(isinstance(one, str) and one.endswith("epcis-context.jsonld") for one in context_parts(context))


def _short(value: Any) -> str:
    return "" if value is None else str(value)[:120]
