"""The pipelines' plumbing for a site: connectors, mappings read once a process, and a way to wake workers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from connectors.kit.contract import Connector
from connectors.kit.manifest import manifest
from lotweave.access.keys import plants_of
from lotweave.bootstrap import House, connector
from lotweave.kill_points import VARIABLE, KillPoints, nowhere
from lotweave.settings import Site, environment, kinds_of, takes_results
from mappings.engine.shelf import Shelf
from pipelines.ports import Line, Plumbing, Subscribers
from trace_core.errors import Misconfigured

OUTWARD = "push_trace"
"""The mapping that says what a trace looks like in a system's documents."""


def lines_of(site: Site) -> dict[str, Line]:
    """Every connection of the site with the kinds it reads."""
    found = {}
    for connection in site.connections.values():
        zone = site.plants[connection.plant].zone
        bounds = (connection.push_limit, connection.push_share)
        stock = next((kind.name for kind in manifest(connection.system).kinds.values() if kind.stock), "")
        found[connection.name] = Line(connection.name, connection.plant, connection.system, zone, kinds_of(connection), *bounds, stock)
    return found


def stock_lines(site: Site, plant: str) -> list[Line]:
    """The connections that tell what a plant has in stock: of several into one company's system the one that reads most kinds."""
    chosen: dict[tuple[object, ...], Line] = {}
    for line in lines_of(site).values():
        if line.plant == plant and line.stock:
            settings = site.connections[line.name].settings
            company = (line.system, *(str(settings.get(name)) for name in manifest(line.system).company or settings))
            if len(line.kinds) > len(chosen[company].kinds if company in chosen else ()):
                chosen[company] = line
    return list(chosen.values())


def plumbing_of(house: House, wake: Callable[[str, object, str], None] | None = None) -> Plumbing:
    """Everything the flows need. Without `wake` nobody is woken: the caller does the work itself."""
    site = house.site

    shelf = Shelf(site.folder)

    def connect(name: str) -> Connector:
        if name not in site.connections:
            raise Misconfigured(f"the site has no connection {name}; it has {', '.join(site.connections) or 'none'}", code="connection")
        return connector(site.connections[name], site)

    folder = environment(VARIABLE)
    points = KillPoints(Path(folder)) if folder else None
    return Plumbing(
        begin=points.around(house.begin) if points else house.begin,
        view=house.view,
        now=house.now,
        lines=lines_of(site),
        connector=connect,
        mapper=lambda line, kind: shelf.mapper(line.system, kind),
        outward=lambda line: shelf.mapper(line.system, OUTWARD) if takes_results(site.connections[line.name]) else None,
        wake=wake or (lambda _task, _argument, _plant: None),
        snapshots=house.snapshots,
        address=site.url,
        ground=site.epcis.ground,
        subscribers=Subscribers(site.epcis.subscribers, timedelta(days=site.epcis.suspend_after), plants_of),
        keep_payloads=timedelta(days=site.epcis.keep_payloads),
        closed=site.closed,
        reached=points or nowhere,
    )
