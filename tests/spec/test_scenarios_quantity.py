"""Scenarios of quantity: how much of an origin is in what, exactly; units; what is not known (ADR 0013)."""

from __future__ import annotations

import pytest
from conftest import Tell

from trace_core.errors import Misconfigured

MERGED = """
    HZ 07:00 receive CAP/L 1000 from MURATA
    HZ 07:00 receive CAP/X 200 from MURATA
    HZ 08:00 split CAP/L 600 into CAP/A
    HZ 08:00 split CAP/L 400 into CAP/B
    HZ 09:00 merge CAP/A 600 into CAP/M
    HZ 09:00 merge CAP/B 400 into CAP/M
    HZ 09:00 merge CAP/X 200 into CAP/M
"""


def test_a_lot_split_and_merged_with_another_is_five_sixths_of_the_mixture(tell: Tell) -> None:
    """Scenario 16, split and re-merge: 600 and 400 of lot L and 200 of lot X become M; L is 5/6 of it, X is 1/6."""
    world = tell(MERGED)

    assert world.exposure("CAP/L", "forward") == {"CAP/A": "600 [600,600] 1", "CAP/B": "400 [400,400] 1", "CAP/M": "1000 [1000,1000] 5/6"}
    assert world.exposure("CAP/X", "forward") == {"CAP/M": "200 [200,200] 1/6"}
    assert world.exposure("CAP/M", "backward") == {
        "CAP/A": "600 [600,600] 1/2",
        "CAP/B": "400 [400,400] 1/3",
        "CAP/X": "200 [200,200] 1/6",
        "CAP/L": "1000 [1000,1000] 5/6",
    }


def test_ten_rounds_of_splitting_and_merging_do_not_drift(tell: Tell) -> None:
    """Scenario 16, split and re-merge: each round splits the mixture 7 : 5 and merges both again; 5/6 stays 5/6."""
    story, whole = MERGED, "CAP/M"
    for at in range(10):
        one, two, next_ = f"CAP/P{at}", f"CAP/Q{at}", f"CAP/M{at}"
        story += f"""
            HZ {10 + at}:00 split {whole} 700 into {one}
            HZ {10 + at}:00 split {whole} 500 into {two}
            HZ {10 + at}:30 merge {one} 700 into {next_}
            HZ {10 + at}:30 merge {two} 500 into {next_}
        """
        whole = next_

    found = tell(story).exposure("CAP/L", "forward")
    back = tell(story).exposure("CAP/M9", "backward")

    assert [found[f"CAP/M{at}"].split()[::2] for at in range(10)] == [["1000", "5/6"]] * 10
    assert found["CAP/P9"].split()[::2] == ["1750/3", "5/6"]
    assert [back[name].split()[::2] for name in ("CAP/L", "CAP/X")] == [["1000", "5/6"], ["200", "1/6"]]


def test_a_draw_from_a_mixture_has_bounds(tell: Tell) -> None:
    """Scenario 16, mixed bin: of 100 nuts of A and 50 of B 120 are drawn; between 70 and 100 of them are of A, 80 when all is mixed."""
    world = tell("""
        HZ 08:00 merge NUT/A 100 into NUT/BIN
        HZ 08:00 merge NUT/B 50 into NUT/BIN
        HZ 09:00 report ASM on MO-1: GW#U1 1 from NUT/BIN 120
        HZ 10:00 report ASM on MO-1: GW#U2 1 from NUT/BIN 30
    """)

    assert world.exposure("NUT/A", "forward") == {"NUT/BIN": "100 [100,100] 2/3", "GW#U1": "80 [70,100]", "GW#U2": "20 [0,30]"}
    assert world.exposure("GW#U1", "backward")["NUT/B"] == "40 [20,50]"


def test_what_was_drawn_before_a_refill_has_nothing_of_it(tell: Tell) -> None:
    """Scenario 16 and 3, shared bin in time: half of A was drawn before B came; then both are mixed, 50 to 100."""
    world = tell("""
        HZ 08:00 merge NUT/A 100 into NUT/BIN
        HZ 09:00 report ASM on MO-1: GW#U1 1 from NUT/BIN 50
        HZ 10:00 merge NUT/B 100 into NUT/BIN
        HZ 11:00 report ASM on MO-1: GW#U2 1 from NUT/BIN 30
    """)

    assert world.exposure("GW#U1", "backward") == {"NUT/BIN": "50 [50,50]", "NUT/A": "50 [50,50]"}
    assert world.exposure("GW#U2", "backward") == {"NUT/BIN": "30 [30,30]", "NUT/A": "10 [0,30]", "NUT/B": "20 [0,30]"}


