"""What moves a document from state to state on the simulated account set, and what follows from it.

States: Z temporary, A created, B in approval, C audited, D to re-audit. Source: WebAPI manual V6.0 and public clients. Inferred: that
CancelAssign leads to D, that auditing makes the lot masters a bill names, and that neither state changes nor back-written quantities move
FModifyDate (the harder case; the data's `server` can say otherwise).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.kingdee.simulator_bills import Bills, Told, number_of
from connectors.kingdee.simulator_bodies import flag, listed
from connectors.kingdee.simulator_forms import FORMS
from connectors.kingdee.simulator_replies import error, status

STEPS: Mapping[str, tuple[str, str, str]] = {
    "Submit": ("ZAD", "FDocumentStatus", "B"),
    "Audit": ("B", "FDocumentStatus", "C"),
    "UnAudit": ("C", "FDocumentStatus", "D"),
    "CancelAssign": ("B", "FDocumentStatus", "D"),
    "Delete": ("ZAD", "", ""),
    "Cancel": ("ZABCD", "FCancelStatus", "B"),
    "UnCancel": ("ZABCD", "FCancelStatus", "A"),
    "Forbid": ("C", "FForbidStatus", "B"),
    "Enable": ("C", "FForbidStatus", "A"),
}
"""Verb → the document states it is allowed in, the field it sets, and to what."""
ROW_STATES: Mapping[str, str] = {
    "undotoplan": "1",
    "toplanconfirm": "2",
    "undotoplanconfirm": "2",
    "torelease": "3",
    "undotorelease": "3",
    "tostart": "4",
    "undotostart": "4",
    "tofinish": "5",
    "undotofinish": "5",
    "toclose": "6",
    "forceclose": "6",
}
"""Operation number in lower case → FStatus of the order's row."""
RULES: Mapping[str, tuple[str, str]] = {
    "PRD_MO2MORPT": ("PRD_MO", "PRD_MORPT"),
    "PRD_MO2INSTOCK": ("PRD_MO", "PRD_INSTOCK"),
    "PRD_MORPT2INSTOCK": ("PRD_MORPT", "PRD_INSTOCK"),
    "PRD_PPBOM2PICKMTRL_NORMAL": ("PRD_PPBOM", "PRD_PickMtrl"),
    "PRD_PickMtrl-PRD_ReturnMtrl": ("PRD_PickMtrl", "PRD_ReturnMtrl"),
    "PUR_ReceiveBill-STK_InStock": ("PUR_ReceiveBill", "STK_InStock"),
}
"""Conversion rule → the form it starts at and the one it leads to."""
QUANTITY: Mapping[str, str] = {
    "PRD_MO": "FQty",
    "PRD_MORPT": "FQuaQty",
    "PRD_INSTOCK": "FRealQty",
    "PRD_PPBOM": "FMustQty",
    "PRD_PickMtrl": "FActualQty",
    "PRD_ReturnMtrl": "FQty",
    "PUR_ReceiveBill": "FActReceiveQty",
    "STK_InStock": "FRealQty",
}


