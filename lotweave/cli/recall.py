"""`recall`: everything that may contain some suspect things, where it is, and what to stop."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import Annotated, Any

import typer
from rich.table import Table

from lotweave.bootstrap import House, clock, opened
from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, out, reported, say, the_site
from lotweave.cli.genealogy import moment, no_single
from lotweave.questions import living, what_if
from lotweave.suspects import suspects
from pipelines.state import cases
from pipelines.state.cases import Case
from pipelines.state.outbox import look_again_at
from pipelines.steps.review import case_of, review
from trace_core.errors import Misconfigured
from trace_core.find import single
from trace_core.identifiers import ThingId
from trace_core.index.unusable import Unusable
from trace_core.recall import LISTS, conditions_of
from trace_core.recall import recall as ask
from trace_core.store.view import StoreView
from trace_core.store.weavings import count_since
from trace_core.walk import QUESTIONS, Asked


def recall(
    things: Annotated[list[str], typer.Argument(help="Thing ids, or numbers that each name exactly one thing.")],
    at: Annotated[str | None, typer.Option(help="The world at this time (RFC 3339).")] = None,
    as_known_at: Annotated[str | None, typer.Option(help="Only documents recorded by this time (RFC 3339).")] = None,
    question: Annotated[str, typer.Option(help="contains, ever or exposed.")] = "contains",
    where: Annotated[
        list[str] | None,
        typer.Option(help="Narrow by what the suspects went through first: equipment=L1, operation=SMT, order=…, from=TIME, until=TIME."),
    ] = None,
    open_as: Annotated[
        str | None, typer.Option("--open", help="Keep the recall under this name and ask it again when data arrives.")
    ] = None,
    weight: Annotated[str, typer.Option(help="What one thing stopped without need costs against one hold.")] = "1",
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Say what a recall of some things has to reach: by plant, customer, container and state, with the fewest holds that stop it."""
    with reported(as_json=as_json):
        if question not in QUESTIONS:
            raise Misconfigured(f"the question is one of {', '.join(QUESTIONS)}", code="usage")
        conditions, cost = conditions_of(where or []), weight_of(weight)
        world_at, known_at = moment(at, "--at"), moment(as_known_at, "--as-known-at")
        with opened(the_site(site)) as house, house.view(known_at) as documents:
            roots = [_the_thing(documents, text, as_json=as_json) for text in things]
            asked = Asked(world_at or clock(), question)
            answer = ask(documents, roots, asked, where=conditions, weight=cost, clocks=house.site.clocks)
            if open_as is not None:
                _keep(house, case_of(documents, open_as, asked, answer["query"]["roots"], answer["query"]["where"]))
        say(answer, as_json=as_json, person=lambda: show(answer))
        end(DONE)


def _keep(house: House, case: Case) -> None:
    with house.begin() as connection:
        if not cases.open_case(connection, case, now=clock()):
            raise Misconfigured(f"a recall named {case.name!r} is open already; close it or choose another name", code="usage")
        look_again_at(connection, [*case.things, *case.roots])


