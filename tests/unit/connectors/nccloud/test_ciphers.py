"""Secrets and bodies as the vendor's code makes and reads them."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectors.nccloud.ciphers import STEPS, hidden, opened, sealed
from trace_core.errors import Misconfigured

SECURITY, BODY = "AAECAwQFBgcICQoLDA0ODw==", '[{"code":"CNY"}]'


def der(key) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def test_level_one_is_what_java_makes():
    assert sealed(BODY, "L1", SECURITY) == "6j0g8HfAWGSMmcbyaJp+YA=="


@pytest.mark.parametrize("level", STEPS)
def test_every_level_opens_what_it_sealed(level):
    told = "追溯" * 1000

    assert opened(sealed(told, level, SECURITY), level, SECURITY) == told


def test_what_is_not_at_its_level_is_no_body():
    with pytest.raises((ValueError, OSError)):
        opened(BODY, "L2", SECURITY)


def test_a_level_that_nobody_knows_is_said():
    with pytest.raises(Misconfigured, match="L9"):
        sealed(BODY, "L9", SECURITY)


@pytest.mark.parametrize("oaep", [True, False])
@pytest.mark.parametrize("secret", ["demosecret", "密" * 100])
def test_a_secret_is_hidden_in_chunks(oaep, secret):
    key = rsa.generate_private_key(65537, 2048)
    how = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None) if oaep else padding.PKCS1v15()

    raw = base64.b64decode(hidden(secret, der(key), oaep=oaep))

    assert b"".join(key.decrypt(raw[at : at + 256], how) for at in range(0, len(raw), 256)).decode() == secret


@pytest.mark.parametrize("key", ["", "not base64!", "QUJD", der(ec.generate_private_key(ec.SECP256R1()))])
def test_what_is_no_rsa_key_is_said_without_showing_it(key):
    with pytest.raises(Misconfigured, match="pub_key"):
        hidden("demosecret", key, oaep=True)
