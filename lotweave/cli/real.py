"""`real`: the same job on Tryton, an ERP that nobody here wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lotweave.cli.common import JsonOption, err, out, reported, say
from lotweave.real.run import real as run_real


def real(
    folder: Annotated[Path, typer.Option(help="The folder for Tryton's environment and the site.")] = Path("real-site"),
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Install Tryton, join it by configuration alone, and compare with its own lot trace."""
    with reported(as_json=as_json):
        console = err if as_json else out
        found = run_real(folder.resolve(), lambda line: console.print(line, markup=False))
        said = f"Done in {found['seconds']} s: {found['lots']} lots and {found['edges']} edges equal Tryton's own answers."
        say(found, as_json=as_json, person=lambda: out.print(said))
