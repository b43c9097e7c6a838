"""The console script `lotweave`: every verb, one line each."""

from __future__ import annotations

import typer

from lotweave.cli import genealogy, keys, site

app = typer.Typer(
    name="lotweave",
    help="Joins the ERPs and MESs of electronics factories into one trace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(site.init)
app.command()(site.check)
app.command()(genealogy.load)
app.command()(genealogy.trace)
app.command()(genealogy.find)
app.command()(genealogy.gaps)
app.add_typer(keys.app, name="keys")


def run() -> None:
    """The entry of the console script."""
    app()
