"""Where U9's production documents lie: orders, issues to subcontractors, operation reports, completions, receipt reports.

Source: MO_MO, MO_IssueDoc and MO_CompleteRpt are of the public sources; tables of subcontract issues and receipt reports are inferred, the
views (LW_…) are the tenant's own.
"""

from __future__ import annotations

from connectors.yonyou.kinds_masters import UOM
from connectors.yonyou.kinds_stock import DOC, LINE, serials
from connectors.yonyou.sql import Head, Lines

ORDER = Head("MO_MO", columns={"DocState": "H.DocState"})
ISSUE = Head("MO_IssueDoc")
COMPLETION = Head("MO_CompleteRpt")
SUBCONTRACT_ISSUE = Head(
    "PM_IssueDoc",
    columns=DOC | {"IssueType": "H.IssueType"},
    lines={
        "lines": Lines(
            "PM_IssueDocLine",
            "IssueDoc",
            LINE | {"OrderNo": "P.DocNo"},
            joins=f"{UOM} LEFT JOIN PM_PurchaseOrder P ON P.ID = L.PO",
            lines=serials("PM_IssueDocSN", "IssueDocLine"),
        )
    },
)
RECEIPT_REPORT = Head(
    "MO_RcvRptDoc",
    columns=DOC,
    lines={
        "lines": Lines(
            "MO_RcvRptDocLine",
            "RcvRptDoc",
            LINE | {"MO": "M.DocNo"},
            joins=f"{UOM} LEFT JOIN MO_MO M ON M.ID = L.MO",
            lines=serials("MO_RcvRptDocSN", "RcvRptDocLine"),
        )
    },
)
REPORT = Head(
    "LW_OpReport",
    columns=DOC
    | {
        "MO": "H.MO_DocNo",
        "OpNum": "H.OpNum",
        "StartedAt": "CONVERT(varchar(23), H.StartedAt, 121)",
        "Equipment": "H.Equipment",
        "Person": "H.Person",
        "GoodQty": "H.GoodQty",
        "ReworkQty": "H.ReworkQty",
        "ScrapQty": "H.ScrapQty",
    },
    lines={
        "outputs": Lines("LW_OpReportOut", "OpReport", LINE | {"SNCode": "L.SNCode"}, joins=UOM),
        "inputs": Lines("LW_OpReportIn", "OpReport", LINE | {"SNCode": "L.SNCode"}, joins=UOM),
    },
)
