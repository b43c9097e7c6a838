"""Every form that can be read, by its id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.kingdee.kinds import Kind
from connectors.kingdee.kinds_masters import masters
from connectors.kingdee.kinds_production import production
from connectors.kingdee.kinds_stock import stock


def kinds(settings: Mapping[str, Any]) -> Mapping[str, Kind]:
    """Every readable kind, with the customer's own field names. `settings` are typed."""
    return {kind.form: kind for kind in (*masters(settings), *production(settings), *stock(settings))}
