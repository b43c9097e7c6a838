"""The console script `lotweave`: every verb, one line each."""

from __future__ import annotations

import typer

from lotweave import logs
from lotweave.cli import (
    as_built,
    codes,
    connectors,
    demo,
    genealogy,
    golden,
    index,
    keys,
    mapping,
    outbox,
    real,
    recall,
    reconcile,
    record,
    running,
    schedule,
    site,
    systems,
    waiting,
)

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
app.command()(index.reach)
app.command()(as_built.as_built)
app.command()(recall.recall)
app.command()(recall.commonality)
app.command()(genealogy.find)
app.command()(genealogy.gaps)
app.command()(index.rebuild)
app.command()(demo.demo)
app.command()(real.real)
app.command()(running.up)
app.command()(running.down)
app.command()(running.doctor)
app.command()(systems.simulate)
app.command()(systems.sync)
app.command()(reconcile.reconcile)
app.add_typer(systems.connections, name="connections")
app.add_typer(schedule.schedule, name="schedule")
app.add_typer(recall.recalls, name="recalls")
app.add_typer(waiting.quarantine, name="quarantine")
app.add_typer(waiting.stitch, name="stitch")
app.add_typer(outbox.outbox, name="outbox")
app.add_typer(index.index, name="index")
mapping.mapping.command("test")(golden.golden)
app.add_typer(mapping.mapping, name="mapping")
app.add_typer(codes.codes, name="codes")
app.add_typer(connectors.connector, name="connector")
app.add_typer(record.record, name="record")
app.add_typer(keys.app, name="keys")


def run() -> None:
    """The entry of the console script."""
    logs.set_up("warning", human=True)
    app()
