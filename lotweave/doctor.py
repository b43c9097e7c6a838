"""What `lotweave doctor` looks at: the installation, the five flat names, the site, its services and its disk."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions, version
from pathlib import Path

from connectors.kit.contract import Finding
from lotweave.bootstrap import opened
from lotweave.embedded import services
from lotweave.readiness import queues
from lotweave.settings import read_site, site_folder
from pipelines.state import pulses
from pipelines.state.pulses import SILENT
from trace_core.errors import Verdict
from trace_core.store.things import counts

FLAT_NAMES = ("connectors", "mappings", "pipelines", "scheduler", "trace_core", "lotweave")
OLDEST, NEWEST = (3, 11), (3, 13)
ROOM = 1 << 30
"""Bytes of free disk below which PostgreSQL is in danger."""


def examine(site: Path | None) -> list[Finding]:
    """Everything looked at, in order; what comes after a broken site is left out."""
    return [*_installation(), *_site(site)]


def owners(name: str) -> set[str]:
    """The distributions that own a top-level name; ours alone should."""
    return set(packages_distributions().get(name, ()))


def _installation() -> Iterator[Finding]:
    here = sys.version_info[:2]
    yield Finding("python", OLDEST <= here <= NEWEST, f"{platform.python_version()} (3.11 to 3.13 are supported)")
    for name in FLAT_NAMES:
        others = owners(name) - {"lotweave"}
        if others:
            yield Finding(name, ok=False, sentence=f"the package {', '.join(sorted(others))} owns this name too: uninstall it")
    libraries = ", ".join(f"{name} {version(name)}" for name in ("celery", "redis", "sqlalchemy", "psycopg", "zeep", "marshmallow"))
    yield Finding("libraries", ok=True, sentence=libraries)


def _site(site: Path | None) -> Iterator[Finding]:
    folder = site_folder(site)
    try:
        found = read_site(folder)
    except Verdict as verdict:
        yield Finding("site", ok=False, sentence="; ".join([verdict.message, *map(str, verdict.problems)]))
        return
    plants = ", ".join(found.plants) or "none"
    yield Finding("site", ok=True, sentence=f"{found.name} in {folder}: plants {plants}, {len(found.connections)} connections")
    free = shutil.disk_usage(folder).free
    yield Finding("disk", free > ROOM, f"{free / (1 << 30):.1f} GiB free below {folder}")
    up = services.read(found.state)
    yield Finding(
        "running", ok=True, sentence=f"up since process {up.pid}, console port {up.port}" if up else "not up; `lotweave up` starts it"
    )
    try:
        with opened(found) as house, house.begin() as connection:
            held = counts(connection)
            where = "embedded" if found.database is None else "external"
            yield Finding("database", ok=True, sentence=f"{where}, {held['documents']} documents, {held['events']} events")
            if up and house.now() - up.since > SILENT:
                yield _queues(pulses.silent(connection, queues(found), now=house.now()))
    except Verdict as verdict:
        yield Finding("database", ok=False, sentence=verdict.message)


def _queues(found: Mapping[str, float | None]) -> Finding:
    """Whether somebody works on every queue."""
    if not found:
        return Finding("queues", ok=True, sentence="a worker answers on every queue")
    told = ", ".join(f"{name} (" + ("never answered" if since is None else f"{since:.0f} s") + ")" for name, since in found.items())
    return Finding("queues", ok=False, sentence=f"silent: {told}; the logs of worker, exchange and beat say why")
