"""From plant to plant: stitching, crosswalks, renames, splits and merges."""

from __future__ import annotations

from conftest import Tell


def test_a_serial_keeps_its_number_under_another_item(tell: Tell) -> None:
    world = tell("""
        HZ same PCBA = G-1
        SU same MOD = G-1
        HZ 09:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4
        HZ 11:00 send PCBA#S1 1 under SH-1
        HZ 11:00 send PCBA#S2 1 under SH-1
        SU 12:00 arrive MOD#S1 1 under SH-1
        SU 12:00 arrive MOD#S2 1 under SH-1
        SU 13:00 report ASM on W-1: GW#U1 1 from MOD#S1 1
    """)

    assert world.forward("CAP/L1") == "PCBA#S1 SU:MOD#S1 SU:GW#U1"
    assert world.backward("SU:GW#U1") == "SU:MOD#S1 PCBA#S1 CAP/L1"


def test_the_only_one_left_of_an_item_pairs_under_another_number(tell: Tell) -> None:
    world = tell("""
        HZ item PL lot H87 global G-PL
        SU item PLATE lot H87 global G-PL
        HZ 10:00 send PL/A-17 20 under SH-1
        SU 12:00 arrive PLATE/B-903 20 under SH-1
        SU 08:00 receive PLATE/A-17 50 from OTHER
    """)

    assert world.forward("PL/A-17") == "SU:PLATE/B-903"
    assert world.backward("SU:PLATE/A-17") == ""
    assert world.links("PL/A-17", "forward") == ["PL/A-17 > SU:PLATE/B-903 20"]


def test_what_could_pair_in_two_ways_waits(tell: Tell) -> None:
    world = tell("""
        HZ 10:00 send PL/A1 20 under SH-1
        HZ 10:00 send PL/A2 20 under SH-1
        SU 12:00 arrive PL/B1 20 under SH-1
        SU 12:00 arrive PL/B2 20 under SH-1
        HZ 08:00 receive PL/A1 20 from V
    """)

    assert world.forward("PL/A1") == ""
    assert world.gaps("PL/A1", "forward") == ["unmatched_transfer PL/A1"]


def test_a_transfer_without_counterpart_or_shipment_is_a_gap(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 receive PL/A1 40 from V
        HZ 10:00 send PL/A1 20 under SH-1
        SU 12:00 arrive PL/B1 20 under SH-2
    """)

    assert world.gaps("PL/A1", "forward") == ["unmatched_transfer PL/A1"]
    assert world.gaps("SU:PL/B1") == ["unmatched_transfer SU:PL/B1"]


def test_nothing_arrives_before_it_left_whatever_the_clocks_say(tell: Tell) -> None:
    world = tell("""
        HZ 12:00 send PL/A1 20 under SH-1
        SU 11:55 arrive PL/A1 20 under SH-1
        SU 11:58 issue PL/A1 20 to W-1
        SU 13:00 produce GW#U1 1 on W-1
    """)

    assert world.forward("PL/A1") == "SU:PL/A1"
    assert world.ask("forward", "PL/A1")["things"][0]["since"] == "2026-03-01T12:00:00+08:00"


def test_a_reversed_transfer_pairs_with_nothing(tell: Tell) -> None:
    world = tell("""
        HZ 10:00 send PL/A1 20 under SH-1 as OUT
        HZ 10:30 reverse OUT PL/A1 20
        SU 12:00 arrive PL/A1 20 under SH-1
    """)

    assert world.forward("PL/A1") == ""
    assert world.gaps("SU:PL/A1") == ["unmatched_transfer SU:PL/A1"]


def test_things_in_a_container_travel_with_it(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 put PCBA#S1, PCBA#S2 into [C1]
        HZ 10:00 take PCBA#S2 from [C1]
        HZ 11:00 send [C1] 1 under SH-1
        SU 12:00 arrive PCBA#S1 1 under SH-1
    """)

    assert world.forward("PCBA#S1") == "SU:PCBA#S1"
    assert world.forward("PCBA#S2") == ""


def test_a_split_lot_keeps_its_origin_in_both_halves(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 receive CAP/L1 1000 from MURATA
        HZ 09:00 split CAP/L1 600 into CAP/L1a
        HZ 09:00 split CAP/L1 400 into CAP/L1b
        HZ 10:00 merge CAP/L1a 200 into CAP/MIX
        HZ 11:00 rename CAP/MIX 200 to CAP/FINAL
    """)

    assert world.forward("CAP/L1") == "CAP/L1a CAP/L1b CAP/MIX CAP/FINAL"
    assert world.backward("CAP/FINAL") == "CAP/MIX CAP/L1a CAP/L1"
    assert world.gaps("CAP/FINAL") == []
