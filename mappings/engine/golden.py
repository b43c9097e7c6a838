"""Golden cases held against a mapping: what is different, and what comes out taken as what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mappings.engine.apply import Mapper
from mappings.engine.cases import EXPECTED, FIRST, Case, json_text, read_cases, write_case
from mappings.engine.language import Condition
from mappings.engine.plan import Mapped, Skipped
from mappings.engine.steps import Line
from trace_core.documents.envelope import read_document
from trace_core.errors import Problem, Rejected

__all__ = ["Case", "Difference", "accept", "read_cases", "run"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where what comes out is not what the case expects; None where there is nothing."""

    path: str
    expected: Any
    found: Any


def run(case: Case, mapper: Mapper) -> list[Difference]:
    """Every difference between what a case expects and what the mapping makes of its document; none when all is as expected."""
    found, expected = _found(case, mapper), case.told
    differences = list(_differing(_by_key(expected.get("makes", [])), _by_key(found["makes"]), "makes"))
    differences += _differing(expected.get("fields", {}), found.get("fields", {}), "fields")
    wanted, others = _paired(expected.get("problems", []), found["problems"])
    differences += [Difference(f"problems.{one.get('path', '')}", one, None) for one in wanted]
    differences += [Difference(f"problems.{one['path']}", None, one) for one in others]
    if "skips" in expected:
        differences += _differing(expected["skips"], found["skips"], "skips")
    return differences


def accept(case: Case, mapper: Mapper) -> Case:
    """The case with what the mapping makes now as what it expects, written to its file; problems stay worded as they are while they fit."""
    found, kept = _found(case, mapper), []
    for one in found["problems"]:
        without_advice = one | {"problem": one["problem"].partition(";")[0]}
        kept.append(next((told for told in case.told.get("problems", []) if _fits(told, one)), without_advice))
    found["problems"] = kept
    explains = "skips" in case.told or (not found["makes"] and not kept and "fields" not in found)
    told = {name: case.told[name] for name in FIRST if name in case.told}
    told |= {name: found[name] for name in EXPECTED if found.get(name) or (name == "makes" and "fields" not in found)}
    if not explains:
        told.pop("skips", None)
    accepted = Case(case.path, told)
    write_case(accepted)
    return accepted


# -- what comes out ------------------------------------------------------------------------------------------------------------------


def _found(case: Case, mapper: Mapper) -> dict[str, Any]:
    line, raw = case.line, case.told["raw"]
    if mapper.told.fields is not None:
        fields, wrong = mapper.outward(raw, zone=line.zone, plant=line.plant, connection=line.connection)
        return {"makes": [], "fields": fields, "problems": [_problem(one) for one in wrong], "skips": []}
    explained = mapper.plan(line).explain(raw, every_value=False)
    problems, made = list(explained.outcome.problems), []
    for one in explained.outcome.documents if not problems else ():
        try:
            made.append(_made(one, line))
        except Rejected as fault:
            problems += fault.problems
    return {
        "makes": [] if problems else made,
        "problems": [_problem(one) for one in problems],
        "skips": [_skip(one) for one in explained.skipped],
    }


def _made(one: Mapped, line: Line) -> dict[str, Any]:
    recorded = {"recorded_at": one.recorded_at} if one.recorded_at else {}
    document = read_document({"kind": one.kind, "plant": line.plant, "key": one.key, "revision": 1, "body": one.body} | recorded)
    return {"kind": one.kind, "key": one.key} | recorded | {"body": dict(document.body)}


def _problem(one: Problem) -> dict[str, str]:
    return {"path": one.path, "value": one.value, "problem": one.problem}


def _skip(one: Skipped) -> dict[str, str]:
    document = " ".join(filter(None, (one.block.document, one.block.name)))
    return {"row": one.path, "of": document, "because": one.condition.path, "wants": _wanted(one.condition), "found": _text(one.found)}


def _wanted(condition: Condition) -> str:
    if condition.present is not None:
        return "present" if condition.present else "empty"
    if condition.bounds:
        return " and ".join(f"{name.replace('_', ' ')} {value}" for name, value in condition.bounds)
    values = sorted(condition.one_of if condition.one_of is not None else condition.none_of or ())
    return f"{'one of' if condition.one_of is not None else 'none of'} {', '.join(values) or 'nothing'}"


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json_text(value)


# -- differences ---------------------------------------------------------------------------------------------------------------------


def _by_key(made: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Documents by kind and key, for their order says nothing; one that comes twice is counted."""
    found: dict[str, Any] = {}
    for one in made:
        name = f"{one.get('kind')} {one.get('key')}"
        found[name if name not in found else f"{name} again ({len(found)})"] = one
    return found


def _differing(expected: Any, found: Any, path: str) -> Iterator[Difference]:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name in dict.fromkeys((*expected, *found)):
            yield from _differing(expected.get(name), found.get(name), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(found, list):
        for at in range(max(len(expected), len(found))):
            one, other = (side[at] if at < len(side) else None for side in (expected, found))
            yield from _differing(one, other, f"{path}.{at}")
    elif expected != found:
        yield Difference(path, expected, found)


def _fits(expected: Mapping[str, Any], found: Mapping[str, str]) -> bool:
    same = all(str(expected.get(name, found[name])) == found[name] for name in ("path", "value"))
    return same and str(expected.get("problem", "")) in found["problem"]


def _paired(expected: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, str]]) -> tuple[list[Any], list[Any]]:
    """(expected problems that did not come, problems that were not expected)."""
    rest, missing = list(found), []
    for one in expected:
        fitting = next((other for other in rest if _fits(one, other)), None)
        if fitting is None:
            missing.append(one)
        else:
            rest.remove(fitting)
    return missing, rest
