"""Scenarios of places and names: cartons packed again, lots renumbered between plants, transfers without their other side, aliases."""

from __future__ import annotations

from conftest import Tell, World, short

REPACKED = """
    HZ 08:00 report ASM on MO-1: GW#U1 1 from CAP/L1 1
    HZ 08:00 report ASM on MO-1: GW#U2 1 from CAP/L1 1
    HZ 08:00 report ASM on MO-1: GW#U3 1 from CAP/L1 1
    HZ 09:00 put GW#U1, GW#U2, GW#U3 into [C1]
    HZ 2d09:00 put GW#U3 into [C2]
    HZ 3d09:00 take GW#U1, GW#U2 from [C1]
    HZ 3d10:00 ship [C2] 1 to ACME under DN-2
"""


def cartons(world: World, **options: str) -> dict[str, list[str]]:
    things = world.ask("forward", "CAP/L1", **options)["things"]
    return {told["number"]: [short(uri) for uri in told.get("containers", ())] for told in things}


def test_each_date_has_its_cartons_and_a_shipment_what_was_in_it(tell: Tell) -> None:
    """Scenario 15, re-pack: U3 moves to carton C2 on day 2, C1 is emptied on day 3, then C2 is shipped."""
    world = tell(REPACKED)
    shipped = {told["number"]: [s["shipment"] for s in told.get("shipments", ())] for told in world.ask("forward", "CAP/L1")["things"]}

    assert cartons(world, at="1d12:00") == {"U1": ["[C1]"], "U2": ["[C1]"], "U3": ["[C1]"]}
    assert cartons(world, at="2d12:00") == {"U1": ["[C1]"], "U2": ["[C1]"], "U3": ["[C2]"]}
    assert cartons(world) == {"U1": [], "U2": [], "U3": ["[C2]"]}
    assert shipped == {"U1": [], "U2": [], "U3": ["DN-2"]}


def kept(world: World, number: str, **options: str) -> list[str]:
    """The history of one thing as `container from until`, days and hours in the notation."""
    told = next(t for t in world.ask("forward", "CAP/L1", histories=True, **options)["things"] if t["number"] == number)
    clock = lambda text: f"{int(text[8:10])}d{text[11:16]}" if text else "now"  # noqa: E731 - three times in a line
    return [f"{short(stay['container'])} {clock(stay['from'])} {clock(stay['until'])}" for stay in told["history"]]


def test_a_thing_tells_every_carton_it_was_in_and_when(tell: Tell) -> None:
    """Scenario 15, re-pack: who was in which carton, from when to when."""
    world = tell(REPACKED)

    assert kept(world, "U1") == ["[C1] 1d09:00 3d09:00"]
    assert kept(world, "U3") == ["[C1] 1d09:00 2d09:00", "[C2] 2d09:00 now"]
    assert kept(world, "U3", at="1d10:00") == ["[C1] 1d09:00 now"]
    assert kept(world, "U3", at="1d08:30") == []


def test_a_thing_is_on_the_pallet_while_its_carton_is(tell: Tell) -> None:
    """Scenario 15, re-pack: carton C1 stood on pallet P1 before the unit came in and after it had left; the unit was there in between."""
    world = tell("""
        HZ 08:00 report ASM on MO-1: GW#U1 1 from CAP/L1 1
        HZ 08:00 put [C1] into [P1]
        HZ 09:00 put GW#U1 into [C1]
        HZ 10:00 take [C1] from [P1]
        HZ 11:00 put [C1] into [P1]
        HZ 12:00 take GW#U1 from [C1]
        HZ 13:00 take [C1] from [P1]
    """)

    assert kept(world, "U1") == ["[C1] 1d09:00 1d12:00", "[P1] 1d09:00 1d10:00", "[P1] 1d11:00 1d12:00"]


def test_a_lot_of_which_a_part_was_taken_stayed_in_its_carton(tell: Tell) -> None:
    """Scenario 15, re-pack: five of twenty nuts were taken out at 10:00, the rest at 11:00: one stay."""
    world = tell("""
        HZ 08:00 report MIX on MO-1: NUT/N1 20 from CAP/L1 1
        HZ 09:00 put NUT/N1 20 into [C1]
        HZ 10:00 take NUT/N1 5 from [C1]
        HZ 11:00 take NUT/N1 15 from [C1]
    """)

    assert kept(world, "N1") == ["[C1] 1d09:00 1d11:00"]


