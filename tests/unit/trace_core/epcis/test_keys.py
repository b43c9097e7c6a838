"""GS1 keys: both spellings in one form, and back where the company prefix is known."""

from __future__ import annotations

import pytest

from trace_core.epcis.keys import Key, canonical, check_digit, key_of
from trace_core.epcis.urns import as_urn

SPELLINGS = [
    ("urn:epc:id:sgtin:4012345.012345.12", "https://id.gs1.org/01/04012345123456/21/12"),
    ("urn:epc:id:sscc:4012345.0000000333", "https://id.gs1.org/00/040123450000003338"),
    ("urn:epc:id:sgln:4012345.00011.987", "https://id.gs1.org/414/4012345000115/254/987"),
    ("urn:epc:id:sgln:4012345.00005.0", "https://id.gs1.org/414/4012345000054"),
    ("urn:epc:id:pgln:4000001.98765", "https://id.gs1.org/417/4000001987658"),
    ("urn:epc:id:grai:4012345.00022.334455", "https://id.gs1.org/8003/04012345000221334455"),
    ("urn:epc:id:giai:4012345.ABC345", "https://id.gs1.org/8004/4012345ABC345"),
    ("urn:epc:class:lgtin:4012345.012345.Lot987", "https://id.gs1.org/01/04012345123456/10/Lot987"),
    ("urn:epc:idpat:sgtin:4054739.099914.*", "https://id.gs1.org/01/04054739999148"),
]


@pytest.mark.parametrize(("urn", "link"), SPELLINGS)
def test_a_urn_has_its_link_and_the_link_its_urn(urn: str, link: str) -> None:
    assert canonical(urn) == link
    assert as_urn(link, ["4012345", "4000001", "4054739"]) == urn


@pytest.mark.parametrize(
    ("uri", "link"),
    [
        ("https://example.com/gtin/09780345418913/21/765tz?abc=211121", "https://id.gs1.org/01/09780345418913/21/765tz"),
        ("https://example.com/some/path/01/780345418913/10/L1/21/S1#x", "https://id.gs1.org/01/00780345418913/21/S1"),
        ("https://id.gs1.org/01/09780345418913/22/2A/10/L1", "https://id.gs1.org/01/09780345418913/10/L1"),
        ("urn:epc:id:itip:4012345.011111.01.02.987", "https://id.gs1.org/8006/040123451111180102/21/987"),
        ("https://example.com/things/7", "https://example.com/things/7"),
        ("urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"),
        ("urn:epc:id:sgtin:12.3", "urn:epc:id:sgtin:12.3"),
    ],
)
def test_a_uri_has_one_canonical_form(uri: str, link: str) -> None:
    assert canonical(uri) == link


def test_a_link_without_a_known_company_prefix_stays_a_link() -> None:
    assert as_urn("https://id.gs1.org/01/04012345123456/21/12", ["999999"]) == "https://id.gs1.org/01/04012345123456/21/12"


def test_a_key_is_read_from_either_spelling() -> None:
    assert key_of("urn:epc:class:lgtin:4012345.012345.Lot%2F9") == Key("01", "04012345123456", "10", "Lot/9")
    assert key_of("urn:uuid:1") is None


def test_the_check_digit_is_that_of_the_general_specifications() -> None:
    assert check_digit("629104150021") == "3"
