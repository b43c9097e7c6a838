"""A site with places and EPCIS settings, for the tests of that interface."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lotweave.bootstrap import House
from lotweave.console.app import make_app
from lotweave.epcis_settings import Epcis

sys.path.append(str(Path(__file__).parent))


@pytest.fixture
def site(house: House) -> House:
    settings = Epcis(
        places={"4012345000016": "HZ", "4012345000023": "SU"}, most_events=50, most_bytes=200_000, company_prefixes=("4012345",)
    )
    return replace(house, site=replace(house.site, epcis=settings))


@pytest.fixture
def client(site: House) -> FlaskClient:
    return make_app(site).test_client()
