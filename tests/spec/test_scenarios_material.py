"""Scenarios of material: reels, shared bins, times, over-consumption, bills of material, missing steps."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Tell, short

from trace_core.walk import QUESTIONS


def test_two_reels_of_a_lot_reach_exactly_the_boards_they_were_used_on(tell: Tell) -> None:
    """Scenario 1, a lot on two reels: reel R1 went on boards 1 to 3, R2 on 4 and 5; all are found, and where they are."""
    world = tell("""
        HZ 07:00 receive CAP/L1 10000 from MURATA
        HZ 07:30 split CAP/L1 5000 into CAP/R1
        HZ 07:30 split CAP/L1 5000 into CAP/R2
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/R1 4
        HZ 08:01 report SMT on MO-1: PCBA#S2 1 from CAP/R1 4
        HZ 08:02 report SMT on MO-1: PCBA#S3 1 from CAP/R1 4
        HZ 08:03 report SMT on MO-1: PCBA#S4 1 from CAP/R2 4
        HZ 08:04 report SMT on MO-1: PCBA#S5 1 from CAP/R2 4
        HZ 08:05 report SMT on MO-1: PCBA#S6 1 from CAP/X9 4
        HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#S1 1
        HZ 09:00 report ASM on MO-2: GW#U6 1 from PCBA#S6 1
        HZ 10:00 put GW#U1, GW#U6 into [C1]
        HZ 10:30 put [C1] into [P1]
        HZ 12:00 ship [P1] 1 to ACME under DN-1
    """)

    unit = next(told for told in world.ask("forward", "CAP/L1")["things"] if told["number"] == "U1")

    assert world.forward("CAP/L1") == "CAP/R1 CAP/R2 PCBA#S1 PCBA#S2 PCBA#S3 PCBA#S4 PCBA#S5 GW#U1"
    assert world.forward("CAP/R1") == "PCBA#S1 PCBA#S2 PCBA#S3 GW#U1"
    assert [short(uri) for uri in unit["containers"]] == ["[C1]", "[P1]"]
    assert [(told["shipment"], told["partner"]) for told in unit["shipments"]] == [("DN-1", "ACME")]


def test_a_unit_tells_all_that_is_in_it_and_nothing_of_its_neighbour(tell: Tell) -> None:
    """Scenario 2, what is in this unit: reels by place, paste jar, board lot, supplier lots, people, machines and documents."""
    world = tell("""
        HZ lot CAP/R1 of MURATA M-77 date 2604
        HZ 07:00 receive CAP/R1 5000 from MURATA
        HZ 08:00 report SMT on MO-1 by WANG at LINE-3: PCBA#S1 1 from PCB/B1 1, PASTE/J1 2 GRM, CAP/R1 2 at C1 C7 as SMT-S1
        HZ 08:00 report SMT on MO-1 by LI at LINE-4: PCBA#S2 1 from PCB/B2 1, PASTE/J2 2 GRM, CAP/R2 2 at C1 C7
        HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#S1 1
        HZ 09:00 report ASM on MO-2: GW#U2 1 from PCBA#S2 1
    """)

    answer = world.ask("backward", "GW#U1")
    reel = next(link for link in answer["links"] if link["from"] == "HZ/lot/CAP/R1")
    lot = next(told for told in answer["things"] if told["number"] == "R1")

    assert world.backward("GW#U1") == "PCBA#S1 CAP/R1 PASTE/J1 PCB/B1"
    assert (reel["designators"], reel["people"], reel["equipment"], reel["operation"]) == (["C1", "C7"], ["WANG"], "LINE-3", "SMT")
    assert reel["source"] == {"plant": "HZ", "kind": "operation", "key": "SMT-S1", "revision": 1}
    assert (lot["supplier"], lot["supplier_lot"], lot["date_code"]) == ("MURATA", "M-77", "2604")


SHARED_BIN = """
    HZ 08:00 merge NUT/A 100 into NUT/BIN
    HZ 09:00 report ASM on MO-1: GW#U1 1 from NUT/BIN 4
    HZ 10:00 merge NUT/B 100 into NUT/BIN
    HZ 11:00 report ASM on MO-1: GW#U6 1 from NUT/BIN 4
