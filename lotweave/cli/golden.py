"""`mapping test`: golden cases held against the mappings of a site, and accepted as they come out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, out, reported, say, the_site
from lotweave.cli.mapping import mapping
from mappings.engine.apply import Mapper, read_mapper
from mappings.engine.golden import Case, accept, read_cases, run
from mappings.engine.load import mapping_path
from trace_core.errors import Misconfigured

FOLDER = "golden"


@mapping.command("test")
def golden(
    system: Annotated[str, typer.Option(help="Only mappings of this system.")] = "*",
    kind: Annotated[str, typer.Option(help="Only this kind.")] = "*",
    folder: Annotated[Path | None, typer.Option(help="Where the cases lie; else golden/ of the site.")] = None,
    take: Annotated[bool, typer.Option("--accept", help="Take what comes out as what is expected; then read it.")] = False,  # noqa: FBT002
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Hold golden cases (what a system sends, what must come out) against the mappings in use."""
    with reported(as_json=as_json):
        own = the_site(site)
        cases = read_cases(folder or own.folder / FOLDER, system, kind)
        if not cases:
            raise Misconfigured(f"there are no golden cases in {folder or own.folder / FOLDER}", code="golden")
        mappers: dict[tuple[str, str], Mapper] = {}
        told = [_tested(case, _mapper(case, own.folder, mappers), take=take) for case in cases]
        failed = [one for one in told if one["differences"] and not take]
        answer = {"cases": len(told), "failed": len(failed), "accepted": sum(one["accepted"] for one in told), "results": told}
        say(answer, as_json=as_json, person=lambda: _show(answer))
        end(NO if failed else DONE)


def _mapper(case: Case, site: Path, mappers: dict[tuple[str, str], Mapper]) -> Mapper:
    name = (case.system, case.kind)
    if name not in mappers:
        path = mapping_path(*name, site)
        if path is None:
            raise Misconfigured(f"there is no mapping {case.system}/{case.kind} for the case {case.name}", code="golden")
        mappers[name] = read_mapper(path, case.system, site)
    return mappers[name]


def _tested(case: Case, mapper: Mapper, *, take: bool) -> dict[str, Any]:
    found = run(case, mapper)
    if found and take:
        accept(case, mapper)
    differences = [{"path": one.path, "expected": one.expected, "found": one.found} for one in found]
    return {"case": case.name, "says": case.told["says"], "differences": differences, "accepted": bool(found and take)}


def _show(answer: dict[str, Any]) -> None:
    for one in answer["results"]:
        if one["differences"]:
            out.print(f"{one['case']}: {one['says']}{'  (accepted)' if one['accepted'] else ''}", markup=False)
            for told in one["differences"]:
                sides = [orjson.dumps(told[name], default=str).decode() for name in ("expected", "found")]
                out.print(f"  {told['path']}: expected {sides[0]}, found {sides[1]}", markup=False)
    out.print(f"{answer['cases']} case(s), {answer['failed']} failed, {answer['accepted']} accepted")
