"""A site of its own for every test that writes mappings."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from mapping_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty site."""
    return Desk(tmp_path)