"""


def test_a_refill_is_not_in_what_was_drawn_before_it(tell: Tell) -> None:
    """Scenario 3, shared bin: A filled it at 08:00, B at 10:00; unit 1 drew at 09:00, unit 6 at 11:00."""
    world = tell(SHARED_BIN)

    assert world.forward("NUT/B") == "NUT/BIN GW#U6"
    assert world.forward("NUT/A") == "NUT/BIN GW#U1 GW#U6"
    assert world.backward("GW#U1") == "NUT/BIN NUT/A"
    assert world.backward("GW#U6") == "NUT/BIN NUT/A NUT/B"


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_bin_counted_as_empty_hands_nothing_on(tell: Tell, question: str) -> None:
    """Scenario 4, emptied bin: as scenario 3, with a count of zero at 09:59; A is in unit 1 only."""
    world = tell(SHARED_BIN + "HZ 09:59 count NUT/BIN 0")

    assert world.forward("NUT/A", question=question) == "NUT/BIN GW#U1"
    assert world.forward("NUT/B", question=question) == "NUT/BIN GW#U6"
    assert world.backward("GW#U6", question=question) == "NUT/BIN NUT/B"
    assert world.backward("GW#U1", question=question) == "NUT/BIN NUT/A"


def test_a_count_above_zero_ends_nothing(tell: Tell) -> None:
    """Scenario 4, emptied bin: two nuts were left, and they may have gone into unit 6."""
    world = tell(SHARED_BIN + "HZ 09:59 count NUT/BIN 2")

    assert world.forward("NUT/A") == "NUT/BIN GW#U1 GW#U6"


def test_the_bin_itself_is_asked_about_over_all_its_time(tell: Tell) -> None:
    """Scenario 4, emptied bin: what may contain the bin's content is all that ever drew from it, and all that filled it was in it."""
    world = tell(SHARED_BIN + "HZ 09:59 count NUT/BIN 0")

    assert world.forward("NUT/BIN") == "GW#U1 GW#U6"
    assert world.backward("NUT/BIN") == "NUT/A NUT/B"


def test_a_count_that_was_wrong_is_withdrawn(tell: Tell) -> None:
    """Scenario 4, emptied bin: the count is withdrawn on day 2, and A may be in unit 6 again; on day 1 it was known not to be."""
    world = tell(SHARED_BIN + "HZ 09:59 count NUT/BIN 0 as C1\nHZ withdraw movement C1 rev 2 known 2d08:00")

    assert world.forward("NUT/A") == "NUT/BIN GW#U1 GW#U6"
    assert world.forward("NUT/A", as_known_at="2d00:00") == "NUT/BIN GW#U1"


def test_what_moves_at_the_instant_of_the_count_passes(tell: Tell) -> None:
    """Scenario 4, emptied bin: a draw at the count's own instant came before it, a refill after it."""
    world = tell("""
        HZ 08:00 merge NUT/A 100 into NUT/BIN
        HZ 10:00 report ASM on MO-1: GW#U1 1 from NUT/BIN 4
        HZ 10:00 count NUT/BIN 0
        HZ 10:00 merge NUT/B 100 into NUT/BIN
        HZ 11:00 report ASM on MO-1: GW#U2 1 from NUT/BIN 4
    """)

    assert world.forward("NUT/A") == "NUT/BIN GW#U1"
    assert world.backward("GW#U2") == "NUT/BIN NUT/B"


def test_a_lot_that_fills_a_bin_again_is_found_after_the_count_too(tell: Tell) -> None:
    """Scenario 4, emptied bin: A filled the bin before and after the count, by another way; the first way must not hide the second."""
    world = tell("""
        HZ 08:00 merge NUT/A 50 into NUT/BIN
        HZ 09:00 count NUT/BIN 0
        HZ 10:00 split NUT/A 50 into NUT/A2
        HZ 11:00 merge NUT/A2 50 into NUT/BIN
        HZ 12:00 report ASM on MO-1: GW#U1 1 from NUT/BIN 4
    """)

    assert world.forward("NUT/A") == "NUT/A2 NUT/BIN GW#U1"
    assert world.backward("GW#U1") == "NUT/BIN NUT/A2 NUT/A"


