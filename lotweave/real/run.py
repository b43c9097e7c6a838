"""The real run: install, seed, join by configuration, compare with Tryton's own trace, change something, compare again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from connectors.generic.client import RestClient
from connectors.generic.definition import read_definition
from lotweave.bootstrap import House, clock, opened
from lotweave.embedded.postgres import EmbeddedPostgres
from lotweave.plumbing import lines_of
from lotweave.real.judge import Genealogy, Table, by_tryton, by_us, differences
from lotweave.real.tryton import DATABASE, PASSWORD, Tryton
from lotweave.settings import STATE, Site, read_site, resolved
from lotweave.sync import Sync
from trace_core.errors import Conflict
from trace_core.store.things import counts

SETTINGS = """\
# Chengdu (CD) runs Tryton 8.2, joined by configuration alone.

[site]
name = "real"

[plants.CD]
name = "Chengdu"
zone = "Asia/Shanghai"

[connections.cd-tryton]
plant = "CD"
system = "generic"
kinds = [
  "product.product", "party.party", "production.bom", "production", "stock.lot", "stock.shipment.in", "stock.move", "stock.shipment.out",
]
[connections.cd-tryton.settings]
url = "{url}"
definition = "systems/tryton.yml"
user = "admin"
password = "file:secrets/tryton"
values = {{ database = "{database}" }}
page_size = 10
"""
Say = Callable[[str], None]


def real(folder: Path, say: Say) -> dict[str, Any]:
    """Run it in a folder; the summary, also written to `summary.json` there. Errors: `Conflict` with every difference from Tryton."""
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    tryton = Tryton(folder)
    site = _site(folder, tryton)
    say("installing Tryton 8.2 into its own environment (once)")
    tryton.install()
    say(f"   {', '.join(f'{name} {version}' for name, version in tryton.versions().items())}")
    say("making its database and telling it the story through its own API")
    tryton.seed()
    with opened(site) as house:
        with tryton.served():
            say(f"Tryton answers on {tryton.url}; pulling through the generic REST connector")
            first = _round(house, say)
        say("one more production in Tryton")
        tryton.tell("change")
        with tryton.served():
            second = _round(house, say, before=first)
        with house.begin() as connection:
            held = counts(connection)
    summary = {
        "plants": ["CD"],
        **held,
        "lots": len(second["lots"]),
        "edges": len(second["genealogy"].forward),
        "quantities": len(second["genealogy"].moved),
        "traces": len(second["genealogy"].reached),
        "versions": tryton.versions(),
        "first": first["counts"],
        "second": second["counts"],
        "differences": 0,
        "seconds": round(time.monotonic() - began, 1),
    }
    (folder / "summary.json").write_bytes(orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return summary


def _site(folder: Path, tryton: Tryton) -> Site:
    """The site, made anew from the configuration files beside this module; Tryton's environment stays.

    A database that a killed run left behind is stopped first: with its folder gone it could be neither used nor stopped.
    """
    site = folder / "site"
    if (site / STATE).is_dir():
        left = EmbeddedPostgres(site / STATE)
        left.stop_if_unused()
        if left.running():
            raise Conflict(f"another run is at work in {folder}: wait for its end, or name another --folder", code="real_busy")
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(Path(__file__).parent / "site", site)
    (site / "secrets").mkdir()
    secret = site / "secrets" / "tryton"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD, "utf-8")
    (site / "lotweave.toml").write_text(SETTINGS.format(url=tryton.url, database=DATABASE), "utf-8")
    return read_site(site)


def _round(house: House, say: Say, *, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """Sync, compare every lot, and with an earlier round check that only the change has moved."""
    line = lines_of(house.site)["cd-tryton"]
    told = Sync(house, say=say).run([line], kinds=[], full=False)
    broken = [f"{run['kind']}: {run['message']}" for run in told["runs"] if run["state"] != "done"]
    if broken or told["quarantined"]:
        raise Conflict(f"the sync did not end well: {'; '.join(broken) or str(told['quarantined']) + ' in quarantine'}", code="real_sync")
    found = {name: told[name] for name in ("fetched", "applied", "unchanged", "quarantined")}
    say(f"   fetched {found['fetched']}, applied {found['applied']}, unchanged {found['unchanged']}")
    connection = house.site.connections["cd-tryton"]
    definition = read_definition(house.site.folder / "systems" / "tryton.yml")
    client = RestClient(definition, resolved(connection, house.site.folder))
    theirs = by_tryton(client)
    client.close()
    with house.view() as documents:
        ours = by_us(documents, theirs.lots, clock())
    wrong = differences(ours, theirs)
    if wrong:
        raise Conflict("our genealogy differs from Tryton's own trace:\n  " + "\n  ".join(wrong), code="real_difference")
    edges = f"{len(ours.forward)} edges forward, {len(ours.backward)} backward, {len(ours.moved)} quantities moved"
    say(f"   {len(theirs.lots)} lots, {edges}, {len(ours.reached)} whole traces: all as Tryton's stock.lot.trace says")
    if before is not None:
        _only_the_change(before["genealogy"], ours, say)
    return {"lots": theirs.lots, "genealogy": ours, "counts": found}


def _only_the_change(before: Genealogy, after: Genealogy, say: Say) -> None:
    """Everything said before still holds, and what is new concerns the new lots alone. Errors: `Conflict` naming what moved."""
    new = after.lots - before.lots
    moved = [key for name in ("forward", "backward", "moved") for key in _moved(before.tables()[name], after.tables()[name])]
    moved += [key for key, lots in before.reached.items() if set(lots) != set(after.reached.get(key, ())) - new]
    moved += [key for key in _moved(before.reached, after.reached) if key[1] == "backward"]
    if moved:
        raise Conflict(f"what Tryton did not touch has moved: {moved}", code="real_moved")
    fresh = sorted(after.forward.keys() - before.forward.keys())
    if not fresh or any(edge[1] not in new for edge in fresh):
        raise Conflict(f"the change did not arrive alone: new lots {sorted(new)}, new edges {fresh}", code="real_change")
    say(f"   the change arrived: {len(fresh)} new edges into {'/'.join(fresh[0][1])}; the other {len(before.forward)} did not move")


def _moved(before: Table, after: Table) -> list[tuple[Any, ...]]:
    return [key for key, told in before.items() if key not in after or after[key] != told]
