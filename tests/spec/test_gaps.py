"""What is missing or does not add up."""

from __future__ import annotations

from conftest import Tell

BUILT = """
    HZ bom PCBA v1: CAP 4, RES 2 or RES2, SCREW 1
    HZ item SCREW none H87
    HZ order MO-1 standard makes PCBA 2 bom v1 ops SMT AOI(optional) FCT PACK(with FCT)
    HZ 08:00 receive CAP/L1 100 from MURATA
    HZ 08:00 receive RES2/R1 100 from YAGEO
    HZ 09:00 issue CAP/L1 8 to MO-1
    HZ 09:00 issue RES2/R1 4 to MO-1
"""


def test_a_unit_built_as_planned_has_none(tell: Tell) -> None:
    world = tell(
        BUILT
        + """
        HZ 09:30 report SMT on MO-1: PCBA#S1 1 from
        HZ 09:40 report PACK on MO-1: PCBA#S1 1 from
        HZ 10:00 produce PCBA#S1 1 on MO-1
    """
    )

    answer = world.ask("backward", "PCBA#S1")

    assert answer["complete"]
    assert answer["gaps"] == []


def test_missing_operations_components_and_strangers_are_named(tell: Tell) -> None:
    world = tell("""
        HZ bom PCBA v1: CAP 4, RES 2
        HZ order MO-1 standard makes PCBA 2 bom v1 ops SMT FCT
        HZ 08:00 receive CAP/L1 100 from MURATA
        HZ 08:00 receive GLUE/G1 100 from HENKEL
        HZ 09:00 issue CAP/L1 8 to MO-1
        HZ 09:00 issue GLUE/G1 8 to MO-1
        HZ 09:30 report SMT on MO-1: PCBA#S1 1 from
        HZ 10:00 produce PCBA#S1 1 on MO-1
    """)

    assert world.gaps("PCBA#S1") == ["missing_component PCBA#S1", "missing_operation PCBA#S1", "unexpected_component PCBA#S1"]


def test_no_consumption_stands_alone(tell: Tell) -> None:
    world = tell("""
        HZ bom PCBA v1: CAP 4, RES 2
        HZ order MO-1 standard makes PCBA 2 bom v1
        HZ 10:00 produce PCBA#S1 1 on MO-1
    """)

    assert world.gaps("PCBA#S1") == ["no_consumption PCBA#S1"]


def test_rework_orders_are_not_held_to_the_bill_of_material(tell: Tell) -> None:
    world = tell("""
        HZ bom PCBA v1: CAP 4, RES 2
        HZ order RW-1 rework makes PCBA 2
        HZ 09:00 issue PCBA#S1 1 to RW-1
        HZ 10:00 produce PCBA#S1 1 on RW-1
    """)

    assert world.gaps("PCBA#S1") == []


def test_a_lot_from_nowhere_is_a_gap(tell: Tell) -> None:
    world = tell("""
        HZ 09:00 issue CAP/L1 8 to MO-1
        HZ 10:00 produce PCBA/B1 1 on MO-1
    """)

    assert world.gaps("PCBA/B1") == ["unknown_origin CAP/L1"]


def test_more_out_than_in_is_a_gap_of_a_lot_with_known_origin(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 receive CAP/L1 100 from MURATA
        HZ 08:30 adjust CAP/L1 -5
        HZ 09:00 issue CAP/L1 90 to MO-1
        HZ 10:00 scrap CAP/L1 6
    """)

    assert world.gaps("CAP/L1") == ["quantity_mismatch CAP/L1"]
    assert world.gaps("CAP/L1", at="09:30") == []


def test_units_of_an_item_convert_before_they_are_compared(tell: Tell) -> None:
    world = tell("""
        HZ item CAP lot H87 unit REEL 4000
        HZ 08:00 receive CAP/L1 2 REEL from MURATA
        HZ 09:00 issue CAP/L1 8000 to MO-1
        HZ 08:00 receive WIRE/W1 1 KMT from V
        HZ 09:00 issue WIRE/W1 999 MTR to MO-1
    """)

    assert world.gaps("CAP/L1") == []
    assert world.gaps("WIRE/W1") == []


def test_a_customers_return_brings_the_thing_back_but_the_shipment_stays(tell: Tell) -> None:
    world = tell("""
        HZ 08:00 receive CAP/L1 10 from MURATA
        HZ 09:00 ship CAP/L1 10 to ACME under DN-1
        HZ 10:00 back CAP/L1 10
        HZ 11:00 ship CAP/L1 10 to ACME under DN-2
    """)

    assert world.gaps("CAP/L1") == []
