"""The trace as YonBIP's own genealogy: one lot relation, its header the made lot, its lines the lots that are in it.

Text form, as an outward mapping makes it: `ITEM|LOT` per lot, joined by "; ". Source: bnsnrelation/save and /treedetail. A header needs
organisation, quantity and source, which are those of the lot's receipts of finished goods. Inferred: that a line may come without a
quantity, that an update takes lines away by `_status: Delete`, that `treedetail` gives level 0 the header and level 1 its lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connectors.yonbip.bodies import detail
from connectors.yonbip.client import Gateway
from connectors.yonbip.kinds import KindPlan
from connectors.yonbip.pages import sheets
from connectors.yonbip.rows import Row, plain
from connectors.yonbip.settings import Settings
from trace_core.errors import Conflict, Rejected

SAVE, TREE = "/yonbip/QMS_QIT/bnsnrelation/save", "/yonbip/QMS_QIT/bnsnrelation/treedetail"
OURS = "Lotweave"
"""The remark by which relations of ours are known."""
BETWEEN, WITHIN = "; ", "|"


class Genealogy:
    """Relations of one tenant."""

    def __init__(self, gateway: Gateway, settings: Settings, receipts: KindPlan) -> None:
        self._gateway, self._settings, self._receipts = gateway, settings, receipts

    def tree(self, lot: Row) -> list[Row]:
        """Header and lines of the relation of a lot as YonBIP has it; empty when there is none."""
        asked = {"data": {"productCode": lot.get("product_cCode"), "batchNo": lot.get("batchno")}}
        rows = [plain(dict(row)) for row in self._gateway.post(TREE, asked) or []]
        return [row for row in rows if str(row.get("level")) in {"0", "1"}]

    def text(self, lot: Row) -> str:
        """The lines in their order, in the text form."""
        lines = [row for row in self.tree(lot) if str(row["level"]) == "1"]
        return BETWEEN.join(f"{row.get('product_code')}{WITHIN}{row.get('batchNo') or row.get('sn')}" for row in lines)

    def write(self, lot: Row, text: str, check_key: str) -> str:
        """Make or change the relation of a lot; its number.

        Errors: `Rejected` for a lot nothing was received of, `Conflict` for a relation that others made.
        """
        wanted = [_line(part) for part in text.split(BETWEEN) if part]
        held = self.tree(lot)
        head = next((row for row in held if str(row["level"]) == "0"), None)
        if head is None:
            told: Row = self._header(lot) | {"_status": "Insert", "bnSnRelationBodyList": [one | {"_status": "Insert"} for one in wanted]}
        else:
            told = self._changed(head, [row for row in held if str(row["level"]) == "1"], wanted)
        answer = self._gateway.post(SAVE, {"data": told | {"resubmitCheckKey": check_key}}, writes=True)
        return str((answer or {}).get("code") or (answer or {}).get("id") or "")

    def _changed(self, head: Row, lines: Sequence[Row], wanted: Sequence[Row]) -> Row:
        if not str(head.get("remark") or "").startswith(OURS):
            said = f"relation {head.get('code')} of lot {head.get('batchNo')} was not made by Lotweave"
            raise Conflict(f"{said}; delete it in YonBIP or keep it and map the trace elsewhere", code="foreign_content")
        names = {(one["productCode"], one["batchNo"]) for one in wanted}
        kept = {(str(row.get("product_code")), str(row.get("batchNo"))) for row in lines}
        gone = [{"id": int(row["id"]), "_status": "Delete"} for row in lines if (row.get("product_code"), row.get("batchNo")) not in names]
        new = [one | {"_status": "Insert"} for one in wanted if (one["productCode"], one["batchNo"]) not in kept]
        return {"id": int(head["id"]), "pubts": head.get("pubts"), "_status": "Update", "bnSnRelationBodyList": [*gone, *new]}

    def _header(self, lot: Row) -> Row:
        """Organisation, quantity and source of the lot, from the audited receipts that name it (those of the first one's organisation)."""
        asked = {"simpleVOs": [{"field": "storeProRecords.batchno", "op": "eq", "value1": lot["batchno"]}]}
        rows = [row for sheet in sheets(self._gateway, self._receipts, asked, size=self._settings.page_size) for row in sheet.rows]
        found = [detail(self._gateway, self._receipts, key) for key in dict.fromkeys(str(row["id"]) for row in rows)]
        audited = [bill for bill in found if bill and bill.get("auditTime")]
        lines = [(bill, line) for bill in audited for line in bill[self._receipts.lines] if _same(line, lot)]
        lines = [pair for pair in lines if pair[0].get("org") == lines[0][0].get("org")]
        received = sum((Decimal(str(line.get("qty") or 0)) for _, line in lines), Decimal(0))
        if received <= 0:
            said = f"nothing was received of lot {lot['batchno']} of {lot.get('product_cCode')}"
            raise Rejected(f"{said}, so YonBIP has no quantity and no organisation for its genealogy", code="no_receipt")
        bill, line = lines[0]
        return {
            "transTypeCode": self._settings.genealogy_type,
            "stockOrgId": bill.get("org"),
            "productCode": lot.get("product_cCode"),
            "batchNo": lot["batchno"],
            "num": received,
            "unitId": line.get("unit"),
            "sourceType": "st_storeprorecord",
            "sourceDocId": bill.get("id"),
            "sourceCode": bill.get("code"),
            "sourceDetailId": line.get("id"),
            "remark": OURS,
        }


def _line(part: str) -> Row:
    item, mark, lot = part.partition(WITHIN)
    if not mark or not item or not lot:
        raise Rejected(f"{part!r} is no ITEM{WITHIN}LOT: correct `genealogy` of the outward mapping", code="genealogy")
    return {"productCode": item, "batchNo": lot}


def _same(line: Mapping[str, Any], lot: Mapping[str, Any]) -> bool:
    return line.get("batchno") == lot["batchno"] and str(line.get("product_cCode")) == str(lot.get("product_cCode"))
