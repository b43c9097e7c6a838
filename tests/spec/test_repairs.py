"""Parts taken out and put in, and the three questions."""

from __future__ import annotations

from conftest import Tell

REPAIRED = """
    HZ 08:00 report SMT on MO-1: PCBA#B1 1 from CAP/P1 1
    HZ 10:00 repair PCBA#B1: out CAP/P1 1; in CAP/Q1 1
    HZ 12:00 report ASM on MO-2: GW#U1 1 from PCBA#B1 1
"""


def test_a_removed_part_is_not_contained_any_more(tell: Tell) -> None:
    world = tell(REPAIRED)

    assert world.forward("CAP/P1") == ""
    assert world.backward("GW#U1") == "PCBA#B1 CAP/Q1"


def test_a_removed_part_was_ever_in_the_board_but_never_in_the_unit(tell: Tell) -> None:
    world = tell(REPAIRED)

    assert world.forward("CAP/P1", question="ever") == "PCBA#B1"
    assert world.backward("GW#U1", question="ever") == "PCBA#B1 CAP/Q1"
    assert world.backward("PCBA#B1", question="ever") == "CAP/P1 CAP/Q1"


def test_exposure_ignores_removals(tell: Tell) -> None:
    world = tell(REPAIRED)

    assert world.forward("CAP/P1", question="exposed") == "PCBA#B1 GW#U1"
    assert world.backward("GW#U1", question="exposed") == "PCBA#B1 CAP/P1 CAP/Q1"


def test_before_the_repair_the_part_was_in(tell: Tell) -> None:
    world = tell(REPAIRED)

    assert world.forward("CAP/P1", at="09:00") == "PCBA#B1"
    assert world.backward("PCBA#B1", at="09:59") == "CAP/P1"


def test_what_the_holder_went_into_meanwhile_stays_reached(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#B1 1 from CAP/P1 1
        HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#B1 1
        HZ 10:00 repair PCBA#B1: out CAP/P1 1
        HZ 11:00 report BOX on MO-3: KIT#K1 1 from GW#U1 1
        HZ 12:00 report ASM on MO-4: GW#U2 1 from PCBA#B1 1
    """)

    assert world.forward("CAP/P1") == ""
    assert world.forward("CAP/P1", question="ever") == "PCBA#B1 GW#U1 KIT#K1"


def test_a_partial_removal_leaves_the_rest_in(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#B1 1 from CAP/P1 3
        HZ 10:00 repair PCBA#B1: out CAP/P1 1
    """)

    assert world.links("PCBA#B1") == ["CAP/P1 > PCBA#B1 2"]
    assert world.links("PCBA#B1", question="exposed") == ["CAP/P1 > PCBA#B1 3"]


def test_removing_more_than_went_in_is_a_gap_about_the_part(tell: Tell) -> None:
    world = tell("""
        HZ 07:00 receive CAP/P1 100 from MURATA
        HZ 08:00 report SMT on MO-1: PCBA#B1 1 from CAP/P1 1
        HZ 10:00 repair PCBA#B1: out CAP/P1 2
    """)

    assert world.gaps("CAP/P1", "forward") == ["quantity_mismatch CAP/P1"]
    assert world.gaps("CAP/P1", "forward", at="09:00") == []


def test_a_removal_comes_before_an_installation_of_the_same_moment(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#B1 1 from CAP/P1 1
        HZ 10:00 repair PCBA#B1: out CAP/P1 1; in CAP/P1 1
    """)

    assert world.links("PCBA#B1") == ["CAP/P1 > PCBA#B1 1"]


def test_a_repair_never_changes_what_came_through_a_pool(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 issue CAP/P1 10 to MO-1
        HZ 09:00 produce PCBA#B1 1 on MO-1
        HZ 10:00 repair PCBA#B1: out CAP/P1 1
    """)

    assert world.forward("CAP/P1") == "PCBA#B1"


def test_modules_exchanged_between_two_units_are_where_they_were_on_each_date(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 report ASM on MO-1: GW#U1 1 from MOD#M1 1
        HZ 08:00 report ASM on MO-1: GW#U2 1 from MOD#M2 1
        HZ 10:00 repair GW#U1: out MOD#M1 1; in MOD#M2 1
        HZ 10:00 repair GW#U2: out MOD#M2 1; in MOD#M1 1
    """)

    assert world.backward("GW#U1", at="09:00") == "MOD#M1"
    assert world.backward("GW#U1") == "MOD#M2"
    assert world.forward("MOD#M1") == "GW#U2"
