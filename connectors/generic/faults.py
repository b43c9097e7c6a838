"""Errors inside good answers: what the definition says of them, as verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.generic.template import as_text, dig
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable, Verdict

SORTS: Mapping[str, type[Verdict]] = {
    "Unreachable": Unreachable,
    "Rejected": Rejected,
    "Conflict": Conflict,
    "Misconfigured": Misconfigured,
}
EXPIRED = "session"
"""The code of a `Misconfigured` that one new login may heal."""
LENGTH = 300


@dataclass(frozen=True, slots=True)
class Faults:
    """Where an error is in an answer, where its name and text, the verdict of each name, and the names that ask for a new login.

    `good`: the values at `path` that are no error, for systems that send a flag or a code with every answer. Nothing at `path`, or an
    empty value, is no error either.
    """

    path: str = ""
    good: tuple[Any, ...] = ()
    name: str = ""
    text: str = ""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    expired: tuple[str, ...] = ()
    default: str = "Misconfigured"

    def fault_in(self, told: Any) -> Verdict | None:
        """The verdict on an answer; None when it is a good one."""
        found = dig(told, self.path) if self.path else None
        if found is None or found in ("", [], {}) or any(type(found) is type(good) and found == good for good in self.good):
            return None
        name = as_text(dig(told, self.name)) if self.name else ""
        text = as_text(dig(told, self.text)) if self.text else ""
        said = ": ".join(part for part in (name, text[:LENGTH]) if part) or as_text(found)[:LENGTH]
        if name in self.expired:
            return Misconfigured(f"the session is not accepted ({said})", code=EXPIRED)
        sort = SORTS[self.verdicts.get(name, self.default)]
        return sort(f"the system says {said}", code="fault")
