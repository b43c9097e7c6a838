"""The demonstration's Hangzhou plant as a Kingdee account set holds it: the story told in forms and bills.

Shape: see `connectors/kingdee/simulator.py`. Ids count up in the order of the story, so that they are the same every time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count, groupby
from typing import Any, TypeAlias

from lotweave.demo.story import Half, Move, Order, Report, Story, day

Row: TypeAlias = dict[str, Any]
ORG = "100"
UNITS = {"H87": "Pcs", "KGM": "kg"}
CREDENTIALS = {"acct_id": "65f0c0ffee0001", "user": "simuser", "password": "simpass", "app_id": "100001_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"}
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of the simulator alone
AUDIT_AFTER = timedelta(minutes=20)


def data(story: Story) -> Row:
    """The data of HZ's simulator."""
    return _Telling(story.hz).whole()


class _Telling:
    """One half of the story on its way into forms."""

    def __init__(self, half: Half) -> None:
        self.half = half
        self.ids = count(100001)

    def whole(self) -> Row:
        """Account, users, organisation, custom fields and forms together."""
        custom = [{"key": "F_LW_TraceRef", "editable_after_audit": True}, {"key": "F_LW_TraceSummary", "editable_after_audit": True}]
        return {
            "accounts": [{"acct_id": CREDENTIALS["acct_id"], "name": "杭州账套"}],
            "users": [{"user": CREDENTIALS["user"], "password": CREDENTIALS["password"], "allowed_apps": [CREDENTIALS["app_id"]]}],
            "apps": [{"app_id": CREDENTIALS["app_id"], "secret": SECRET}],
            "server": {"zone": "Asia/Shanghai", "limit_cap": 2000},
            "custom_fields": {"PRD_INSTOCK": custom},
            "forms": self.masters() | self.bills(),
        }

    def masters(self) -> Row:
        """Base data."""
        half = self.half
        partners = {role: [p for p in half.partners if p.role == role] for role in ("supplier", "customer")}
        return {
            "ORG_Organizations": [self.master("FOrgID", ORG, "杭州工厂")],
            "BD_UNIT": [self.master("FUNITID", "Pcs", "个"), self.master("FUNITID", "kg", "千克")],
            "BD_Currency": [self.master("FCURRENCYID", "PRE001", "人民币") | {"FCODE": "CNY"}],
            "BD_MATERIAL": [
                self.master("FMATERIALID", item.item, item.name)
                | {
                    "FBaseUnitId": UNITS[item.uom],
                    "FErpClsId": "1" if item.mpn else "2",
                    "FIsBatchManage": item.tracking == "lot",
                    "FIsSNManage": item.tracking == "serial",
                    "F_LW_Mpn": item.mpn,
                    "F_LW_Maker": item.manufacturer,
                    "F_LW_GlobalItem": item.global_item,
                }
                for item in half.items
            ],
            "BD_Supplier": [self.master("FSupplierId", p.partner, p.name) | {"FAuditDate": _text(day(1, 8))} for p in partners["supplier"]],
            "BD_Customer": [self.master("FCUSTID", p.partner, p.name) for p in partners["customer"]],
            "BD_BatchMainFile": [
                self.master("FLOTID", lot.lot, lot.lot)
                | {
                    "FMaterialId": lot.item,
                    "FSupplierId": lot.supplier,
                    "F_LW_SupplierLot": lot.supplier_lot,
                    "F_LW_DateCode": lot.date_code,
                }
                for lot in half.lots
            ],
            "ENG_BOM": [self.bom(bom.item, bom.version, bom.lines) for bom in half.boms],
        }

    def master(self, pk: str, number: str, name: str) -> Row:
        """A base data record, audited and usable."""
        at = _text(day(1, 8))
        return {
            pk: next(self.ids), "FNumber": number, "FName": name, "FDocumentStatus": "C", "FForbidStatus": "A", "FCreateOrgId": ORG,
            "FUseOrgId": ORG, "FCreateDate": at, "FModifyDate": at, "FApproveDate": at,
        }  # fmt: skip

    def bom(self, item: str, version: str, lines: Iterable[Any]) -> Row:
        """A bill of material; designators stand in the rows' notes."""
        rows = [
            {
                "FEntryID": next(self.ids), "FSeq": seq, "FREPLACEGROUP": seq, "FMATERIALIDCHILD": line.item, "FMATERIALTYPE": "1",
                "FCHILDUNITID": UNITS[line.uom], "FDOSAGETYPE": "2", "FNUMERATOR": line.quantity, "FDENOMINATOR": Decimal(1),
                "FFIXSCRAPQTY": Decimal(0), "FSCRAPRATE": Decimal(0), "FEFFECTDATE": _text(day(1, 0)), "FEXPIREDATE": "9999-12-31T00:00:00",
                "FISSUETYPE": "1", "FMEMO": " ".join(line.designators),
            }
            for seq, line in enumerate(lines, 1)
        ]  # fmt: skip
        head = self.master("FID", version, version) | {"FMATERIALID": item, "FUNITID": "Pcs", "FQty": Decimal(1), "FBOMCATEGORY": "1"}
        return head | {"FNumber": f"{item}_{version}", "FTreeEntity": rows}

    def bills(self) -> Row:
        """Orders, material flow, reports and transfers."""
        half = self.half
        return {
            "PRD_MO": [self.order(order) for order in half.orders],
            "STK_InStock": self.receipts(),
            "PRD_PickMtrl": self.flow(half.issues, "FEntity", "FActualQty"),
            "PRD_FeedMtrl": self.flow(half.feeds, "FEntity", "FActualQty"),
            "PRD_ReturnMtrl": self.flow(half.returns, "FEntity", "FQty"),
            "PRD_INSTOCK": self.flow(half.productions, "FEntity", "FRealQty"),
            "SFC_OperationReport": [self.report(report) for report in half.reports],
            "STK_TRANSFEROUT": self.flow(half.transfers, "FSTKTRSOUTENTRY", "FQty", head=lambda move: {"F_LW_Waybill": move.shipment}),
            "SAL_OUTSTOCK": self.flow(half.shipments, "FEntity", "FRealQty", head=lambda move: {"FCustomerID": move.partner}),
        }

    def head(self, number: str, at: datetime) -> Row:
        """Head of an audited bill."""
        audited = _text(at + AUDIT_AFTER)
        return {
            "FID": next(self.ids), "FBillNo": number, "FDate": _text(at), "FDocumentStatus": "C", "FCancelStatus": "A",
            "FCreateDate": _text(at), "FModifyDate": audited, "FApproveDate": audited, "FPrdOrgId": ORG, "FStockOrgId": ORG,
        }  # fmt: skip

    def order(self, order: Order) -> Row:
        """A production order of one row."""
        row = {
            "FEntryID": next(self.ids), "FSeq": 1, "FProductType": "1", "FMaterialId": order.item, "FUnitId": "Pcs",
            "FQty": Decimal(order.quantity), "FStatus": "6", "FBomId": f"{order.item}_{order.bom_version}",
            "FPlanStartDate": _text(order.start), "FPlanFinishDate": _text(order.end), "FLot": order.lot,
        }  # fmt: skip
        rework = order.type == "rework"
        head = self.head(order.order, order.start) | {"FBillType": "SCDD05_SYS" if rework else "SCDD01_SYS", "FIsRework": rework}
        return head | {"FTreeEntity": [row]}

    def flow(self, moves: Iterable[Move], entity: str, quantity: str, *, head: Any = None) -> list[Row]:
        """Bills of stock movements: one row for each item and lot; serials of one item, order and lot share a row."""
        bills = []
        for number, group in groupby(moves, key=lambda move: move.document):
            document = list(group)
            bill = self.head(number, document[0].at) | (head(document[0]) if head else {})
            rows = groupby(document, key=lambda move: (move.item, move.order, move.lot, bool(move.serial)))
            bill[entity] = [self.row(seq, list(row), quantity) for seq, (_, row) in enumerate(rows, 1)]
            bills.append(bill)
        return bills

    def receipts(self) -> list[Row]:
        """Receipts from suppliers: a bill names one supplier, so a delivery of several makes as many bills."""
        labels = {(lot.item, lot.lot): lot.supplier_lot for lot in self.half.lots}
        groups: dict[tuple[str, str], list[Move]] = {}
        for move in self.half.receipts:
            groups.setdefault((move.document, move.partner), []).append(move)
        bills = []
        for (number, supplier), moves in groups.items():
            bill = self.head(f"{number}-{supplier}", moves[0].at) | {"FSupplierId": supplier}
            rows = [self.row(seq, [move], "FRealQty") for seq, move in enumerate(moves, 1)]
            bill["FInStockEntry"] = [row | {"FSupplierLot": labels[row["FMaterialId"], row["FLot"]]} for row in rows]
            bills.append(bill)
        return bills

    def row(self, seq: int, moves: list[Move], quantity: str) -> Row:
        """One row of a bill."""
        move = moves[0]
        row: Row = {
            "FEntryID": next(self.ids), "FSeq": seq, "FMaterialId": move.item, "FUnitID": UNITS[move.uom],
            quantity: sum((one.quantity for one in moves), Decimal(0)), "FLot": move.lot,
        }  # fmt: skip
        if move.order:
            row |= {"FMoBillNo": move.order, "FMoEntrySeq": 1, "FProductType": "1"}
        serials = [one.serial for one in moves if one.serial]
        if serials:
            row["FSerialSubEntity"] = [{"FDetailID": next(self.ids), "FSerialNo": serial} for serial in serials]
        return row

    def report(self, report: Report) -> Row:
        """An operation report on one unit with the parts tied to it."""
        parts = [
            {
                "FDetailID": next(self.ids), "F_LW_Material": part.item, "F_LW_Lot": part.lot,
                "F_LW_Qty": part.quantity, "F_LW_Unit": UNITS[part.uom], "F_LW_Position": "U3" if part.item == "IC-16U2" else "",
            }
            for part in report.parts
        ]  # fmt: skip
        row = {
            "FEntryID": next(self.ids), "FSeq": 1, "FMoNumber": report.order, "FMoRowNumber": 1, "FOperNumber": report.operation,
            "FMaterialId": report.item, "FUnitID": "Pcs", "FQuaQty": Decimal(1), "FFinishQty": Decimal(1), "FPrdSerialText": report.serial,
            "FEquipmentId": report.equipment, "FProcessEndTime": _text(report.at),
            "FProcessStartTime": _text(report.at - timedelta(minutes=4)),
        }  # fmt: skip
        return self.head(report.document, report.at) | {"FEntity": [row | ({"FTraceSubEntity": parts} if parts else {})]}


def _text(at: datetime) -> str:
    """Server time without zone, as the server shows it."""
    return at.replace(tzinfo=None).isoformat(timespec="seconds")
