"""View, Save, Submit, Audit and their kin on the simulated account set, with the state machine and its refusals.

States: Z temporary, A created, B in approval, C audited, D to re-audit. Source: WebAPI manual V6.0 and console texts; refusals on audited
bills as met by public clients. That fields marked editable after audit may be saved on audited bills is inferred.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from connectors.kingdee.simulator_forms import FORMS, REFERS, Store
from connectors.kingdee.simulator_replies import error, status

Told = dict[str, Any]
ROW_STATES = {
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
STEPS = {
    "Submit": ("ZAD", "B"),
    "Audit": ("B", "C"),
    "UnAudit": ("C", "D"),
    "CancelAssign": ("B", "D"),
    "Delete": ("ZAD", ""),
    "Cancel": ("ABCD", ""),
}
"""Verb → the states it is allowed in, and the state it leads to."""
RULES = {"PRD_MO2MORPT": ("PRD_MO", "PRD_MORPT"), "PRD_MO2INSTOCK": ("PRD_MO", "PRD_INSTOCK")}


class Bills:
    """Writes on the store; `wrote` notes each in the ledger."""

    def __init__(self, store: Store, now: Callable[[], datetime], wrote: Callable[..., None]) -> None:
        self.store = store
        self.now = now
        self.wrote = wrote

    def view(self, name: str, told: Told) -> Told:
        """One document with the names of the server's object model (a few of them: the rest is the customer's)."""
        found = self.store.find(name, ids=_list(told.get("Id")), numbers=_list(told.get("Number")))
        if not found:
            return error("传递的编码值不存在", 9)
        head, form = found[0], FORMS[name]
        rows = [
            {"Id": row.get("FEntryID"), "Seq": row.get("FSeq")} | {k.removeprefix("F"): v for k, v in row.items()}
            for row in head.get(form.entity, ())
        ]
        shown = {
            "Id": head.get(form.pk),
            "BillNo": head.get("FBillNo"),
            "Number": head.get("FNumber"),
            "DocumentStatus": head.get("FDocumentStatus"),
        }
        shown |= {key: value for key, value in head.items() if key.startswith("F_")}
        return {"Result": {"ResponseStatus": {"IsSuccess": True}, "Result": shown | {form.entity.removeprefix("F") or "Entity": rows}}}

    def save(self, name: str, told: Told, model: Told, at: int = 0) -> Told:
        """Create or change one document; the reply's Result."""
        form = FORMS[name]
        if form.read_only:
            return error("该业务对象不支持此操作", 12, at=at)
        for key, entity in model.items():
            if isinstance(entity, list) and key != form.entity:
                return error(f"解析字段{key}失败，实体不存在此属性", 8, field=key, at=at)
        identity = model.get(form.pk) or model.get("FID")
        if identity and str(identity) != "0":
            found = self.store.find(name, ids=[str(identity)], numbers=[])
            if not found:
                return error(f"单据内码{identity}不存在", 9, at=at)
            refusal = self._change(name, found[0], told, model)
            return refusal or self._saved(name, found[0], at)
        return self._create(name, told, model, at)

    def _create(self, name: str, told: Told, model: Told, at: int) -> Told:
        form, number_field = FORMS[name], "FNumber" if FORMS[name].master else "FBillNo"
        number = str(model.get(number_field) or f"{name.rsplit('_', maxsplit=1)[-1]}{self.store.new_id()}")
        if self.store.find(name, ids=[], numbers=[number]):
            return error(f"编码为{number}的单据已存在", 11, field=number_field, at=at)
        head: Told = {form.pk: self.store.new_id(), number_field: number, "FDocumentStatus": "A", "FCancelStatus": "A"}
        refusal = self._unknown_codes(told, model, at)
        if refusal:
            return refusal
        self._fill(name, head, model, None)
        head["FCreateDate"] = head["FModifyDate"] = self.now().isoformat(timespec="milliseconds")
        self.store.forms[name].append(head)
        self.wrote(operation="Save", form=name, key=head[form.pk], created=True)
        return self._saved(name, head, at)

    def _change(self, name: str, head: Told, told: Told, model: Told) -> Told | None:
        wanted = [key for key in told.get("NeedUpDateFields") or [] if key]
        changed = [key for key in model if key not in {"FID", FORMS[name].pk} and (not wanted or key in wanted)]
        free = {key for key, custom in self.store.custom.get(name, {}).items() if custom.get("editable_after_audit")}
        if head.get("FDocumentStatus") == "C" and not set(changed) <= free:
            return error("单据已审核，不允许修改", 11)
        if head.get("FDocumentStatus") == "B":
            return error("单据审核中，不允许修改", 11)
        refusal = self._unknown_codes(told, model, 0)
        if refusal:
            return refusal
        self._fill(name, head, model, wanted or None, delete=str(told.get("IsDeleteEntry", "true")).lower() != "false")
        head["FModifyDate"] = self.now().isoformat(timespec="milliseconds")
        self.wrote(
            operation="Save",
            form=name,
            key=head[FORMS[name].pk],
            fields={key: model[key] for key in changed if not isinstance(model[key], list)},
        )
        return None

    def _unknown_codes(self, told: Told, model: Told, at: int) -> Told | None:
        if str(told.get("IsVerifyBaseDataField", "false")).lower() != "true":
            return None
        for key, value in model.items():
            form = REFERS.get(key.lower())
            if form and isinstance(value, dict) and self.store.base(form, _code(value)) is None:
                return error(f"字段{key}的编码值{_code(value)}不存在", 9, field=key, at=at)
        return None

    def _fill(self, name: str, head: Told, model: Told, wanted: list[str] | None, *, delete: bool = True) -> None:
        """Known head fields and entity rows; unknown keys are ignored without a word, as the server does."""
        form, known = FORMS[name], {key.lower(): key for key in self.store.head_fields(name)}
        for key, value in model.items():
            if wanted is not None and key not in wanted:
                continue
            if key == form.entity and isinstance(value, list):
                self._rows(head, form.entity, value, delete=delete)
            elif key.lower() in known and key not in {"FID", form.pk}:
                head[known[key.lower()]] = _code(value) if isinstance(value, dict) else value

    def _rows(self, head: Told, entity: str, sent: list[Told], *, delete: bool) -> None:
        held = {str(row.get("FEntryID")): row for row in head.get(entity, ())}
        rows: list[Told] = []
        for told in sent:
            row = held.get(str(told.get("FEntryID"))) or {"FEntryID": self.store.new_id(), "FSeq": len(held) + len(rows) + 1}
            row |= {key: _code(value) if isinstance(value, dict) else value for key, value in told.items() if key != "FEntryID"}
            rows.append(row)
        if delete and sent:
            head[entity] = rows
        else:
            head[entity] = [*held.values(), *(row for row in rows if row not in held.values())]

    def _saved(self, name: str, head: Told, at: int) -> Told:
        identity, number = head[FORMS[name].pk], head.get("FBillNo") or head.get("FNumber")
        done = [{"Id": identity, "Number": number, "DIndex": at}]
        return {"Result": {"ResponseStatus": status(done=done), "Id": identity, "Number": number, "NeedReturnData": [{}]}}

    def batch(self, name: str, told: Told) -> Told:
        """Save each document for itself: some may fail while others stay."""
        replies = [self.save(name, told, model, at)["Result"]["ResponseStatus"] for at, model in enumerate(told.get("Model") or [])]
        errors = [one for reply in replies for one in reply["Errors"]]
        done = [one for reply in replies for one in reply["SuccessEntitys"]]
        code = max((reply["MsgCode"] for reply in replies), default=0)
        return {"Result": {"ResponseStatus": status(errors=errors, done=done, code=code), "NeedReturnData": [{}]}}

    def move(self, name: str, told: Told, verb: str) -> Told:
        """Submit, Audit, UnAudit, CancelAssign, Delete, and Cancel (void)."""
        ids, numbers = _list(told.get("Ids")), _list(told.get("Numbers"))
        found = self.store.find(name, ids=ids, numbers=numbers)
        if not found:
            missing = (numbers or ids or [""])[0]
            return error(f'编码值["{missing}"]不存在', 9)
        done, errors = [], []
        for at, head in enumerate(found):
            refusal = self._move_one(name, head, verb)
            told_of = {"Id": head[FORMS[name].pk], "Number": head.get("FBillNo") or head.get("FNumber"), "DIndex": at}
            if refusal:
                errors.append({"FieldName": None, "Message": refusal, "DIndex": at})
            else:
                done.append(told_of)
                self.wrote(operation=verb, form=name, key=told_of["Id"])
        return {"Result": {"ResponseStatus": status(errors=errors, done=done, code=11 if errors else 0)}}

    def _move_one(self, name: str, head: Told, verb: str) -> str:
        state = str(head.get("FDocumentStatus", "A"))
        steps = {
            "Submit": ("ZAD", "B"),
            "Audit": ("B", "C"),
            "UnAudit": ("C", "D"),
            "CancelAssign": ("B", "D"),
            "Delete": ("ZAD", ""),
            "Cancel": ("ABCD", ""),
        }
        allowed, after = steps[verb]
        if state not in allowed:
            return f"单据状态为{state}，不允许执行此操作"
        if verb == "Delete":
            self.store.forms[name].remove(head)
        elif verb == "Cancel":
            head["FCancelStatus"] = "B"
        else:
            head["FDocumentStatus"] = after
        if verb == "Audit":
            head["FApproveDate"] = self.now().isoformat(timespec="milliseconds")
        return ""

    def row_state(self, name: str, told: Told, operation: str) -> Told:
        """Row states of production orders by PkEntryIds; FModifyDate does not move (unknown in reality, the harder case)."""
        done: list[Told] = []
        for pair in told.get("PkEntryIds") or []:
            for head in self.store.find(name, ids=[str(pair.get("Id"))], numbers=[]):
                wanted = _list(pair.get("EntryIds"))
                for row in head.get(FORMS[name].entity, ()):
                    if not wanted or str(row.get("FEntryID")) in wanted:
                        row["FStatus"] = ROW_STATES[operation.lower()]
                done.append({"Id": head[FORMS[name].pk], "Number": head.get("FBillNo"), "DIndex": len(done)})
        return {"Result": {"ResponseStatus": status(done=done)}} if done else error("没有符合条件的数据", 10)

    def push(self, name: str, told: Told) -> Told:
        """Convert order rows to a target bill; without a known rule and without the default one it is refused."""
        rule = RULES.get(str(told.get("RuleId") or ""))
        target = rule[1] if rule else str(told.get("TargetFormId") or "")
        if name != "PRD_MO" or target not in {"PRD_MORPT", "PRD_INSTOCK"}:
            return error("单据转换规则不存在", 11)
        done: list[Told] = []
        for head in list(self.store.forms[name]):
            rows = _chosen(head, told)
            if rows:
                quantity = "FQuaQty" if target == "PRD_MORPT" else "FRealQty"
                entity = [
                    {"FMaterialId": row["FMaterialId"], "FMoBillNo": head["FBillNo"], "FUnitID": row.get("FUnitId"), quantity: row["FQty"]}
                    for row in rows
                ]
                saved = self.save(target, {}, {"FEntity": entity})["Result"]
                done.append({"Id": saved["Id"], "Number": saved["Number"], "DIndex": len(done)})
        if not done:
            return error("没有符合条件的数据", 10)
        return {"Result": {"ResponseStatus": status(done=done), "ConvertResponseStatus": status()}}


def _chosen(head: Told, told: Told) -> list[Told]:
    """Rows of an order named by entry id, or all rows where the order itself is named."""
    entries = set(_list(told.get("EntryIds")))
    rows = [row for row in head.get("FTreeEntity", ()) if str(row.get("FEntryID")) in entries]
    named = str(head["FID"]) in _list(told.get("Ids")) or head.get("FBillNo") in _list(told.get("Numbers"))
    return rows or (list(head.get("FTreeEntity", ())) if named else [])


def _list(told: Any) -> list[str]:
    if told in (None, "", 0, "0"):
        return []
    return [str(one).strip() for one in (told if isinstance(told, list) else str(told).split(",")) if str(one).strip()]


def _code(value: Told) -> str:
    return str(next((held for name, held in value.items() if name.lower() in {"fnumber", "fbillno", "fstaffnumber", "fname"}), ""))
