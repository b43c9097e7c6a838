"""Encryption and both signatures of pushed events.

AES-256 in CBC; the key is the secret without hyphens, cut or filled with zeros to 43 characters, as Base64; the IV is the key's first 16
bytes; padding as PKCS7 with blocks of 32. The plain text is 16 random bytes, its length in 4 bytes, the message, the key of the
application. Source: official SDK for Python and corp-demo for Java, both run; SDKpy's own encryption is broken and not followed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from trace_core.errors import Rejected

_FOREIGN = "the pushed event cannot be decrypted with this application's secret"
_KEY, _BLOCK, _RANDOM, _LENGTH = 43, 32, 16, 4


@dataclass(frozen=True, slots=True)
class Holder:
    """A pushed body: what is signed, and the signature of one generation or the other."""

    timestamp: str
    nonce: str
    encrypt: str = field(repr=False)
    new: str = field(default="", repr=False)
    old: str = field(default="", repr=False)


def new_signature(secret: str, holder: Holder) -> str:
    """Base64 of HMAC-SHA256 over the three values sorted as texts and joined."""
    text = "".join(sorted((holder.timestamp, holder.nonce, holder.encrypt)))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def old_signature(secret: str, holder: Holder) -> str:
    """Lower-case hexadecimal SHA-1 over the three values and the secret, sorted as texts and joined."""
    text = "".join(sorted((secret, holder.timestamp, holder.nonce, holder.encrypt)))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def encrypted(secret: str, message: str, *, key: str, random: bytes) -> str:
    """The cipher text of a message for the application `key`; `random` are 16 bytes."""
    told = message.encode()
    plain = random + len(told).to_bytes(_LENGTH, "big") + told + key.encode()
    fill = _BLOCK - len(plain) % _BLOCK
    maker = _cipher(secret).encryptor()
    return base64.b64encode(maker.update(plain + bytes([fill]) * fill) + maker.finalize()).decode()


def opened(secret: str, text: str) -> tuple[str, str]:
    """(message, key of the application) of a cipher text. Errors: `Rejected` when it was not made with this secret."""
    try:
        reader = _cipher(secret).decryptor()
        plain = reader.update(base64.b64decode(text, validate=True)) + reader.finalize()
        body = plain[: -plain[-1]]
        start = _RANDOM + _LENGTH
        end = start + int.from_bytes(body[_RANDOM:start], "big")
        if 1 <= plain[-1] <= _BLOCK and end <= len(body):
            return body[start:end].decode(), body[end:].decode()
    except (ValueError, IndexError, binascii.Error, UnicodeDecodeError) as fault:
        raise Rejected(_FOREIGN, code="bad_event") from fault
    raise Rejected(_FOREIGN, code="bad_event")


def _cipher(secret: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(secret.replace("-", "")[:_KEY].ljust(_KEY, "0") + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