def test_a_count_of_zero_leaves_nothing_of_what_was_in(tell: Tell) -> None:
    """Scenario 16 and 4, emptied bin: 60 of A were left by the books, but nobody found them."""
    world = tell("""
        HZ 08:00 merge NUT/A 100 into NUT/BIN
        HZ 09:00 report ASM on MO-1: GW#U1 1 from NUT/BIN 40
        HZ 09:59 count NUT/BIN 0
        HZ 10:00 merge NUT/B 100 into NUT/BIN
        HZ 11:00 report ASM on MO-1: GW#U2 1 from NUT/BIN 30
    """)

    assert world.exposure("NUT/A", "forward") == {"NUT/BIN": "100 [100,100] 1/2", "GW#U1": "40 [40,40]"}
    assert world.exposure("GW#U2", "backward") == {"NUT/BIN": "30 [30,30]", "NUT/B": "30 [30,30]"}


def test_which_of_several_outputs_of_an_order_have_it_is_not_known(tell: Tell) -> None:
    """Scenario 16, order pool: 40 caps were issued, three boards and one drew from them; 30 and 10 are expected, none or all possible."""
    world = tell("""
        HZ 08:00 issue CAP/L1 40 to MO-1
        HZ 09:00 produce PCBA/B1 3 on MO-1
        HZ 10:00 issue RES/R1 8 to MO-1
        HZ 11:00 produce PCBA/B2 1 on MO-1
    """)

    assert world.exposure("CAP/L1", "forward") == {"PCBA/B1": "30 [0,40]", "PCBA/B2": "10 [0,40]"}
    assert world.exposure("PCBA/B2", "backward") == {"CAP/L1": "10 [0,40]", "RES/R1": "8 [8,8]"}


def test_reports_say_it_finer_than_the_issue_and_are_not_counted_twice(tell: Tell) -> None:
    """Scenario 16, finest data: 40 caps were issued, board S1 is reported with 4; 36 are left for the board nobody reported."""
    world = tell("""
        HZ 07:00 split CAP/L1 100 into CAP/R1
        HZ 08:00 issue CAP/R1 40 to MO-1
        HZ 08:30 report SMT on MO-1: PCBA#S1 1 from CAP/R1 4
        HZ 09:00 produce PCBA#S1 1 on MO-1
        HZ 09:00 produce PCBA#S2 1 on MO-1
        HZ 10:00 issue CAP/R1 60 to MO-2
        HZ 11:00 produce PCBA#S3 1 on MO-2
    """)

    found = world.exposure("CAP/L1", "forward")

    assert found == {"CAP/R1": "100 [100,100] 1", "PCBA#S1": "4 [4,4]", "PCBA#S2": "36 [36,36]", "PCBA#S3": "60 [60,60]"}


def test_what_is_in_a_board_is_in_its_unit_as_a_whole(tell: Tell) -> None:
    """Scenario 16, assembly: four caps of the reel are in the board, the board is in the unit; of ten boards of a lot two go on."""
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/R1 4
        HZ 08:00 report TEST on MO-1: PCBA#S1 1 from
        HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#S1 1
        HZ 09:00 issue CAP/R1 40 to MO-3
        HZ 10:00 produce PCBA/B9 10 on MO-3
        HZ 11:00 report ASM on MO-4: GW#U2 1 from PCBA/B9 2
    """)

    assert world.exposure("CAP/R1", "forward") == {"PCBA#S1": "4 [4,4]", "PCBA/B9": "40 [40,40]", "GW#U1": "4 [4,4]", "GW#U2": "8 [0,40]"}


def test_a_removed_part_is_in_no_quantity_unless_one_asks_for_exposure(tell: Tell) -> None:
    """Scenario 16 and 6, rework: one of three caps was taken out again."""
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#B1 1 from CAP/P1 3
        HZ 10:00 repair PCBA#B1: out CAP/P1 1
        HZ 12:00 report ASM on MO-2: GW#U1 1 from PCBA#B1 1
    """)

    assert world.exposure("CAP/P1", "forward")["GW#U1"] == "2 [2,2]"
    assert world.exposure("CAP/P1", "forward", question="exposed")["GW#U1"] == "3 [3,3]"


