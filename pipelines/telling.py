"""What happened, for the operator's log: an event's name, and beside it names, ids and counts.

Never a payload, a field's value or a secret. How a record looks is decided by the process (`lotweave.logs`).
"""

from __future__ import annotations

import logging
from logging import DEBUG, ERROR, INFO, WARNING

__all__ = ["DEBUG", "ERROR", "INFO", "WARNING", "tell"]

_LOG = logging.getLogger("lotweave.journey")


def tell(event: str, level: int = INFO, **about: str | float | None) -> None:
    """Tell of an event."""
    if _LOG.isEnabledFor(level):
        _LOG.log(level, event, extra={"about": about})
