"""Scenarios of knowledge: late, corrected, withdrawn, doubled documents, and clocks that differ."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import Tell, short


def test_a_late_report_is_absent_as_known_before_and_present_now(tell: Tell) -> None:
    """Scenario 9, late event: what was placed on day 1 is reported on day 4."""
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4 known 4d08:00
        HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#S1 1
    """)

    assert world.forward("CAP/L1", as_known_at="3d00:00") == ""
    assert world.forward("CAP/L1") == "PCBA#S1 GW#U1"


REFILLS = (
    "HZ 08:00 merge NUT/A 100 into NUT/BIN as M1",
    "HZ 09:00 report ASM on MO-1: GW#U1 1 from NUT/BIN 4 as U1",
    "HZ 10:00 merge NUT/B 100 into NUT/BIN as M2 known 5d08:00",
    "HZ 11:00 report ASM on MO-1: GW#U2 1 from NUT/BIN 4 as U2",
)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 1, 3, 2), (3, 2, 1, 0)])
def test_a_late_refill_answers_as_if_it_had_come_in_time(tell: Tell, order: tuple[int, ...]) -> None:
    """Scenario 10, late refill: B's refill arrives last; every order of arrival gives one answer, of links, times and quantities alike."""
    world = tell("\n".join(REFILLS[at] for at in order))

    links = [(link["from"][-1], link["to"][-3:], link["at"], link.get("quantity")) for link in world.ask("forward", "NUT/B")["links"]]

    assert world.backward("GW#U1") == "NUT/BIN NUT/A"
    assert world.backward("GW#U2") == "NUT/BIN NUT/A NUT/B"
    assert links == [("B", "BIN", "2026-03-01T10:00:00+08:00", "100"), ("N", "/U2", "2026-03-01T11:00:00+08:00", "4")]


def test_a_pack_that_never_happened_is_gone_but_was_known(tell: Tell) -> None:
    """Scenario 11, error declaration: the packing into C1 is withdrawn on day 3."""
    world = tell("""
        HZ 08:00 report ASM on MO-1: GW#U1 1 from CAP/L1 1
        HZ 09:00 put GW#U1 into [C1] as P1
        HZ withdraw pack P1 rev 2 known 3d08:00
    """)

    now = world.ask("forward", "CAP/L1")["things"][0]
    then = world.ask("forward", "CAP/L1", as_known_at="2d00:00")["things"][0]

    assert "containers" not in now
    assert then["containers"] == ["HZ/container//C1"]


def test_a_history_is_of_what_was_known(tell: Tell) -> None:
    """Scenario 11, error declaration: the history holds the packing as long as it was believed."""
    world = tell("""
        HZ 08:00 report ASM on MO-1: GW#U1 1 from CAP/L1 1
        HZ 09:00 put GW#U1 into [C1] as P1
        HZ withdraw pack P1 rev 2 known 3d08:00
    """)

    now = world.ask("forward", "CAP/L1", histories=True)["things"][0]
    then = world.ask("forward", "CAP/L1", histories=True, as_known_at="2d00:00")["things"][0]

    assert now["history"] == []
    assert then["history"] == [{"container": "HZ/container//C1", "from": "2026-03-01T09:00:00+08:00", "until": None}]


def test_a_corrected_quantity_counts_and_the_old_one_stays_askable(tell: Tell) -> None:
    """Scenario 12, correction: 500 pieces become 452 on day 2; both revisions are in the record."""
    world = tell("""
        HZ 07:00 receive CAP/L1 460 from MURATA
        HZ 08:00 issue CAP/L1 500 to MO-1 as I1
        HZ 09:00 produce PCBA#S1 1 on MO-1
        HZ 08:00 issue CAP/L1 452 to MO-1 as I1 rev 2 known 2d08:00
    """)

    assert world.links("PCBA#S1") == ["CAP/L1 > PCBA#S1 452"]
    assert world.links("PCBA#S1", as_known_at="1d23:00") == ["CAP/L1 > PCBA#S1 500"]
    assert world.gaps("CAP/L1", as_known_at="1d23:00") == ["quantity_mismatch CAP/L1"]
    assert world.gaps("CAP/L1") == []


def test_the_same_document_again_and_again_is_one_event(tell: Tell) -> None:
    """Scenario 13, duplicates: one report three times, around a later one."""
    world = tell("""
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4 as GUID-1
        HZ 09:00 report ASM on MO-2: GW#U1 1 from PCBA#S1 1 as GUID-2
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4 as GUID-1
        HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4 as GUID-1
    """)

    assert world.links("CAP/L1", "forward") == ["CAP/L1 > PCBA#S1 4", "PCBA#S1 > GW#U1 1"]


def test_two_documents_of_the_same_content_are_two_events(tell: Tell) -> None:
    """Scenario 14, near duplicate: the same issue under two document numbers happened twice."""
    world = tell("""
        HZ 08:00 issue CAP/L1 40 to MO-1 as I1
        HZ 08:00 issue CAP/L1 40 to MO-1 as I2
        HZ 09:00 produce PCBA#S1 1 on MO-1
    """)

    assert world.links("PCBA#S1") == ["CAP/L1 > PCBA#S1 80"]


