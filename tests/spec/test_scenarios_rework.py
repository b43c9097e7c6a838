"""Scenarios of rework: parts replaced, boards used again, modules swapped, orders over several levels."""

from __future__ import annotations

from conftest import Tell

REPLACED = """
    HZ 08:00 report SMT on MO-1: PCBA#B1 1 from RES/P 1 at R5
    HZ 10:00 repair PCBA#B1: out RES/P 1 at R5; in RES/Q 1 at R5
    HZ 12:00 report ASM on MO-2: GW#U1 1 from PCBA#B1 1
"""


def test_a_replaced_part_is_in_the_board_for_some_questions_only(tell: Tell) -> None:
    """Scenario 6, rework: R5 of the board from reel P is replaced from Q at 10:00, the board goes into the unit at 12:00."""
    world = tell(REPLACED)

    assert world.forward("RES/P", question="contains") == ""
    assert world.forward("RES/P", question="ever") == "PCBA#B1"
    assert world.forward("RES/P", question="exposed") == "PCBA#B1 GW#U1"
    assert world.backward("GW#U1") == "PCBA#B1 RES/Q"


def test_a_board_used_again_carries_its_lots_to_both_units_in_their_time(tell: Tell) -> None:
    """Scenario 7, rework loop: unit U1 is taken apart, its board goes into U2; the search ends and each date has its unit."""
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#B1 1 from CAP/L1 4
        HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#B1 1, CASE/K1 1
        HZ 10:00 repair GW#U1: out PCBA#B1 1
        HZ 11:00 report ASM on MO-3: GW#U2 1 from PCBA#B1 1, CASE/K2 1
    """)

    assert world.forward("CAP/L1", at="09:30") == "PCBA#B1 GW#U1"
    assert world.forward("CAP/L1") == "PCBA#B1 GW#U2"
    assert world.forward("CAP/L1", question="ever") == "PCBA#B1 GW#U1 GW#U2"
    assert world.forward("CASE/K1", question="exposed") == "GW#U1"


def test_a_disassembly_order_that_feeds_its_own_origin_ends(tell: Tell) -> None:
    """Scenario 7, rework loop: a disassembly order gives the board back, and it is built into the same unit again."""
    world = tell("""
        HZ order DIS-1 disassembly makes PCBA 1
        HZ 08:00 report SMT on MO-1: PCBA#B1 1 from CAP/L1 4
        HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#B1 1
        HZ 10:00 issue GW#U1 1 to DIS-1
        HZ 10:30 produce PCBA#B1 1 on DIS-1
        HZ 11:00 report ASM on MO-3: GW#U1 1 from PCBA#B1 1
    """)

    assert world.forward("CAP/L1") == "PCBA#B1 GW#U1"
    assert world.backward("GW#U1") == "PCBA#B1 CAP/L1"


def test_swapped_modules_are_right_on_each_date(tell: Tell) -> None:
    """Scenario 8, swap: two units exchange their modules at 10:00."""
    world = tell("""
        HZ 08:00 report ASM on MO-1: GW#U1 1 from MOD#M1 1
        HZ 08:00 report ASM on MO-1: GW#U2 1 from MOD#M2 1
        HZ 10:00 repair GW#U1: out MOD#M1 1; in MOD#M2 1
        HZ 10:00 repair GW#U2: out MOD#M2 1; in MOD#M1 1
    """)

    assert (world.backward("GW#U1", at="09:00"), world.backward("GW#U2", at="09:00")) == ("MOD#M1", "MOD#M2")
    assert (world.backward("GW#U1"), world.backward("GW#U2")) == ("MOD#M2", "MOD#M1")
    assert world.backward("GW#U1", question="ever") == "MOD#M1 MOD#M2"


def test_an_order_for_a_part_of_another_order_is_one_trace(tell: Tell) -> None:
    """Multi-level orders: wafer lot → module order → board order → unit order; a rework order adds its own part."""
    world = tell("""
        HZ order MO-3 standard makes GW 1
        HZ 08:00 issue WAFER/W1 1 to MO-1
        HZ 09:00 produce MOD/M1 100 on MO-1
        HZ 10:00 issue MOD/M1 10 to MO-2
        HZ 11:00 produce PCBA#B1 1 on MO-2
        HZ 12:00 issue PCBA#B1 1 to MO-3
        HZ 13:00 produce GW#U1 1 on MO-3
        HZ 14:00 issue GW#U1 1 to RW-1
        HZ 14:10 issue FUSE/F1 1 to RW-1
        HZ 15:00 produce GW#U1 1 on RW-1
    """)

    assert world.forward("WAFER/W1") == "MOD/M1 PCBA#B1 GW#U1"
    assert world.backward("GW#U1") == "FUSE/F1 PCBA#B1 MOD/M1 WAFER/W1"
