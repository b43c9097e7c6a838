"""Secrets under RSA, and bodies at the five levels that a token names.

Source: a public client compared with the vendor's jar, a vector checked against Java. L0 plain, L1 AES, L2 gzip, L3 AES of gzip, L4 gzip
of AES; AES is CTR without padding under the Base64-decoded security key, its start the first 16 characters of that key's text.
Inferred: PKCS#1 before 2021.05, and that each of two steps gives Base64.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from trace_core.errors import Misconfigured

CHUNK, START = 117, 16
MOST = 512 * 1024 * 1024
"""Bytes that a compressed body may have when it is opened."""
STEPS = {"L0": "", "L1": "a", "L2": "g", "L3": "ga", "L4": "ag"}


def hidden(secret: str, pub_key: str, *, oaep: bool) -> str:
    """A secret as token requests carry it: RSA in chunks of 117 bytes, Base64. Errors: `Misconfigured` for a key that is none."""
    try:
        key = load_der_public_key(base64.b64decode("".join(pub_key.split()), validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as fault:
        raise Misconfigured("`pub_key` is no RSA public key in Base64; copy it from the application's page", code="pub_key") from fault
    if not isinstance(key, RSAPublicKey):
        raise Misconfigured("`pub_key` is a key of another kind than RSA", code="pub_key")
    how = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None) if oaep else padding.PKCS1v15()
    told = secret.encode()
    return base64.b64encode(b"".join(key.encrypt(told[at : at + CHUNK], how) for at in range(0, len(told), CHUNK))).decode()


def sealed(body: str, level: str, security_key: str) -> str:
    """A body at a level."""
    for step in _steps(level):
        raw = body.encode()
        body = base64.b64encode(gzip.compress(raw, mtime=0) if step == "g" else _aes(raw, security_key)).decode()
    return body


def opened(body: str, level: str, security_key: str) -> str:
    """The plain text of a body at a level. Errors: `ValueError` when it is none."""
    for step in reversed(_steps(level)):
        raw = base64.b64decode(body, validate=True)
        body = (_unzipped(raw) if step == "g" else _aes(raw, security_key)).decode()
    return body


def _steps(level: str) -> str:
    if level not in STEPS:
        raise Misconfigured(f"NC Cloud wants bodies at level {level!r}; known are {', '.join(STEPS)}", code="level")
    return STEPS[level]


def _aes(raw: bytes, security_key: str) -> bytes:
    worker = Cipher(algorithms.AES(base64.b64decode(security_key)), modes.CTR(security_key[:START].encode())).encryptor()
    return worker.update(raw) + worker.finalize()


def _unzipped(raw: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as stream:
        found = stream.read(MOST + 1)
    if len(found) > MOST:
        raise ValueError("a body of more than 512 MiB")
    return found
