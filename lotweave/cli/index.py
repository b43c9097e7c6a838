"""`reach`, `index` and `rebuild`: fast questions, the index behind them, and the proof that what is derived is right."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Annotated, Any

import typer

from lotweave.bootstrap import House, clock, opened
from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, err, out, reported, say, the_site
from lotweave.cli.genealogy import moment, no_single
from lotweave.questions import reach_of
from pipelines.steps.index import build as build_index
from pipelines.steps.index import status as index_status
from pipelines.steps.settle import settle
from trace_core.errors import Misconfigured
from trace_core.find import single
from trace_core.index.snapshot import forget
from trace_core.reach import DIRECTIONS
from trace_core.store.rebuild import differences, remake
from trace_core.walk import QUESTIONS, Asked

index = typer.Typer(no_args_is_help=True, help="The index that answers fast questions.")
SHOWN = 50
SHOWS = ("things", "counts", "lines")


@index.callback()
def _index() -> None:
    """The index that answers fast questions."""


@index.command("build")
def build(
    closures: Annotated[bool, typer.Option("--closures", help="Also which units each lot reaches, for `recalls what-if`.")] = False,  # noqa: FBT002
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Build a snapshot of the genealogy; questions go on meanwhile."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            told = build_index(house.begin, house.view, house.snapshots, closures=closures).as_json()
        say(told, as_json=as_json, person=lambda: out.print(f"{told['links']} links of {told['things']} things in {told['seconds']} s"))


@index.command("status")
def status(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002 - an option of the command line
    """Show the current snapshot and how much came after it."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            told = index_status(house.begin, house.snapshots)
        words = told["problem"] or f"{told['snapshot']}: {told['links']} links of {told['things']} things; {told['behind']} weavings since"
        say(told, as_json=as_json, person=lambda: out.print(words, markup=False))
        end(NO if told["problem"] else DONE)


def reach(
    direction: Annotated[str, typer.Argument(help="backward: what is in it; forward: what may contain it.")],
    thing: Annotated[str, typer.Argument(help="A thing id, or any number that names exactly one thing.")],
    at: Annotated[str | None, typer.Option(help="The world at this time (RFC 3339).")] = None,
    as_known_at: Annotated[str | None, typer.Option(help="Only documents recorded by this time (RFC 3339).")] = None,
    question: Annotated[str, typer.Option(help="contains, ever or exposed.")] = "contains",
    show: Annotated[str, typer.Option(help="things, counts (how many of each product), or lines (ids alone, one a line).")] = "things",
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Name what is in a thing, or where it went, from the index: hundreds of thousands of things in a second."""
    with reported(as_json=as_json):
        if direction not in DIRECTIONS or question not in QUESTIONS or show not in SHOWS:
            known = f"a reach is {' or '.join(DIRECTIONS)}, its question one of {', '.join(QUESTIONS)}, and it shows {', '.join(SHOWS)}"
            raise Misconfigured(known, code="usage")
        world_at, known_at = moment(at, "--at"), moment(as_known_at, "--as-known-at")
        with opened(the_site(site)) as house, house.view(known_at) as documents, house.reader() as reader:
            root, candidates = single(documents, thing)
            if root is None:
                no_single(thing, candidates, as_json=as_json)
            found = reach_of(documents, reader, root, direction, Asked(world_at or clock(), question))
            if show == "lines":
                sys.stdout.buffer.write(found.reach.lines())
                end(DONE)
            told = found.as_json(things=show == "things")
        say(told, as_json=as_json, person=lambda: _show(told))


def _show(told: dict[str, Any]) -> None:
    out.print(
        f"{told['counts']['things']} thing(s), served by {told['served_by']}" + (f": {told['why']}" if "why" in told else ""), markup=False
    )
    for product in told["counts"]["products"]:
        out.print(f"  {product['things']:>9}  {product['plant']} {product['kind']} {product['item']}", markup=False)
    for thing in islice(told.get("things", ()), SHOWN):
        out.print(f"  {thing['depth']}  {thing['id']}  {thing['since'] or ''}", markup=False)
    if len(told.get("things", ())) > SHOWN:
        out.print("  … all of them with --json or --show lines")


def rebuild(
    replace: Annotated[bool, typer.Option("--replace", help="Make everything derived anew and keep that.")] = False,  # noqa: FBT002
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Derive everything anew from the documents and compare it with what is stored."""
    with reported(as_json=as_json), opened(the_site(site)) as house:
        told = _replaced(house) if replace else _compared(house)

        def person() -> None:
            for one in told["differences"]:
                err.print(f"{one['what']} {one['about']}: {one['problem']}", markup=False)
            done = f"{told['remade']} origins derived anew; " if replace else ""
            out.print(f"{done}{len(told['differences'])} difference(s) between what is stored and what the documents say")

        say(told, as_json=as_json, person=person)
        end(NO if told["differences"] else DONE)


def _compared(house: House) -> dict[str, Any]:
    settle(house.begin, house.view)
    with house.view() as documents:
        return {"differences": [one.as_json() for one in differences(documents)]}


def _replaced(house: House) -> dict[str, Any]:
    with house.begin() as connection:
        remade = remake(connection, clock())
    forget(house.snapshots)
    return {"remade": remade} | _compared(house)
