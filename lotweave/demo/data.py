"""The demonstration's data for each simulator."""

from __future__ import annotations

from typing import Any

from lotweave.demo.story import story
from trace_core.errors import Misconfigured


def simulator_data(vendor: str) -> dict[str, Any]:
    """The half of the story that a vendor's simulator holds. Errors: `Misconfigured` for a system without a part in it."""
    if vendor == "kingdee":
        from lotweave.demo import kingdee_data

        return kingdee_data.data(story())
    if vendor == "yonyou":
        from lotweave.demo import yonyou_data

        return yonyou_data.data(story())
    raise Misconfigured(f"the demonstration has no data for {vendor}: give a file with --data", code="usage")
