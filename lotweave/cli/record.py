"""`record`: sealing what was recorded, and proving that nothing of it was changed since."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from lotweave.bootstrap import clock, opened
from lotweave.cli.common import DONE, NO, JsonOption, SiteOption, end, err, out, reported, say, the_site
from trace_core.errors import Misconfigured
from trace_core.store.seals import seal, verify

record = typer.Typer(no_args_is_help=True, help="The record of all documents, and proof that it is as it was.")


@record.callback()
def _record() -> None:
    """The record of all documents, and proof that it is as it was."""


@record.command("seal")
def sealed(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002 - an option of the command line
    """Seal what came since the last seal and show the head: its size and root are worth keeping elsewhere."""
    with reported(as_json=as_json):
        with opened(the_site(site)) as house, house.begin() as connection:
            told = seal(connection, clock()).as_json()
        say(told, as_json=as_json, person=lambda: out.print(f"{told['size']}:{told['root']}", markup=False))


@record.command("verify")
def verified(
    head: Annotated[str | None, typer.Option(help="A head SIZE:ROOT that was kept elsewhere.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Compare everything sealed with what is stored, and name what is not as it was."""
    with reported(as_json=as_json):
        kept = re.fullmatch(r"(\d+):([0-9a-f]{64})", head) if head else None
        if head and not kept:
            raise Misconfigured(f"--head {head!r} must be SIZE:ROOT as `lotweave record seal` shows it", code="usage")
        with opened(the_site(site)) as house, house.begin() as connection:
            found = [one.as_json() for one in verify(connection, (int(kept[1]), kept[2]) if kept else None)]

        def person() -> None:
            for one in found:
                err.print(f"{one['what']} {one['about']} {one['problem']}", markup=False)
            out.print(f"{len(found)} change(s)" if found else "The record is as it was sealed.")

        say({"broken": found, "count": len(found)}, as_json=as_json, person=person)
        end(NO if found else DONE)
