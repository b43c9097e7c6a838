"""`/api/v1/schedules`: what is due when, and run, pause, resume and backfill for keys that may change something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from lotweave import schedules
from lotweave.access.keys import Holder
from lotweave.bootstrap import House, clock
from lotweave.console.answers import problem, told_as_json
from lotweave.timetable_editing import Sort, change, drop
from scheduler.schedule import Schedule
from scheduler.windows import WINDOW, day_of

EDITORS = ("engineer", "admin")


def get_schedules(house: House, who: Holder) -> Response:
    """The schedules of the plants that the key sees."""
    seen = [one for one in house.site.timetable.schedules if who.sees(_plant(house, one))]
    return told_as_json({"schedules": schedules.listing(house, seen, now=clock()), "blackouts": schedules.blackouts(house, who.sees)})


def post_schedule(house: House, who: Holder, name: str, action: str) -> Response:
    """Run, pause, resume or backfill one. Body, where there is one: `{"because": …}` for pause, `{"kinds": […]}` for run and backfill.

    A backfill takes `{"from": "2026-03-01", "to": "2026-03-31", "window": 7}` too: days of the plant, both included.
    """
    if who.role == "viewer":
        return problem(403, "Not allowed", f"a viewer's key cannot {action} a schedule")
    found = next((one for one in house.site.timetable.schedules if one.name == name and who.sees(_plant(house, one))), None)
    if found is None or action not in _ACTIONS:
        return problem(404, "Unknown", f"there is no schedule {name}, or nothing called {action} to be done with it")
    told = request.get_json(silent=True) if request.get_data() else {}
    if not isinstance(told, dict) or not _well_formed(told):
        return problem(400, "Wrong body", 'send a JSON object: {"because": "text"} or {"kinds": ["KIND"]}')
    return told_as_json(_ACTIONS[action](house, found, told))


def put_schedule(house: House, who: Holder, name: str) -> Response:
    """`PUT /api/v1/schedules/NAME`: make it as the body says, or let it be so; `PATCH` changes what the body names, null takes away."""
    return _edit(house, who, "schedule", name)


def put_blackout(house: House, who: Holder, name: str) -> Response:
    """The same for `/api/v1/blackouts/NAME`."""
    return _edit(house, who, "blackout", name)


def _edit(house: House, who: Holder, sort: Sort, name: str) -> Response:
    if who.role not in EDITORS:
        return problem(403, "Not allowed", f"a key of an {' or '.join(EDITORS)} is needed to change a {sort}")
    told = {} if request.method == "DELETE" else request.get_json(silent=True)
    if not isinstance(told, dict):
        return problem(400, "Wrong body", 'send a JSON object with keys of schedules.toml, such as {"every": "5m"}')
    before = _held(house, sort, name)
    if before is None and request.method != "PUT":
        return problem(404, "Unknown", f"there is no {sort} {name}")
    states = [before, told if request.method == "PUT" else (before or {}) | told]
    if not all(_may(house, who, sort, state) for state in states if state is not None):
        return problem(403, "Not allowed", f"the {sort} concerns plants that the key does not see")
    if request.method == "DELETE":
        drop(house.site, sort, name)
        return Response(status=204)
    made = change(house.site, sort, name, told, whole=request.method == "PUT")
    return told_as_json({sort: name, "made": made}, 201 if made else 200)


def _held(house: House, sort: Sort, name: str) -> dict[str, Any] | None:
    """What a schedule or blackout of that name concerns; None where there is none."""
    table = house.site.timetable
    if sort == "schedule":
        return next(({"connection": one.connection} for one in table.schedules if one.name == name), None)
    return next(({"connections": sorted(one.connections)} for one in table.blackouts if one.name == name), None)


def _may(house: House, who: Holder, sort: Sort, told: dict[str, Any]) -> bool:
    """Whether the key sees the plants of all that it concerns; a blackout that names no connections concerns all."""
    named = [told.get("connection")] if sort == "schedule" else told.get("connections")
    known = house.site.connections
    concerned = [known[one] for one in named if one in known] if isinstance(named, list) and named else known.values()
    return all(who.sees(one.plant) for one in concerned)


def _plant(house: House, schedule: Schedule) -> str:
    return house.site.connections[schedule.connection].plant


def _well_formed(told: dict[str, Any]) -> bool:
    kinds = told.get("kinds", [])
    texts = isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds)
    return texts and isinstance(told.get("because", ""), str) and told.keys() <= {"because", "kinds", "from", "to", "window"}


def _days(told: dict[str, Any]) -> dict[str, Any]:
    ends = {"since": told.get("from"), "until": told.get("to")}
    return {name: None if day is None else day_of(str(day)) for name, day in ends.items()} | {"days": told.get("window", WINDOW)}


_ACTIONS: dict[str, Callable[[House, Schedule, dict[str, Any]], dict[str, Any]]] = {
    "run": lambda house, one, told: schedules.run(house, one, kinds=told.get("kinds", [])),
    "backfill": lambda house, one, told: schedules.backfill(house, one, kinds=told.get("kinds", []), **_days(told)),
    "pause": lambda house, one, told: schedules.pause(house, one, because=told.get("because", "")),
    "resume": lambda house, one, _: schedules.resume(house, one),
}
