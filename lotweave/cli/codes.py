"""`codes`: what systems send that no table knows, and the row that lets the documents go on."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from lotweave.bootstrap import opened
from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, out, reported, say, the_site
from lotweave.plumbing import plumbing_of
from mappings.engine.rows import add_row
from pipelines.state import unknown_codes
from pipelines.steps.interpret import interpret
from pipelines.steps.release import release
from trace_core.errors import Misconfigured

codes = typer.Typer(no_args_is_help=True, help="Code tables: unknown codes, and rows for them.")


@codes.command("list")
def list_codes(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002 - an option of the command line
    """List codes that no row of their table knows, with the documents in which they stand."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.begin() as connection:
            told = unknown_codes.listing(connection)

        def person() -> None:
            table = Table("documents", "table", "code", "connection", "organisation", "what happens", "first of them", box=None)
            for one in told:
                names = ("table_name", "code", "connection", "organisation", "policy")
                table.add_row(str(one["documents"]), *(one[name] for name in names), ", ".join(one["first"]))
            out.print(table)
            out.print(f"{len(told)} unknown code(s)")

        say({"codes": told, "count": len(told)}, as_json=as_json, person=person)
        end(NO if told else DONE)


@codes.command("add")
def add(
    table: Annotated[str, typer.Argument(help="The code table, as in codes/TABLE.csv.")],
    code: Annotated[str, typer.Argument(help="The code as the system writes it.")],
    ours: Annotated[str, typer.Argument(help="What it is here.")],
    connection: Annotated[str, typer.Option(help="Only over this connection.")] = "",
    organisation: Annotated[str, typer.Option(help="Only for this organisation or account set.")] = "",
    plant: Annotated[str, typer.Option(help="Only in this plant.")] = "",
    valid_from: Annotated[str, typer.Option("--from", help="From this day on, such as 2026-03-01.")] = "",
    valid_to: Annotated[str, typer.Option("--until", help="Until before this day.")] = "",
    note: Annotated[str, typer.Option(help="Why, or who agreed.")] = "",
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Add a row to a code table of the site, and interpret anew the documents that waited for it."""
    with reported(as_json=as_json):
        own = the_site(site)
        scope = {"connection": connection, "organisation": organisation, "plant": plant, "valid_from": valid_from, "valid_to": valid_to}
        for name, known in (("connection", own.connections), ("plant", own.plants)):
            if scope[name] and scope[name] not in known:
                raise Misconfigured(f"there is no {name} {scope[name]}; there are {', '.join(known) or 'none'}", code="usage")
        with opened(own) as house:
            path = add_row(own.folder / "codes" / f"{table}.csv", {"from": code, "to": ours, **scope, "note": note})
            plumbing = plumbing_of(house)
            with house.begin() as transaction:
                waiting = release(transaction, plumbing)
            for line_plant in sorted({line.plant for line in plumbing.lines.values()}):
                interpret(line_plant, plumbing)
        told = {"table": table, "file": str(path.relative_to(own.folder)), "replayed": waiting}
        say(
            told,
            as_json=as_json,
            person=lambda: out.print(f"added to {told['file']}; {waiting} document(s) interpreted anew", markup=False),
        )
