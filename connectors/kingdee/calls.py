"""What can be done to documents, one method each: saved, moved from state to state, pushed on, and set row by row.

There is no deletion here: by one report a server deletes audited bills without a check. Batches hold at most 20 documents and never ask for
the server's own batching, whose answers count from 0 again. Source: WebAPI manual V6.0; sizes by a vendor's article.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.kingdee.client import KingdeeClient
from connectors.kingdee.replies import Outcome, outcome
from trace_core.errors import Rejected

BATCH = 20
OPTIONS: Mapping[str, Any] = {"NeedReturnFields": [], "IsDeleteEntry": "false", "IgnoreInterationFlag": "true"}
"""Of every save: rows that are not sent stay, and no question is put to a person. (The spelling is the vendor's.)"""


class Calls:
    """The writing half of a client."""

    def __init__(self, client: KingdeeClient) -> None:
        self.client = client

    def view(self, form: str, *, id: str = "", number: str = "") -> Mapping[str, Any] | None:  # noqa: A002 - the vendor's name
        """One document with the property names of the server's object model; None when there is none."""
        try:
            answer = self.client.call(
                "View", {"formid": form, "data": {"CreateOrgId": 0, "Number": number, "Id": id, "IsSortBySeq": "false"}}
            )
        except Rejected as fault:
            if "不存在" in fault.message:
                return None
            raise
        result = answer.get("Result", {}) if isinstance(answer, dict) else {}
        found = result.get("Result") if isinstance(result, dict) else None
        return found if isinstance(found, dict) else None

    def save(
        self, form: str, model: Mapping[str, Any], *, fields: Sequence[str] = (), draft: bool = False, verify: bool = False
    ) -> Outcome:
        """Create (no id in the model) or change one document; `fields` limits what is touched, `verify` refuses unknown base data codes."""
        told = {**OPTIONS, "NeedUpDateFields": list(fields), "IsVerifyBaseDataField": str(verify).lower(), "Model": model}
        return outcome(self.client.call("Draft" if draft else "Save", {"formid": form, "data": told}))

    def batch_save(self, form: str, models: Sequence[Mapping[str, Any]], *, fields: Sequence[str] = ()) -> Iterator[tuple[int, Outcome]]:
        """Save many, 20 a call: (place of the call's first document, what it did). Some documents of a call may fail while others stay."""
        for start in range(0, len(models), BATCH):
            told = {**OPTIONS, "NeedUpDateFields": list(fields), "Model": list(models[start : start + BATCH])}
            yield start, outcome(self.client.call("BatchSave", {"formid": form, "data": told}, judged=False))

    def submit(self, form: str, numbers: Sequence[str]) -> Outcome:
        """A, Z or D → B. Errors: the verdict when all fail; otherwise each number's own in the outcome."""
        return self._moved("Submit", form, numbers)

    def audit(self, form: str, numbers: Sequence[str]) -> Outcome:
        """B → C, also where a workflow is bound to the form."""
        return self._moved("Audit", form, numbers, IsVerifyProcInst="false", InterationFlags="")

    def unaudit(self, form: str, numbers: Sequence[str]) -> Outcome:
        """C → D."""
        return self._moved("UnAudit", form, numbers, IsVerifyProcInst="false", InterationFlags="")

    def _moved(self, method: str, form: str, numbers: Sequence[str], **more: Any) -> Outcome:
        told = {"CreateOrgId": 0, "Numbers": list(numbers), "Ids": "", "NetworkCtrl": "", "IgnoreInterationFlag": "true", **more}
        return outcome(self.client.call(method, {"formid": form, "data": told}, judged=False), numbers)

    def push(self, form: str, *, entries: Sequence[str], rule: str, target: str) -> Outcome:
        """Convert rows into a document of `target` by a named rule. A target that could not be saved is no draft but a failure."""
        told = {"EntryIds": ",".join(entries), "RuleId": rule, "TargetFormId": target}
        told |= {"IsEnableDefaultRule": "false", "IsDraftWhenSaveFail": "false"}
        made = outcome(self.client.call("Push", {"formid": form, "data": told}, judged=False))
        converted = made.result.get("ConvertResponseStatus")
        inner = outcome({"Result": {"ResponseStatus": converted}}) if isinstance(converted, dict) else Outcome((), {})
        return Outcome(made.done, {**inner.failed, **made.failed}, made.result)

    def row_state(self, form: str, operation: str, rows: Mapping[str, Sequence[str]]) -> Outcome:
        """Set the state of rows by an operation's number (`ToStart`, `UndoToFinish`); `rows` maps document ids to row ids."""
        pairs = [{"Id": key, "EntryIds": ",".join(entries)} for key, entries in rows.items()]
        return outcome(self.client.operate(form, operation, {"PkEntryIds": pairs}), list(rows))
