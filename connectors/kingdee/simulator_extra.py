"""Methods of the simulated server beyond documents: attachments, groups, sharing, messages, workflow, reports, stock.

Source: WebAPI manual V6.0, ApiDoc tree and SDKs for parameters; shapes of answers where public clients show them. Inferred: ids, the
refusal of a report without filter, and what is not said here otherwise: success without content.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from connectors.kingdee.simulator_bills import Told
from connectors.kingdee.simulator_bodies import flag, listed
from connectors.kingdee.simulator_forms import Store
from connectors.kingdee.simulator_moves import Moves
from connectors.kingdee.simulator_replies import error, status

CHUNK = 4 * 1024 * 1024
PLAIN = frozenset({"allocate", "cancelallocate", "disassembly", "sendmsg", "groupdelete", "flexsave"})


class Extra:
    """Answers by method in lower case; `wrote` notes writes in the ledger."""

    def __init__(self, store: Store, moves: Moves, wrote: Callable[..., None]) -> None:
        self.store, self.moves, self.wrote = store, moves, wrote
        self.files: dict[str, bytes] = {}
        self.groups: list[Told] = []

    def answer(self, method: str, told: Told) -> Any:
        """The reply, or None for a method that is not among them. `told` is the call's data."""
        made = getattr(self, f"_{method}", None) if method in METHODS else None
        if made is not None:
            return made(told)
        return {"Result": {"ResponseStatus": status()}} if method in PLAIN else None

    def _attachmentupload(self, told: Told) -> Any:
        """Chunks in order under one file id; the failure has no errors but a message (a live server's shape)."""
        name, part = str(told.get("FileId") or ""), str(told.get("SendByte") or "")
        if not told.get("FileName") or not part:
            return {"Result": {"ResponseStatus": {**status(), "IsSuccess": False}, "Message": "上传的文件内容为空"}}
        name = name or f"file{self.store.new_id()}"
        self.files[name] = self.files.get(name, b"") + base64.b64decode(part)
        if flag(told.get("IsLast", "true")):
            self.wrote(operation="Attachment", form=told.get("FormId"), key=told.get("InterId"), size=len(self.files[name]))
        return {"Result": {"ResponseStatus": status(), "FileId": name, "Message": ""}}

    def _attachmentdownload(self, told: Told) -> Any:
        held = self.files.get(str(told.get("FileId")))
        if held is None:
            return error("附件不存在", 10)
        start = int(told.get("StartIndex") or 0)
        part = held[start : start + CHUNK]
        more = {"StartIndex": start + len(part), "IsLast": start + len(part) >= len(held), "FileSize": len(held), "FileName": "file"}
        return {"Result": {"ResponseStatus": status(), "FilePart": base64.b64encode(part).decode(), **more}}

    def _groupsave(self, told: Told) -> Any:
        made = {"Id": self.store.new_id(), "Number": told.get("FNumber"), "Name": told.get("FName"), "ParentId": told.get("FParentId") or 0}
        self.groups.append(made)
        return {"Result": {"ResponseStatus": status(done=[{"Id": made["Id"], "Number": made["Number"], "DIndex": 0}]), "Id": made["Id"]}}

    def _querygroupinfo(self, _: Told) -> Any:
        return {"Result": {"ResponseStatus": status(), "NeedReturnData": self.groups}}

    def _workflowaudit(self, told: Told) -> Any:
        name, _ = self.store.form(told.get("FormId", "")) or ("", None)
        if not name:
            return error("业务对象不存在", 5)
        verb = "Audit" if str(told.get("ApprovalType", "1")) == "1" else "CancelAssign"
        done = self.moves.move(name, told | {"IsVerifyProcInst": "false"}, verb)["Result"]["ResponseStatus"]
        told_of = [{"BillNo": one["Number"], "IsSuccess": True, "Message": ""} for one in done["SuccessEntitys"]]
        return {"Result": {"ResponseStatus": done, "OperationResults": told_of}}

    def _getsysreportdata(self, told: Told) -> Any:
        if not told.get("Model"):
            return {
                "Result": {
                    "IsSuccess": False,
                    "RowCount": 0,
                    "Rows": [],
                    "ResponseStatus": error("报表过滤条件为空", 8)["Result"]["ResponseStatus"],
                }
            }
        names = [name for name in str(told.get("FieldKeys", "")).split(",") if name]
        rows = [[record.get(name) for name in names] for record in self.store.forms["STK_Inventory"]]
        return {"Result": {"IsSuccess": True, "RowCount": len(rows), "Rows": rows}}

    def _getinventorydata(self, told: Told) -> Any:
        wanted = listed(told.get("fstocknumbers"))
        rows = [record for record in self.store.forms["STK_Inventory"] if not wanted or str(record.get("FStockId")) in wanted]
        return {"success": True, "rowcount": len(rows), "data": rows}


METHODS = frozenset(name[1:] for name in vars(Extra) if name.startswith("_") and not name.startswith("__"))
"""Methods with an answer of their own."""
