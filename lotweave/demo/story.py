"""What happens in the demonstration, told once and neutrally; each simulator's data is made from it.

The board follows the published reference design of the Arduino UNO Rev3 (arduino.cc, CC BY-SA 4.0): functions, values and designators;
the part numbers are catalogue parts of those values. Suppliers are the makers of the parts. All times are +08:00.

HZ buys reels, builds 24 serial-numbered boards in two orders and reworks two of them in a third; 20 boards and a lot of base plates travel
to SU, where boards keep their serials under another item number and the plates get another lot number. SU builds 20 kits, packs them in
cartons of five, puts the cartons on pallets, and ships two pallets to two customers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

ZONE = timezone(timedelta(hours=8))
BOARD, KIT, PLATE = "UNO-R3", "2.01.0001", "PL-BASE"
SU_BOARD, SU_PLATE = "1.02.0001", "1.03.0007"
SHIPMENT = "SH-260310-01"
BAD_REEL = ("CC-100N", "CC-100N-A")


def day(number: int, hour: int, minute: int = 0) -> datetime:
    """A time of March 2026 at the factories."""
    return datetime(2026, 3, number, hour, minute, tzinfo=ZONE)


@dataclass(frozen=True, slots=True)
class Item:
    """A material: code, name, base unit (Rec 20), tracking lot, serial or none, and the group's code."""

    item: str
    name: str
    uom: str
    tracking: str
    manufacturer: str = ""
    mpn: str = ""
    global_item: str = ""