class Moves:
    """State changes, row states and conversions over the bills."""

    def __init__(self, bills: Bills, server: Mapping[str, Any]) -> None:
        self.bills, self.store = bills, bills.store
        self.states_touch = bool(server.get("states_touch_modify_date"))
        self.back_writes_touch = bool(server.get("back_writes_touch_modify_date"))
        self.workflows = set(server.get("workflow_forms", ()))
        self.short_stock = set(server.get("short_stock_forms", ()))
        self.push_fails = False

    def operate(self, name: str, told: Told, operation: str) -> Told:
        """`ExecuteOperation`: a row state of orders, or a verb by its operation number in any case."""
        if name == "PRD_MO" and operation.lower() in ROW_STATES:
            return self._row_state(name, told, ROW_STATES[operation.lower()])
        verb = next((verb for verb in STEPS if verb.lower() == operation.lower()), None)
        return self.move(name, told, verb) if verb else error(f"操作{operation}不存在", 3)

    def move(self, name: str, told: Told, verb: str) -> Told:
        """One verb on the documents named. Names that do not exist are passed over while at least one does."""
        ids, numbers = listed(told.get("Ids")), listed(told.get("Numbers"))
        found = self.store.find(name, ids=ids, numbers=numbers)
        if FORMS[name].read_only:
            return error("该业务对象不支持此操作", 12)
        if not found:
            missing = (numbers or ids or [""])[0]
            return error(f'编码值["{missing}"]不存在', 9)
        done, errors = [], []
        for at, head in enumerate(found):
            refusal = self._held_up(name, told, verb) or self._move_one(name, head, verb)
            if refusal:
                errors.append({"FieldName": None, "Message": refusal, "DIndex": at})
                continue
            done.append({"Id": head[FORMS[name].pk], "Number": number_of(FORMS[name], head), "DIndex": at})
            self.bills.wrote(operation=verb, form=name, key=head[FORMS[name].pk])
        return {"Result": {"ResponseStatus": status(errors=errors, done=done, code=11 if errors else 0)}}

    def _held_up(self, name: str, told: Told, verb: str) -> str:
        """What stands in the way of an audit: a workflow, or a question to a person about negative stock that the call does not answer."""
        if verb != "Audit":
            return ""
        if name in self.workflows and flag(told.get("IsVerifyProcInst", "true")):
            return "单据已启动工作流，请在工作流中审批"
        answered = flag(told.get("IgnoreInterationFlag", "true")) or "STK_InvCheckResult" in str(told.get("InterationFlags"))
        return "更新库存出现可以忽略的异常数据，是否继续？" if name in self.short_stock and not answered else ""

    def auto(self, name: str, saved: Told) -> Told:
        """`IsAutoSubmitAndAudit`: what follows a save at once. The reply is the save's, or that of the step that failed."""
        done = saved["Result"]["ResponseStatus"]["SuccessEntitys"]
        for verb in ("Submit", "Audit") if done else ():
            moved = self.move(name, {"Ids": str(done[0]["Id"])}, verb)
            if not moved["Result"]["ResponseStatus"]["IsSuccess"]:
                return moved
        return saved

    def push(self, name: str, told: Told) -> Told:
        """Convert rows of audited documents to a target bill by a known rule, or by the default rule where that is asked for.

        `push_fails` makes the next target one that cannot be saved: a draft without number where the call allows it.
        """
        start, target = RULES.get(str(told.get("RuleId") or ""), ("", ""))
        if not told.get("RuleId") and flag(told.get("IsEnableDefaultRule", "false")):
            wanted = str(told.get("TargetFormId") or "")
            start, target = next((pair for pair in RULES.values() if pair == (name, wanted)), ("", ""))
        if name != start:
            return error("单据转换规则不存在", 11)
        done: list[Told] = []
        for head in self.store.forms[name]:
            rows = _chosen(head, told, FORMS[name].entity) if head.get("FDocumentStatus") == "C" else []
            if not rows:
                continue
            fails, self.push_fails = self.push_fails, False
            if fails and not flag(told.get("IsDraftWhenSaveFail", "false")):
                return {
                    "Result": {
                        "ResponseStatus": error("保存失败：仓库必录", 11)["Result"]["ResponseStatus"],
                        "ConvertResponseStatus": status(),
                    }
                }
            organisations = {key: head[key] for key in ("FPrdOrgId", "FStockOrgId", "FSupplierId") if head.get(key)}
            model = {**organisations, FORMS[target].entity: [_converted(name, head, row, target) for row in rows]}
            saved = self.bills.save(target, {}, model, state="Z" if fails else "A")["Result"]
            done.append({"Id": saved["Id"], "Number": "" if fails else saved["Number"], "DIndex": len(done)})
        if not done:
            return error("没有符合条件的数据", 10)
        return {"Result": {"ResponseStatus": status(done=done), "ConvertResponseStatus": status()}}

    def _move_one(self, name: str, head: Told, verb: str) -> str:
        """Why the verb is refused; empty when it was carried out."""
        state = str(head.get("FDocumentStatus", "A"))
        allowed, field, after = STEPS[verb]
        if state not in allowed:
            return f"单据状态为{state}，不允许执行此操作"
        if verb == "Delete":
            self.store.forms[name].remove(head)
            return ""
        head[field] = after
        if self.states_touch:
            head["FModifyDate"] = self.bills.now()
        if verb == "Audit":
            head["FApproveDate"] = self.bills.now()
            self._make_lots(name, head)
        if verb in {"Audit", "UnAudit"}:
            sign = 1 if verb == "Audit" else -1
            if name == "PRD_INSTOCK":
                self._write_back(head, sign)
            if name in {"PRD_PickMtrl", "PRD_FeedMtrl", "PRD_ReturnMtrl"}:
                self._picked(head, QUANTITY.get(name, "FActualQty"), -sign if name == "PRD_ReturnMtrl" else sign)
        return ""

    def _picked(self, head: Told, quantity: str, sign: int) -> None:
        """What was issued, on the rows of the order's material list."""
        for row in head.get("FEntity", ()):
            for listed_ in self.store.forms["PRD_PPBOM"]:
                if listed_.get("FMOBillNO") != row.get("FMoBillNo"):
                    continue
                wanted = next((one for one in listed_.get("FEntity", ()) if one.get("FMaterialID2") == row.get("FMaterialId")), None)
                if wanted is not None:
                    wanted["FPickedQty"] = Decimal(wanted.get("FPickedQty") or 0) + sign * Decimal(row.get(quantity) or 0)
                    if self.back_writes_touch:
                        listed_["FModifyDate"] = self.bills.now()

    def _make_lots(self, name: str, head: Told) -> None:
        for row in head.get(FORMS[name].entity, ()):
            lot, item = row.get("FLot"), row.get("FMaterialId")
            if lot and self.store.base("BD_BatchMainFile", lot, item) is None:
                moment = self.bills.now()
                told = {"FNumber": lot, "FName": lot, "FMaterialId": item, "FDocumentStatus": "C", "FForbidStatus": "A"}
                dates = {"FCreateDate": moment, "FModifyDate": moment}
                self.store.forms["BD_BatchMainFile"].append({"FLOTID": self.store.new_id()} | told | dates)

    def _write_back(self, head: Told, sign: int) -> None:
        """What was put in stock, on the rows of the orders it came from."""
        for row in head.get("FEntity", ()):
            for order in self.store.find("PRD_MO", ids=[], numbers=[str(row.get("FMoBillNo"))]):
                source = next(
                    (one for one in order.get("FTreeEntity", ()) if str(one.get("FSeq")) == str(row.get("FMoEntrySeq") or 1)), None
                )
                if source is None:
                    continue
                source["FStockInQuaQty"] = Decimal(source.get("FStockInQuaQty") or 0) + sign * Decimal(row.get("FRealQty") or 0)
                if self.back_writes_touch:
                    order["FModifyDate"] = self.bills.now()

    def _row_state(self, name: str, told: Told, state: str) -> Told:
        done: list[Told] = []
        for pair in told.get("PkEntryIds") or []:
            wanted = listed(pair.get("EntryIds"))
            for head in self.store.find(name, ids=[str(pair.get("Id"))], numbers=[]):
                for row in head.get("FTreeEntity", ()):
                    if not wanted or str(row.get("FEntryID")) in wanted:
                        row["FStatus"] = state
                if self.states_touch:
                    head["FModifyDate"] = self.bills.now()
                done.append({"Id": head["FID"], "Number": head.get("FBillNo"), "DIndex": len(done)})
                self.bills.wrote(operation="RowState", form=name, key=head["FID"], state=state)
        return {"Result": {"ResponseStatus": status(done=done)}} if done else error("没有符合条件的数据", 10)


