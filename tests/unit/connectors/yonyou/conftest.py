"""A connection to a U9 that does not exist, for tests that answer by hand."""

from typing import Any

import pytest

from connectors.kit.manifest import manifest, typed
from connectors.yonyou.settings import U9Settings, settings_of

GIVEN: dict[str, Any] = {
    "url": "http://u9.example",
    "client_id": "lw",
    "client_secret": "geheim-7",
    "user": "trace",
    "organisations": ["10"],
}


@pytest.fixture
def given() -> dict[str, Any]:
    return typed(manifest("yonyou"), GIVEN, "connections.u9")


@pytest.fixture
def settings(given: dict[str, Any]) -> U9Settings:
    return settings_of(given)
