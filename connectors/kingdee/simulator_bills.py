"""View, Save, Draft and BatchSave on the simulated account set.

Source: WebAPI manual V6.0 and console texts for the options of Save; refusals on audited bills as met by public clients. Inferred: that
fields marked editable after audit may be saved on audited bills, that a field of a row is saved only when NeedUpDateFields names it
beside its entity, that saving a draft creates the document, and the MsgCode of each refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from connectors.kingdee.simulator_bodies import flag, listed
from connectors.kingdee.simulator_form import Form
from connectors.kingdee.simulator_forms import REFERS, Store
from connectors.kingdee.simulator_replies import error, status
from connectors.kit.exact_json import dumps

Told: TypeAlias = dict[str, Any]
_INNER = frozenset({"fnumber", "fbillno", "fstaffnumber", "fuserid", "fname"})
"""Keys under which a reference names what it refers to."""


class Bills:
    """Documents seen and saved; `now` is the server's local time as text, `wrote` notes each write in the ledger."""

    def __init__(self, store: Store, now: Callable[[], str], wrote: Callable[..., None]) -> None:
        self.store = store
        self.now = now
        self.wrote = wrote
        self.last = b""

    def view(self, name: str, told: Told) -> Told:
        """One document with the names of the server's object model (a few of them: the rest is the customer's)."""
        found = self.store.find(name, ids=listed(told.get("Id")), numbers=listed(told.get("Number")))
        if not found:
            return error("传递的编码值不存在", 9)
        head, form = found[0], self.store.shapes[name]
        rows = [
            {"Id": row.get("FEntryID"), "Seq": row.get("FSeq")} | {key.removeprefix("F"): value for key, value in row.items()}
            for row in head.get(form.entity, ())
        ]
        shown = {"Id": head.get(form.pk), number_field(form)[1:]: number_of(form, head), "DocumentStatus": head.get("FDocumentStatus")}
        shown |= {key: value for key, value in head.items() if key.startswith("F_")}
        if form.entity:
            shown[form.entity.removeprefix("F")] = rows
        return {"Result": {"ResponseStatus": {"IsSuccess": True}, "Result": shown}}

    def save(self, name: str, told: Told, model: Told, at: int = 0, *, state: str = "A") -> Told:
        """Create or change one document; a new one has `state`. The reply."""
        form = self.store.shapes[name]
        if form.read_only or form.no_save:
            return error("该业务对象不支持此操作", 12, at=at)
        refusal = self._repeated(told, model, at) or self._misplaced(name, model, at) or self._unknown_codes(name, told, model, at)
        if refusal:
            return refusal
        identity = next((value for key, value in model.items() if key.lower() in {form.pk.lower(), "fid"}), None)
        if identity in (None, "", 0, "0"):
            return self._create(name, told, model, at, state)
        found = self.store.find(name, ids=[str(identity)], numbers=[])
        if not found:
            return error(f"单据内码{identity}不存在", 9, at=at)
        return self._change(name, found[0], told, model, at) or self._saved(name, found[0], told, at)

    def _repeated(self, told: Told, model: Told, at: int) -> Told | None:
        """`ValidateRepeatJson`: the same text twice in a row is refused (the window is unspecified: here the last text alone)."""
        text = dumps(model) if flag(told.get("ValidateRepeatJson", "false")) else b""
        repeated = bool(text) and text == self.last
        self.last = text
        return error("重复的请求数据，请稍后再试", 11, at=at) if repeated else None

    def batch(self, name: str, told: Told) -> Told:
        """Save each document for itself: some may fail while others stay."""
        replies = [self.save(name, told, model, at)["Result"]["ResponseStatus"] for at, model in enumerate(told.get("Model") or [])]
        errors = [one for reply in replies for one in reply["Errors"]]
        done = [one for reply in replies for one in reply["SuccessEntitys"]]
        code = max((reply["MsgCode"] for reply in replies), default=0)
        return {"Result": {"ResponseStatus": status(errors=errors, done=done, code=code), "NeedReturnData": [{}] * len(done)}}

    def _create(self, name: str, told: Told, model: Told, at: int, state: str) -> Told:
        form = self.store.shapes[name]
        given = next((value for key, value in model.items() if key.lower() == number_field(form).lower()), None)
        number = str(given or f"{name.rpartition('_')[2]}{self.store.new_id()}")
        if self.store.find(name, ids=[], numbers=[number]):
            return error(f"编码为{number}的单据已存在", 11, field=number_field(form), at=at)
        moment = self.now()
        head: Told = {form.pk: self.store.new_id(), "FDocumentStatus": state, "FForbidStatus" if form.master else "FCancelStatus": "A"}
        self._fill(name, head, model, None)
        head |= {number_field(form): number, "FCreateDate": moment, "FModifyDate": moment}
        self.store.forms[name].append(head)
        fields = {key: value for key, value in model.items() if not isinstance(value, list)}
        self.wrote(operation="Save", form=name, key=head[form.pk], created=True, number=number, fields=fields)
        return self._saved(name, head, told, at)

    def _change(self, name: str, head: Told, told: Told, model: Told, at: int) -> Told | None:
        form = self.store.shapes[name]
        wanted = [str(key) for key in told.get("NeedUpDateFields") or [] if key]
        changed = [key for key in model if key.lower() not in {"fid", form.pk.lower()} and (not wanted or key in wanted)]
        free = {key for key, custom in self.store.custom.get(name, {}).items() if custom.get("editable_after_audit")}
        inner = set(wanted) if form.entity and form.entity in changed else set()
        touched = (set(changed) | inner) - ({form.entity} if inner else set())
        if head.get("FDocumentStatus") == "C" and not touched <= free:
            return error("单据已审核，不允许修改", 11, at=at)
        if head.get("FDocumentStatus") == "B":
            return error("单据审核中，不允许修改", 11, at=at)
        self._fill(name, head, model, wanted or None, delete=flag(told.get("IsDeleteEntry", "true")))
        head["FModifyDate"] = self.now()
        if head.get("FDocumentStatus") == "Z":
            head["FDocumentStatus"] = "A"
        fields = {key: model[key] for key in changed if not isinstance(model[key], list)}
        self.wrote(operation="Save", form=name, key=head[form.pk], fields=fields)
        return None

    def _misplaced(self, name: str, model: Told, at: int) -> Told | None:
        """Keys of rows or sub-rows at the head; keys that no level knows are ignored without a word."""
        form, heads = self.store.shapes[name], {key.lower() for key in self.store.head_fields(name)}
        deeper = {key.lower() for key in (*form.rows, *form.subs, *(key for keys in form.subs.values() for key in keys))} - heads
        wrong = next((key for key in model if key.lower() in deeper), None)
        return error(f"解析字段{wrong}失败，实体不存在此属性", 8, field=wrong, at=at) if wrong else None

    def _unknown_codes(self, name: str, told: Told, model: Told, at: int) -> Told | None:
        if not flag(told.get("IsVerifyBaseDataField", "false")):
            return None
        rows = model.get(self.store.shapes[name].entity) or []
        for key, value in (pair for part in (model, *rows) for pair in part.items()):
            form = REFERS.get(key.lower())
            if form and isinstance(value, dict) and self.store.base(form, code_of(value)) is None:
                return error(f"字段{key}的编码值{code_of(value)}不存在", 9, field=key, at=at)
        return None

    def _fill(self, name: str, head: Told, model: Told, wanted: list[str] | None, *, delete: bool = True) -> None:
        form = self.store.shapes[name]
        known = _spelt(key for key in self.store.head_fields(name) if key not in {"FID", form.pk})
        for key, value in model.items():
            if wanted is not None and key not in wanted:
                continue
            if form.entity and key.lower() == form.entity.lower() and isinstance(value, list):
                self._rows(head, form, value, wanted, delete=delete)
            elif key.lower() in known:
                head[known[key.lower()]] = self._held(key, value)

    def _rows(self, head: Told, form: Form, sent: list[Told], wanted: list[str] | None, *, delete: bool) -> None:
        """Rows by FEntryID. With `delete`, rows that are not sent go; `[]` deletes nothing and `[{}]` clears, as a live server does."""
        held = {str(row.get("FEntryID")): row for row in head.get(form.entity, ())}
        if sent == [{}] and delete:
            head[form.entity] = []
            return
        kept: list[Told] = []
        for told in sent:
            identity = next((value for key, value in told.items() if key.lower() == "fentryid"), None)
            row = held.get(str(identity))
            if row is None:
                row = {"FEntryID": self.store.new_id(), "FSeq": len(held) + len(kept) + 1}
                self._row(row, form, told, None)
            else:
                self._row(row, form, told, wanted)
            kept.append(row)
        head[form.entity] = kept if delete and sent else [*held.values(), *(row for row in kept if str(row["FEntryID"]) not in held)]

    def _row(self, row: Told, form: Form, told: Told, wanted: list[str] | None) -> None:
        known = _spelt((*form.rows, *form.subs))
        for key, value in told.items():
            if key.lower() not in known or (wanted is not None and key not in wanted):
                continue
            own = known[key.lower()]
            if own in form.subs:
                row[own] = [self._sub(form.subs[own], sub) for sub in value or () if sub]
            else:
                row[own] = self._held(key, value)

    def _sub(self, keys: Iterable[str], told: Told) -> Told:
        known = _spelt(keys)
        identity = next((value for key, value in told.items() if key.lower() == "fdetailid" and value), None)
        held = {known[key.lower()]: self._held(key, value) for key, value in told.items() if key.lower() in known}
        return {"FDetailID": identity or self.store.new_id()} | held

    def _held(self, key: str, value: Any) -> Any:
        """A reference by its number; blank when nothing has that number, except a lot, which a bill may name before it exists."""
        if not isinstance(value, dict):
            return value
        code, refers = code_of(value), REFERS.get(key.lower())
        unknown = (
            refers not in (None, "BD_BatchMainFile") and bool(self.store.forms[str(refers)]) and not self.store.base(str(refers), code)
        )
        return "" if unknown else code

    def _saved(self, name: str, head: Told, told: Told, at: int) -> Told:
        form = self.store.shapes[name]
        identity, number = head[form.pk], number_of(form, head)
        back: Told = {}
        for wish in told.get("NeedReturnFields") or []:
            entity, _, key = str(wish).rpartition(".")
            if not entity:
                back[key] = head.get(key)
                continue
            rows = head.get(form.entity, ()) if entity == form.entity else ()
            back[entity] = [old | {key: row.get(key)} for old, row in zip(back.get(entity, [{}] * len(rows)), rows, strict=True)]
        done = [{"Id": identity, "Number": number, "DIndex": at}]
        return {"Result": {"ResponseStatus": status(done=done), "Id": identity, "Number": number, "NeedReturnData": [back]}}


def number_field(form: Form) -> str:
    """The field of a form's number: FNumber of base data, FBillNo of bills."""
    return "FNumber" if form.master else "FBillNo"


def number_of(form: Form, head: Mapping[str, Any]) -> Any:
    """The number of a document."""
    return head.get(number_field(form))


def code_of(value: Mapping[str, Any]) -> str:
    """The number in a reference such as `{"FNumber": "x"}`."""
    return str(next((held for name, held in value.items() if name.lower() in _INNER), ""))


def _spelt(keys: Iterable[str]) -> dict[str, str]:
    return {key.lower(): key for key in keys}
