"""`quarantine` and `stitch`: what waits, and why."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, NoReturn

import typer

from lotweave.bootstrap import clock, opened
from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, out, reported, say, the_site
from lotweave.plumbing import plumbing_of
from pipelines.ports import Plumbing
from pipelines.state import quarantine as quarantine_rows
from pipelines.steps.capture import take_in
from pipelines.steps.causes import drop_cause, listing, place_of, replay_cause
from pipelines.steps.replay import Capture, interpret_again, replay
from trace_core.errors import Misconfigured
from trace_core.store.stitches import waiting_stitches

quarantine = typer.Typer(no_args_is_help=True, help="Documents that could not be used.")
stitch = typer.Typer(no_args_is_help=True, help="Transfers between plants that wait for a person.")


@stitch.callback()
def _stitch() -> None:
    """Transfers between plants that wait for a person."""


@stitch.command("list")
def list_stitches(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """List transfers without a counterpart, with their candidates."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.view() as documents, house.begin() as connection:
            told = waiting_stitches(connection, documents)

        def person() -> None:
            for one in told:
                side = "left by" if one["out"] else "arrived by"
                out.print(f"{one['out'] or one['in']} {side} {one['shipment']}: {len(one['candidates'])} candidate(s)", markup=False)
            out.print(f"{len(told)} waiting")

        say(told, as_json=as_json, person=person)
        end(NO if told else DONE)


@quarantine.callback()
def _quarantine() -> None:
    """Documents that could not be used."""


@quarantine.command("list")
def list_quarantine(
    plant: Annotated[str | None, typer.Option(help="Only this plant.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """List what waits in quarantine, with every reason."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.begin() as connection:
            told = quarantine_rows.listing(connection, plant=plant)

        def person() -> None:
            for one in told:
                out.print(f"{one['id']}  {one['plant']}  {one['connection']}  {one['kind']} {one['key']} ({one['stage']})", markup=False)
                for problem in one["problems"]:
                    rule = f" [{problem['rule']}]" if "rule" in problem else ""
                    out.print(f"    {problem['path']}: {problem['problem']} {problem['value']!r}{rule}", markup=False)
            out.print(f"{len(told)} in quarantine")

        say({"quarantine": told, "count": len(told)}, as_json=as_json, person=person)
        end(NO if told else DONE)


@quarantine.command("causes")
def list_causes(
    plant: Annotated[str | None, typer.Option(help="Only this plant.")] = None,
    limit: Annotated[int, typer.Option(help="Causes to show.", min=1, max=10_000)] = 100,
    cursor: Annotated[str, typer.Option(help="Go on where `next` of the answer before says.")] = "",
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """List why documents wait in quarantine, the most frequent cause first."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.begin() as connection:
            told = listing(connection, plants=[plant] if plant else [], after=place_of(cursor), most=limit)

        def person() -> None:
            for one in told["causes"]:
                head = f"{one['cause']}  {one['documents']} of {one['connection']} {one['kind']} ({one['stage']})"
                out.print(f"{head}, {one['first']} to {one['last']}, such as {one['example']['key']}", markup=False)
                for said in [*one["says"], *one["mapping"]]:
                    out.print(f"    {said}", markup=False)
            out.print(f"{len(told['causes'])} causes" + (f"; more: --cursor {told['next']}" if told["next"] else ""), markup=False)

        say(told, as_json=as_json, person=person)
        end(NO if told["causes"] else DONE)


@quarantine.command("drop")
def drop_quarantine(
    cause: Annotated[str, typer.Option(help="All that waits for this cause, a name of `causes`.")],
    reason: Annotated[str, typer.Option(help="Why it is not needed; kept beside it.")],
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Drop what waits for a cause: it is kept, and waits no more."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            dealt = drop_cause(cause, reason, house.begin)
        say(asdict(dealt), as_json=as_json, person=lambda: out.print(f"{dealt.waited - dealt.left} dropped", markup=False))


@quarantine.command("replay")
def replay_quarantine(
    ids: Annotated[list[int] | None, typer.Argument(help="Numbers of `list`; none: everything that waits.")] = None,
    cause: Annotated[str | None, typer.Option(help="All that waits for this cause, a name of `causes`.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Interpret what waits anew, as mappings and tables are now, and take in events of others again."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            again = partial(take_in, begin=house.begin, now=clock, ground=house.site.epcis.ground)
            if cause is not None:
                _replay_cause(cause, ids, plumbing_of(house), again, as_json=as_json)
            found = interpret_again(ids or [], plumbing_of(house))
            found += replay(ids or [], begin=house.begin, now=clock, take_in=again)

        def person() -> None:
            for one in found:
                out.print(f"{one.id}  {'taken in' if one.taken else '; '.join(one.problems)}", markup=False)
            out.print(f"{sum(one.taken for one in found)} of {len(found)} taken in")

        say({"replayed": [asdict(one) for one in found]}, as_json=as_json, person=person)
        end(DONE if all(one.taken for one in found) else NO)


def _replay_cause(cause: str, ids: list[int] | None, plumbing: Plumbing, take_in: Capture, *, as_json: bool) -> NoReturn:
    if ids:
        raise Misconfigured("name either numbers or a cause", code="usage")
    dealt = replay_cause(cause, plumbing, take_in)
    say(asdict(dealt), as_json=as_json, person=lambda: out.print(f"{dealt.waited - dealt.left} of {dealt.waited} taken in", markup=False))
    end(NO if dealt.left else DONE)
