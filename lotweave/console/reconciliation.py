"""`/api/v1/reconciliation`: what was proven of the plants that a key sees, and every difference found; a comparison begun."""

from __future__ import annotations

from flask import Response, request

from lotweave.access.keys import Holder
from lotweave.bootstrap import House
from lotweave.console.answers import problem, told_as_json
from lotweave.proofs import begin, differences, proven
from pipelines.state.reconciliation import SORTS


def get_reconciliation(house: House, who: Holder) -> Response:
    """The last comparison of each kind with its months; `?plant=` of one plant."""
    wanted = request.args.get("plant")
    seen = [one.name for one in house.site.connections.values() if who.sees(one.plant) and wanted in {None, one.plant}]
    return told_as_json({"kinds": proven(house, seen)})


def post_reconciliation(house: House, who: Holder, name: str, kind: str) -> Response:
    """Compare a kind and mend what differs; the workers do it, and what it found is told as the last comparison once it has ended."""
    if who.role == "viewer":
        return problem(403, "Not allowed", "a viewer's key cannot compare, which mends what differs")
    connection = house.site.connections.get(name)
    run = begin(house, name, kind) if connection is not None and who.sees(connection.plant) else None
    if run is None:
        return problem(404, "Unknown", f"no connection {name} reads {kind}")
    return told_as_json({"run": run, "connection": name, "kind": kind}, 202)


def get_differences(house: House, who: Holder, name: str, kind: str) -> Response:
    """Differences of one kind, `?sort=` of one sort; `?cursor=` goes on where `next` of the answer before says."""
    sort = request.args.get("sort")
    if sort is not None and sort not in SORTS:
        return problem(400, "Unknown sort", f"there are {', '.join(SORTS)}")
    connection = house.site.connections.get(name)
    seen = connection is not None and who.sees(connection.plant)
    told = differences(house, name, kind, sorts=[sort] if sort else SORTS, cursor=request.args.get("cursor", "")) if seen else None
    if told is None:
        return problem(404, "Unknown", f"no comparison of {kind} over {name} is known")
    return told_as_json(told)
