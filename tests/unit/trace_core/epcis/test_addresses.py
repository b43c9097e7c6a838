"""Where events may be sent, and where not, whatever tricks an address plays."""

from __future__ import annotations

from typing import Any

import pytest

from trace_core.epcis.addresses import origin, refusal

ORIGINS = ("https://partner.example.com", "http://127.0.0.1:9000/", "https://[::1]:8443")
DEST = "https://partner.example.com/hook"


@pytest.mark.parametrize(
    "dest",
    [
        DEST, "https://PARTNER.example.com:443/a?b=c", "https://partner.example.com", "https://partner.example.com?x=1",
        "http://127.0.0.1:9000/x", "https://[::1]:8443/x",
    ],
)  # fmt: skip
def test_events_go_to_hosts_that_the_site_allows(dest: str) -> None:
    assert refusal(dest, ORIGINS) is None


@pytest.mark.parametrize(
    "dest",
    [
        None, 5, "", "ftp://partner.example.com/", "//partner.example.com", "https://partner.example.com.evil.example/",
        "https://evil.example/https://partner.example.com/", "https://partner.example.com@evil.example/",
        "https://evil.example\\@partner.example.com/", "https://partner.example.com\\.evil.example/", "https://partner.example.com:444/",
        "http://partner.example.com/", "https://partner.example.com/a b", "https://partner.example.com/\r\nX: y", "https://partner.example.com/#a",
        "http://127.0.0.1:9001/x", "http://169.254.169.254/latest", "https://partner.example.com:99999/", f"{DEST}?{'x' * 2000}",
        "https://partner.example.com:443:444/", "https://u:p@partner.example.com/",
    ],
)  # fmt: skip
def test_events_go_nowhere_else(dest: Any) -> None:
    assert refusal(dest, ORIGINS)


def test_without_the_setting_every_address_is_refused_by_its_name() -> None:
    said = refusal(DEST, ())

    assert said
    assert "epcis.subscribers" in said
    assert "https://partner.example.com:443" in said


def test_an_origin_is_written_one_way() -> None:
    assert origin("HTTPS://a.example/") is None
    assert origin("https://A.example/x") == origin("https://a.example:443") == "https://a.example:443"
