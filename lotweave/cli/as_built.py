"""`as-built`: what is at each position of a thing's bill of material, and how finely that is known."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from lotweave.bootstrap import clock, opened
from lotweave.cli.common import JsonOption, SiteOption, out, reported, say, the_site
from lotweave.cli.genealogy import moment, no_single
from trace_core.as_built import as_built as ask
from trace_core.find import single
from trace_core.walk import Asked


def as_built(
    thing: Annotated[str, typer.Argument(help="A thing id, or any number that names exactly one thing.")],
    at: Annotated[str | None, typer.Option(help="The world at this time (RFC 3339).")] = None,
    as_known_at: Annotated[str | None, typer.Option(help="Only documents recorded by this time (RFC 3339).")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Compare what was built in with the bill of material, position by position, with the IPC-1782 level of each."""
    with reported(as_json=as_json):
        world_at, known_at = moment(at, "--at"), moment(as_known_at, "--as-known-at")
        with opened(the_site(site)) as house, house.view(known_at) as documents:
            found, candidates = single(documents, thing)
            if found is None:
                no_single(thing, candidates, as_json=as_json)
            answer = ask(documents, found, Asked(world_at or clock()))
        say(answer, as_json=as_json, person=lambda: show(answer))


def show(answer: dict[str, Any]) -> None:
    """An answer as a person would want to read it."""
    if answer["level"] is None:
        out.print(f"no bill of material judges {answer['id']}", markup=False)
        return
    out.print(f"{answer['id']}: material level {answer['level']} of IPC-1782", markup=False)
    table = Table("order", "line", "item", "designator", "level", "built in", box=None)
    for bill in answer["bills"]:
        for told in bill["positions"]:
            used = ", ".join(one["id"] + (" (substitute)" if one.get("substitute") else "") for one in told["used"]) or "nothing known"
            table.add_row(bill["order"], told["line"], told["item"], told.get("designator", ""), str(told["level"]), used)
    out.print(table)
    for one in answer["unexpected"]:
        out.print(f"not in the bill of material: {one['id']}", markup=False)
