"""`schedule`: what is pulled when, and run, pause, resume and backfill."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from lotweave import schedules
from lotweave.bootstrap import clock, opened
from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, out, reported, say, the_site
from lotweave.timetable_editing import Sort, change, drop, read_settings
from scheduler.windows import WINDOW, day_of

schedule = typer.Typer(no_args_is_help=True, help="What is pulled when.")
NameArgument = Annotated[str, typer.Argument(help="The schedule, as `list` names it.")]
BlackoutOption = Annotated[bool, typer.Option("--blackout", help="It is a blackout, not a schedule.")]
KindsArgument = Annotated[list[str] | None, typer.Argument(help="Kinds to pull; all of the schedule when none is named.")]


@schedule.command("list")
def list_schedules(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002 - an option of the command line
    """List schedules with their state, their next times in the plant's zone, and the last run."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            told, windows = schedules.listing(house, house.site.timetable.schedules, now=clock()), schedules.blackouts(house)
        bad = [one["name"] for one in told if one["last"] and {"failed", "stopped"} & one["last"]["states"].keys()]
        say({"schedules": told, "blackouts": windows, "failed": bad}, as_json=as_json, person=lambda: _show(told, windows))
        end(NO if bad else DONE)


def _show(told: list[dict[str, Any]], windows: list[dict[str, Any]]) -> None:
    table = Table("name", "connection", "when", "state", "next", "last run", box=None)
    for one in told:
        when = one["when"] + (f", now {one['interval']} ({one['adaptive']})" if "interval" in one else "")
        state = {"paused": "paused", "waits": f"waits until {one['waits_until']}", "active": "active"}[one["state"]]
        table.add_row(one["name"], one["connection"], f"{when} {one['only']}".strip(), state, "\n".join(one["next"]), _last(one["last"]))
    out.print(table)
    for one in told:
        because = one["paused"] and one["paused"]["because"]
        for sentence in filter(None, (because and f"paused: {because}", one["note"], one["last"] and one["last"]["message"])):
            out.print(f"{one['name']}: {sentence}", markup=False)
    for one in windows:
        out.print(f"blackout {one['name']}: {one['window']}, {', '.join(one['connections']) or 'all connections'}", markup=False)


def _last(last: dict[str, Any] | None) -> str:
    if last is None:
        return "none"
    states = ", ".join(f"{count} {state}" for state, count in last["states"].items())
    return f"{last['nominal']}: {states}; {last['changed']} of {last['fetched']} changed"


@schedule.command("run")
def run(name: NameArgument, kinds: KindsArgument = None, site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Make a schedule's runs now; workers (`lotweave up`) carry them out. In a blackout they wait: `lotweave sync` does not."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            told = schedules.run(house, schedules.named(house, name), kinds=kinds or [])
        _made(told, as_json=as_json)


@schedule.command("backfill")
def backfill(
    name: NameArgument,
    kinds: KindsArgument = None,
    since: Annotated[str, typer.Option("--from", help="The first day of the plant, such as 2026-03-01.")] = "",
    until: Annotated[str, typer.Option("--to", help="The last day.")] = "",
    window: Annotated[int, typer.Option(help="Days of one window.")] = WINDOW,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Pull again what changed in a range of days, in windows, whatever checkpoints say; without a range, everything.

    Kinds whose system cannot be asked for a range of time are pulled whole, once, and named.
    """
    with reported(as_json=as_json):
        first, last = (day_of(day) if day else None for day in (since, until))
        with opened(the_site(site)) as house:
            told = schedules.backfill(house, schedules.named(house, name), kinds=kinds or [], since=first, until=last, days=window)
        _made(told, as_json=as_json)


def _made(told: dict[str, Any], *, as_json: bool) -> None:
    waits = f", waiting until {told['waits_until']}" if told["waits_until"] else ""
    whole = f"; pulled whole: {', '.join(told['whole'])}" if told.get("whole") else ""
    cut = f" in {len(told['windows'])} window(s)" if told.get("windows") else ""
    said = f"{len(told['runs'])} run(s) of {told['schedule']} made{cut}{waits}{whole}"
    say(told, as_json=as_json, person=lambda: out.print(said, markup=False))


@schedule.command("set")
def set_schedule(
    name: NameArgument,
    settings: Annotated[list[str], typer.Argument(help="KEY=VALUE as in schedules.toml; KEY= takes the key away.", metavar="KEY=VALUE…")],
    blackout: BlackoutOption = False,  # noqa: FBT002
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Change keys of a schedule in schedules.toml, or make one; a running site follows at once."""
    sort: Sort = "blackout" if blackout else "schedule"
    with reported(as_json=as_json):
        made = change(the_site(site), sort, name, read_settings(settings))
        said = f"the {sort} {name} is {'made' if made else 'changed'}"
        say({sort: name, "made": made}, as_json=as_json, person=lambda: out.print(said, markup=False))


@schedule.command("drop")
def drop_schedule(name: NameArgument, blackout: BlackoutOption = False, site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Take a schedule out of schedules.toml; runs that exist go on."""
    sort: Sort = "blackout" if blackout else "schedule"
    with reported(as_json=as_json):
        drop(the_site(site), sort, name)
        say({sort: name, "dropped": True}, as_json=as_json, person=lambda: out.print(f"the {sort} {name} is dropped", markup=False))


@schedule.command("pause")
def pause(
    name: NameArgument,
    because: Annotated[str, typer.Option(help="Why; shown by `list`.")] = "",
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Let a schedule make no runs until it is resumed."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            told = schedules.pause(house, schedules.named(house, name), because=because)
        _changed(told, as_json=as_json)


@schedule.command("resume")
def resume(name: NameArgument, site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """Let a paused schedule make runs again; times in between count as missed."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house:
            told = schedules.resume(house, schedules.named(house, name))
        _changed(told, as_json=as_json)


def _changed(told: dict[str, Any], *, as_json: bool) -> None:
    said = f"{told['schedule']} is {'now ' if told['changed'] else 'already '}{told['state']}"
    say(told, as_json=as_json, person=lambda: out.print(said, markup=False))
