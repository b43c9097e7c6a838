"""What a system tells us by itself: a signed message over HTTP that says which kinds changed, and the answer it expects.

A connector whose manifest names `hook` offers `receive(settings, message)`. The message only wakes a pull: what changed is read by the
connector's own cursor, so that one that is lost, late, twice or forged by a thief of the secret changes nothing but the time of a pull.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LARGEST = 1 << 20
"""Bytes of a message at most."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came; names of headers are in lower case."""

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """The kinds that changed, none where the message is about nothing that is read, and the answer that the system waits for."""

    kinds: tuple[str, ...]
    reply: bytes
    media_type: str = "application/json"