def commonality(
    things: Annotated[list[str], typer.Argument(help="Failing units: ids, or numbers that each name exactly one thing.")],
    documents_only: Annotated[bool, typer.Option("--documents", help="Walk the documents, which know machines and people too.")] = False,  # noqa: FBT002
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Rank the lots, machines and people that failing units share beyond chance, those that only travelled along explained away."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.view() as documents:
            failing = [_the_thing(documents, text, as_json=as_json) for text in things]
            found = suspects(documents, house.snapshots, failing, clock(), by_documents=documents_only)
        told = found.as_json()

        def person() -> None:
            out.print(f"{found.failing} failing of {found.population} units, served by {found.served_by}", markup=False)
            for one in found.findings:
                out.print(f"  {one.failures} of {one.units} units failed behind {one.name} (by chance: {one.chance:.2g})", markup=False)
            if not found.findings:
                out.print("  nothing they share is more than chance")

        say(told, as_json=as_json, person=person)
        end(DONE if found.findings else NO)


def _the_thing(documents: StoreView, text: str, *, as_json: bool) -> ThingId:
    root, candidates = single(documents, text)
    if root is None:
        no_single(text, candidates, as_json=as_json)
    return root


recalls = typer.Typer(no_args_is_help=True, help="Recalls that are under way.")


@recalls.callback()
def _recalls() -> None:
    """Recalls that are under way."""


@recalls.command("list")
def listed(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002 - an option of the command line
    """List recalls with what came to each since a person last looked."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.begin() as connection:
            told = cases.listing(connection)

        def person() -> None:
            for one in told:
                state = "closed" if one["closed_at"] else "open"
                out.print(f"{one['name']} ({state}): {one['things']} thing(s), {len(one['grown'])} of them new", markup=False)

        say({"recalls": told, "count": len(told)}, as_json=as_json, person=person)
        end(NO if any(one["grown"] and not one["closed_at"] for one in told) else DONE)


@recalls.command("review")
def reviewed(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002 - an option of the command line
    """Ask all open recalls again that something was woven after; workers do it by themselves."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            told = [one.as_json() for one in review(house.begin, house.view, clock)]

        def person() -> None:
            for one in told:
                out.print(f"{one['name']}: {one['things']} thing(s); came: {one['added']}; went: {one['gone']}", markup=False)

        say({"reviewed": told}, as_json=as_json, person=person)
        end(NO if any(one["added"] for one in told) else DONE)


@recalls.command("what-if")
def what_if_recalled(
    plant: Annotated[str, typer.Option(help="Only lots of this plant.")] = "",
    item: Annotated[str, typer.Option(help="Only lots of this item.")] = "",
    most: Annotated[int, typer.Option(help="So many lots at most.")] = 20,
    only_living: Annotated[bool, typer.Option("--living", help="Only lots still in stock or in process.")] = False,  # noqa: FBT002
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """List the lots whose recall would reach most units."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.view() as documents:
            try:
                ranked, weaving = what_if(house.snapshots, plant=plant, item=item)
            except Unusable as fault:
                raise Misconfigured(str(fault), code="no_closures") from fault
            found = list(islice(living(documents, ranked, clock()) if only_living else ranked, most))
            behind = count_since(documents.connection, weaving)
        told = {"lots": [one.as_json() for one in found], "weaving": weaving, "behind": behind}

        def person() -> None:
            for one in found:
                out.print(f"{one.units:>9}  {one.lot.uri}  {', '.join(one.states)}", markup=False)
            out.print(f"as of the snapshot; {behind} weavings came since")

        say(told, as_json=as_json, person=person)


@recalls.command("seen")
def seen(name: str, site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002 - an option of the command line
    """Say that a person has looked at what came to a recall."""
    with reported(as_json=as_json), opened(the_site(site)) as house, house.begin() as connection:
        done = cases.seen(connection, name)
    say({"done": done}, as_json=as_json, person=lambda: out.print("noted" if done else f"no open recall is named {name}", markup=False))
    end(DONE if done else NO)


@recalls.command("close")
def close(name: str, site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002 - an option of the command line
    """End a recall."""
    with reported(as_json=as_json), opened(the_site(site)) as house, house.begin() as connection:
        shown = [*cases.things_of(connection, name)]
        done = cases.close(connection, name, now=clock())
        look_again_at(connection, shown)
    say({"done": done}, as_json=as_json, person=lambda: out.print("closed" if done else f"no open recall is named {name}", markup=False))
    end(DONE if done else NO)


def weight_of(text: str) -> Fraction:
    """The weight as an exact number. Errors: `Misconfigured`."""
    try:
        weight = Fraction(text)
    except (ValueError, ZeroDivisionError) as fault:
        raise Misconfigured(f"--weight {text!r} must be a number such as 0.1", code="usage") from fault
    if weight < 0:
        raise Misconfigured(f"--weight {text!r} must not be negative", code="usage")
    return weight


def show(answer: dict[str, Any]) -> None:
    """A recall as a person would want to read it."""
    out.print(f"{answer['counts']['things']} thing(s) may contain {', '.join(answer['query']['roots'])}", markup=False)
    for step in answer["narrowed"][1:]:
        out.print(f"  {step['things']:>9}  after {step['condition']}", markup=False)
    table = Table("state", "things", "first of them", box=None)
    for name in LISTS.values():
        if answer[name]:
            table.add_row(name, str(len(answer[name])), ", ".join(answer[name][:3]))
    out.print(table)
    for partner, affected in answer["customers"].items():
        out.print(f"call {partner or 'an unnamed customer'}: {len(affected)} thing(s)", markup=False)
    for hold in answer["holds"]:
        beside = f", {hold['collateral']} without need" if hold["collateral"] else ""
        out.print(f"hold {hold['id']}: stops {hold['covers']}{beside}", markup=False)
    out.print("The answer is complete." if answer["complete"] else f"The answer has {len(answer['gaps'])} gap(s).")
