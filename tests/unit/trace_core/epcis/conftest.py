"""The folder of others' documents, which lies beside the checkout; tests that need it are skipped where it is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from epcis_examples import DATA


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of others' documents; tests that need it are skipped where it is not."""
    if not DATA.is_dir():
        pytest.skip("the test documents of openEPCIS and of the event hash are not beside this checkout")
    return DATA
