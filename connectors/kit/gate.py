"""The gate before one company's system: every call of every worker passes it, within the system's limits and while it answers.

A caller waits a while for its turn, but not for a system that is down. Is no turn in sight, the call fails as `Unreachable` with the delay,
so that the worker can do something else meanwhile: nothing was sent, whatever the call would have done.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from connectors.kit.beating import beating
from connectors.kit.breaker import Breaker, Circuit
from connectors.kit.limits import Limits
from connectors.kit.sessions import Sessions
from connectors.kit.shared import LocalShared, Shared, Window
from trace_core.errors import Unreachable, Verdict

LEASE, BEAT = 9.0, 3.0
"""Seconds after which the place of a caller that died is free again, and between two renewals while it lives."""
GLANCE = 0.05
"""Seconds between two looks for a free place."""


@dataclass(slots=True)
class Gate:
    """Passing is `with gate.call("Save", writes=True): …`; `company` names the system that the limits are about.

    `turn` are the seconds for which a caller waits for its turn.
    """

    shared: Shared = field(default_factory=LocalShared)
    company: str = "alone"
    limits: Limits = field(default_factory=Limits)
    circuit: Circuit = field(default_factory=Circuit)
    secret: str = field(default="", repr=False)
    turn: float = 30.0
    sleep: Callable[[float], None] = time.sleep  # noqa: TID251 - waiting belongs here

    @property
    def sessions(self) -> Sessions:
        """Sessions and tokens of this company, shared by all workers."""
        return Sessions(self.shared, self.company, self.secret, sleep=self.sleep)

    @contextmanager
    def call(self, endpoint: str = "", *, writes: bool = False) -> Iterator[None]:
        """Wait for a turn and tell the circuit what became of the call.

        Errors: `Unreachable` when the system is left alone (`open_circuit`), its quota is used up (`quota`) or others are at it (`place`);
        what the call itself raises. Only `Unreachable` counts against the system, and a delay that it named is kept to by all workers.
        """
        breaker = Breaker(self.shared, self.company, self.circuit)
        if (wait := breaker.wait()) > 0:  # whoever waited here would be of no use to the other plants meanwhile
            raise Unreachable(f"{self.company} has not answered lately and is left alone for now", code="open_circuit", retry_after=wait)
        with self._tried(breaker), self._place("writer", self.limits.writers if writes else 0), self._place("caller", self.limits.at_once):
            self._until(lambda: self.shared.take(self._windows(endpoint)), "quota", "allows no further call now; its quota is used up")
            try:
                yield
            except Unreachable as fault:
                breaker.failed(fault.retry_after)
                raise
            breaker.worked()

    @contextmanager
    def _tried(self, breaker: Breaker) -> Iterator[None]:
        """A call that ends otherwise than by an answer or a fault of the system is no probe of it."""
        try:
            yield
        except BaseException:
            breaker.untried()
            raise

    def heard(self, fault: Verdict) -> None:
        """Tell the circuit of a fault that stood in an answer, such as a quota refused within HTTP 200."""
        if isinstance(fault, Unreachable):
            Breaker(self.shared, self.company, self.circuit).failed(fault.retry_after)

    def _windows(self, endpoint: str) -> list[Window]:
        of_all = [(f"{self.company}:calls", rate) for rate in self.limits.calls]
        return of_all + [(f"{self.company}:calls:{endpoint}", rate) for rate in self.limits.endpoints.get(endpoint, ())]

    def _until(self, asked: Callable[[], float], code: str, said: str) -> None:
        """Ask until the answer is 0, but not beyond this caller's turn."""
        waited = 0.0
        while (wait := asked()) > 0:
            if waited + wait > self.turn:
                raise Unreachable(f"{self.company} {said}", code=code, retry_after=wait)
            pause = wait + random.uniform(0, GLANCE)  # noqa: S311 - spreads callers, keeps no secret
            self.sleep(pause)
            waited += pause

    @contextmanager
    def _place(self, what: str, places: int) -> Iterator[None]:
        """Hold one of so many places; any number where it is 0."""
        mine, held = uuid.uuid4().bytes, ""

        def taken() -> float:
            nonlocal held
            names = (f"{self.company}:{what}:{place}" for place in range(places))
            held = next((name for name in names if self.shared.put_new(name, mine, LEASE)), "")
            return 0.0 if held else GLANCE

        if places:
            self._until(taken, "place", f"is being called by as many others as it allows ({places} {what}s at once)")
            try:
                with beating(partial(self._renew, held, mine), BEAT):
                    yield
            finally:
                self.shared.drop(held, mine)
        else:
            yield

    def _renew(self, held: str, mine: bytes) -> None:
        """Keep a place; a store that does not answer now is asked again by the next beat."""
        with suppress(Unreachable):
            self.shared.put(held, mine, LEASE)
