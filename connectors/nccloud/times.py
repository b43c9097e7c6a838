"""NC Cloud's times: local text without a zone, in the zone of the plant (inferred from every sample seen)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


def text_of(moment: datetime) -> str:
    """A local time as filters take it, to the second."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def earlier(text: str, minutes: int) -> str:
    """The local time that many minutes before."""
    return text_of(datetime.fromisoformat(text) - timedelta(minutes=minutes))


def stamp_of(text: Any, zone: ZoneInfo) -> int | None:
    """Unix milliseconds of a local time text; None for an empty one or one that is no time."""
    try:
        told = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return int((told if told.tzinfo else told.replace(tzinfo=zone)).timestamp() * 1000)
