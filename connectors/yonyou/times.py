"""U9's times: local text without a zone, in the zone of the plant (inferred from every sample seen)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def stamp_of(text: str | None, zone: ZoneInfo) -> int | None:
    """Unix milliseconds of a local time text; None for an empty one or one that is no time."""
    if not text:
        return None
    try:
        told = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    aware = told if told.tzinfo else told.replace(tzinfo=zone)
    return int(aware.timestamp()) * 1000 + aware.microsecond // 1000


def text_of(moment: datetime) -> str:
    """A local time as U9 writes it, to the millisecond."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def earlier(text: str, minutes: int) -> str:
    """The local time that many minutes before."""
    return text_of(datetime.fromisoformat(text) - timedelta(minutes=minutes))
