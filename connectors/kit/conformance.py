"""What every connector must do, whoever wrote it: checks that run against its simulator on a real socket.

`lotweave connector conform` and `make conformance` show them with their figures. A check that finds something wrong raises
`AssertionError` with a sentence; what it returns are figures worth showing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.kit import checks_faults, checks_manifest, checks_reading, checks_writing
from connectors.kit.manifest import Manifest
from connectors.kit.trial import Trial, Untried, trial
from trace_core.errors import Misconfigured, Verdict

Check = Callable[[Trial], dict[str, float] | None]
CHECKS: dict[str, Check] = {
    check.__name__: check for room in (checks_manifest, checks_reading, checks_faults, checks_writing) for check in room.CHECKS
}


@dataclass(frozen=True, slots=True)
class Line:
    """The outcome of one check: what is wrong, empty when nothing is, its figures, and why it was not tried, if so."""

    check: str
    wrong: str = ""
    untried: str = ""
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.wrong


def conform(man: Manifest, name: str) -> Line:
    """Carry out one check on a fresh simulator. Errors: `Misconfigured` where Python leaves assertions out, since all would pass."""
    if not __debug__:
        raise Misconfigured("the checks are assertions, which Python leaves out with -O; run it without", code="optimised")
    try:
        with trial(man) as one:
            figures = CHECKS[name](one) or {}
    except Untried as why:
        return Line(name, untried=str(why))
    except AssertionError as fault:
        return Line(name, str(fault).splitlines()[0] if str(fault) else "failed without a sentence")
    except Verdict as fault:
        return Line(name, f"{type(fault).__name__}: {fault.message}")
    return Line(name, figures={key: value for key, value in figures.items() if not math.isnan(value)})


def sentence(name: str) -> str:
    """What a check is about, from its docstring."""
    return (CHECKS[name].__doc__ or name).splitlines()[0].rstrip(".")
