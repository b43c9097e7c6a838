"""What a person decides about results, and what is too much to happen without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from random_world import NOW
from shelves import Shelves, joined, report, take

from lotweave.bootstrap import House
from pipelines.ports import Plumbing
from pipelines.state import outbox, outbox_holds
from pipelines.state.outbox import Wish
from pipelines.state.outbox_claims import too_many
from pipelines.steps.preview import preview
from pipelines.steps.push import push
from pipelines.steps.refresh import refresh
from trace_core.errors import Unreachable

UNITS = 25
TEXT = "F_LW_TraceSummary"


def master(lot: str, revision: int) -> dict[str, Any]:
    body = {"item": "A", "lot": lot, "supplier": "V1"} if revision % 2 else {"item": "A", "lot": lot}
    return {"kind": "lot", "plant": "HZ", "key": lot, "revision": revision, "body": body}


def pushed(house: House, plumbing: Plumbing) -> int:
    refresh(house.begin)
    return push(["erp"], plumbing)


def built(house: House, plumbing: Plumbing) -> None:
    """Units of one lot, each with its result in the ERP."""
    take(house, [report(str(at), f"S{at}", "A1") for at in range(UNITS)])
    with house.begin() as connection:
        outbox.wish(connection, [Wish("erp", "HZ", "PRD_INSTOCK", f"R{at}", f"HZ/serial/S/S{at}") for at in range(UNITS)], now=NOW)
    assert pushed(house, plumbing) == UNITS


def rows(house: House) -> dict[str, dict[str, Any]]:
    with house.begin() as connection:
        return {row["target"]["key"]: row for row in outbox.listing(connection)}


@pytest.mark.parametrize(
    ("bounds", "held"),
    [({"push_limit": 24}, "push_limit = 24"), ({"push_limit": 200, "push_share": 0.5}, "25 of 25"), ({"push_limit": 25}, None)],
)
def test_too_many_changes_at_once_wait_until_a_person_releases_them(
    house: House, tmp_path: Path, bounds: dict[str, Any], held: str | None
) -> None:
    erp = Shelves()
    plumbing = joined(house, erp, tmp_path, **bounds)
    built(house, plumbing)

    take(house, [master("A1", 1)])

    if held is None:
        assert pushed(house, plumbing) == UNITS
        return
    assert pushed(house, plumbing) == 0
    assert all(held in row["hold"] and row["state"] == "changed" for row in rows(house).values())
    assert not any("from 1 suppliers" in fields[TEXT] for fields in erp.held.values())
    with house.begin() as connection:
        assert len(outbox_holds.release_connection(connection, "erp", now=NOW)) == UNITS
    assert pushed(house, plumbing) == UNITS
    assert all("from 1 suppliers" in fields[TEXT] for fields in erp.held.values())


def test_a_recall_passes_whatever_the_limit(house: House, tmp_path: Path) -> None:
    plumbing = joined(house, Shelves(), tmp_path, push_limit=0)
    built(house, plumbing)
    take(house, [master("A1", 1)])
    with house.begin() as connection:
        outbox.look_again_at(connection, ["HZ/lot/A/A1"])

    assert pushed(house, plumbing) == UNITS


def test_what_few_results_say_is_held_to_no_share() -> None:
    assert too_many(19, 19, limit=200, share=0.1) is None
    assert "push_share" in str(too_many(3, 20, limit=200, share=0.1))


def test_a_row_or_a_connection_that_is_held_is_not_pushed_until_it_is_released(house: House, tmp_path: Path) -> None:
    erp = Shelves()
    plumbing = joined(house, erp, tmp_path)
    built(house, plumbing)
    one = rows(house)["R3"]["id"]
    with house.begin() as connection:
        assert outbox_holds.hold(connection, [one, 999], reason="under dispute", now=NOW) == [one]
    take(house, [master("A1", 1)])

    assert pushed(house, plumbing) == UNITS - 1
    with house.begin() as connection:
        assert [row["target"]["key"] for row in outbox.listing(connection, state="held")] == ["R3"]
        outbox_holds.hold_connection(connection, "erp", reason="stock-taking", now=NOW)
        assert outbox_holds.release(connection, [one], now=NOW) == [one]
    assert pushed(house, plumbing) == 0
    with house.begin() as connection:
        assert outbox_holds.held_connections(connection) == {"erp": "stock-taking"}
        outbox_holds.release_connection(connection, "erp", now=NOW)
    assert pushed(house, plumbing) == 1


def test_a_preview_writes_nothing(house: House, tmp_path: Path) -> None:
    erp = Shelves()
    plumbing = joined(house, erp, tmp_path)
    built(house, plumbing)
    take(house, [master("A1", 1)])
    erp.calls.clear()

    told = preview(rows(house)["R3"]["id"], plumbing)

    assert erp.calls == ["read R3"]
    assert set(told["difference"]) == {TEXT}
    assert (told["difference"][TEXT]["holds"], told["holds"][TEXT]) == (erp.held["R3"][TEXT],) * 2
    assert "from 1 suppliers" in told["would_write"][TEXT]


def test_what_stood_there_is_written_back_once_and_the_trace_follows_again_when_released(house: House, tmp_path: Path) -> None:
    erp = Shelves()
    erp.held["R3"] = {TEXT: "see paper"}
    plumbing = joined(house, erp, tmp_path)
    built(house, plumbing)
    take(house, [master("A1", 1)])
    pushed(house, plumbing)
    one = rows(house)["R3"]["id"]

    with house.begin() as connection:
        assert outbox_holds.reverse(connection, [one], now=NOW) == [one]
        assert outbox_holds.reverse(connection, [one], now=NOW) == []
    assert pushed(house, plumbing) == 1
    take(house, [master("A1", 2)])
    pushed(house, plumbing)

    assert erp.held["R3"] == {"F_LW_TraceRef": "", TEXT: "see paper"}
    assert (rows(house)["R3"]["state"], rows(house)["R3"]["reversed"]) == ("confirmed", True)
    with house.begin() as connection:
        assert outbox_holds.release(connection, [one], now=NOW) == [one]
    assert pushed(house, plumbing) == 1
    assert erp.held["R3"][TEXT] == erp.held["R4"][TEXT]
    assert erp.held["R3"]["F_LW_TraceRef"].startswith("LW-")
    keys = [request.idempotency_key for request in erp.requests if request.key == "R3"]
    assert len(set(keys)) == len(keys) == 4


def test_a_result_of_which_nothing_is_known_any_more_is_taken_back_and_comes_again(house: House, tmp_path: Path) -> None:
    erp = Shelves()
    erp.held["R3"], plumbing = {TEXT: "see paper"}, joined(house, erp, tmp_path)
    built(house, plumbing)
    erp.held["R4"][TEXT] = "by hand"

    take(house, [report(str(at), f"S{at}", "A1") | {"revision": 2, "deleted": True, "body": {}} for at in (3, 4)])
    assert pushed(house, plumbing) == 1
    gone = (erp.held["R3"], erp.held["R4"][TEXT], rows(house)["R4"]["state"])
    take(house, [report("3", "S3", "A1") | {"revision": 3}])
    again = pushed(house, plumbing)

    assert gone == ({"F_LW_TraceRef": "", TEXT: "see paper"}, "by hand", "held")
    assert again == 1
    assert erp.held["R3"]["F_LW_TraceRef"].startswith("LW-")


def test_of_a_document_that_is_gone_with_all_that_was_known_nobody_has_to_do_anything(house: House, tmp_path: Path) -> None:
    erp = Shelves()
    plumbing = joined(house, erp, tmp_path)
    built(house, plumbing)
    del erp.held["R3"]
    erp.gone = {"R3"}

    take(house, [report("3", "S3", "A1") | {"revision": 2, "deleted": True, "body": {}}])

    assert pushed(house, plumbing) == 0
    assert (rows(house)["R3"]["state"], "R3" in erp.held) == ("idle", False)


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        ({}, [2, 10, 30, 60, 100, 100]),
        ({"retry_after": 7.0}, [7, 7, 7, 7, 7, 7]),
        ({"sent": True}, [20, 20, 30, 60, 100, 100]),
        ({"sent": True, "retry_after": 45.0}, [45, 45, 45, 45, 45, 45]),
    ],
)
def test_a_result_that_was_not_taken_is_tried_again_ever_later(
    house: House, tmp_path: Path, fault: dict[str, Any], waits: list[int]
) -> None:
    erp, now = Shelves(), [NOW]
    plumbing = replace(joined(house, erp, tmp_path), now=lambda: now[0])
    take(house, [report("0", "S0", "A1")])
    with house.begin() as connection:
        outbox.wish(connection, [Wish("erp", "HZ", "PRD_INSTOCK", "R0", "HZ/serial/S/S0")], now=NOW)

    def waited() -> list[int]:
        found = []
        for _ in waits:
            push(["erp"], plumbing)
            with house.begin() as connection:
                found.append(round((outbox.one(connection, rows(house)["R0"]["id"]).next_attempt_at - now[0]).total_seconds()))
            now[0] += timedelta(seconds=found[-1])
        return found

    erp.fault = Unreachable("busy", **fault)
    first = waited()
    erp.fault = None
    assert push(["erp"], plumbing) == 1
    erp.fault = Unreachable("busy", **fault)
    take(house, [master("A1", 1)])
    pushed(house, plumbing)

    assert first == waits
    with house.begin() as connection:
        assert outbox.one(connection, rows(house)["R0"]["id"]).next_attempt_at == now[0] + timedelta(seconds=waits[0])


def test_what_a_person_wrote_since_is_not_taken_back_over_it(house: House, tmp_path: Path) -> None:
    erp = Shelves()
    plumbing = joined(house, erp, tmp_path)
    built(house, plumbing)
    erp.held["R3"][TEXT] = "by hand"
    one = rows(house)["R3"]["id"]

    with house.begin() as connection:
        outbox_holds.reverse(connection, [one], now=NOW)
    pushed(house, plumbing)

    assert (rows(house)["R3"]["state"], erp.held["R3"][TEXT]) == ("held", "by hand")
    assert "did not write" in rows(house)["R3"]["message"]


def test_what_was_rejected_is_tried_again_when_asked(house: House, tmp_path: Path) -> None:
    plumbing = joined(house, Shelves(), tmp_path)
    built(house, plumbing)
    with house.begin() as connection:
        one = outbox.listing(connection)[0]["id"]
        outbox.mark(connection, one, now=NOW, state="rejected", message="too long")

    assert pushed(house, plumbing) == 0
    with house.begin() as connection:
        assert outbox_holds.retry(connection, [one], now=NOW) == [one]
    assert pushed(house, plumbing) == 1