def test_plants_are_ordered_by_instant_whatever_their_clocks_show(tell: Tell) -> None:
    """Scenario 31, clocks: the wall clock of the second plant shows an earlier hour, and the repeated hour of autumn comes twice."""
    world = tell("""
        HZ 10:00 send PCBA#S1 1 under SH-1
        SU 05:00+01:00 arrive PCBA#S1 1 under SH-1
        SU 02:30+02:00 report A on MO-1: GW#U1 1 from CAP/L1 1
        SU 02:30+01:00 report B on MO-2: BOX#X1 1 from GW#U1 1
        SU 02:15+01:00 report B on MO-2: BOX#X2 1 from GW#U1 1
        SU 02:45+02:00 report B on MO-2: BOX#X3 1 from GW#U1 1
        SU 02:15+02:00 report B on MO-2: BOX#X0 1 from GW#U1 1
    """)

    assert world.forward("PCBA#S1") == "SU:PCBA#S1"
    assert world.forward("SU:CAP/L1") == "SU:GW#U1 SU:BOX#X1 SU:BOX#X2 SU:BOX#X3"


def test_nothing_arrives_before_it_left_and_a_late_clock_shows_as_a_gap(tell: Tell) -> None:
    """Scenario 31, clocks: an arrival booked before the departure still joins; an issue booked after the output shows as a gap."""
    world = tell("""
        SU bom GW v1: PCBA 1
        SU order MO-1 standard makes GW 1 bom v1
        HZ 10:00 send PCBA#S1 1 under SH-1
        SU 09:50 arrive PCBA#S1 1 under SH-1
        SU 11:00 produce GW#U1 1 on MO-1
        SU 11:05 issue PCBA#S1 1 to MO-1
    """)

    arrived = world.ask("forward", "PCBA#S1")["things"][0]

    assert arrived["since"] == "2026-03-01T10:00:00+08:00"
    assert world.gaps("SU:GW#U1") == ["no_consumption SU:GW#U1"]
    assert world.doubts("SU:GW#U1") == ["issue_after_output SU:PCBA#S1"]


CLOCKS = {"HZ": timedelta(minutes=3), "SU": timedelta(minutes=2)}


def test_what_a_wrong_clock_may_have_hidden_is_a_gap(tell: Tell) -> None:
    """Scenario 31, tolerance: a draw booked 5 minutes before its refill is left out, and named when the clocks may be 3 minutes off."""
    world = tell("""
        HZ 10:00 receive NUT/A 50 from ACME
        HZ 10:00 merge NUT/A 50 into NUT/BIN
        HZ 09:55 report ASM on MO-1: GW#U1 1 from NUT/BIN 4
        HZ 09:53 report ASM on MO-2: GW#U2 1 from NUT/BIN 4
        HZ 09:56 report BOX on MO-3: BOX#B1 1 from GW#U1 1
    """)

    forward = world.ask("forward", "NUT/A", clocks=CLOCKS)

    assert [short(told["id"]) for told in forward["things"]] == ["NUT/BIN"]
    assert [(gap["code"], short(gap["about"])) for gap in forward["gaps"] if gap["code"] == "clock_tolerance"] == [
        ("clock_tolerance", "BOX#B1"),
        ("clock_tolerance", "GW#U1"),
    ]
    assert not forward["complete"]
    assert "clock_tolerance NUT/A" in world.gaps("BOX#B1", clocks=CLOCKS)
    assert "clock_tolerance NUT/A" not in world.gaps("GW#U2", clocks=CLOCKS)
    assert world.gaps("NUT/A", "forward") == []


def test_each_plant_has_a_tolerance_of_its_own(tell: Tell) -> None:
    """Scenario 31, tolerance per source: times of two plants may differ by the sum of what their clocks may be off."""
    world = tell("""
        HZ 10:00 report ASM on MO-1: SU:GW#U1 1 from CAP/L1 1
        SU 09:55 report BOX on MO-2: BOX#B1 1 from GW#U1 1
        SU 09:54 report BOX on MO-3: BOX#B2 1 from GW#U1 1
    """)

    def hidden(clocks: dict[str, timedelta]) -> list[str]:
        return [gap for gap in world.gaps("CAP/L1", "forward", clocks=clocks) if gap.startswith("clock")]

    assert hidden(CLOCKS) == ["clock_tolerance SU:BOX#B1"]
    assert hidden({"SU": timedelta(minutes=2)}) == []


def test_a_count_of_zero_within_the_tolerance_hides_nothing_further(tell: Tell) -> None:
    """Scenario 31: what the exact times reach keeps its own way, also where an earlier instant would end at a count of zero."""
    world = tell("""
        HZ 09:59 count NUT/BIN 0
        HZ 10:00 merge NUT/A 50 into NUT/BIN
        HZ 10:10 report ASM on MO-1: GW#U1 1 from NUT/BIN 4
        HZ 10:08 report BOX on MO-2: BOX#B1 1 from GW#U1 1
    """)

    hidden = [gap for gap in world.gaps("NUT/A", "forward", clocks=CLOCKS) if gap.startswith("clock")]

    assert world.forward("NUT/A") == "NUT/BIN GW#U1"
    assert hidden == ["clock_tolerance BOX#B1"]