def test_a_reworked_unit_keeps_what_is_in_it(tell: Tell) -> None:
    """Scenario 16 and 7, rework order: the unit goes to the rework order and comes out of it, then into a kit."""
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/R1 4
        HZ 09:00 issue PCBA#S1 1 to RW-1
        HZ 09:30 issue FUSE/F1 1 to RW-1
        HZ 10:00 produce PCBA#S1 1 on RW-1
        HZ 11:00 report ASM on MO-2: GW#U1 1 from PCBA#S1 1
    """)

    assert world.exposure("GW#U1", "backward") == {"PCBA#S1": "1 [1,1]", "CAP/R1": "4 [4,4]", "FUSE/F1": "1 [1,1]"}


def test_a_lot_tested_and_reworked_is_counted_once(tell: Tell) -> None:
    """Scenario 16 and 7, rework of a lot: ten boards are placed, tested, sent through a rework order and half of them built in."""
    world = tell("""
        HZ 07:00 split CAP/L1 40 into CAP/R1
        HZ 08:00 report SMT on MO-1: PCBA/B1 10 from CAP/R1 40
        HZ 08:30 report TEST on MO-1: PCBA/B1 10 from
        HZ 09:00 issue PCBA/B1 10 to RW-1
        HZ 10:00 produce PCBA/B1 10 on RW-1
        HZ 11:00 report WASH on RW-2: PCBA/B1 10 from PCBA/B1 10
        HZ 12:00 report ASM on MO-2: GW#U1 1 from PCBA/B1 5
    """)

    assert world.exposure("CAP/L1", "forward") == {"CAP/R1": "40 [40,40] 1", "PCBA/B1": "40 [40,40]", "GW#U1": "20 [0,40]"}


def test_a_carton_asks_for_all_that_is_in_it_and_counts_once(tell: Tell) -> None:
    """Scenario 16, a container as root: nuts of N1 and of N2, which was filled up from N1, lie in one carton."""
    world = tell("""
        HZ 07:00 receive NUT/N1 100 from WUERTH
        HZ 07:00 receive NUT/N2 60 from WUERTH
        HZ 08:00 merge NUT/N1 40 into NUT/N2
        HZ 09:00 put NUT/N1 60, NUT/N2 100 into [C1]
        HZ 10:00 report ASM on MO-1: GW#U1 1 from NUT/N1 10, NUT/N2 20
    """)

    assert world.exposure("[C1]", "forward") == {"GW#U1": "30 [30,30]"}


def test_half_a_lot_goes_to_another_plant(tell: Tell) -> None:
    """Scenario 16 and 19, between plants: 500 of 1,000 left, 480 arrived under another number, 40 of them were used."""
    world = tell("""
        HZ 07:00 receive CAP/A-17 1000 from MURATA
        HZ 08:00 send CAP/A-17 500 under SH-1
        SU 2d08:00 arrive CAP/B-903 480 under SH-1
        SU 3d08:00 report SMT on MO-1: PCBA#S2 1 from CAP/B-903 40
    """)

    assert world.exposure("CAP/A-17", "forward") == {"SU:CAP/B-903": "480 [480,480] 1", "SU:PCBA#S2": "40 [40,40]"}


def test_what_was_shipped_and_came_back_is_still_of_the_lot(tell: Tell) -> None:
    """Scenario 16 and 25, return: 80 of 100 were sold, B filled up with 80, 40 came back; then all 140 are mixed."""
    world = tell("""
        HZ 08:00 split NUT/A 100 into NUT/BIN
        HZ 09:00 ship NUT/BIN 80 to ACME under DN-1
        HZ 10:00 merge NUT/B 80 into NUT/BIN
        HZ 11:00 back NUT/BIN 40
        HZ 12:00 report ASM on MO-1: GW#U1 1 from NUT/BIN 70
    """)

    assert world.exposure("GW#U1", "backward")["NUT/A"] == "30 [0,60]"


def test_more_out_than_in_dilutes_by_what_came_from_nowhere(tell: Tell) -> None:
    """Scenario 16 and 17, over-consumption: 100 of L1 were in the reel by the books, 120 were placed; 20 came from nowhere known."""
    world = tell("""
        HZ 07:00 split CAP/L1 100 into CAP/R1
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/R1 60
        HZ 09:00 report SMT on MO-1: PCBA#S2 1 from CAP/R1 60
    """)

    assert world.exposure("CAP/L1", "forward") == {"CAP/R1": "100 [100,100] 5/6", "PCBA#S1": "50 [40,60]", "PCBA#S2": "50 [40,60]"}


def test_an_unknown_quantity_is_none_to_all(tell: Tell) -> None:
    """Scenario 16, unknown quantity: a lot of which nobody wrote how much was packed went on with its carton."""
    world = tell("""
        HZ 07:00 receive NUT/N1 100 from WUERTH
        HZ 08:00 put NUT/N1 into [C1]
        HZ 09:00 issue [C1] 1 to MO-1
        HZ 10:00 produce GW#U1 1 on MO-1
    """)

    assert world.exposure("NUT/N1", "forward") == {"GW#U1": "? [0,100]"}


def test_the_grey_zone_of_a_splice_is_half_of_each_none_to_all(tell: Tell) -> None:
    """Scenario 16 and 21, splice: four caps of X or of Y."""
    world = tell("HZ 08:01 report SMT on MO-1: PCBA#S2 1 from CAP/X 4 either SPLICE, CAP/Y 4 either SPLICE")

    assert world.exposure("PCBA#S2", "backward") == {"CAP/X": "2 [0,4]", "CAP/Y": "2 [0,4]"}


def test_boards_left_out_of_an_input_have_none_of_it(tell: Tell) -> None:
    """Scenario 16 and 22, panel: twelve caps went on three of four boards."""
    world = tell("""
        HZ 08:30 report SMT on MO-1: PCBA#S1 1, PCBA#S2 1, PCBA#S3 1, PCBA#S4 1 from PASTE/J1 8, CAP/X 12 into PCBA#S1 PCBA#S2 PCBA#S3
    """)

    assert world.exposure("PCBA#S3", "backward") == {"CAP/X": "4 [4,4]", "PASTE/J1": "2 [2,2]"}
    assert world.exposure("PCBA#S4", "backward") == {"PASTE/J1": "2 [2,2]"}


def test_units_of_an_item_and_of_the_standard_are_one_quantity(tell: Tell) -> None:
    """Scenario 18, units: a reel counted in reels, pieces and metres of tape, paste in grams and kilograms; base quantities are exact."""
    world = tell("""
        HZ item CAP lot H87 unit MTR 250
        HZ item PASTE lot GRM
        HZ 07:00 receive CAP/R1 20 MTR from MURATA
        HZ 07:00 receive PASTE/J1 0.5 KGM from HENKEL
        HZ 08:00 split CAP/R1 4 MTR into CAP/R2
        HZ 09:00 report SMT on MO-1: PCBA#S1 1 from CAP/R2 300, PASTE/J1 1.25 GRM
    """)

    assert world.links("PCBA#S1") == ["CAP/R1 > CAP/R2 1000", "CAP/R2 > PCBA#S1 300", "PASTE/J1 > PCBA#S1 1.25"]
    assert world.exposure("PCBA#S1", "backward")["CAP/R1"] == "300 [300,300]"
    assert world.gaps("CAP/R1", "forward") == []


def test_a_unit_nobody_knows_yet_makes_a_gap_and_not_a_zero(tell_kept: Tell) -> None:
    """Scenario 18, unknown factor: a spool is issued before its item says how much it is; the issue waits, and the answer says so."""
    world = tell_kept("""
        HZ 07:00 receive SOLDER/S1 1000 GRM from ALPHA
        HZ 08:00 issue SOLDER/S1 1 SPOOL to MO-1
        HZ 09:00 produce PCBA#S1 1 on MO-1
    """)
    before = world.gaps("SOLDER/S1", "forward"), world.forward("SOLDER/S1")

    later = tell_kept("HZ item SOLDER lot GRM unit SPOOL 500")

    assert before == (["quarantined SOLDER/S1"], "")
    assert later.gaps("SOLDER/S1", "forward") == []
    assert later.exposure("PCBA#S1", "backward") == {"SOLDER/S1": "500 [500,500]"}


def test_a_unit_that_does_not_convert_makes_a_gap_and_not_a_zero(tell_kept: Tell) -> None:
    """Scenario 18, unknown factor: the item counts grams and knows no spools; the issue waits in quarantine, and the answer says so."""
    world = tell_kept("""
        HZ item SOLDER lot GRM
        HZ 07:00 receive SOLDER/S1 1000 GRM from ALPHA
        HZ 08:00 issue SOLDER/S1 1 SPOOL to MO-1
        HZ 09:00 produce PCBA#S1 1 on MO-1
    """)

    answer = world.ask("forward", "SOLDER/S1")

    assert not answer["complete"]
    assert "quarantined SOLDER/S1" in world.gaps("SOLDER/S1", "forward")


def test_what_was_ever_in_has_no_single_quantity(tell: Tell) -> None:
    world = tell("HZ 08:00 report SMT on MO-1: PCBA#B1 1 from CAP/P1 3")

    with pytest.raises(Misconfigured, match="contains"):
        world.exposure("CAP/P1", "forward", question="ever")
