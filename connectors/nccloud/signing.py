"""Signatures: lower-case hexadecimal SHA-256 of a join, with a salt from release 2021.05 on.

Source: the official page on OpenAPI (its sample without salt comes out exactly) and a public client compared with the vendor's jar; the
salt was checked against Java.
"""

from __future__ import annotations

import base64
import hashlib


def salt_of(pub_key: str) -> str:
    """Base64 of the first 16 bytes of Java's SHA1PRNG seeded with the public key's text."""
    inner = hashlib.sha1(pub_key.encode(), usedforsecurity=False).digest()
    return base64.b64encode(hashlib.sha1(inner, usedforsecurity=False).digest()[:16]).decode()


def signed(*parts: str, pub_key: str, salted: bool) -> str:
    """The signature of parts joined: of a token request client id and secret (user, password), of a call client id and plain body."""
    text = "".join(parts) + pub_key + (salt_of(pub_key) if salted else "")
    return hashlib.sha256(text.encode()).hexdigest()
