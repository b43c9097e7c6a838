"""`reconcile`: what we hold compared with what a plant's systems hold, mended where that is asked for, and what is proven so far."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from connectors.kit.contract import Window
from lotweave.bootstrap import clock, opened
from lotweave.cli.balance import show_balance
from lotweave.cli.common import DONE, NO, UNREACHABLE, WRONG, JsonOption, SiteOption, end, out, reported, say, the_site
from lotweave.cli.systems import lines_of_plant
from lotweave.plumbing import plumbing_of
from lotweave.proofs import proven
from pipelines.ports import Line, Plumbing
from pipelines.steps.interpret import interpret
from pipelines.steps.push import push
from pipelines.steps.reconcile import Difference, differences
from pipelines.steps.reconcile import reconcile as compare
from pipelines.steps.reconcile_results import Carried, push_again, reconcile_results
from pipelines.steps.repair import Repaired
from pipelines.steps.repair import repair as mend
from scheduler.windows import day_of, windows
from trace_core.errors import Misconfigured

FORMATS = ("table", "csv")


def reconcile(
    plant: Annotated[str, typer.Argument(help="The plant to compare with its systems.")],
    kinds: Annotated[list[str] | None, typer.Argument(help="Kinds to compare; all when none is named.")] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Read whole documents and compare contents, not change times alone.")] = False,  # noqa: FBT002
    since: Annotated[str, typer.Option("--since", help="Only changes from this day of the plant on, such as 2026-03-01.")] = "",
    until: Annotated[str, typer.Option("--until", help="Only changes up to this day.")] = "",
    repair: Annotated[bool, typer.Option("--repair", help="Read again what is missing or changed, withdraw what is gone.")] = False,  # noqa: FBT002
    however_many: Annotated[bool, typer.Option("--however-many", help="Withdraw many documents of a kind at once too.")] = False,  # noqa: FBT002
    proofs: Annotated[bool, typer.Option("--proven", help="Ask nobody: show which months were proven, and when.")] = False,  # noqa: FBT002
    balance: Annotated[bool, typer.Option("--balance", help="Compare quantities lot by lot with the stock over there instead.")] = False,  # noqa: FBT002
    form: Annotated[str, typer.Option("--format", help="table, or csv: every difference with its key.")] = "table",
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Compare what we hold with what the plant's systems hold, name every difference, and mend them where that is asked for."""
    with reported(as_json=as_json):
        if form not in FORMATS:
            raise Misconfigured(f"--format {form}: there are {', '.join(FORMATS)}", code="usage")
        found = the_site(site)
        lines = lines_of_plant(found, plant, kinds or [])
        with opened(found) as house:
            plumbing = plumbing_of(house)
            if proofs:
                _show_proven(proven(house, [line.name for line in lines], kinds or []), as_json=as_json)
                return
            if balance:
                end(show_balance(found, plant, plumbing, form, as_json=as_json))
            window = _window(since, until, lines[0])
            told, carried, mended = [], [], []
            for line in lines:
                chosen = tuple(kind for kind in kinds or () if kind in line.kinds)
                if kinds and not chosen:
                    continue
                one = compare(line, plumbing, kinds=chosen, deep=deep, window=window)
                two = reconcile_results(line, plumbing, kinds=chosen)
                if repair:
                    mended += mend(line, one, plumbing, however_many=however_many)
                    one, two = _mended(line, one, two, plumbing)
                told += one
                carried += two
            if form == "csv":
                _write_csv(told, carried, plumbing)
            else:
                _say(told, carried, mended if repair else None, as_json=as_json)
        end(_status(told, carried))


def _window(since: str, until: str, line: Line) -> Window | None:
    if not since and not until:
        return None
    first = day_of(since) if since else date(1970, 1, 2)
    last = day_of(until) if until else (datetime.now(UTC) + timedelta(days=1)).date()
    (window,) = windows(first, last, (last - first).days + 1, line.zone) if last >= first else windows(first, last, 1, line.zone)
    return window


