"""What stands in an ERP follows the genealogy: in whatever order documents come, it ends as if it had been planned at the end alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from random_world import NOW, THINGS, world
from shelves import Shelves, joined, report, take, wish
from sqlalchemy import text

from lotweave.bootstrap import House
from pipelines.ports import Plumbing
from pipelines.state import changes, outbox, runs
from pipelines.state.outbox_claims import claim_to_plan
from pipelines.state.runs import Due
from pipelines.steps.plan import plan
from pipelines.steps.push import push
from pipelines.steps.refresh import refresh


def more(rng: random.Random, told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Masters that bear upon what is said, withdrawals, later versions of the same, and what nobody can use."""
    lots = [
        {"item": thing["item"], "lot": thing["number"], "supplier": rng.choice(["V1", "V2"])}
        for thing in rng.choices([one for one in THINGS if one["kind"] == "lot"], k=6)
    ]
    masters = [("lot", f"L{at}", body) for at, body in enumerate(lots)]
    masters += [("item", "S", {"item": "S", "base_uom": rng.choice(["H87", "PR"])}) for _ in range(2)]
    masters += [
        ("order", f"O{at}", {"order": f"O{at}", "item": "S", "quantity": str(rng.randrange(1, 9)), "uom": "H87"}) for at in range(3)
    ]
    found = [
        {"kind": kind, "plant": rng.choice(["HZ", "SU"]), "key": key, "revision": rng.randrange(1, 9), "body": body}
        for kind, key, body in masters
    ]
    gone = [{**rng.choice(told), "revision": 9, "deleted": True, "body": {}} for _ in range(8)]
    bad = [{**rng.choice(told), "revision": 4, "body": {**rng.choice(told)["body"], "quantity": "many"}} for _ in range(3)]
    return [*found, *gone, *bad]


def stands(house: House) -> dict[str, Any]:
    with house.begin() as connection:
        found = {row["target"]["key"]: (row["fields"] or {}) if row["state"] == "confirmed" else {} for row in outbox.listing(connection)}
    return {key: fields if any(fields.values()) else {} for key, fields in found.items()}


def from_scratch(house: House, plumbing: Plumbing) -> dict[str, Any]:
    with house.begin() as connection:
        rows = outbox.listing(connection)

    class Row:
        reversed, original = False, None

        def __init__(self, told: dict[str, Any]) -> None:
            self.connection, self.subjects = told["connection"], told["subjects"]

    return {row["target"]["key"]: plan(Row(row), plumbing).fields for row in rows}


@pytest.mark.parametrize("seed", range(8))
def test_what_stands_is_what_would_be_planned_anew(house: House, tmp_path: Path, seed: int) -> None:
    rng, erp = random.Random(seed), Shelves()
    told = world(rng, rich=bool(seed % 2))
    told = rng.sample(found := [*told, *more(rng, told)], len(found))
    plumbing = joined(house, erp, tmp_path)
    wish(house)

    for at in range(0, len(told), 7):
        take(house, told[at : at + 7])
        refresh(house.begin)
        push(["erp"], plumbing)
        assert stands(house) == from_scratch(house, plumbing)

    assert {key: fields for key, fields in stands(house).items() if fields} == {
        key: fields for key, fields in erp.held.items() if any(fields.values())
    }


def test_only_what_rests_on_the_change_is_planned_and_only_a_difference_is_written(house: House, tmp_path: Path) -> None:
    erp = Shelves()
    plumbing = joined(house, erp, tmp_path)
    take(house, [report("1", "S1", "A1"), report("2", "S2", "A2")])
    wish(house)
    push(["erp"], plumbing)
    refresh(house.begin)
    push(["erp"], plumbing)
    erp.calls.clear()
    master = {"kind": "lot", "plant": "HZ", "key": "A1", "revision": 1, "body": {"item": "A", "lot": "A1", "supplier": "V1"}}

    take(house, [master])
    marked = refresh(house.begin)
    confirmed = push(["erp"], plumbing)

    assert marked == 2  # the unit and the lot itself
    assert confirmed == 1
    assert erp.calls == ["read HZ/serial/S/S1", "push HZ/serial/S/S1", "read HZ/serial/S/S1"]
    assert "from 1 suppliers" in erp.held["HZ/serial/S/S1"]["F_LW_TraceSummary"]


def test_a_change_while_a_result_is_planned_is_not_overlooked(house: House, tmp_path: Path) -> None:
    erp = Shelves()
    plumbing = joined(house, erp, tmp_path)
    take(house, [report("1", "S1", "A1")])
    wish(house)
    push(["erp"], plumbing)
    refresh(house.begin)
    with house.begin() as connection:
        outbox.look_again_at(connection, ["HZ/serial/S/S1"])
        claimed = claim_to_plan(connection, names=["erp"], now=NOW)

    take(house, [report("2", "S1", "A2")])
    refresh(house.begin)
    with house.begin() as connection:
        outbox.mark(connection, claimed[0].id, now=NOW, state="confirmed")
    push(["erp"], plumbing)

    assert stands(house) == from_scratch(house, plumbing)


def test_notes_are_taken_once_and_none_is_lost_with_its_transaction(house: House) -> None:
    with house.begin() as connection:
        changes.note(connection, {("HZ", "lot", str(at)) for at in range(changes.PIECE + 1)})
        changes.note_things(connection, ["HZ/lot/A/A1"])

    with house.engine.connect() as taking:
        assert changes.take(taking) is not None
        taking.rollback()
    with house.begin() as connection:
        names, things = changes.take(connection) or (set(), set())

    assert (len(names), things) == (changes.PIECE + 1, {"HZ/lot/A/A1"})
    with house.begin() as connection:
        assert changes.take(connection) is None
        assert not changes.any_wait(connection)


def test_notes_are_dropped_while_there_is_no_result_they_could_concern(house: House) -> None:
    with house.begin() as connection:
        changes.note_things(connection, ["HZ/lot/A/A1"])
        assert not changes.are_due(connection)
        changes.forget_unneeded(connection)
        assert not changes.any_wait(connection)
    wish(house)
    with house.begin() as connection:
        changes.note_things(connection, ["HZ/lot/A/A1"])
        changes.forget_unneeded(connection)
        assert changes.any_wait(connection)


def test_notes_wait_for_pulls_under_way_but_not_for_ever(house: House) -> None:
    wish(house)
    with house.begin() as connection:
        assert not changes.are_due(connection)
        changes.note_things(connection, ["HZ/lot/A/A1"])
        assert changes.are_due(connection)
        (number,) = runs.create(connection, [Due("erp", "HZ", "PRD_MO", 0, NOW)], now=NOW)
        runs.claim(connection, number, now=NOW)
        assert not changes.are_due(connection)
        connection.execute(text("UPDATE changed SET at = now() - interval '2 minutes'"))
        assert changes.are_due(connection)
