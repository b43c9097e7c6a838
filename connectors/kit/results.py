"""Results as documents of a system that can neither change a document nor be asked for one by what stands in it.

The number is made of what the result is about and of how many results about it came before: the newest is found by asking for numbers.
Each document carries a mark of the push that made it, so that a repeat knows its own, however late the system shows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.kit.contract import PushRequest, Receipt
from trace_core.errors import Misconfigured, Rejected, Unreachable

Row = Mapping[str, Any]
SHOWN = "result"
"""Where a document that is read shows what the newest result about it says; a push names its fields `result.NAME`."""
HELD = "held already, nothing was written"
MARK = 12
LONGEST = 60
"""Characters of a mark; the first twelve decide."""


@dataclass(frozen=True, slots=True)
class ResultForm:
    """The fields that take a result, the one that takes the mark, the beginning of numbers, and what every document has besides."""

    fields: tuple[str, ...]
    mark: str
    prefix: str
    body: Mapping[str, Any]


class Results:
    """Documents of one form. `get` is one by its number, `add` creates one under a number; both bring the system's verdicts."""

    def __init__(
        self, form: ResultForm, get: Callable[[str], Row | None], add: Callable[[str, dict[str, Any], PushRequest], object]
    ) -> None:
        self._form, self._get, self._add = form, get, add

    def put(self, request: PushRequest) -> Receipt:
        """Create the document of a request, unless an earlier try did.

        Errors: `Misconfigured` for a field that the settings do not name; `Rejected` for a text that reads back otherwise.
        """
        fields, mark = self._fields(request), _mark(request)
        last, held = self._newest(request.kind, request.key)
        number = self._number(request.kind, request.key, last)
        notes: tuple[str, ...] = (HELD,)
        if not self._is(held, mark):
            number, notes = self._number(request.kind, request.key, last + 1), ()
            self._add(number, {**self._form.body, **fields, self._form.mark: mark}, request)
            held = self._get(number)
            if held is None:
                raise Unreachable(f"{number} was taken, but is not shown yet", code="unfinished", retry_after=60.0, sent=True)
            if not self._is(held, mark):
                raise Unreachable(f"{number} holds an earlier result that came late", code="late", retry_after=60.0)
        if wrong := [name for name, text in fields.items() if _text(held, name) != text]:
            raise Rejected(f"{number} was taken, but reads back differently: {', '.join(wrong)}", code="read_back")
        return Receipt(request.kind, request.key, number, datetime.now(UTC), notes)

    def shown(self, kind: str, key: str, document: Row) -> dict[str, Any]:
        """A document with what the newest result about it says, where there is one."""
        _, held = self._newest(kind, key)
        return {**document, SHOWN: {name: _text(held, name) for name in self._form.fields}} if held is not None else dict(document)

    def probe(self) -> str:
        """Ask for a document that there is not; a sentence."""
        self._get(f"{self._form.prefix}-0")
        return "results can be looked up"

    def _newest(self, kind: str, key: str) -> tuple[int, Row | None]:
        """How many results there are, and the last; asked for in steps that double and then halve."""
        last, step, held = 0, 1, None
        while (found := self._get(self._number(kind, key, last + step))) is not None:
            last, step, held = last + step, step * 2, found
        while step > 1:
            step //= 2
            if (found := self._get(self._number(kind, key, last + step))) is not None:
                last, held = last + step, found
        return last, held

    def _number(self, kind: str, key: str, place: int) -> str:
        return f"{self._form.prefix}{hashlib.sha256(f'{kind}/{key}'.encode()).hexdigest()[:10].upper()}-{place}"

    def _is(self, held: Row | None, mark: str) -> bool:
        return held is not None and _text(held, self._form.mark)[:MARK] == mark[:MARK]

    def _fields(self, request: PushRequest) -> dict[str, str]:
        found = {name.removeprefix(f"{SHOWN}."): text for name, text in request.fields.items()}
        if foreign := sorted(set(found) - set(self._form.fields)):
            said = f"the outward mapping writes {', '.join(foreign)}, which `result_fields` does not list"
            raise Misconfigured(said, code="result_fields")
        return found


def _mark(request: PushRequest) -> str:
    told = hashlib.sha256(request.idempotency_key.encode()).hexdigest()[:MARK]
    return f"{told} {request.kind}/{request.key}"[:LONGEST]


def _text(held: Row | None, name: str) -> str:
    value = (held or {}).get(name)
    return "" if value is None else str(value).strip()
