"""Where every line of a load stands, also when a later line releases or spoils it.

Of a line that was accepted, as nearly all are, only a hash of its name and its number are kept: sixteen bytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from trace_core.errors import Problem
from trace_core.store.take import Outcome


@dataclass(slots=True)
class Loaded:
    """What became of every line of a load: the answer of contract section 2."""

    accepted: int = 0
    unchanged: int = 0
    parked: int = 0
    rejections: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Counts, and every rejection with its line, key and problems."""
        counts = {"accepted": self.accepted, "unchanged": self.unchanged, "parked": self.parked, "rejected": len(self.rejections)}
        return counts | {"rejections": sorted(self.rejections, key=lambda told: told["line"] or 0)}


Name = tuple[str, str, str, int]
"""(plant, kind, key, revision)."""


@dataclass(slots=True)
class Tracker:
    """The lines of a load by their state, and where those are that a later line may still change."""

    accepted: int = 0
    unchanged: int = 0
    _names: array[int] = field(default_factory=lambda: array("q"))
    _numbers: array[int] = field(default_factory=lambda: array("q"))
    _parked: dict[Name, int] = field(default_factory=dict)
    _rejected: dict[int, tuple[str, tuple[Problem, ...]]] = field(default_factory=dict)
    _curable: dict[Name, int] = field(default_factory=dict)
    _beyond: list[Outcome] = field(default_factory=list)

    def refused(self, lines: Iterable[tuple[int, str, tuple[Problem, ...]]]) -> None:
        """Lines (number, key, problems) that state no document."""
        self._rejected |= {number: (key, problems) for number, key, problems in lines}

    def took(self, numbers: Sequence[int], outcomes: Sequence[Outcome]) -> None:
        """What became of the lines with these numbers, and of earlier lines because of them."""
        earlier = [outcome for outcome in outcomes if outcome.at is None]
        spoilt = {hash(_name(outcome)): outcome for outcome in earlier if not self._moved(_name(outcome), outcome)}
        if spoilt:
            self._spoil(spoilt)  # before the lines of this batch stand: one may say instead what an earlier one said
        for outcome in outcomes:
            if outcome.at is not None:
                self._stands(_name(outcome), numbers[outcome.at], outcome)

    def _stands(self, name: Name, number: int, outcome: Outcome) -> None:
        if outcome.state == "accepted":
            self.accepted += 1
            self._names.append(hash(name))
            self._numbers.append(number)
        elif outcome.state == "unchanged":
            self.unchanged += 1
        elif outcome.state == "parked":
            self._parked[name] = number
        else:
            self._rejected[number] = (name[2], outcome.problems)
            if all(problem.path != "revision" for problem in outcome.problems):
                self._curable[name] = number

    def _moved(self, name: Name, outcome: Outcome) -> bool:
        """Whether the document is of a line that was parked or rejected until now."""
        number = self._parked.pop(name, None) or self._curable.pop(name, None)
        if number is None:
            return False
        self._rejected.pop(number, None)
        self._stands(name, number, outcome)
        return True

    def _spoil(self, spoilt: dict[int, Outcome]) -> None:
        """Lines accepted until now are not any more; documents of no line of this load are told without one."""
        names = np.frombuffer(self._names, np.int64) if self._names else np.empty(0, np.int64)
        places = np.flatnonzero(np.isin(names, np.fromiter(spoilt, np.int64, len(spoilt)))).tolist()
        del names  # or the array could not grow
        for place in places:
            outcome = spoilt.pop(self._names[place], None)
            if outcome is not None:
                self.accepted -= 1
                self._names[place] = 0
                self._stands(_name(outcome), self._numbers[place], outcome)
        self._beyond += [outcome for outcome in spoilt.values() if outcome.state == "rejected"]

    def result(self) -> Loaded:
        """The answer."""
        told = [_rejection(number, key, problems) for number, (key, problems) in self._rejected.items()]
        told += [_rejection(None, outcome.name[2], outcome.problems) for outcome in self._beyond]
        return Loaded(self.accepted, self.unchanged, len(self._parked), told)


def _name(outcome: Outcome) -> Name:
    return (*outcome.name, outcome.revision)


def _rejection(line: int | None, key: str, problems: Sequence[Problem]) -> dict[str, Any]:
    return {"line": line, "key": key, "problems": [problem.as_json() for problem in problems]}
