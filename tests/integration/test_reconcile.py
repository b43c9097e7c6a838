"""What we hold compared with what a system holds: every difference found and named, none invented, and nothing concluded from half."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_system import LINE, System, Windowed, at, plumbing
from sqlalchemy import text

from lotweave.bootstrap import House
from pipelines.ports import Plumbing
from pipelines.state import inbox, reconciliation
from pipelines.state.uninterpreted import wait_again
from pipelines.steps.interpret import interpret
from pipelines.steps.reconcile import Difference, differences, reconcile
from pipelines.steps.repair import repair

FEBRUARY, MARCH = at("2026-02-10T08:00"), at("2026-03-02T08:00")
Given = Callable[[System], Plumbing]


@pytest.fixture
def pulled(house: House, tmp_path: Path) -> Given:
    """The plumbing of a site that has pulled all of a system and interpreted none of it."""

    def pull(system: System) -> Plumbing:
        made = plumbing(house, system, tmp_path)
        with house.begin() as connection:
            for page in system.pull("Lot", None):
                inbox.keep(connection, page.documents, plant="HZ", run_id=None)
            connection.execute(text("DELETE FROM uninterpreted"))
        return made

    return pull


def lots(number: int, stamp: int | None = MARCH) -> dict[str, tuple[int | None, str]]:
    return {f"L{at:05}": (stamp, f'{{"lot": {at}}}') for at in range(number)}


def found(made: Plumbing, **how: object) -> Difference:
    (one,) = reconcile(LINE, made, **how)  # type: ignore[arg-type]
    return one


def months(house: House) -> dict[str, tuple[int, int, bool, bool]]:
    """Of each month both counts, whether they agree, and whether they ever did."""
    with house.begin() as connection:
        return {
            row.bucket: (row.here, row.there, row.agrees, row.proven_at is not None) for row in reconciliation.proofs(connection, ["mes"])
        }


def test_each_sort_of_difference_is_named_with_its_keys(house: House, pulled: Given) -> None:
    system = System(lots(100))
    made = pulled(system)
    with house.begin() as connection:
        wait_again(connection, [(LINE.name, "Lot", "L00007")])
    interpret("HZ", made)  # no mapping knows it
    with house.begin() as connection:
        wait_again(connection, [(LINE.name, "Lot", "L00008")])
    del system.held["L00001"]
    system.held["L00002"] = (MARCH + 1, '{"lot": "changed"}')
    system.held["L00500"] = (MARCH, '{"lot": 500}')

    told = found(made).as_json()

    assert {name: told[name] for name in ("here", "there", "differences", "proven", "fault")} == {
        "here": 100, "there": 100, "differences": 4, "proven": False, "fault": None,
    }  # fmt: skip
    assert {name: told[f"{name}_keys"] for name in reconciliation.SORTS if told[name]} == {
        "missing_here": ["L00500"],
        "different": ["L00002"],
        "deleted_there": ["L00001"],
        "waiting": ["L00008"],
        "quarantined": ["L00007"],
    }
    assert (told["changed_there"], told["changed_there_keys"]) == (1, ["L00002"])


def test_where_both_sides_agree_nothing_is_asked_for_and_the_months_are_proven(house: House, pulled: Given) -> None:
    system = System(lots(50) | {"OLD": (FEBRUARY, "{}"), "NEVER": (None, "{}")})

    one = found(pulled(system))

    assert one.proven
    assert system.asked == []
    assert months(house) == {"2026-02": (1, 1, True, True), "2026-03": (50, 50, True, True), "none": (1, 1, True, True)}


def test_a_month_that_differs_keeps_when_it_was_proven_last(house: House, pulled: Given) -> None:
    system = System(lots(50) | {"OLD": (FEBRUARY, "{}")})
    made = pulled(system)
    found(made)
    del system.held["L00003"]

    assert found(made).counts == {"deleted_there": 1}
    assert months(house) == {"2026-02": (1, 1, True, True), "2026-03": (50, 49, False, True)}


def test_a_survey_that_says_it_ended_short_is_red_and_deletes_nothing(house: House, pulled: Given) -> None:
    system = System(lots(100))
    made = pulled(system)
    system.told, system.counts = 60, True

    one = found(made)

    assert one.fault is not None
    assert (one.fault["verdict"], one.fault["code"], one.proven, one.count) == ("Unreachable", "short", False, 0)
    assert repair(LINE, [one], made, however_many=True) == []
    assert present(house) == 100
    assert months(house) == {}


@pytest.mark.parametrize("number", [100, 5000])
def test_a_survey_cut_silently_is_seen_by_asking_and_deletes_nothing(house: House, pulled: Given, number: int) -> None:
    system = System(lots(number))
    made = pulled(system)
    system.told = number * 6 // 10

    one = found(made)

    assert one.fault is not None
    assert one.fault["code"] == "short"
    assert sum(map(len, system.asked)) <= 100
    assert repair(LINE, [one], made, however_many=True) == []
    assert present(house) == number


def present(house: House) -> int:
    with house.begin() as connection:
        return int(connection.execute(text("SELECT count(*) FROM inbox WHERE latest AND NOT deleted")).scalar_one())


def test_a_change_without_a_change_time_is_found_by_contents_alone_and_mended(house: House, pulled: Given) -> None:
    system = System(lots(100))
    made = pulled(system)
    system.held["L00009"] = (MARCH, '{"lot": "another"}')

    assert found(made).proven
    deep = found(made, deep=True)
    assert (deep.counts, deep.keys) == ({"different": 1}, {"different": ["L00009"]})
    with house.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM inbox")).scalar_one() == 100

    (done,) = repair(LINE, [deep], made)
    assert (done.read_again, done.withdrawn) == (1, 0)
    assert "different" not in found(made, deep=True).counts


def test_what_reads_as_it_is_held_is_no_difference_though_a_list_tells_less(house: House, pulled: Given) -> None:
    system = System(lots(10))
    made = pulled(system)
    system.more = " "
    with house.begin() as connection:
        inbox.keep(connection, list(system.read("Lot", ["L00004"])), plant="HZ", run_id=None)
        connection.execute(text("DELETE FROM uninterpreted"))

    assert found(made, deep=True).proven


def test_a_document_set_back_to_an_earlier_time_is_different_and_mended(pulled: Given) -> None:
    system = System(lots(10))
    made = pulled(system)
    system.held["L00003"] = (FEBRUARY, '{"lot": "of the backup"}')

    one = found(made)

    assert one.keys == {"different": ["L00003"]}
    repair(LINE, [one], made)
    assert found(made).counts == {"waiting": 1}


def test_a_new_change_time_alone_is_no_difference(pulled: Given) -> None:
    system = System(lots(10))
    made = pulled(system)
    system.held["L00003"] = (MARCH + 1000, system.held["L00003"][1])

    assert found(made).proven


def test_a_list_that_repeats_rows_counts_each_once(pulled: Given) -> None:
    system = System(lots(10))
    made = pulled(system)
    system.repeats = True

    one = found(made)

    assert (one.proven, one.here, one.there) == (True, 10, 10)


@pytest.mark.parametrize("sort", [System, Windowed])
def test_a_period_is_compared_alone(house: House, pulled: Given, sort: type[System]) -> None:
    system = sort(lots(10) | {"OLD": (FEBRUARY, "{}"), "MOVED": (MARCH, "{}")})
    made = pulled(system)
    del system.held["OLD"], system.held["L00001"]
    system.held["MOVED"] = (at("2026-04-01T09:00"), '{"moved": true}')
    system.held["NEXT"] = (at("2026-04-01T09:00"), "{}")

    one = found(made, window=(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)))

    assert (one.fault, one.keys) == (None, {"deleted_there": ["L00001"], "different": ["MOVED"]})
    assert months(house) == {"2026-03": (11, 9, False, False)}


def test_a_kind_without_change_times_is_compared_whole_whatever_the_period(pulled: Given) -> None:
    system = Windowed(lots(10, None))
    made = pulled(system)
    system.dated = False
    system.survey = lambda _kind, _within=None: ((key, None) for key in system.held)  # type: ignore[method-assign]
    system.held["L00004"] = (None, '{"lot": "another"}')

    one = found(made, deep=True, window=(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)))

    assert (one.here, one.keys) == (10, {"different": ["L00004"]})


def test_thousands_that_differ_come_by_a_pull_of_their_time(house: House, pulled: Given) -> None:
    system = Windowed(lots(10, FEBRUARY))
    made = pulled(system)
    system.held |= {f"N{at:05}": (MARCH, "{}") for at in range(2500)}

    one = found(made)
    assert (one.counts, len(one.keys["missing_here"])) == ({"missing_here": 2500}, 50)
    assert sum(1 for _ in differences(one, made)) == 2500
    (done,) = repair(LINE, [one], made)

    assert (done.read_again, len(system.windows), system.asked) == (2500, 1, [])
    assert found(made).counts == {"waiting": 2500}


def test_a_second_comparison_leaves_nothing_of_the_first_behind(house: House, pulled: Given) -> None:
    system = System(lots(10))
    made = pulled(system)
    del system.held["L00001"]

    found(made)
    found(made)

    with house.begin() as connection:
        told = text("SELECT (SELECT count(*) FROM reconciliation), (SELECT count(*) FROM difference), (SELECT count(*) FROM surveyed)")
        assert tuple(connection.execute(told).one()) == (1, 1, 0)
