"""Where things are: cartons, pallets, shipments."""

from __future__ import annotations

from conftest import Tell, short

PACKED = """
    HZ 08:00 issue CAP/L1 8 to MO-1
    HZ 09:00 produce GW#U1 1 on MO-1
    HZ 09:00 produce GW#U2 1 on MO-1
    HZ 10:00 put GW#U1, GW#U2 into [C1]
    HZ 11:00 put [C1] into [P1]
    HZ 12:00 ship [P1] 1 to ACME under DN-1
    HZ 13:00 take GW#U2 from [C1]
    HZ 14:00 back GW#U2 1
"""


def where(answer: dict, number: str) -> tuple[list[str], list[str]]:
    told = next(told for told in answer["things"] if told["number"] == number)
    shipments = [f"{s['shipment']} {s['partner']}" for s in told.get("shipments", ())]
    return [short(uri) for uri in told.get("containers", ())], shipments


def test_forward_lists_containers_outermost_last_and_shipments_while_inside(tell: Tell) -> None:
    answer = tell(PACKED).ask("forward", "CAP/L1")

    assert where(answer, "U1") == (["[C1]", "[P1]"], ["DN-1 ACME"])
    assert where(answer, "U2") == ([], ["DN-1 ACME"])


def test_before_the_shipment_nothing_has_left(tell: Tell) -> None:
    answer = tell(PACKED).ask("forward", "CAP/L1", at="11:30")

    assert where(answer, "U2") == (["[C1]", "[P1]"], [])


def test_contamination_never_spreads_to_other_contents(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 report ASM on MO-1: GW#U1 1 from CAP/L1 1
        HZ 10:00 put GW#U1, GW#U2 into [C1]
        HZ 11:00 issue [C1] 1 to MO-9
        HZ 12:00 produce KIT#K1 1 on MO-9
    """)

    assert world.forward("CAP/L1") == "GW#U1 KIT#K1"
    assert world.backward("KIT#K1") == "GW#U1 GW#U2 CAP/L1"


def test_a_container_as_root_stands_for_its_contents(tell: Tell) -> None:
    answer = tell(PACKED).ask("backward", "[P1]", at="12:30")

    assert [(short(told["id"]), told["depth"]) for told in answer["things"]] == [("GW#U1", 0), ("GW#U2", 0), ("CAP/L1", 1)]


def test_a_serial_leaves_by_being_added_elsewhere_a_lot_does_not(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 issue CAP/L1 8 to MO-1
        HZ 09:00 produce GW#U1 1 on MO-1
        HZ 09:00 produce NUT/N1 50 on MO-1
        HZ 10:00 put GW#U1, NUT/N1 20 into [C1]
        HZ 11:00 put GW#U1, NUT/N1 30 into [C2]
        HZ 12:00 take NUT/N1 5 from [C1]
    """)
    answer = world.ask("forward", "CAP/L1")

    assert where(answer, "U1") == (["[C2]"], [])
    assert where(answer, "N1") == (["[C1]", "[C2]"], [])