def _converted(name: str, head: Told, row: Told, target: str) -> Told:
    """A row of the target bill, made from a source row."""
    ordered = name == "PRD_MO"
    return {
        "FMaterialId": row.get("FMaterialId") or row.get("FMaterialID2"),
        "FUnitID": row.get("FUnitId") or row.get("FUnitID") or row.get("FUnitID2"),
        "FLot": row.get("FLot"),
        "FMoBillNo": head.get("FBillNo") if ordered else row.get("FMoBillNo") or head.get("FMOBillNO"),
        "FMoId": head["FID"] if ordered else row.get("FMoId") or head.get("FMoId"),
        "FMoEntryId": row.get("FEntryID") if ordered else row.get("FMoEntryId") or head.get("FMOEntryID"),
        "FMoEntrySeq": row.get("FSeq") if ordered else row.get("FMoEntrySeq") or head.get("FMOEntrySeq"),
        QUANTITY[target]: row.get(QUANTITY[name]),
    }


def _chosen(head: Told, told: Told, entity: str) -> list[Told]:
    """Rows named by entry id, or all rows where the document itself is named."""
    entries = set(listed(told.get("EntryIds")))
    rows = [row for row in head.get(entity, ()) if str(row.get("FEntryID")) in entries]
    named = str(head["FID"]) in listed(told.get("Ids")) or head.get("FBillNo") in listed(told.get("Numbers"))
    return rows or (list(head.get(entity, ())) if named else [])
