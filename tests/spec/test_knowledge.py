"""Corrections, withdrawals, reversals, lateness: what is known, and what was known then."""

from __future__ import annotations

from conftest import Tell


def test_a_higher_revision_supersedes_and_the_past_stays_askable(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 40 to MO-1 as I1
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ 09:00 issue CAP/L2 40 to MO-1 as I1 rev 2 known 3d08:00
    """)

    assert world.backward("PCBA#S1") == "CAP/L2"
    assert world.backward("PCBA#S1", as_known_at="2d00:00") == "CAP/L1"


def test_a_late_older_revision_overwrites_nothing(tell: Tell) -> None:
    world = tell("""
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ 09:00 issue CAP/L2 40 to MO-1 as I1 rev 2
        HZ 09:00 issue CAP/L1 40 to MO-1 as I1 rev 1
    """)

    assert world.backward("PCBA#S1") == "CAP/L2"


def test_a_withdrawn_document_is_gone_but_was_known(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 40 to MO-1 as I1
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ withdraw movement I1 rev 2 known 3d08:00
    """)

    assert world.forward("CAP/L1") == ""
    assert world.forward("CAP/L1", as_known_at="2d00:00") == "PCBA#S1"


def test_a_late_document_is_not_known_before_it_is_recorded(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 40 to MO-1 known 3d08:00
        HZ 10:00 produce PCBA#S1 1 on MO-1
    """)

    assert world.forward("CAP/L1", as_known_at="2d00:00") == ""
    assert world.forward("CAP/L1") == "PCBA#S1"


def test_a_reversal_takes_its_quantity_off_and_reversing_it_restores(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 40 to MO-1 as I1
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ 11:00 reverse I1 CAP/L1 40 as R1
        HZ 09:00 issue CAP/L2 40 to MO-1 as I2
        HZ 11:00 reverse I2 CAP/L2 40 as R2
        HZ 12:00 reverse R2 CAP/L2 40
    """)

    assert world.backward("PCBA#S1") == "CAP/L2"


def test_reversing_more_than_was_moved_is_a_gap(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 receive CAP/L1 40 from V as R1
        HZ 09:00 reverse R1 CAP/L1 50
    """)

    assert "quantity_mismatch CAP/L1" in world.gaps("CAP/L1")


def test_at_a_past_time_later_links_do_not_exist(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 40 to MO-1
        HZ 10:00 produce PCBA#S1 1 on MO-1
        HZ 12:00 produce PCBA#S2 1 on MO-1
    """)

    assert world.forward("CAP/L1", at="11:00") == "PCBA#S1"
    assert world.forward("CAP/L1", at="09:30") == ""
