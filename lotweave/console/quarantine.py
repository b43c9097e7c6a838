"""`/api/v1/quarantine/causes`: what waits in the plants that a key sees, by cause; interpreted anew or dropped by those who may."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from flask import Response, request

from lotweave.access.keys import Holder
from lotweave.bootstrap import House
from lotweave.console.answers import problem, told_as_json
from pipelines.steps.causes import drop_cause, listing, mark_again, place_of

MOST = 1000
"""Causes of one answer."""
ACTIONS = ("replay", "drop")


def get_causes(house: House, who: Holder) -> Response:
    """Causes, the most frequent first; `?plant=`, `?limit=`; `?cursor=` goes on where `next` of the answer before says."""
    wanted, limit = request.args.get("plant"), request.args.get("limit", "100")
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
        return problem(400, "Wrong limit", f"must be a whole number from 1 to {MOST}")
    if wanted is not None and not who.sees(wanted):
        return told_as_json({"causes": [], "next": None})
    with house.begin() as connection:
        after = place_of(request.args.get("cursor", ""))
        return told_as_json(listing(connection, plants=[wanted] if wanted else who.plants, after=after, most=int(limit)))


def post_cause(house: House, who: Holder, cause: str, action: str) -> Response:
    """`replay` lets workers interpret what waits for a cause anew; `drop` with `{"reason": …}` drops it."""
    if action not in ACTIONS:
        return problem(404, "Unknown", f"a cause can be asked to {' or '.join(ACTIONS)}")
    if who.role == "viewer":
        return problem(403, "Not allowed", "a viewer's key changes nothing")
    if action == "replay":
        return _replayed(house, cause, who.plants)
    told = request.get_json(silent=True)
    reason = told.get("reason") if isinstance(told, dict) else None
    return told_as_json(asdict(drop_cause(cause, reason if isinstance(reason, str) else "", house.begin, plants=who.plants)))


def _replayed(house: House, cause: str, plants: Collection[str]) -> Response:
    ids, by_plant = mark_again(cause, house.begin, plants=plants)
    return told_as_json({"cause": cause, "waited": len(ids), "again": sum(by_plant.values())}, 202)