def test_what_was_issued_after_the_output_is_not_in_it(tell: Tell) -> None:
    """Scenario 5, consumed after output: lot X is issued at 14:00, the board produced at 13:00; it is left out, and that is shown."""
    world = tell("""
        HZ bom PCBA v1: CAP 4
        HZ order MO-1 standard makes PCBA 1 bom v1
        HZ 08:00 receive CAP/X 100 from MURATA
        HZ 13:00 produce PCBA#S1 1 on MO-1
        HZ 14:00 issue CAP/X 4 to MO-1
    """)

    assert world.forward("CAP/X") == ""
    assert world.gaps("PCBA#S1") == ["no_consumption PCBA#S1"]
    assert world.doubts("CAP/X", "forward") == world.doubts("PCBA#S1") == ["issue_after_output CAP/X"]


def test_an_issue_after_the_output_is_shown_without_any_bill_too(tell: Tell) -> None:
    """Scenario 5 without master data: the doubt needs none, and is none while an output may still come or the issue went back."""
    world = tell("""
        HZ 13:00 produce PCBA#S1 1 on MO-1
        HZ 14:00 issue CAP/X 4 to MO-1
        HZ 14:00 issue CAP/Y 4 to MO-1
        HZ 15:00 return CAP/Y 4 from MO-1
        HZ 16:00 issue CAP/Z 4 to MO-2
    """)

    assert world.doubts("PCBA#S1") == ["issue_after_output CAP/X"]
    assert world.doubts("CAP/Y", "forward") == []
    assert world.doubts("CAP/Z", "forward") == []
    assert world.doubts("CAP/X", "forward", at="13:30") == []
    assert world.ask("forward", "CAP/X")["complete"] is False  # nothing received it; the doubt itself leaves an answer complete


def test_more_placed_than_the_reel_held_is_taken_and_shown(tell: Tell) -> None:
    """Scenario 17, over-consumption: 5,100 pieces left a reel of 5,000; nothing is refused, the trace is whole, the excess is a gap."""
    world = tell("""
        HZ 07:00 receive CAP/R1 5000 from MURATA
        HZ 08:00 issue CAP/R1 2500 to MO-1
        HZ 08:00 issue CAP/R1 2600 to MO-2
        HZ 09:00 produce PCBA#S1 1 on MO-1
        HZ 09:00 produce PCBA#S2 1 on MO-2
    """)

    assert world.forward("CAP/R1") == "PCBA#S1 PCBA#S2"
    assert world.gaps("CAP/R1", "forward") == ["quantity_mismatch CAP/R1"]


def test_a_substitute_is_fine_a_stranger_and_a_hole_are_not(tell: Tell) -> None:
    """Scenario 23, bill of material: the approved alternate RES2 is fine, GLUE is a stranger, and IND is missing."""
    world = tell("""
        HZ bom PCBA v1: CAP 4, RES 2 or RES2, IND 1
        HZ order MO-1 standard makes PCBA 1 bom v1
        HZ 07:00 receive CAP/L1 100 from MURATA
        HZ 07:00 receive RES2/L2 100 from YAGEO
        HZ 07:00 receive GLUE/L3 100 from HENKEL
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4, RES2/L2 2, GLUE/L3 1
    """)

    answer = world.ask("backward", "PCBA#S1")

    assert [(gap["code"], gap["message"]) for gap in answer["gaps"]] == [
        ("missing_component", "no IND (line 3) went in on order MO-1"),
        ("unexpected_component", "GLUE went in but is not in the bill of material"),
    ]

    assert [_position(told) for told in world.as_built("PCBA#S1")["bills"][0]["positions"]] == ["CAP: CAP/L1 4", "RES: RES2/L2 4", "IND: 0"]
    assert world.as_built("PCBA#S1")["level"] == 0