@dataclass(frozen=True, slots=True)
class Partner:
    """A supplier or customer."""

    partner: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class BomLine:
    """A component of a bill of material, per one product."""

    line: str
    item: str
    quantity: Decimal
    uom: str
    designators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bom:
    """A bill of material at a version."""

    item: str
    version: str
    lines: tuple[BomLine, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """A production order; `operations` in sequence; `lot` is the product lot it books to."""

    order: str
    type: str
    item: str
    quantity: int
    bom_version: str
    operations: tuple[str, ...]
    start: datetime
    end: datetime
    lot: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A material lot and what its label says."""

    item: str
    lot: str
    supplier: str
    supplier_lot: str
    date_code: str


@dataclass(frozen=True, slots=True)
class Move:
    """A line of a stock document: `document` is its number; a serial-tracked thing has `serial`, any other `lot`."""

    document: str
    at: datetime
    item: str
    quantity: Decimal
    uom: str
    lot: str = ""
    serial: str = ""
    order: str = ""
    partner: str = ""
    shipment: str = ""
    container: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """An operation report on one unit, with the parts that were tied to it one by one."""

    document: str
    order: str
    operation: str
    at: datetime
    item: str
    serial: str
    equipment: str
    parts: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Packing:
    """Contents put into a container: kits into a carton, cartons onto a pallet."""

    document: str
    at: datetime
    container: str
    item: str
    serials: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()


@dataclass(slots=True)
class Half:
    """All that one plant's ERP holds."""

    plant: str
    items: list[Item] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    boms: list[Bom] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    receipts: list[Move] = field(default_factory=list)
    issues: list[Move] = field(default_factory=list)
    feeds: list[Move] = field(default_factory=list)
    returns: list[Move] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    productions: list[Move] = field(default_factory=list)
    transfers: list[Move] = field(default_factory=list)
    packings: list[Packing] = field(default_factory=list)
    shipments: list[Move] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Story:
    """Both halves: HZ runs Kingdee, SU runs Yonyou U9."""

    hz: Half
    su: Half


def story() -> Story:
    """The whole story; the same every time."""
    lines = tuple(_lines())
    return Story(_hangzhou(lines), _suzhou())


def _rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "bom_board.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _lines() -> Iterator[BomLine]:
    for row in _rows():
        yield BomLine(row["line"], row["item"], Decimal(row["quantity"]), row["uom"], tuple(row["designators"].split()))


def boards(order: int) -> list[str]:
    """Serials of the boards built in the first or second order."""
    return [f"HZ2603{order}{number:03d}" for number in range(1, 13)]


SENT = [*boards(1)[:10], *boards(2)[:10]]
"""Boards that travel to SU."""
REWORKED = (boards(1)[2], boards(1)[6])
"""Boards that go through the rework order before they travel."""


def _hangzhou(lines: tuple[BomLine, ...]) -> Half:
    half = Half("HZ")
    for row in _rows():
        half.items.append(Item(row["item"], row["name"], row["uom"], "lot", row["manufacturer"], row["mpn"]))
    half.items.append(Item(PLATE, "亚克力底板 Acrylic base plate", "H87", "lot", "Own drawing", "UNO-PLATE", "G-PLATE"))
    half.items.append(Item(BOARD, "控制板 Controller board", "H87", "serial", "", "", "G-BOARD"))
    makers = sorted({item.manufacturer for item in half.items if item.manufacturer})
    half.partners += [Partner(f"V{number:03d}", maker, "supplier") for number, maker in enumerate(makers, 1)]
    half.partners.append(Partner("C-SU", "苏州工厂 Suzhou plant", "customer"))
    half.boms.append(Bom(BOARD, "V1.0", lines))
    ways = ("10", "20", "30")
    half.orders += [
        Order("MO260301", "standard", BOARD, 12, "V1.0", ways, day(3, 8), day(4, 18), "B2603-1"),
        Order("MO260302", "standard", BOARD, 12, "V1.0", ways, day(5, 8), day(6, 18), "B2603-2"),
        Order("MO260303", "rework", BOARD, 2, "V1.0", ("30",), day(9, 8), day(9, 18), "B2603-1R"),
    ]
    _receive(half, {maker: f"V{number:03d}" for number, maker in enumerate(makers, 1)})
    for number in (1, 2):
        _build(half, lines, number)
    _rework(half)
    for serial in SENT:
        half.transfers.append(Move("DBCK0001", day(10, 9), BOARD, Decimal(1), "H87", serial=serial, shipment=SHIPMENT, partner="C-SU"))
    half.transfers.append(Move("DBCK0001", day(10, 9), PLATE, Decimal(20), "H87", lot="PL-BASE-A", shipment=SHIPMENT, partner="C-SU"))
    return half


TWO_REELS = ("CC-100N", "IC-16U2")
"""Items of which two reels came; the second order and the rework draw from the second."""


def _reel(item: str, number: int) -> str:
    return f"{item}-{'B' if number > 1 and item in TWO_REELS else 'A'}"


def _receive(half: Half, suppliers: dict[str, str]) -> None:
    for place, item in enumerate(item for item in half.items if item.tracking == "lot"):
        for reel in ("A", "B") if item.item in TWO_REELS else ("A",):
            lot = f"{item.item}-{reel}"
            supplier = suppliers[item.manufacturer]
            half.lots.append(
                Lot(item.item, lot, supplier, f"{item.mpn.split('-')[0][:8]}-{26000 + place}{reel}", "2604" if reel == "A" else "2607")
            )
            quantity = Decimal("0.5") if item.uom == "KGM" else Decimal(40 if item.item == PLATE else 200)
            document = f"CGRK{place // 8 + 1:04d}"
            half.receipts.append(Move(document, day(2, 9 + place // 8), item.item, quantity, item.uom, lot=lot, partner=supplier))


def _build(half: Half, lines: tuple[BomLine, ...], number: int) -> None:
    order = half.orders[number - 1]
    first = 3 if number == 1 else 5
    for line in lines:
        reel = _reel(line.item, number)
        half.issues.append(
            Move(f"SOUT000{number}", day(first, 8, 30), line.item, line.quantity * 12, line.uom, lot=reel, order=order.order)
        )
    if number == 1:
        half.feeds.append(Move("SBL0001", day(3, 14), "CC-100N", Decimal(24), "H87", lot="CC-100N-A", order=order.order))
        half.returns.append(Move("STL0001", day(4, 16), "CC-100N", Decimal(10), "H87", lot="CC-100N-A", order=order.order))
    for place, serial in enumerate(boards(number)):
        at = day(first, 9, 30) + timedelta(minutes=5 * place)
        chip = Move("", at, "IC-16U2", Decimal(1), "H87", lot=_reel("IC-16U2", number))
        steps = (
            ("10", "SMT-L1", at, (chip,)),
            ("20", "AOI-2", at + timedelta(hours=2), ()),
            ("30", "FCT-1", day(first + 1, 9) + timedelta(minutes=5 * place), ()),
        )
        for operation, equipment, when, parts in steps:
            half.reports.append(
                Report(f"GXHB{number}{place + 1:02d}{operation}", order.order, operation, when, BOARD, serial, equipment, parts)
            )
        half.productions.append(
            Move(f"SCRK000{number}", day(first + 1, 17), BOARD, Decimal(1), "H87", serial=serial, order=order.order, lot=order.lot)
        )


def _rework(half: Half) -> None:
    order = half.orders[2].order
    half.issues.append(Move("SOUT0003", day(9, 8, 30), "IC-16U2", Decimal(2), "H87", lot="IC-16U2-B", order=order))
    for place, serial in enumerate(REWORKED):
        half.issues.append(Move("SOUT0003", day(9, 8, 30), BOARD, Decimal(1), "H87", serial=serial, order=order))
        at = day(9, 14) + timedelta(minutes=10 * place)
        half.reports.append(Report(f"GXHB3{place + 1:02d}30", order, "30", at, BOARD, serial, "FCT-1"))
        half.productions.append(Move("SCRK0003", day(9, 17), BOARD, Decimal(1), "H87", serial=serial, order=order, lot="B2603-1R"))


def _suzhou() -> Half:
    half = Half("SU")
    half.items += [
        Item(SU_BOARD, "控制板 Controller board", "H87", "serial", "", "", "G-BOARD"),
        Item(SU_PLATE, "底板 Base plate", "H87", "lot", "", "", "G-PLATE"),
        Item("1.04.0001", "USB 线 USB cable A-B 1 m", "H87", "lot", "Assmann", "AK672/2-1"),
        Item("1.05.0001", "泡棉 Foam insert", "H87", "lot", "Own drawing", "UNO-FOAM"),
        Item("1.05.0002", "彩盒 Carton box", "H87", "lot", "Own drawing", "UNO-BOX"),
        Item("1.06.0001", "说明书 Leaflet", "H87", "none", "Own drawing", "UNO-LEAF"),
        Item(KIT, "入门套件 Starter kit", "H87", "serial"),
    ]
    half.partners += [
        Partner("S-0001", "Assmann", "supplier"),
        Partner("S-0002", "Own drawing", "supplier"),
        Partner("K-0001", "Berlin distribution", "customer"),
        Partner("K-0002", "Osaka distribution", "customer"),
    ]
    bought = ("1.04.0001", "1.05.0001", "1.05.0002")
    parts = (SU_BOARD, SU_PLATE, *bought, "1.06.0001")
    half.boms.append(Bom(KIT, "A1", tuple(BomLine(str(10 * n), item, Decimal(1), "H87") for n, item in enumerate(parts, 1))))
    half.orders += [
        Order("MO-2603-0001", "standard", KIT, 10, "A1", ("10", "20"), day(12, 8), day(12, 18), "UK2603-1"),
        Order("MO-2603-0002", "standard", KIT, 10, "A1", ("10", "20"), day(13, 8), day(13, 18), "UK2603-2"),
    ]
    for place, item in enumerate(bought, 1):
        supplier, lot = "S-0001" if item == "1.04.0001" else "S-0002", f"SU2603-{place:02d}"
        half.lots.append(Lot(item, lot, supplier, f"W{place}-11", "2605"))
        half.receipts.append(Move("RCV2603001", day(9, 10), item, Decimal(50), "H87", lot=lot, partner=supplier))
    half.lots.append(Lot(SU_PLATE, "SU-PL-0311", "", "", ""))
    half.lots += [Lot(KIT, order.lot, "", "", "") for order in half.orders]
    for serial in SENT:
        half.transfers.append(Move("TI2603001", day(11, 10), SU_BOARD, Decimal(1), "H87", serial=serial, shipment=SHIPMENT))
    half.transfers.append(Move("TI2603001", day(11, 10), SU_PLATE, Decimal(20), "H87", lot="SU-PL-0311", shipment=SHIPMENT))
    for number in (0, 1):
        _assemble(half, number)
    _ship(half)
    return half


def kits(number: int) -> list[str]:
    """Serials of the kits built in SU's first (0) or second (1) order."""
    return [f"UK2603{number + 1}{place:03d}" for place in range(1, 11)]


def _assemble(half: Half, number: int) -> None:
    order, on = half.orders[number], 12 + number
    document, returned = f"IS260300{number + 1}", f"IR260300{number + 1}"
    lots = {lot.item: lot.lot for lot in half.lots if lot.item != KIT}
    for item, lot in lots.items():
        extra = 2 if item == "1.04.0001" else 0
        half.issues.append(Move(document, day(on, 8, 30), item, Decimal(10 + extra), "H87", lot=lot, order=order.order))
        if extra:
            half.returns.append(Move(returned, day(on, 17, 30), item, Decimal(extra), "H87", lot=lot, order=order.order))
    for place, serial in enumerate(kits(number)):
        board = SENT[10 * number + place]
        half.issues.append(Move(document, day(on, 8, 30), SU_BOARD, Decimal(1), "H87", serial=board, order=order.order))
        at = day(on, 10) + timedelta(minutes=6 * place)
        part = Move("", at, SU_BOARD, Decimal(1), "H87", serial=board)
        half.reports.append(Report(f"OP{number + 1}{place + 1:02d}10", order.order, "10", at, KIT, serial, "ASM-1", (part,)))
        half.reports.append(Report(f"OP{number + 1}{place + 1:02d}20", order.order, "20", at + timedelta(hours=3), KIT, serial, "TST-1"))
        half.productions.append(
            Move(f"CP260300{number + 1}", day(on, 17), KIT, Decimal(1), "H87", serial=serial, order=order.order, lot=order.lot)
        )


def _ship(half: Half) -> None:
    for pallet, customer in ((1, "K-0001"), (2, "K-0002")):
        cartons = [f"CTN-{2 * pallet - 1:04d}", f"CTN-{2 * pallet:04d}"]
        for place, carton in enumerate(cartons):
            serials = tuple(kits(pallet - 1)[5 * place : 5 * place + 5])
            half.packings.append(Packing(f"PK{carton[-4:]}", day(14, 9, 10 * pallet + place), carton, KIT, serials=serials))
        name = f"PLT-{pallet:02d}"
        half.packings.append(Packing(f"PK-{name}", day(14, 11, pallet), name, "", containers=tuple(cartons)))
        half.shipments.append(
            Move(
                f"SHP260300{pallet}",
                day(15, 9 + pallet),
                "",
                Decimal(1),
                "H87",
                container=name,
                partner=customer,
                shipment=f"DN260300{pallet}",
            )
        )
