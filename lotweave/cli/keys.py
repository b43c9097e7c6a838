"""`keys`: bearer keys of the HTTP interface."""

from __future__ import annotations

from typing import Annotated

import typer

from lotweave.access.keys import ROLES
from lotweave.access.keys import create as create_key
from lotweave.bootstrap import clock, opened
from lotweave.cli.common import JsonOption, SiteOption, out, reported, say, the_site
from trace_core.errors import Misconfigured

keys = typer.Typer(no_args_is_help=True, help="Bearer keys of the HTTP interface.")


@keys.callback()
def group() -> None:
    """Bearer keys of the HTTP interface."""


@keys.command()
def create(
    role: Annotated[str, typer.Option(help="viewer, operator, engineer or admin.")],
    plant: Annotated[list[str] | None, typer.Option(help="Limit the key to these plants.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Make a key; it is shown once."""
    with reported(as_json=as_json):
        if role not in ROLES:
            raise Misconfigured(f"there is no role {role!r}; roles are {', '.join(ROLES)}", code="usage")
        with opened(the_site(site)) as house, house.begin() as connection:
            key = create_key(connection, role=role, plants=plant or [], now=clock())
        told = {"key": key, "role": role, "plants": sorted(set(plant or []))}
        say(told, as_json=as_json, person=lambda: out.print(f"{key}\nKeep it: it is not shown again.", markup=False))