def _position(told: dict[str, Any]) -> str:
    name = told["item"] + (f" {told['designator']}" if "designator" in told else "")
    return f"{name}: {' '.join([*(short(used['id']) for used in told['used']), str(told['level'])])}"


def test_the_level_of_a_unit_is_that_of_its_worst_position(tell: Tell) -> None:
    """Scenario 23, IPC-1782: exact by designator or as the only source 4, one of a set 3, by the order alone 2; a stranger is named."""
    world = tell("""
        HZ item SOLDER none KGM
        HZ bom PCBA v1: CAP 2 at C1 C2, RES 2 or RES2 at R1 R2, DIO 2 at D1 D2, IC 1 at U1, PCB 1, SOLDER 1
        HZ order MO-1 standard makes PCBA 2 bom v1
        HZ 07:30 issue PCB/P1 2 to MO-1
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 1 at C1, CAP/L2 1 at C2, RES/R1 1, RES2/R2 1, DIO/D9 2, IC#I1 1 at U1, GLUE/G 1
        HZ 08:00 report SMT on MO-1: PCBA#S2 1 from CAP/L1 2 at C1 C2, RES2/R2 2, DIO/D8 2 either S, DIO/D9 2 either S, IC#I2 1
        HZ 09:00 produce PCBA#S1 1 on MO-1
        HZ 09:00 produce PCBA#S2 1 on MO-1
    """)

    first, second = world.as_built("PCBA#S1"), world.as_built("PCBA#S2")

    assert [_position(told) for told in first["bills"][0]["positions"]] == [
        "CAP C1: CAP/L1 4",
        "CAP C2: CAP/L2 4",
        "RES R1: RES/R1 RES2/R2 3",
        "RES R2: RES/R1 RES2/R2 3",
        "DIO D1: DIO/D9 4",
        "DIO D2: DIO/D9 4",
        "IC U1: IC#I1 4",
        "PCB: PCB/P1 2",
    ]
    assert (first["level"], [short(told["id"]) for told in first["unexpected"]]) == (2, ["GLUE/G"])
    assert [_position(told) for told in second["bills"][0]["positions"]][4:6] == ["DIO D1: DIO/D8 DIO/D9 3", "DIO D2: DIO/D8 DIO/D9 3"]
    assert world.as_built("PCB/P1") == {"id": "HZ/lot/PCB/P1", "level": None, "bills": [], "unexpected": []}


def test_a_unit_shipped_without_its_test_is_traced_and_the_step_is_missing(tell: Tell) -> None:
    """Scenario 24, missing step: the order asks for SMT and FCT, the unit left with SMT alone."""
    world = tell("""
        HZ order MO-1 standard makes PCBA 1 ops SMT FCT AOI(optional)
        HZ 07:00 receive CAP/L1 100 from MURATA
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4
        HZ 12:00 ship PCBA#S1 1 to ACME under DN-1
    """)

    answer = world.ask("forward", "CAP/L1")

    assert [short(told["id"]) for told in answer["things"]] == ["PCBA#S1"]
    assert [(gap["code"], short(gap["about"])) for gap in answer["gaps"]] == [("missing_operation", "PCBA#S1")]
    assert not answer["complete"]


def test_a_scrapped_unit_and_one_that_came_back_stay_in_the_answer(tell: Tell) -> None:
    """Scenario 25, scrap and return: U1 was scrapped, U2 came back from ACME and was sold again to BETA; both remain affected."""
    world = tell("""
        HZ 08:00 report ASM on MO-1: GW#U1 1 from CAP/L1 1
        HZ 08:00 report ASM on MO-1: GW#U2 1 from CAP/L1 1
        HZ 09:00 scrap GW#U1 1
        HZ 10:00 ship GW#U2 1 to ACME under DN-1
        HZ 2d10:00 back GW#U2 1
        HZ 3d10:00 ship GW#U2 1 to BETA under DN-2
    """)

    shipped = {told["number"]: told.get("shipments", []) for told in world.ask("forward", "CAP/L1")["things"]}

    assert shipped["U1"] == []
    assert [(told["shipment"], told["partner"]) for told in shipped["U2"]] == [("DN-1", "ACME"), ("DN-2", "BETA")]
