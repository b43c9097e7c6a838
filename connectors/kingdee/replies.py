"""What a call on several documents did: which of them it names as done, which it refuses, and which it passes over in silence.

Source: WebAPI manual V6.0 for `SuccessEntitys` and `DIndex`; that a number which does not exist is left out of them while `IsSuccess` is
true by a public client.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.kingdee.faults import verdict
from trace_core.errors import Rejected


@dataclass(frozen=True, slots=True)
class Done:
    """One document that a call carried out: its place in the call, its id and its number as text (a draft may have no number)."""

    index: int
    id: str
    number: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call on several documents. `failed` maps places to verdicts; `result` is the reply's own `Result`."""

    done: tuple[Done, ...]
    failed: Mapping[int, Exception]
    result: Mapping[str, Any] = field(default_factory=dict)

    def only(self) -> Done:
        """The one document of a call on one. Errors: its verdict; `Rejected` when the reply names none."""
        for fault in self.failed.values():
            raise fault
        if not self.done:
            raise Rejected("Kingdee says neither success nor failure of the document", code="refused")
        return self.done[0]


def outcome(answer: Any, asked: Sequence[str] = ()) -> Outcome:
    """What the reply says. `asked` are the numbers or ids of the call in its order; one that the reply passes over has failed."""
    result = answer.get("Result") if isinstance(answer, dict) else None
    result = result if isinstance(result, dict) else {}
    status = result.get("ResponseStatus")
    status = status if isinstance(status, dict) else {}
    code = int(status.get("MsgCode") or 0)
    done = tuple(
        Done(int(one.get("DIndex") or 0), str(one.get("Id") or ""), str(one.get("Number") or ""))
        for one in status.get("SuccessEntitys") or ()
    )
    failed: dict[int, Exception] = {}
    for error in status.get("Errors") or ():
        failed.setdefault(int(error.get("DIndex") or 0), verdict(str(error.get("Message", "")), code, errors=[error]))
    if status.get("IsSuccess") is False and not failed:
        failed[0] = verdict(str(result.get("Message") or ""), code)
    named = {name for one in done for name in (one.id, one.number)}
    for at, name in enumerate(asked):
        if name not in named and at not in failed:
            said = f"Kingdee reports success but does not name {name}: it holds no such document"
            failed[at] = Rejected(said, code="absent")
    return Outcome(done, failed, result)
