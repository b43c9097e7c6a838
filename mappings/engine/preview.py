"""What a mapping makes of a document, field by field, with reasons: before it goes live, and long after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mappings.engine.apply import Mapper
from mappings.engine.frames import Told, short
from mappings.engine.plan import Mapped, Plan, Skipped
from mappings.engine.values import settled
from trace_core.documents.envelope import read_document
from trace_core.errors import Problem, Rejected


def preview(mapper: Mapper, plan: Plan, document: Any) -> dict[str, Any]:
    """The documents made with every field's way, what made nothing and why, problems with their places, and fields nobody mapped.

    Shape: `{"mapping", "version", "documents": [{"kind", "key", "body", "fields": [{"field", "value", "from": [{"path", "value"}], "steps",
    "rule"}]}], "skipped": [{"document", "at", "because"}], "problems": […], "unknown_codes": […], "new_fields": […]}`.
    """
    explained = plan.explain(document)
    outcome = explained.outcome
    problems = [*outcome.problems, *(problem for one in outcome.documents for problem in judged(one, plan, mapper))]
    told = [values for values in explained.told if any(value.target == "key" and value.made is not None for value in values)]
    documents = [
        {"kind": one.kind, "key": one.key, "body": one.body, "fields": [_field(value) for value in _outermost(values)]}
        for one, values in zip(outcome.documents, told, strict=True)
    ]
    return {
        "mapping": mapper.name,
        "version": mapper.version,
        "documents": documents,
        "skipped": [_skipped(one) for one in explained.skipped],
        "problems": [problem.as_json() for problem in problems],
        "unknown_codes": [{"table": one.table, "code": one.code, "unknown": one.policy} for one in outcome.unknown],
        "new_fields": sorted(mapper.unlisted(document)),
    }


def judged(one: Mapped, plan: Plan, mapper: Mapper) -> Iterator[Problem]:
    """What the schema of the canonical document says against it, each with the line of the mapping that made the field."""
    told = {"kind": one.kind, "plant": plan.line.plant, "key": one.key, "revision": 1, "body": one.body}
    try:
        read_document(told | ({"recorded_at": one.recorded_at} if one.recorded_at else {}))
    except Rejected as fault:
        for problem in fault.problems:
            place = one.origins.place(problem.path)
            yield Problem(problem.path, problem.problem, problem.value, str(place) if place else mapper.told.file)


def way_of(values: list[Told], field: str) -> list[dict[str, Any]]:
    """How a field was made, and what lies within it; a bare name is one of the body's."""
    wanted = field if field in {"key", "recorded_at"} or field.startswith("body.") else f"body.{field}"
    return [_field(value) for value in values if value.target == wanted or value.target.startswith(f"{wanted}.")]


def _outermost(values: list[Told]) -> Iterator[Told]:
    """The last of several values made for one field is the field; those before it are its parts."""
    last = {value.target: at for at, value in enumerate(values)}
    return (value for at, value in enumerate(values) if last[value.target] == at)


def _field(value: Told) -> dict[str, Any]:
    steps = [
        {"verb": step.verb, "before": _shown(step.before), "after": _shown(step.after)} | ({"by": step.by} if step.by else {})
        for step in value.steps
    ]
    told = {"field": value.target.removeprefix("body."), "value": _shown(value.made), "rule": str(value.place)}
    told |= {"from": [{"path": path, "value": _shown(found)} for path, found in value.sources], "steps": steps}
    return told | ({"problem": value.problem} if value.problem else {})


def _shown(value: Any) -> Any:
    made = settled(value)
    return made if made is None or isinstance(made, (str, bool)) else short(made)


def _skipped(one: Skipped) -> dict[str, str]:
    condition = one.condition
    if condition.present is not None:
        wanted = "present" if condition.present else "empty"
    elif condition.bounds:
        wanted = " and ".join(f"{name.replace('_', ' ')} {bound}" for name, bound in condition.bounds)
    elif condition.one_of is not None:
        wanted = f"one of {', '.join(sorted(condition.one_of))}"
    else:
        wanted = f"none of {', '.join(sorted(condition.none_of or ()))}"
    said = f"{condition.path} is {short(one.found)!r}, and must be {wanted}"
    return {"document": one.block.document, "at": one.path, "because": said, "rule": str(condition.place)}
