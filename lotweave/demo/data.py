"""The demonstration's data for each simulator."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from lotweave.demo.story import story

TOLD: Mapping[str, str] = {"kingdee": "lotweave.demo.kingdee_data", "yonyou": "lotweave.demo.yonyou_data"}
"""Where each system's half of the story is told."""


def simulator_data(vendor: str) -> dict[str, Any]:
    """The half of the story that a vendor's simulator holds, one of those in `TOLD`."""
    told: dict[str, Any] = import_module(TOLD[vendor]).data(story())
    return told
