"""`load`, `trace`, `find` and `gaps`: documents in, answers out; they need the database alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from marshmallow import ValidationError
from rich.table import Table

from lotweave.bootstrap import House, clock, opened
from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, err, out, reported, say, the_site
from lotweave.epcis_trace import FORMS, trace_document
from pipelines.steps.load import load as load_lines
from pipelines.steps.settle import settle
from trace_core.answer import Also
from trace_core.answer import trace as ask
from trace_core.documents.fields import Moment
from trace_core.errors import Misconfigured, Problem
from trace_core.find import find as find_things
from trace_core.find import single
from trace_core.walk import QUESTIONS, Asked


def load(
    files: Annotated[list[Path], typer.Argument(help="NDJSON files of canonical documents; - is standard input.")],
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Load canonical documents through the same path as connectors."""
    with reported(as_json=as_json):
        missing = [Problem(str(file), "does not exist") for file in files if str(file) != "-" and not file.is_file()]
        if missing:
            raise Misconfigured("cannot read what is to be loaded", code="no_file", problems=missing)
        with opened(the_site(site)) as house:
            loaded = load_lines(_lines(files), begin=house.begin, now=clock, progress=lambda n: err.print(f"{n} lines loaded"))
            settle(house.begin, house.view)
        answer = loaded.as_json()

        def person() -> None:
            for told in answer["rejections"]:
                for problem in told["problems"]:
                    err.print(
                        f"line {told['line']} ({told['key']}): {problem['path']}: {problem['problem']} {problem['value']!r}", markup=False
                    )
            out.print(", ".join(f"{answer[name]} {name}" for name in ("accepted", "unchanged", "parked", "rejected")))

        say(answer, as_json=as_json, person=person)
        end(NO if answer["rejected"] else DONE)


def _lines(files: list[Path]) -> Iterator[bytes]:
    for file in files:
        if str(file) == "-":
            yield from sys.stdin.buffer
        else:
            with file.open("rb", buffering=1 << 20) as stream:
                yield from stream


def moment(text: str | None, option: str) -> datetime | None:
    """The time given for an option. Errors: `Misconfigured` when it is no RFC 3339 time with offset."""
    if text is None:
        return None
    try:
        found = Moment().deserialize(text)
    except ValidationError as fault:
        raise Misconfigured(f"{option} {text!r} must be an RFC 3339 time with offset, such as 2026-03-01T08:00:00+08:00") from fault
    return found if isinstance(found, datetime) else None


