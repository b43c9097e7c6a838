"""`outbox`: results on their way into systems, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from lotweave.bootstrap import House, opened
from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, out, reported, say, the_site
from lotweave.plumbing import plumbing_of
from pipelines.state import outbox as rows
from pipelines.state import outbox_holds as holds
from pipelines.steps.preview import preview
from trace_core.errors import Misconfigured

outbox = typer.Typer(no_args_is_help=True, help="Results on their way into systems.")

Ids = Annotated[list[int] | None, typer.Argument(help="Numbers of `list`.", show_default=False)]
Over = Annotated[str | None, typer.Option("--connection", help="Everything over this connection instead.", show_default=False)]
WAITS = frozenset({"held", "rejected", "unknown"})


@outbox.callback()
def _outbox() -> None:
    """Results on their way into systems."""


@outbox.command("list")
def list_outbox(
    state: Annotated[str | None, typer.Option(help="Only rows in this state.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """List results on their way, and those that arrived; what waits for a person says why."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.begin() as connection:
            told = rows.listing(connection, state=state)
            held = holds.held_connections(connection)

        def person() -> None:
            for name, reason in held.items():
                out.print(f"nothing is pushed over {name}: {reason}", markup=False)
            for one in told:
                out.print(_line(one), markup=False)
            out.print(f"{len(told)} in the outbox")

        say({"outbox": told, "count": len(told), "held_connections": held}, as_json=as_json, person=person)
        end(NO if held or any(one["state"] in WAITS or one["hold"] for one in told) else DONE)


def _line(one: dict[str, Any]) -> str:
    target = one["target"]
    note = one["hold"] or one["message"] or (f"read back {one['verified_at']}" if one["verified_at"] else "")
    state = ("held, " if one["hold"] else "") + one["state"] + (", taken back" if one["reversed"] else "")
    return f"{one['id']}  {one['connection']}  {target['kind']} {target['key']}  {state}  {note}"


@outbox.command("show")
def show(row: int, site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Show what would be written, what the system holds, and where they differ. Nothing is written."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            told = preview(row, plumbing_of(house))

        def person() -> None:
            out.print(_line(told), markup=False)
            for name, value in told["would_write"].items():
                out.print(
                    f"    {name}: {value!r}" + (f" instead of {told['holds'][name]!r}" if name in told["difference"] else ""), markup=False
                )
            out.print("nothing is known of it yet" if not told["would_write"] else f"{len(told['difference'])} field(s) differ")

        say(told, as_json=as_json, person=person)
        end(DONE)


@outbox.command("hold")
def hold(
    ids: Ids = None,
    over: Over = None,
    reason: Annotated[str, typer.Option(help="Why, for whoever sees it.")] = "held by a person",
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Keep results from being pushed, one by one or all over a connection, until they are released."""

    def hold_all(house: House) -> list[int]:
        with house.begin() as connection:
            if over is None:
                return holds.hold(connection, ids or [], reason=reason, now=house.now())
            holds.hold_connection(connection, over, reason=reason, now=house.now())
            return []

    _decide(hold_all, "held", ids, over, site, as_json=as_json)


@outbox.command("release")
def release(ids: Ids = None, over: Over = None, site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Let go what was held by a person or by a limit, stood in conflict, or was taken back."""

    def release_all(house: House) -> list[int]:
        with house.begin() as connection:
            if over is None:
                return holds.release(connection, ids or [], now=house.now())
            return holds.release_connection(connection, over, now=house.now())

    _decide(release_all, "released", ids, over, site, as_json=as_json)


@outbox.command("retry")
def retry(ids: Ids = None, site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Try again now what was rejected, stands in conflict, or waits for its next attempt."""

    def retry_all(house: House) -> list[int]:
        with house.begin() as connection:
            return holds.retry(connection, ids or [], now=house.now())

    _decide(retry_all, "tried again", ids, None, site, as_json=as_json)


@outbox.command("reverse")
def reverse(ids: Ids = None, site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Write back what stood there before the first push, once and as surely as a push; the trace follows no more until released."""

    def reverse_all(house: House) -> list[int]:
        with house.begin() as connection:
            return holds.reverse(connection, ids or [], now=house.now())

    _decide(reverse_all, "to be taken back", ids, None, site, as_json=as_json)


def _decide(
    what: Callable[[House], list[int]], word: str, ids: Sequence[int] | None, over: str | None, site: Any, *, as_json: bool
) -> None:
    """Do it and say to which rows it was done; 1 where one that was named is not among them."""
    with reported(as_json=as_json):
        settings = the_site(site)
        if bool(ids) == (over is not None):
            raise Misconfigured("name rows by their numbers, or a connection, and not both", code="usage")
        if over is not None and over not in settings.connections:
            raise Misconfigured(f"the site has no connection {over}; it has {', '.join(settings.connections) or 'none'}", code="connection")
        with opened(settings) as house:
            done = what(house)
        left = sorted(set(ids or ()) - set(done))

        def person() -> None:
            named = ", ".join(map(str, done)) or (f"everything over {over}" if over else "none")
            out.print(f"{word}: {named}" + (f"; not {', '.join(map(str, left))}" if left else ""), markup=False)

        say({"done": done, "not_done": left, "connection": over}, as_json=as_json, person=person)
        end(NO if left else DONE)
