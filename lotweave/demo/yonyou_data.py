"""The demonstration's Suzhou plant as a U9 server holds it: the story told in U9's objects and tables.

Shape: see `connectors/yonyou/simulator.py`. IDs count up in the order of the story, so that they are the same every time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import count, groupby
from typing import Any, TypeAlias

from lotweave.demo.story import Half, Item, Move, Order, Packing, Report, Story, day

Row: TypeAlias = dict[str, Any]
ORG, USER = 1002601010000001, 1002601010000009
UNITS = {"H87": "PCS", "KGM": "KG", "MTR": "M"}
UNIT_IDS = {"PCS": 1002601010000101, "KG": 1002601010000102, "M": 1002601010000103}
APPROVED, COMPLETED = 2, 3


def data(story: Story) -> Row:
    """The data of SU's simulator."""
    return _Telling(story.su).whole()


class _Telling:
    """One half of the story on its way into rows."""

    def __init__(self, half: Half) -> None:
        self.half = half
        self.ids = count(1002603010001001)
        self.tables: dict[str, list[Row]] = {"Base_UOM": [{"ID": number, "Code": code} for code, number in UNIT_IDS.items()]}

    def whole(self) -> Row:
        """Clients, organisation, objects and tables together."""
        half = self.half
        objects = {
            "ItemMaster": [self.item(item) for item in half.items],
            "BOM": [self.bom(bom.item, bom.version, bom.lines) for bom in half.boms],
            "MODoc": [self.order(order) for order in half.orders],
            "LotMaster": self.lots(),
            "IssueDoc": [*self.issues(half.issues, 0), *self.issues(half.feeds, 3), *self.issues(half.returns, 1)],
            "CompleteDoc": [self.completion(name, moves) for name, moves in _by_document(half.productions)],
        }
        self.partners()
        self.stock_documents()
        for report in half.reports:
            self.report(report)
        for packing in half.packings:
            self.packing(packing)
        return {
            "clients": [{"client_id": "lotweave", "secret": "demo-secret"}],
            "enterprises": ["001"],
            "users": [{"code": "trace", "id": USER}],
            "organisations": [{"id": ORG, "code": "10", "name": "苏州工厂"}],
            "objects": objects,
            "tables": self.tables,
        }

    def item(self, item: Item) -> Row:
        """An item with its lot or serial parameter, and the group's code in a segment."""
        unit = UNITS[item.uom]
        segments = {"m_privateDescSeg1": item.global_item, "m_privateDescSeg2": item.manufacturer, "m_privateDescSeg3": item.mpn}
        return self._object(day(1, 8)) | {
            "m_code": item.item,
            "m_name": item.name,
            "m_inventoryUOM": {"m_iD": UNIT_IDS[unit], "m_code": unit},
            "m_lotParam": {"m_code": "LOT01"} if item.tracking == "lot" else None,
            "m_snParam": {"m_code": "SN01"} if item.tracking == "serial" else None,
            "m_descFlexField": segments,
        }

    def bom(self, item: str, version: str, lines: Iterable[Any]) -> Row:
        """A BOM with its components."""
        components = [
            {
                "m_sequence": int(line.line),
                "m_itemMaster": {"m_code": line.item},
                "m_usageQty": _number(line.quantity),
                "m_parentQty": 1,
                "m_issueUOM": {"m_code": UNITS[line.uom]},
                "m_scrap": 0,
                "m_positions": [{"m_position": place} for place in line.designators],
                "m_bOMCompSubstituteDTO4CreateSv": [],
            }
            for line in lines
        ]
        return self._object(day(1, 9)) | {
            "m_itemMaster": {"m_code": item},
            "m_bOMVersionCode": version,
            "m_productUOM": {"m_code": "PCS"},
            "m_status": APPROVED,
            "m_effectiveDate": "2026-01-01T00:00:00",
            "m_disableDate": "9999-12-31T00:00:00",
            "m_bOMComponents": components,
        }

    def order(self, order: Order) -> Row:
        """A production order that is completed."""
        return self._object(order.end) | {
            "_state": COMPLETED,
            "m_docNo": order.order,
            "m_docType": {"m_code": {"standard": "MO01", "rework": "MO02"}[order.type]},
            "m_itemMaster": {"m_code": order.item},
            "m_productQty": order.quantity,
            "m_productUOM": {"m_code": "PCS"},
            "m_productLotNo": order.lot,
            "m_bOMVersion": order.bom_version,
            "m_startDate": _text(order.start),
            "m_completeDate": _text(order.end),
            "m_mOOperationDTOs": [{"m_operationNum": operation, "m_opDescription": None} for operation in order.operations],
        }

    def lots(self) -> list[Row]:
        """Lot masters with what their labels say."""
        return [
            self._object(day(9, 9))
            | {
                "m_itemCode": lot.item,
                "m_lotCode": lot.lot,
                "m_supplierCode": lot.supplier or None,
                "m_supplierLotCode": lot.supplier_lot or None,
                "m_dateCode": lot.date_code or None,
            }
            for lot in self.half.lots
        ]

    def issues(self, moves: list[Move], kind: int) -> list[Row]:
        """Issue documents (IssueType 0, over-issue 3) or returns (1)."""
        return [
            self._object(lines[0].at)
            | {
                "m_docNo": name,
                "m_issueType": kind,
                "m_docStatus": APPROVED,
                "m_businessDate": _text(lines[0].at),
                "m_issueOrg": {"m_code": "10"},
                "m_pickListDTOs": [self._issue_line(move) for move in lines],
            }
            for name, lines in _by_document(moves)
        ]

    def completion(self, name: str, moves: list[Move]) -> Row:
        """A completion whose one receipt line has all serial numbers of the lot."""
        order = next(order for order in self.half.orders if order.order == moves[0].order)
        line = {
            "m_lineNum": 10,
            "m_rcvLotNo": moves[0].lot,
            "m_rcvQtyByProductUOM": _number(sum((move.quantity for move in moves), Decimal(0))),
            "m_snData": [{"m_sNMaster": next(self.ids), "m_sNCode": move.serial} for move in moves],
        }
        return self._object(moves[0].at) | {
            "m_docNo": name,
            "m_docStatus": APPROVED,
            "m_direction": 0,
            "m_completeDate": _text(moves[0].at),
            "m_mO": {"m_code": order.order},
            "m_itemMaster": {"m_code": order.item},
            "m_productUOM": {"m_code": "PCS"},
            "m_completeOp": {"m_code": order.operations[-1]},
            "m_completeQty": line["m_rcvQtyByProductUOM"],
            "m_eligibleQty": line["m_rcvQtyByProductUOM"],
            "m_completeRptRcvLines": [line],
        }

    def partners(self) -> None:
        """Suppliers and customers."""
        for partner in self.half.partners:
            table = "CBO_Supplier" if partner.role == "supplier" else "CBO_Customer"
            self._put(table, day(1, 8), Code=partner.partner, Name=partner.name)

    def stock_documents(self) -> None:
        """Receipts, transfers in and shipments with their lines and serial numbers."""
        for name, moves in _by_document(self.half.receipts):
            head = self._document("PM_Receivement", name, moves[0].at, Supplier_Code=moves[0].partner)
            for place, move in enumerate(moves, 1):
                self._line("PM_RcvLine", place, move, Receivement=head, StorageType=4)
        for name, moves in _by_document(self.half.transfers):
            head = self._document("InvDoc_TransferIn", name, moves[0].at, DescFlexField_PrivateDescSeg1=moves[0].shipment)
            for place, (_, group) in enumerate(groupby(moves, lambda move: (move.item, move.lot)), 1):
                self._transfer_line(head, place, list(group))
        for move in self.half.shipments:
            head = self._document("SM_Ship", move.document, move.at, OrderBy_Code=move.partner, DescFlexField_PrivateDescSeg1=move.shipment)
            self._line("SM_ShipLine", 1, move, Ship=head, DescFlexField_PrivateDescSeg1=move.container)

    def report(self, report: Report) -> None:
        """An operation report on one unit."""
        told = {"MO_DocNo": report.order, "OpNum": report.operation, "Equipment": report.equipment, "GoodQty": 1}
        head = self._document("LW_OpReport", report.document, report.at, **told)
        unit = {"ItemInfo_ItemCode": report.item, "SNCode": report.serial, "Qty": 1, "UOM": UNIT_IDS["PCS"], "DocLineNo": 10}
        self._put("LW_OpReportOut", report.at, OpReport=head, **unit)
        for place, part in enumerate(report.parts, 1):
            self._line("LW_OpReportIn", place, part, OpReport=head, SNCode=part.serial)

    def packing(self, packing: Packing) -> None:
        """Serial numbers or inner containers put into a container."""
        head = self._document("LW_Packing", packing.document, packing.at, ContainerNo=packing.container, Action="add")
        for place, serial in enumerate(packing.serials, 1):
            told = {"ItemInfo_ItemCode": packing.item, "SNCode": serial, "Qty": 1, "UOM": UNIT_IDS["PCS"]}
            self._put("LW_PackingLine", packing.at, Packing=head, DocLineNo=10 * place, **told)
        for place, inner in enumerate(packing.containers, 1):
            self._put("LW_PackingLine", packing.at, Packing=head, DocLineNo=10 * place, InnerContainerNo=inner)

    def _issue_line(self, move: Move) -> Row:
        return {
            "m_iD": next(self.ids),
            "m_item": {"m_code": move.item},
            "m_issueQty": _number(move.quantity),
            "m_issueUOM": {"m_code": UNITS[move.uom]},
            "m_mO": {"m_code": move.order},
            "m_lot": {"m_code": move.lot} if move.lot else None,
            "m_barCodeInfos": [{"m_barcode": move.serial, "m_qty": _number(move.quantity)}] if move.serial else [],
        }

    def _transfer_line(self, head: int, place: int, moves: list[Move]) -> None:
        line = self._line("InvDoc_TransInLine", place, moves[0], TransferIn=head, Qty=str(sum(move.quantity for move in moves)))
        for move in moves:
            if move.serial:
                self._put("InvDoc_TransInSN", move.at, TransInLine=line, SNCode=move.serial)

    def _object(self, at: datetime) -> Row:
        return {"m_iD": next(self.ids), "_org": "10", "_modified": _stamp(at)}

    def _document(self, table: str, name: str, at: datetime, **told: Any) -> int:
        return self._put(table, at, DocNo=name, Status=APPROVED, BusinessDate=_stamp(at), **told)

    def _line(self, table: str, place: int, move: Move, **told: Any) -> int:
        row = {
            "DocLineNo": 10 * place,
            "ItemInfo_ItemCode": move.item,
            "LotInfo_LotCode": move.lot or None,
            "UOM": UNIT_IDS[UNITS[move.uom]],
        }
        return self._put(table, move.at, **row | {"Qty": str(move.quantity)} | told)

    def _put(self, table: str, at: datetime, **told: Any) -> int:
        number = next(self.ids)
        self.tables.setdefault(table, []).append({"ID": number, "Org": ORG, "ModifiedOn": _stamp(at), **told})
        return number


def _by_document(moves: Iterable[Move]) -> list[tuple[str, list[Move]]]:
    found: dict[str, list[Move]] = {}
    for move in moves:
        found.setdefault(move.document, []).append(move)
    return list(found.items())


def _number(quantity: Decimal) -> int | str:
    return int(quantity) if quantity == quantity.to_integral_value() else str(quantity)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.000")