def trace(
    direction: Annotated[str, typer.Argument(help="backward: what is in it; forward: what may contain it.")],
    thing: Annotated[str, typer.Argument(help="A thing id, or any number that names exactly one thing.")],
    at: Annotated[str | None, typer.Option(help="The world at this time (RFC 3339).")] = None,
    as_known_at: Annotated[str | None, typer.Option(help="Only documents recorded by this time (RFC 3339).")] = None,
    question: Annotated[str, typer.Option(help="contains, ever or exposed.")] = "contains",
    summary: Annotated[bool, typer.Option("--summary", help="Leave the links out.")] = False,  # noqa: FBT002
    exposure: Annotated[bool, typer.Option("--exposure", help="Add how much of the root is in every thing, or of it in the root.")] = False,  # noqa: FBT002
    histories: Annotated[bool, typer.Option("--histories", help="Add the containers of every thing over time.")] = False,  # noqa: FBT002
    form: Annotated[str, typer.Option("--format", help="table, json, or epcis, epcis-xml: the events behind the answer.")] = "table",
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Answer what is in a thing, or where it went, over all plants."""
    as_json = as_json or form == "json"
    with reported(as_json=as_json):
        if form not in {"table", "json", *FORMS}:
            raise Misconfigured(f"--format is table, json, {' or '.join(FORMS)}", code="usage")
        if direction not in {"backward", "forward"} or question not in QUESTIONS:
            raise Misconfigured("a trace is `backward` or `forward`, and its question `contains`, `ever` or `exposed`", code="usage")
        world_at, known_at = moment(at, "--at"), moment(as_known_at, "--as-known-at")
        with opened(the_site(site)) as house, house.view(known_at) as documents:
            root, candidates = single(documents, thing)
            if root is None:
                no_single(thing, candidates, as_json=as_json)
            if form in FORMS:
                asked = Asked(world_at or clock(), question)
                ways: dict[str, Any] = {
                    "direction": direction,
                    "asked": asked,
                    "ground": house.site.epcis.ground,
                    "now": clock(),
                    "form": form,
                }
                sys.stdout.buffer.write(trace_document(documents, documents.connection, root, **ways) + b"\n")
                return
            options: dict[str, Any] = {"at": world_at, "as_known_at": known_at, "question": question}
            also: Also = {"summary": summary, "exposure": exposure, "histories": histories, "clocks": house.site.clocks}
            answer = ask(documents, root, direction=direction, now=clock(), **options, **also)
        say(answer, as_json=as_json, person=lambda: show(answer))


def no_single(thing: str, candidates: list[dict[str, str]], *, as_json: bool) -> NoReturn:
    """End a verb whose number names no thing, or several."""

    def person() -> None:
        err.print(f"{thing} names {len(candidates) or 'no'} thing(s)" + (":" if candidates else ""), markup=False)
        for told in candidates:
            err.print(f"  {told['id']}  ({told['why']})", markup=False)

    say({"candidates": candidates}, as_json=as_json, person=person)
    end(NO)


def show(answer: dict[str, Any]) -> None:
    """An answer as a person would want to read it."""
    way = "is in" if answer["query"]["direction"] == "backward" else "may contain"
    out.print(f"{answer['counts']['things']} thing(s) {way} {answer['query']['root']}", markup=False)
    more = {name: column for name, column in _MORE.items() if any(name in told for told in answer["things"])}
    table = Table("depth", "thing", "since", "supplier / lot", "containers", "shipments", *more, box=None)
    for told in answer["things"]:
        supplier = " ".join(told[name] for name in ("supplier", "supplier_lot") if name in told)
        containers = " ⊂ ".join(uri.rsplit("/", 1)[-1] for uri in told.get("containers", ()))
        shipments = ", ".join(f"{s['shipment']} → {s['partner']}" for s in told.get("shipments", ()))
        added = [column(told[name]) if name in told else "" for name, column in more.items()]
        table.add_row(str(told["depth"]), told["id"], told["since"] or "", supplier, containers, shipments, *added)
    out.print(table)
    if answer["complete"]:
        out.print("The answer is complete.")
    else:
        out.print(f"The answer has {len(answer['gaps'])} gap(s):")
        for gap in answer["gaps"]:
            out.print(f"  {gap['code']}: {gap['about']}: {gap['message']}", markup=False)
    for doubt in answer["doubts"]:
        out.print(f"In doubt: {doubt['about']}: {doubt['message']}", markup=False)


def _amount(exposure: dict[str, str]) -> str:
    bounds = f"{exposure['minimum']} to {exposure.get('maximum', 'any')}"
    return f"{exposure.get('quantity', '?')} {exposure['uom']} ({bounds})"


def _stays(history: list[dict[str, Any]]) -> str:
    return ", ".join(f"{stay['container'].rsplit('/', 1)[-1]} {stay['from']} to {stay['until'] or 'now'}" for stay in history)


_MORE: dict[str, Callable[[Any], str]] = {"tier": str, "exposure": _amount, "history": _stays}
"""Columns that an answer has only when asked for, or when something is not certain."""


def find(
    number: Annotated[str, typer.Argument(help="Any number a person may hold.")],
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Find things by any number: their own, a supplier's lot, an order, a container, a shipment, a date code."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.view() as documents:
            candidates = find_things(documents, number)

        def person() -> None:
            for told in candidates:
                out.print(f"{told['id']}  ({told['why']})", markup=False)
            if not candidates:
                out.print(f"nothing is known under {number}", markup=False)

        say({"candidates": candidates}, as_json=as_json, person=person)
        end(DONE if candidates else NO)


def gaps(
    plant: Annotated[str | None, typer.Option(help="Only things of this plant.")] = None,
    at: Annotated[str | None, typer.Option(help="The world at this time (RFC 3339).")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """List what is missing or does not add up, over all things."""
    with reported(as_json=as_json):
        world_at = moment(at, "--at")
        with opened(the_site(site)) as house:
            found = list(_all_gaps(house, plant, world_at))

        def person() -> None:
            for told in found:
                out.print(f"{told['code']}: {told['about']}: {told['message']}", markup=False)
            out.print(f"{len(found)} gap(s)")

        say({"gaps": found, "count": len(found)}, as_json=as_json, person=person)
        end(NO if found else DONE)


def _all_gaps(house: House, plant: str | None, at: datetime | None) -> Iterator[dict[str, str]]:
    from trace_core.gaps import gaps_about
    from trace_core.graph import Graph
    from trace_core.store.things import all_things
    from trace_core.walk import Asked

    with house.view() as documents, house.begin() as connection:
        for batch in all_things(connection, plant):
            graph = Graph(documents)
            graph.reach(batch)
            yield from (gap.as_json() for gap in gaps_about(graph, batch, Asked(at or clock())))
