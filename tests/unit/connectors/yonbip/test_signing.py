"""The signature is that of the official SDKs."""

from urllib.parse import quote

from connectors.yonbip.signing import signature

APP = "41832a3d2df94989b500da6a22268747"
SIGNED = "7VLgyjB7UEY2PvQHc46PM4La74dpA6SS1/G4DFw5EtY="


def test_it_is_that_of_the_sdks_for_python_and_java():
    assert signature({"appKey": APP, "timestamp": "1568098531823"}, "demo-app-secret") == SIGNED


def test_encoded_once_it_is_what_stands_in_the_address():
    assert quote(SIGNED, safe="") == "7VLgyjB7UEY2PvQHc46PM4La74dpA6SS1%2FG4DFw5EtY%3D"


def test_the_order_of_the_parameters_does_not_matter():
    assert signature({"timestamp": "1568098531823", "appKey": APP}, "demo-app-secret") == SIGNED
