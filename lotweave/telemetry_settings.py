"""`[telemetry]` of `lotweave.toml`: where traces are sent, and how much is logged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Telemetry:
    """`otlp` is the address of a collector that takes OTLP over HTTP, None where nothing is traced; `log_level` is of our own events."""

    otlp: str | None = None
    log_level: str = "info"


def read_telemetry(
    told: Mapping[str, Any],
    *,
    wrong: Callable[..., None],
    known: Callable[[Mapping[str, Any], tuple[str, ...], tuple[str, ...]], None],
) -> Telemetry:
    """The settings that a table states; `wrong` and `known` are told what is wrong, all of it."""
    known(told, ("telemetry",), ("otlp", "log_level"))
    otlp, level = told.get("otlp"), told.get("log_level", "info")
    if otlp is not None and not (isinstance(otlp, str) and re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", otlp)):
        said = "must be the address of a collector without a user or query, such as http://127.0.0.1:4318"
        wrong(("telemetry", "otlp"), said)  # what was written may hold a password
        otlp = None
    if level not in LEVELS:
        wrong(("telemetry", "log_level"), f"must be one of {', '.join(LEVELS)}", str(level))
        level = "info"
    return Telemetry(otlp and otlp.rstrip("/"), level)
