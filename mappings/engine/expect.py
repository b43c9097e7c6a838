"""What a mapping expects of a run, held against what the run came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from mappings.engine.language import Expectation
from trace_core.errors import Problem

Counts = Mapping[tuple[str, str], int]
"""(subject, of) → how many: `raw`, `rejected` and `held` documents of the system, `documents` of a kind, `filled` fields of a kind."""


def unmet(expected: tuple[Expectation, ...], counts: Counts) -> Iterator[Problem]:
    """Every expectation that a run does not meet. A run that brought nothing is held to none."""
    if not counts.get(("raw", "")):
        return
    for one in expected:
        found, unit = _found(one, counts)
        if found is None:
            continue
        for bound, wanted in one.bounds:
            low = bound == "at_least"
            if (found < wanted) if low else (found > wanted):
                said = f"{one.subject}{f' of {one.of}' if one.of else ''}: {found:.6g}{unit}, expected {bound.replace('_', ' ')} {wanted}"
                yield Problem(str(one.place), said, f"{found:.6g}")


def _found(one: Expectation, counts: Counts) -> tuple[Decimal | None, str]:
    """The count, or the share between 0 and 1, that an expectation is about; None where there is nothing to take a share of."""
    if one.subject == "documents":
        return Decimal(counts.get(("documents", one.of), 0)), ""
    if one.subject == "rejected":
        return Decimal(counts.get(("rejected", ""), 0)) / counts["raw", ""], " of all"
    made = counts.get(("documents", one.of.partition(".")[0]), 0)
    return (Decimal(counts.get(("filled", one.of), 0)) / made if made else None), " of all"
