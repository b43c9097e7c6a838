"""`init` and `check`: make a site, and name every mistake in one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from connectors.kit.manifest import manifest
from lotweave import schedule_settings
from lotweave.bootstrap import connector
from lotweave.cli.common import DONE, WRONG, JsonOption, SiteOption, end, err, out, reported, say
from lotweave.plumbing import lines_of
from lotweave.settings import FILE, STATE, Connection, Site, read_site, site_folder
from mappings.engine.check import mapping_problems
from mappings.engine.schema import schema
from trace_core.errors import Misconfigured, Problem

TEMPLATE = """\
# A Lotweave site. `lotweave check` names every mistake in this folder; docs/reference/settings.md explains every line.

[site]
name = "{name}"

# Without this table the site runs PostgreSQL and Valkey by itself.
# [services]
# database = "env:LOTWEAVE_DATABASE_URL"
# broker = "env:LOTWEAVE_BROKER_URL"

# [plants.HZ]
# name = "Hangzhou"
# zone = "Asia/Shanghai"

# [connections.hz-kingdee]
# plant = "HZ"
# system = "kingdee"
# [connections.hz-kingdee.settings]
# url = "http://127.0.0.1:8711/k3cloud/"

# [epcis.places]
# "4012345000016" = "HZ"
"""
SCHEDULES = """\
# What is pulled when; docs/reference/schedules.md explains every line.

# [[schedule]]
# connection = "hz-kingdee"
# every = "5m"

# [[blackout]]
# window = "last day 18:00 - first day 12:00"
"""
SCHEMA = "mapping.schema.json"
"""What editors check mappings against as one types; `lotweave mapping schema` prints the one of another version."""


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
    site: SiteOption = None,
) -> None:
    """Make a site with embedded services."""
    del site
    with reported(as_json=as_json):
        folder = folder.resolve()
        if (folder / FILE).exists():
            raise Misconfigured(f"{folder} is a site already; nothing was changed", code="exists")
        for inner in ("mappings", "codes"):
            (folder / inner).mkdir(parents=True, exist_ok=True)
        (folder / "mappings" / SCHEMA).write_bytes(orjson.dumps(schema(), option=orjson.OPT_INDENT_2))
        (folder / FILE).write_text(TEMPLATE.format(name=folder.name), "utf-8")
        (folder / schedule_settings.FILE).write_text(SCHEDULES, "utf-8")
        (folder / ".gitignore").write_text(f"{STATE}/\n", "utf-8")
        say({"site": str(folder)}, as_json=as_json, person=lambda: out.print(f"Made the site {folder}. Next: edit {folder / FILE}."))


def check(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002 - an option of the command line
    """Check all configuration; every problem with file, line and column."""
    with reported(as_json=as_json):
        folder = site_folder(site)
        problems = find_problems(folder)
        told = {"ok": not problems, "problems": [problem.as_json() for problem in problems]}

        def person() -> None:
            for problem in problems:
                err.print(str(problem), markup=False)
            out.print(f"{len(problems)} problem(s) in {folder}" if problems else f"{folder} is in order")

        say(told, as_json=as_json, person=person)
        end(WRONG if problems else DONE)


def find_problems(folder: Path) -> list[Problem]:
    """Every problem of settings, schedules, mappings and code tables."""
    problems: list[Problem] = []
    systems: Any = None
    try:
        found = read_site(folder)
        systems = {(line.system, kind) for line in lines_of(found).values() for kind in line.kinds}
        problems += [problem for connection in found.connections.values() for problem in _files(connection, found)]
    except Misconfigured as fault:
        problems += fault.problems or (Problem(FILE, fault.message),)
    return problems + mapping_problems(folder, systems or ())


def _files(connection: Connection, site: Site) -> Sequence[Problem]:
    """Problems of the files that a connection's settings name, such as a definition; its secrets need not be at hand."""
    if not any(setting.type == "file" for setting in manifest(connection.system).settings.values()):
        return ()
    try:
        connector(connection, site).close()
    except Misconfigured as fault:
        return () if fault.code == "secret" else fault.problems or (Problem(f"connections.{connection.name}", fault.message),)
    return ()