def test_half_a_lot_received_under_another_number_goes_on_there(tell: Tell) -> None:
    """Scenario 19, renumbering between plants: half of A-17 arrives as B-903; the other plant's own A-17 is another lot."""
    world = tell("""
        HZ 07:00 receive CAP/A-17 1000 from MURATA
        SU 07:00 receive CAP/A-17 800 from YAGEO
        HZ 08:00 send CAP/A-17 500 under SH-1
        SU 2d08:00 arrive CAP/B-903 500 under SH-1
        HZ 3d08:00 report SMT on MO-1: PCBA#S1 1 from CAP/A-17 4
        SU 3d08:00 report SMT on MO-1: PCBA#S2 1 from CAP/B-903 4
        SU 3d09:00 report SMT on MO-1: PCBA#S3 1 from CAP/A-17 4
    """)

    assert world.forward("CAP/A-17") == "PCBA#S1 SU:CAP/B-903 SU:PCBA#S2"
    assert world.forward("SU:CAP/A-17") == "SU:PCBA#S3"
    assert world.gaps("CAP/A-17", "forward") == []


def test_a_transfer_without_its_other_side_is_a_gap_until_it_comes(tell: Tell) -> None:
    """Scenario 20, receipt without notice, notice without receipt: each side is a gap; with both it is one path, counted once."""
    sent = "HZ 08:00 send PCBA#S1 1 under SH-1\n"
    came = "SU 2d08:00 arrive PCBA#S1 1 under SH-1 known 3d08:00\n"
    world = tell(sent + came)

    assert world.gaps("PCBA#S1", "forward", as_known_at="2d12:00") == ["unmatched_transfer PCBA#S1"]
    assert world.forward("PCBA#S1", as_known_at="2d12:00") == ""
    assert world.gaps("PCBA#S1", "forward") == []
    assert world.forward("PCBA#S1") == "SU:PCBA#S1"


def test_a_receipt_that_fits_two_lots_waits_for_a_person(tell: Tell) -> None:
    """Scenario 20, receipt without notice: two lots left, one arrived under a new number; nobody knows which it is."""
    world = tell("""
        HZ 07:00 receive CAP/L1 10 from MURATA
        HZ 07:00 receive CAP/L2 10 from MURATA
        HZ 08:00 send CAP/L1 10 under SH-1
        HZ 08:00 send CAP/L2 10 under SH-1
        SU 2d08:00 arrive CAP/N9 10 under SH-1
    """)

    assert world.forward("CAP/L1") == ""
    assert world.gaps("SU:CAP/N9") == ["unmatched_transfer SU:CAP/N9"]


RENAMED = """
    HZ 08:00 report SMT on MO-1: PCBA#P-1 1 from CAP/L1 4
    HZ 09:00 rename PCBA#P-1 1 to GW#SN-1
    HZ 10:00 rename GW#SN-1 1 to GW#ACME-77
    HZ 11:00 ship GW#ACME-77 1 to ACME under DN-1
"""


def test_a_unit_renamed_twice_is_one_path_from_any_of_its_numbers(tell: Tell) -> None:
    """Scenario 26, alias: process serial, product serial, customer's serial; whichever label one holds leads to all of it."""
    world = tell(RENAMED)

    assert world.forward("CAP/L1") == "PCBA#P-1 GW#SN-1 GW#ACME-77"
    assert world.backward("GW#ACME-77") == "GW#SN-1 PCBA#P-1 CAP/L1"
    assert [world.find(number) for number in ("P-1", "SN-1", "ACME-77")] == ["PCBA#P-1", "GW#SN-1", "GW#ACME-77"]
    assert world.find("DN-1") == "GW#ACME-77"


USED_TWICE = """
    HZ 08:00 report SMT on MO-1: PCBA#S1 1 from CAP/L1 4
    HZ 09:00 scrap PCBA#S1 1
    HZ 2d08:00 report SMT on MO-2: PCBA#S1 1 from CAP/L2 4
    HZ 2d09:00 report ASM on MO-3: GW#U1 1 from PCBA#S1 1
"""


def test_a_serial_used_again_is_one_thing_unless_its_first_life_is_ended(tell: Tell) -> None:
    """Scenario 26, reused serial: a number is one thing; only a count of zero at its scrapping ends its first life."""
    once = tell(USED_TWICE)

    assert once.backward("GW#U1") == "PCBA#S1 CAP/L1 CAP/L2"


def test_a_count_of_zero_ends_the_first_life_of_a_serial(tell: Tell) -> None:
    """Scenario 26, reused serial: after a count of zero the second life has nothing of the first."""
    twice = tell(USED_TWICE + "HZ 09:00 count PCBA#S1 0")

    assert twice.backward("GW#U1") == "PCBA#S1 CAP/L2"
    assert twice.forward("CAP/L1") == "PCBA#S1"


def test_a_label_printed_again_changes_nothing(tell: Tell) -> None:
    """Scenario 26, alias: the same renaming told again, under the same document or under another one, leads to the same unit."""
    world = tell(RENAMED + "HZ 10:30 rename GW#SN-1 1 to GW#ACME-77 as REPRINT")

    assert world.forward("CAP/L1") == "PCBA#P-1 GW#SN-1 GW#ACME-77"
    assert world.backward("GW#ACME-77") == "GW#SN-1 PCBA#P-1 CAP/L1"
