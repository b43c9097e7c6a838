"""Encryption and signatures are those of the official code of both generations."""

import pytest

from connectors.yonbip.sealing import Holder, encrypted, new_signature, old_signature, opened
from trace_core.errors import Rejected

KEY, SECRET, RANDOM = "demoAppKey0001", "demo-secret-0001", b"0123456789abcdef"
WHEN, NONCE = "1568098531823", "uM48M4qajlEtVCz4"
CHECK = '{"type":"CHECK_URL","eventId":"e-1","timestamp":1568098531823,"tenantId":"abc12345"}'
ENCRYPT = (
    "OKrg7MQ3ld2pqJo5FfL26a05fh1hOdHXTNfUj+TXS7NKQf1VVG26pGqmdHh5IByrufSW7wFURuN3lbWsSmFFNP9T2Kv8FMuneQXR2iM7iUhNtgMYhF9f/QTIT49IT0zj"
    "vn+s7g2m1eqHtUWAqlTqc5k1Bx0Gcu3JILGMWbVHluY="
)
SUCCESS = "OKrg7MQ3ld2pqJo5FfL26d9SF/L30ZfGH07dT9Gb58YzsiKziHgwMBnPLCT6SO2MfuIXTTD+RvyNYn0NAAmDPw=="
OLD = (
    "F6dk5M4k2iorZzewwEvhXVol9cdIWoI3iaznNkqVNc1z354ieBTYhNtwdvz/EK5O6f1lViDe1SYi7IwMMzlOEiXPfp3D3fgrMS9WyespwBrA8Wavugm89zzST2TD+FKE"
    "m2Sf1u62ZeQ5WKgvalSWKatjMgycF7Mk8XPRYyKjwFo="
)


@pytest.mark.parametrize(("message", "made"), [(CHECK, ENCRYPT), ("success", SUCCESS)])
def test_it_encrypts_and_opens_what_the_sdk_opens(message, made):
    assert encrypted(SECRET, message, key=KEY, random=RANDOM) == made
    assert opened(SECRET, made) == (message, KEY)


@pytest.mark.parametrize(
    ("encrypt", "signed"),
    [(ENCRYPT, "zT9BylFDBM5CnQEpMYFwjwh7o5nLzY5PeyFy2NxfYVA="), (SUCCESS, "loRMt6WZig1hBwImFvCYACp9Sb7qwHSO4ffxGfSH1zM=")],
)
def test_the_new_signature_is_that_of_the_sdk(encrypt, signed):
    assert new_signature(SECRET, Holder(WHEN, NONCE, encrypt)) == signed


def test_the_old_signature_and_cipher_text_are_those_of_the_older_code():
    assert old_signature(SECRET, Holder(WHEN, NONCE, OLD)) == "f0c004a98a243c717fafce530bfa9ef0b5f3a6dd"
    assert opened(SECRET, OLD)[1] == KEY


@pytest.mark.parametrize("text", ["", "####", SUCCESS[:-8], "AAAA"])
def test_what_is_no_cipher_text_of_ours_is_rejected(text):
    with pytest.raises(Rejected):
        opened(SECRET, text)


def test_another_secret_opens_nothing():
    with pytest.raises(Rejected):
        opened("another-secret", ENCRYPT)
