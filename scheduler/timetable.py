"""The timetable of a site: its schedules, its blackouts, and the zone of each connection's plant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from scheduler.blackout import Blackout, closed_until
from scheduler.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Timetable:
    """Everything that `schedules.toml` says."""

    schedules: tuple[Schedule, ...] = ()
    blackouts: tuple[Blackout, ...] = ()
    zones: Mapping[str, tzinfo] = field(default_factory=dict)

    def closed(self, connection: str, now: datetime) -> datetime | None:
        """Until when scheduled runs of a connection wait, in UTC; None when they need not."""
        zone = self.zones.get(connection)
        return None if zone is None else closed_until(self.blackouts, connection, zone, now)
