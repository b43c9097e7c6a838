"""Whether a site is ready: its database answers and is at the newest migration, and workers answer on its queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from lotweave.bootstrap import House
from lotweave.settings import Site
from pipelines.app import exchange_queues_of, queues_of
from pipelines.state import pulses
from pipelines.state.database import Fault


@dataclass(frozen=True, slots=True)
class Readiness:
    """`silent` are queues on which no worker has answered lately, with the seconds since it did; None where it never did."""

    database: bool
    migrated: bool = False
    silent: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the console can answer; silent queues keep it from nothing."""
        return self.database and self.migrated

    def as_json(self) -> dict[str, Any]:
        """As `/readyz` says it."""
        return {"ok": self.ok} | asdict(self)


def queues(site: Site) -> list[str]:
    """Every queue of a site."""
    plants = list(site.plants)
    return [*queues_of(plants), *exchange_queues_of(plants)]


def readiness(house: House) -> Readiness:
    """How ready a site is now."""
    try:
        if not house.migrated():
            return Readiness(database=True)
        with house.begin() as connection:
            return Readiness(database=True, migrated=True, silent=pulses.silent(connection, queues(house.site), now=house.now()))
    except Fault:
        return Readiness(database=False)