def _mended(line: Line, found: list[Difference], carried: list[Carried], plumbing: Plumbing) -> tuple[list[Difference], list[Carried]]:
    """What was read again is interpreted, what was not carried is pushed, and what differed is compared once more."""
    interpret(line.plant, plumbing)
    if push_again(carried, plumbing):
        push([line.name], plumbing)
    again = [one.kind for one in found if one.count and one.fault is None]
    now: dict[str, Difference] = {}
    if again:
        now = {one.kind: one for one in compare(line, plumbing, kinds=tuple(again), deep=found[0].deep, window=found[0].window)}
    kinds = [one.kind for one in carried if one.count]
    after = {one.kind: one for one in reconcile_results(line, plumbing, kinds=kinds)} if kinds else {}
    return [now.get(one.kind, one) for one in found], [after.get(one.kind, one) for one in carried]


def _status(told: Sequence[Difference], carried: Sequence[Carried]) -> int:
    both: list[Difference | Carried] = [*told, *carried]
    verdicts = {one.fault["verdict"] for one in both if one.fault}
    if "Misconfigured" in verdicts:
        return WRONG
    if "Unreachable" in verdicts:
        return UNREACHABLE
    return NO if verdicts or any(one.count for one in both) else DONE


def _say(told: Sequence[Difference], carried: Sequence[Carried], mended: Sequence[Repaired] | None, *, as_json: bool) -> None:
    total = sum(one.count for one in told) + sum(one.count for one in carried)

    def person() -> None:
        for done in mended or ():
            out.print(f"{done.connection} {done.kind}: {done.read_again} read again, {done.withdrawn} withdrawn", markup=False)
            if done.held_back:
                said = f"{done.held_back} gone over there but not withdrawn: look first, then --however-many"
                out.print(f"{done.connection} {done.kind}: {said}", markup=False)
        for one in told:
            out.print(f"{one.connection} {one.kind}: {_sentence(one)}", markup=False)
        for result in carried:
            said = result.fault["message"] if result.fault else f"{result.results} results, {result.count} not there as confirmed"
            out.print(f"{result.connection} {result.kind}: {said}", markup=False)
        out.print(f"{total} difference(s)")

    answer = {"kinds": [one.as_json() for one in told], "results": [one.as_json() for one in carried], "differences": total}
    answer["proven"] = all(one.proven for one in told) and not any(one.count or one.fault for one in carried)
    say(answer | ({"repaired": [one.as_json() for one in mended]} if mended is not None else {}), as_json=as_json, person=person)


def _sentence(one: Difference) -> str:
    if one.fault:
        return f"nothing proven: {one.fault['message']}"
    sorts = ", ".join(f"{number} {sort.replace('_', ' ')}" for sort, number in sorted(one.counts.items()))
    return f"{one.here} here, {one.there} there, {one.count} differences" + (f" ({sorts})" if sorts else "")


def _write_csv(told: Iterable[Difference], carried: Iterable[Carried], plumbing: Plumbing) -> None:
    """Every difference, one a line; times are UTC."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("connection", "kind", "difference", "key", "changed_there", "changed_here"))
    for one in told:
        for row in differences(one, plumbing):
            writer.writerow((one.connection, one.kind, row.sort, row.key, _moment(row.stamp), _moment(row.held)))
    for result in carried:
        writer.writerows((result.connection, result.kind, f"result_{sort}", key, "", "") for sort, key, _ in result.differing)


def _moment(stamp: int | None) -> str:
    return "" if stamp is None else datetime.fromtimestamp(stamp / 1000, UTC).isoformat(timespec="milliseconds")


def _show_proven(told: list[dict[str, Any]], *, as_json: bool) -> None:
    def person() -> None:
        for one in told:
            fault = f"; {one['fault']['message']}" if one["fault"] else ""
            out.print(f"{one['connection']} {one['kind']}: compared {one['compared_at']}{fault}", markup=False)
            for month in one["periods"]:
                when = f"proven {month['proven_at']}" if month["proven_at"] else "never proven"
                when += f", with contents {month['proven_deep_at']}" if month["proven_deep_at"] else ""
                now = "" if month["agrees"] else f"; differs since: {month['here']} here, {month['there']} there"
                out.print(f"    {month['period']}: {month['here']} documents, {when}{now}", markup=False)

    say({"asked_at": clock().isoformat(), "kinds": told}, as_json=as_json, person=person)
