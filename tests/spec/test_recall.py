"""Recall: what is affected, where it is, and the fewest holds that stop it."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from conftest import NOW, Tell, World, short
from notation import moment, uri

from trace_core.identifiers import parse_thing
from trace_core.recall import Condition, recall
from trace_core.walk import Asked

STORY = """
    HZ 07:00 receive CAP/L1 5000 from MURATA
    HZ 08:00 report SMT on MO-1: GW#U1 1, GW#U2 1, GW#U3 1, GW#U4 1, GW#U5 1 from CAP/L1 50
    HZ 09:00 put GW#U1, GW#U2, GW#U9 into C1
    HZ 09:00 put GW#U3, GW#U7, GW#U8 into C2
    HZ 09:30 put [C1], [C2] into P1
    HZ 10:00 scrap GW#U4 1
    HZ 11:00 ship GW#U5 1 to ACME under DN-1
"""


def recalled(world: World, *roots: str, at: str | None = None, where: tuple[Condition, ...] = (), weight: str = "1") -> dict[str, Any]:
    """The recall of things in the notation, as of a time in the notation or of the story's end."""
    found = [thing for root in roots if (thing := parse_thing(uri(root, "HZ")))]
    with world.view(None) as view:
        return recall(view, found, Asked(datetime.fromisoformat(moment(at)) if at else NOW), where=where, weight=Fraction(weight))


def listed(answer: dict[str, Any], name: str) -> str:
    """The things of a list of the answer, in the notation."""
    return " ".join(map(short, answer[name]))


def held(answer: dict[str, Any]) -> list[str]:
    """Holds as `thing covers+collateral`."""
    return [f"{short(hold['id'])} {hold['covers']}+{hold['collateral']}" for hold in answer["holds"]]


def states(answer: dict[str, Any], thing: str) -> list[str]:
    """Where a thing is, as `state quantity`."""
    told = {one["id"]: one["states"] for one in answer["roots"]} | answer["states"]
    return [f"{place['state']} {place.get('quantity', '?')}" for place in told[uri(thing, "HZ")]]


def test_a_recall_is_split_by_where_things_are(tell: Tell) -> None:
    answer = recalled(tell(STORY), "CAP/L1")

    assert listed(answer, "in_stock") == "GW#U1 GW#U2 GW#U3"
    assert listed(answer, "scrapped") == "GW#U4"
    assert listed(answer, "shipped") == "GW#U5"
    assert {partner: list(map(short, things)) for partner, things in answer["customers"].items()} == {"ACME": ["GW#U5"]}
    assert list(map(short, answer["containers"][uri("[C1]", "HZ")])) == ["GW#U1", "GW#U2"]
    assert states(answer, "CAP/L1") == ["in_stock 4950", "consumed 50"]
    assert "possible" not in answer


def test_the_fewest_holds_cover_everything_that_can_be_stopped(tell: Tell) -> None:
    world = tell(STORY)

    assert held(recalled(world, "CAP/L1")) == ["CAP/L1 1+0", "GW#U1 1+0", "GW#U2 1+0", "GW#U3 1+0"]
    assert held(recalled(world, "CAP/L1", weight="0.95")) == ["[C1] 2+1", "CAP/L1 1+0", "GW#U3 1+0"]
    assert held(recalled(world, "CAP/L1", weight="0")) == ["[P1] 3+3", "CAP/L1 1+0"]


def test_an_affected_unit_that_was_scrapped_or_returned_stays_in_the_recall(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report ASM on MO-1: GW#U1 1, GW#U2 1, GW#U3 1 from CAP/L1 3
        HZ 09:00 scrap GW#U1 1
        HZ 09:00 ship GW#U2 1 to ACME under DN-1
        HZ 09:00 ship GW#U3 1 to ACME under DN-1
        HZ 10:00 back GW#U2 1
        HZ 12:00 ship GW#U2 1 to BETA under DN-2
    """)

    assert listed(recalled(world, "CAP/L1", at="11:00"), "in_stock") == "GW#U2"
    answer = recalled(world, "CAP/L1")
    assert listed(answer, "scrapped") == "GW#U1"
    assert {partner: list(map(short, things)) for partner, things in answer["customers"].items()} == {"ACME": ["GW#U3"], "BETA": ["GW#U2"]}
    assert [hold for hold in held(answer) if "GW" in hold] == []


def test_what_left_for_another_plant_is_in_transit_until_it_arrives(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#B1 1, PCBA#B2 1 from CAP/L1 2
        HZ 09:00 send PCBA#B1 1 under SH-1
        HZ 09:00 send PCBA#B2 1 under SH-2
        SU 12:00 arrive PCBA#B1 1 under SH-1
    """)

    answer = recalled(world, "CAP/L1")

    assert listed(answer, "in_transit") == "PCBA#B2"
    assert listed(answer, "in_stock") == "SU:PCBA#B1"
    assert listed(answer, "consumed") == "PCBA#B1"
    assert sorted(answer["plants"]) == ["HZ", "SU"]


