"""Signatures: the vectors produced by the vendor's SDKs with made-up credentials."""

from __future__ import annotations

import pytest

from connectors.kingdee.signing import Credential, client_secret, headers, login_sign

APP = "100001_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"
PATH = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.ExecuteBillQuery.common.kdsvc"
PYTHON = "ZDQ4NTViM2EzY2VjYjI1OTY2MmZjZjVhNjE0OTZiNDA3MmY4M2VjYzNlZDQ1YTNkMmY1NDdlNzQxYzI4OWMzYw=="
JAVA = "MTBkMjc2MGJhZTUyYWJhYzNlOGVlY2Q2OTA0ZjUwM2RlZWQ5MjlmYTg0MGM4Njk3MmY3NDQwNWI2MjhmNWIxOA=="
CSHARP = "YmI2NTM5ZTFhZTk0MTZhMDkxMzU5YTE2NTg3NzQ4ODc2NWQ3MGE5ODRjOTZmZGJmMjA2ZTdhMTg0MjhiNGRjNg=="


def credential(organisation: str = "0") -> Credential:
    return Credential("65f0c0ffee0001", "simuser", APP, "0123456789abcdef0123456789abcdef", 2052, organisation)


@pytest.mark.parametrize(
    ("stamp", "nonce", "signature"),
    [
        ("1700000000", "1700000000", PYTHON),
        ("1700000000000", "1700000000000", JAVA),
        ("1700000000000", "00112233445566778899aabbccddeeff", CSHARP),
    ],
)
def test_the_gateway_signature_is_that_of_the_sdks(stamp: str, nonce: str, signature: str) -> None:
    assert headers(credential(), PATH, stamp=stamp, nonce=nonce)["X-Api-Signature"] == signature


@pytest.mark.parametrize(
    ("organisation", "appdata", "signature"),
    [
        (
            "0",
            "NjVmMGMwZmZlZTAwMDEsc2ltdXNlciwyMDUyLDA=",
            "NjBhMTRjZWFhOTUxYjEyNzNiODA4NzQwODZkMzJhYWM1OTJkNGQxMzZlYmZjODFiMjRmYzVlMjFhM2NhYjJmZQ==",
        ),
        (
            "null",
            "NjVmMGMwZmZlZTAwMDEsc2ltdXNlciwyMDUyLG51bGw=",
            "MGNlODc2MTJlODg2NzU5YWJmMDY1Y2ZiZTljZDQ0YTE5Yjk3YjJlMTZiNjRkMzdlZTBlNjdiZWQxNjg0ZDg2Yg==",
        ),
        (
            "",
            "NjVmMGMwZmZlZTAwMDEsc2ltdXNlciwyMDUyLA==",
            "ZGJkNjU4MjAxMjAwNmVjNjBhMDc0ODU1M2QyNWQ1YTExNTgwNjhjOWIxZjBiNjlkOGI3M2RjMjVhNDQ1NWM2YQ==",
        ),
    ],
)
def test_the_users_signature_is_that_of_the_sdks(organisation: str, appdata: str, signature: str) -> None:
    made = headers(credential(organisation), PATH, stamp="1", nonce="1")

    assert (made["X-Kd-Appdata"], made["X-Kd-Signature"]) == (appdata, signature)


def test_the_sign_of_a_login_is_the_manuals() -> None:
    assert login_sign(credential(), stamp="1700000000") == "baedd8517615df390942c3211b71c7429028950549a3b171cec49b8a7544b7ad"
    assert login_sign(credential(), stamp="1700000000", algorithm="sha1") == "68f8d1e3928f5708065c00dc60ec36176d29a115"


@pytest.mark.parametrize(("app", "client"), [("100001", ""), ("100001_short", "100001"), (APP, "100001")])
def test_an_app_id_of_another_form_is_signed_as_the_python_sdk_does(app: str, client: str) -> None:
    made = headers(Credential("65f0", "u", app, "s"), PATH, stamp="1", nonce="1")

    assert made["X-Api-ClientID"] == client
    assert client_secret("100001_short") == ""


def test_every_signature_is_the_text_of_a_digest() -> None:
    made = headers(credential(), PATH, stamp="1", nonce="1")

    assert [len(made[name]) for name in ("X-Api-Signature", "X-Kd-Signature")] == [88, 88]


def test_an_app_id_without_a_secret_gives_none() -> None:
    assert client_secret("100001") == ""
    assert client_secret(APP) == "MTI2MGM1Pj9qPDk/OT04KHMiKnd0IXMr"


def test_the_secret_is_in_no_representation() -> None:
    assert "0123456789abcdef" not in repr(credential())
