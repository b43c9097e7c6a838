"""The five verdicts: every foreseeable fault, named by what happens next.

Source: ADR 0004 (five verdicts). Anything that is not a verdict is a bug: the task fails loudly and the record stays in the inbox.

    Verdict
    +-- Unreachable     try again later
    +-- NotYet          park until something arrives
    +-- Rejected        quarantine the record, carry on with the next
    +-- Conflict        keep both, ask a person
    +-- Misconfigured   stop this connection, tell a person
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it is, what was found, and what to do about it.

    `path` is a document path (`body.quantity`) or `file:line:column`; `value` is the offending value as text, never a secret.
    """

    path: str
    problem: str
    value: str = ""
    rule: str = ""

    def __str__(self) -> str:
        shown = f" (found {self.value!r})" if self.value else ""
        rule = f" [{self.rule}]" if self.rule else ""
        return f"{self.path}: {self.problem}{shown}{rule}"

    def as_json(self) -> dict[str, str]:
        """The shape of contract section 2: path, value, problem, and the rule that spoke when there is one."""
        shape = {"path": self.path, "value": self.value, "problem": self.problem}
        return shape | {"rule": self.rule} if self.rule else shape


class Verdict(Exception):
    """A fault with a known next step; `code` is stable, `message` says what, where and what to do."""

    code = "verdict"

    def __init__(self, message: str, *, code: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.problems = tuple(problems)


class Unreachable(Verdict):
    """A system does not answer or says it is busy: try again, not before `retry_after` seconds when it named a delay.

    `sent` is true when a write may have been carried out before the silence: its outcome is unknown, not failed.
    """

    code = "unreachable"

    def __init__(self, message: str, *, code: str = "", retry_after: float | None = None, sent: bool = False) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
        self.sent = sent


class NotYet(Verdict):
    """What this record names has not arrived: park it until `awaits` does."""

    code = "not_yet"

    def __init__(self, message: str, *, awaits: str, code: str = "") -> None:
        super().__init__(message, code=code)
        self.awaits = awaits


class Rejected(Verdict):
    """This record cannot be used as it is: quarantine it with every problem, and carry on."""

    code = "rejected"


class Conflict(Verdict):
    """Two sources say different things about one fact: keep both and ask a person."""

    code = "conflict"


class Misconfigured(Verdict):
    """The settings or the access rights are wrong: stop this connection and tell a person what to change."""

    code = "misconfigured"
