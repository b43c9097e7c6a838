"""A circuit breaker whose state all workers see: after so many faults in a row a system is left alone, then one call tries it.

Each further fault doubles the pause, up to a limit; the first answer closes the circuit. A system that names a delay itself is left alone
for that long, without a fault being counted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from connectors.kit.shared import Shared

LOG = logging.getLogger("lotweave.circuit")
FORGOTTEN = 3600.0
"""Seconds after which faults count no more when nobody called in between."""
PROBE = 150.0
"""Seconds after which a probe that never reported may be followed by another."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """How many faults in a row open the circuit, and for how many seconds it is open first and at most."""

    faults: int = 5
    pause: float = 10.0
    longest: float = 300.0


def is_open(shared: Shared, company: str) -> bool:
    """Whether a company's system is left alone now."""
    return shared.look(f"{company}:open")[0] is not None


class Breaker:
    """The breaker before one company's system."""

    def __init__(self, shared: Shared, company: str, circuit: Circuit | None = None) -> None:
        self._shared, self._company = shared, company
        self._circuit = circuit or Circuit()
        self._open, self._faults, self._probe = f"{company}:open", f"{company}:faults", f"{company}:probe"
        self._faulty = self._tripped = False

    def wait(self) -> float:
        """0 when a call may be made now, else the seconds until it may be worth asking again."""
        is_open, faults = self._shared.look(self._open, self._faults)
        self._faulty, self._tripped = faults is not None, int(faults or 0) >= self._circuit.faults
        if is_open is not None:
            return max(self._shared.left(self._open), 0.05)
        if int(faults or 0) < self._circuit.faults or self._shared.put_new(self._probe, b"1", PROBE):
            return 0.0
        return min(max(self._shared.left(self._probe), 0.05), 1.0)

    def worked(self) -> None:
        """The system answered the call for which `wait` was asked."""
        if self._faulty:
            for name in (self._faults, self._open, self._probe):
                self._shared.drop(name)
            if self._tripped:
                LOG.info("circuit closed", extra={"about": {"company": self._company}})

    def untried(self) -> None:
        """The call that `wait` let through did not come to the system: another may be the probe at once."""
        if self._faulty:
            self._shared.drop(self._probe)

    def failed(self, named: float | None = None) -> None:
        """The system did not answer; `named` are the seconds for which it asked to be left alone itself."""
        if named is not None:
            self._shared.put(self._open, b"asked", min(max(named, 0.05), FORGOTTEN))
            self._shared.drop(self._probe)
            return
        beyond = self._shared.count(self._faults, FORGOTTEN) - self._circuit.faults
        if beyond >= 0:
            pause = min(self._circuit.pause * 2 ** min(beyond, 16), self._circuit.longest)
            self._shared.put(self._open, b"faults", pause)
            LOG.warning("circuit opened", extra={"about": {"company": self._company, "seconds": pause}})
        self._shared.drop(self._probe)
