"""From the time on a wall clock to a moment, also on the days on which a zone changes its clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

_SECOND = timedelta(seconds=1)


def moment(wall: datetime, zone: tzinfo) -> datetime:
    """The moment, in UTC, at which clocks of the zone show a time (naive).

    A time that does not exist is the first moment after the gap; one that comes twice is its first coming.

    >>> from zoneinfo import ZoneInfo
    >>> moment(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:00:00+00:00'
    """
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == wall:
        return late
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = early.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


def wall(at: datetime, zone: tzinfo) -> datetime:
    """What clocks of the zone show at a moment, naive."""
    return at.astimezone(zone).replace(tzinfo=None)
