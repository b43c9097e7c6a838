"""A simulator of a recorded company, and a connector that speaks to it: what the tests of several connectors share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connectors.kit.contract import Connector
from connectors.kit.manifest import Manifest, front_door, manifest, typed
from connectors.kit.opening import open_system
from connectors.kit.shared import LocalShared, Shared
from connectors.kit.simulator import Running


def recorded(system: str) -> dict[str, Any]:
    """The one recording in a connector's folder."""
    (path,) = (manifest(system).home / "recordings").glob("*.json")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def served(system: str, data: Mapping[str, Any]) -> Running:
    """A simulator over the data, which answers between `with` and its end."""
    return Running(front_door(manifest(system).simulator)(data))


def connected(man: Manifest, given: Mapping[str, Any], shared: Shared | None = None) -> Connector:
    """A connector in China with these settings, which shares nothing with others unless told to."""
    settings = typed(man, given, "connections.one")
    return open_system(man, settings, connection="one", zone="Asia/Shanghai", shared=shared or LocalShared())


def pulled(connector: Connector, kind: str, cursor: Any = None) -> tuple[dict[str, Any], Any]:
    """Documents by key as they came last, and the cursor of the last page."""
    found: dict[str, Any] = {}
    for page in connector.pull(kind, cursor):
        found |= {raw.key: json.loads(raw.payload) for raw in page.documents}
        cursor = page.cursor
    return found, cursor
