"""Small random worlds, so dense that everything meets everything: reversals, containers, repairs, orders and transfers among few things."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from trace_core.identifiers import ThingId, parse_thing

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=30)
THINGS = [
    *({"kind": "lot", "item": item, "number": f"{item}{n}"} for item in ("A", "B", "C") for n in (1, 2)),
    *({"kind": "serial", "item": "S", "number": f"S{n}"} for n in (1, 2, 3, 4)),
]
CARTONS = ["K1", "K2"]


def world(rng: random.Random, *, rich: bool = False) -> list[dict[str, Any]]:
    """Some sixty documents over few things, so that everything meets everything; a `rich` one has movements of stock and counts too."""
    return [_stocked(rng, number) if rich and rng.random() < 0.3 else _document(rng, number) for number in range(60)]


def _stocked(rng: random.Random, number: int) -> dict[str, Any]:
    at = (START + timedelta(hours=rng.randrange(40))).isoformat()
    sort = rng.choice(["count", "count", "merge", "merge", "scrap", "customer_return", "ship", "adjust"])
    quantity = rng.choice(["0", "0", "1"]) if sort == "count" else str(rng.randrange(-3 if sort == "adjust" else 1, 9))
    body = {"type": sort, "at": at, "thing": rng.choice(THINGS), "quantity": quantity, "uom": rng.choice(["H87", "H87", "PR"])}
    if sort == "merge":
        body["other"] = rng.choice(THINGS)
    plant = rng.choice(["HZ", "SU"])
    return {"kind": "movement", "plant": plant, "key": str(number % 50), "revision": 1 + number // 50, "recorded_at": at, "body": body}


def _document(rng: random.Random, number: int) -> dict[str, Any]:
    plant, at = rng.choice(["HZ", "SU"]), (START + timedelta(hours=rng.randrange(40))).isoformat()
    base = {"plant": plant, "key": str(number % 50), "revision": 1 + number // 50, "recorded_at": at}
    sort = rng.choice(["movement", "movement", "movement", "operation", "pack", "repair"])
    part = lambda: {"thing": rng.choice(THINGS), "quantity": str(rng.randrange(1, 5)), "uom": "H87"}  # noqa: E731 - three words often used
    if sort == "movement":
        return base | {"kind": sort, "body": _movement(rng, at, number)}
    if sort == "operation":
        made: list[dict[str, Any]] = [
            {"thing": thing, "quantity": "1", "uom": "H87"} for thing in rng.sample(THINGS, rng.choice([1, 1, 2]))
        ]
        if rng.random() < 0.15:
            made[0] |= {"lot": rng.choice(THINGS[:6])}
        used: list[dict[str, Any]] = [part(), part()]
        if rng.random() < 0.2:
            used[0] |= {"into": [made[0]["thing"]]}
        if rng.random() < 0.2:
            used[1] |= {"group": "G"}
        body: dict[str, Any] = {"order": f"O{rng.randrange(3)}", "operation": "X", "at": at, "outputs": made, "inputs": used}
    elif sort == "pack":
        contents = rng.sample([*THINGS, {"kind": "container", "number": "K2"}], 2)
        body = {"container": rng.choice(CARTONS), "at": at, "action": rng.choice(["add", "add", "remove"]), "contents": contents}
    else:
        body = {"thing": rng.choice(THINGS), "at": at, "removed": [part()], "installed": [part()]}
    return base | {"kind": sort, "body": body}


def _movement(rng: random.Random, at: str, number: int) -> dict[str, Any]:
    sort = rng.choice(
        ["receive", "issue", "issue", "return", "produce", "byproduct", "transfer_out", "transfer_in", "ship", "split", "rename"]
    )
    thing = rng.choice(THINGS) if rng.random() < 0.85 else {"kind": "container", "number": rng.choice(CARTONS)}
    body: dict[str, Any] = {"type": sort, "at": at, "thing": thing, "quantity": str(rng.randrange(1, 9)), "uom": "H87"}
    if sort in {"issue", "return", "produce", "byproduct"}:
        body |= {"order": f"O{rng.randrange(3)}", "backflush": sort == "issue" and rng.random() < 0.2}
    if sort.startswith("transfer"):
        body["shipment"] = f"SH{rng.randrange(3)}"
    if sort in {"split", "rename"}:
        body["other"] = rng.choice(THINGS)
    if number > 10 and rng.random() < 0.15:
        body["reverses"] = str(rng.randrange(number))
    return body


def roots() -> list[ThingId]:
    names = [f"{plant}/{told['kind']}/{told['item']}/{told['number']}" for plant in ("HZ", "SU") for told in THINGS]
    return [thing for name in [*names, "HZ/container//K1"] if (thing := parse_thing(name))]
