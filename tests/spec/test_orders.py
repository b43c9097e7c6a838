"""What goes through an order: pools, returns, backflush, finer operations, rework."""

from __future__ import annotations

from conftest import Tell


def test_every_output_draws_from_what_was_issued_before_it(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 receive CAP/L1 100 from MURATA
        HZ 08:00 receive RES/R1 100 from YAGEO
        HZ 09:00 issue CAP/L1 40 to MO-1
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ 11:00 issue RES/R1 40 to MO-1
        HZ 12:00 produce PCBA#S2 1 on MO-1
    """)

    assert world.backward("PCBA#S1") == "CAP/L1"
    assert world.backward("PCBA#S2") == "CAP/L1 RES/R1"
    assert world.forward("CAP/L1") == "PCBA#S1 PCBA#S2"
    assert world.forward("RES/R1") == "PCBA#S2"


def test_equal_times_pass(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 40 to MO-1
        HZ 09:00 produce PCBA#S1 1 on MO-1
    """)

    assert world.forward("CAP/L1") == "PCBA#S1"


def test_a_lot_returned_as_a_whole_never_went_in(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 40 to MO-1
        HZ 09:30 return CAP/L1 40 from MO-1
        HZ 10:00 issue CAP/L2 40 to MO-1
        HZ 10:10 return CAP/L2 10 from MO-1
        HZ 11:00 produce PCBA#S1 1 on MO-1
    """)

    assert world.backward("PCBA#S1") == "CAP/L2"


def test_a_return_takes_from_the_latest_issue_first(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 40 to MO-1
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ 11:00 issue CAP/L1 20 to MO-1
        HZ 12:00 return CAP/L1 20 from MO-1
        HZ 13:00 issue CAP/L2 20 to MO-2
        HZ 14:00 return CAP/L2 25 from MO-2
    """)

    assert world.forward("CAP/L1") == "PCBA#S1"
    assert world.gaps("CAP/L2") == ["quantity_mismatch CAP/L2", "unknown_origin CAP/L2"]


def test_a_backflushed_issue_counts_from_the_first_output(tell: Tell) -> None:
    world = tell("""
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ 11:00 produce PCBA#S2 1 on MO-1
        HZ 18:00 issue CAP/L1 40 to MO-1 backflush
        HZ 18:00 issue RES/R1 40 to MO-1
    """)

    assert world.forward("CAP/L1") == "PCBA#S1 PCBA#S2"
    assert world.forward("RES/R1") == ""


def test_the_finest_data_wins_for_each_output_and_component(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 40 to MO-1
        HZ 09:00 issue CAP/L2 40 to MO-1
        HZ 09:00 issue GLUE/G1 40 to MO-1
        HZ 09:30 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4 at C1 C2
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ 10:00 produce PCBA#S2 1 on MO-1
    """)

    assert world.backward("PCBA#S1") == "CAP/L1 GLUE/G1"
    assert world.backward("PCBA#S2") == "CAP/L1 CAP/L2 GLUE/G1"


def test_an_output_that_was_only_reported_draws_at_its_last_operation(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4
        HZ 10:00 issue GLUE/G1 40 to MO-1
        HZ 11:00 report FCT on MO-1: PCBA#S1 1 from
    """)

    answer = world.ask("backward", "PCBA#S1")

    assert {told["number"]: told["since"][11:16] for told in answer["things"]} == {"G1": "10:00", "L1": "09:00"}


def test_quantities_of_an_operation_are_shared_by_output_quantity(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 report MIX on MO-1: PASTE/P1 30 of PASTE/ALL, PASTE/P2 10 from FLUX/F1 8
    """)

    assert world.links("FLUX/F1", "forward") == ["FLUX/F1 > PASTE/P1 6", "FLUX/F1 > PASTE/P2 2", "PASTE/P1 > PASTE/ALL 30"]
    assert world.backward("PASTE/ALL") == "PASTE/P1 FLUX/F1"


def test_a_reworked_board_takes_only_itself_and_what_was_issued_for_it(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 8 to MO-1
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ 10:00 produce PCBA#S2 1 on MO-1
        HZ 11:00 issue PCBA#S1 1 to RW-1
        HZ 11:00 issue PCBA#S2 1 to RW-1
        HZ 11:30 issue IC/I1 2 to RW-1
        HZ 12:00 produce PCBA#S1 1 on RW-1
        HZ 12:00 produce PCBA#S2 1 on RW-1
    """)

    assert world.forward("PCBA#S1") == ""
    assert world.backward("PCBA#S2") == "CAP/L1 IC/I1"
    assert world.forward("IC/I1") == "PCBA#S1 PCBA#S2"


def test_a_by_product_draws_from_the_pools_like_a_product(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue PANEL/P1 1 to MO-1
        HZ 10:00 byproduct FRAME/K1 1 on MO-1
    """)

    assert world.forward("PANEL/P1") == "FRAME/K1"


def test_orders_of_the_same_number_in_two_plants_are_two(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 8 to MO-1
        SU 10:00 produce PCBA#S1 1 on MO-1
    """)

    assert world.forward("CAP/L1") == ""
