"""The console script `lotweave`: every verb, one line each. A verb's module is loaded when the verb is asked for, and no other."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer

from lotweave import logs
from pipelines.uncollected import uncollected

VERBS = {
    "init": "site",
    "check": "site",
    "load": "genealogy",
    "trace": "genealogy",
    "reach": "index",
    "as-built": "as_built",
    "recall": "recall",
    "commonality": "recall",
    "find": "genealogy",
    "gaps": "genealogy",
    "rebuild": "index",
    "demo": "demo",
    "real": "real",
    "up": "running",
    "down": "running",
    "doctor": "running",
    "simulate": "simulate",
    "sync": "systems",
    "reconcile": "reconcile",
}
"""Verbs, in the order of the help, and the modules of `lotweave.cli` whose functions they are."""
GROUPS = {
    "connections": "systems",
    "schedule": "schedule",
    "recalls": "recall",
    "quarantine": "waiting",
    "stitch": "waiting",
    "outbox": "outbox",
    "index": "index",
    "mapping": "golden",
    "codes": "codes",
    "connector": "connectors",
    "record": "record",
    "keys": "keys",
}
"""Groups of verbs, and the modules that hold them complete."""


def app_of(verb: str | None = None) -> typer.Typer:
    """The program with one verb or group, or with all of them where there is no such verb."""
    app = typer.Typer(
        name="lotweave",
        help="Joins the ERPs and MESs of electronics factories into one trace.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_nothing)  # so that one verb alone is still named
    alone = verb in VERBS or verb in GROUPS
    for name, module in VERBS.items():
        if name == verb or not alone:
            app.command(name)(_of(module, name.replace("-", "_")))
    for name, module in GROUPS.items():
        if name == verb or not alone:
            app.add_typer(_of(module, name), name=name)
    return app


def _nothing() -> None:
    pass


def _of(module: str, name: str) -> Any:
    return getattr(import_module(f"lotweave.cli.{module}"), name)


def run() -> None:
    """The entry of the console script."""
    logs.set_up("warning", human=True)
    with uncollected():  # what is loaded stays
        app = app_of(next(iter(sys.argv[1:]), None))
    app()