def test_a_unit_is_in_process_until_its_open_order_puts_it_in_stock(tell: Tell) -> None:
    world = tell("""
        HZ order MO-1 standard makes GW 10
        HZ 08:00 report ASM on MO-1: GW#U1 1, GW#U2 1 from CAP/L1 2
        HZ 09:00 produce GW#U2 1 on MO-1
        HZ 09:00 issue CAP/L1 7 to MO-2
    """)

    answer = recalled(world, "CAP/L1")

    assert listed(answer, "in_process") == "GW#U1"
    assert listed(answer, "in_stock") == "GW#U2"
    assert "in_process 7" in states(answer, "CAP/L1")


def test_a_lot_is_in_several_states_with_its_quantities(tell: Tell) -> None:
    world = tell("""
        HZ 07:00 receive RAW/R1 100 from ACME
        HZ 08:00 split RAW/R1 60 into PCBA/B7
        HZ 09:00 ship PCBA/B7 20 to ACME under DN-1
        HZ 10:00 scrap PCBA/B7 5
        HZ 11:00 issue PCBA/B7 15 to MO-9
    """)

    assert states(recalled(world, "RAW/R1"), "PCBA/B7") == ["in_stock 20", "in_process 15", "at_customer 20", "scrapped 5"]


def test_conditions_narrow_a_recall_step_by_step(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report SMT on MO-1: GW#U1 1 from CAP/L1 1
        HZ 09:00 report SMT on MO-2: GW#U2 1 from CAP/L1 1
        HZ 10:00 report AOI on MO-2: GW#U3 1 from CAP/L1 1
    """)

    answer = recalled(world, "CAP/L1", where=(Condition("operation", "SMT"), Condition("order", "MO-2")))

    assert [step["things"] for step in answer["narrowed"]] == [3, 2, 1]
    assert list(answer["states"]) == [uri("GW#U2", "HZ")]


def test_a_link_that_does_not_say_is_kept_by_every_condition(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 issue CAP/L1 5 to MO-1
        HZ 09:00 produce GW#U1 1 on MO-1
    """)

    answer = recalled(world, "CAP/L1", where=(Condition("equipment", "L1"), Condition("operation", "SMT")))

    assert list(answer["states"]) == [uri("GW#U1", "HZ")]


def test_the_result_hash_changes_exactly_when_the_scope_does(tell: Tell) -> None:
    world = tell(STORY)
    before, again = recalled(world, "CAP/L1", at="08:30"), recalled(world, "CAP/L1", at="23:00")

    assert before["result_hash"] == again["result_hash"]
    assert before["result_hash"] != recalled(world, "CAP/L1", at="07:30")["result_hash"]


def test_several_suspects_make_one_recall(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report SMT on MO-1: GW#U1 1 from CAP/L1 1
        HZ 08:00 report SMT on MO-1: GW#U2 1 from RES/L9 1
        HZ 09:00 split CAP/L1 1 into CAP/L2
    """)

    answer = recalled(world, "CAP/L1", "RES/L9", "CAP/L2")

    assert sorted(map(short, answer["states"])) == ["CAP/L2", "GW#U1", "GW#U2"]
    assert [short(root["id"]) for root in answer["roots"]] == ["CAP/L1", "RES/L9", "CAP/L2"]


def test_a_container_as_suspect_stands_for_what_is_in_it(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 put CAP/L1 10 into R1
        HZ 09:00 report SMT on MO-1: GW#U1 1 from CAP/L1 1
    """)

    assert list(map(short, recalled(world, "[R1]")["states"])) == ["GW#U1"]


def test_what_only_an_alternative_leads_to_is_recalled_as_possible(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/X 4
        HZ 08:01 report SMT on MO-1: PCBA#S2 1 from CAP/X 4 either SPLICE, CAP/Y 4 either SPLICE
    """)

    answer = recalled(world, "CAP/X")

    assert sorted(map(short, answer["states"])) == ["PCBA#S1", "PCBA#S2"]
    assert list(map(short, answer["possible"])) == ["PCBA#S2"]


def test_a_lot_of_numbered_units_is_where_its_units_are(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report ASM on MO-1: GW#U1 1 of GW/B7, GW#U2 1 of GW/B7 from CAP/L1 2
        HZ 09:00 ship GW#U1 1 to ACME under DN-1
    """)

    answer = recalled(world, "CAP/L1")

    assert (listed(answer, "in_stock"), listed(answer, "shipped")) == ("GW#U2", "GW#U1")
    assert states(answer, "GW/B7") == []
    assert [hold for hold in held(answer) if "GW" in hold] == ["GW#U2 1+0"]
