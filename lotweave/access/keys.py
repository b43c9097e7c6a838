"""Bearer keys: made at random, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from lotweave.access.tables import api_key

ROLES = ("viewer", "operator", "engineer", "admin")


@dataclass(frozen=True, slots=True)
class Holder:
    """What a key allows: a role, and the plants it is limited to (none: all)."""

    role: str
    plants: tuple[str, ...]
    id: int

    def sees(self, plant: str) -> bool:
        """Whether documents of the plant may be shown."""
        return not self.plants or plant in self.plants


def digest(key: str) -> str:
    """What is kept of a key. A key has 256 random bits, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(key.encode()).hexdigest()


def create(connection: Connection, *, role: str, plants: Sequence[str], now: datetime) -> str:
    """Make a key and return it; it cannot be read again."""
    key = f"lw_{secrets.token_urlsafe(32)}"
    connection.execute(insert(api_key).values(digest=digest(key), role=role, plants=sorted(set(plants)), created_at=now))
    return key


def holder(connection: Connection, key: str) -> Holder | None:
    """Whose key this is; None for an unknown or revoked one."""
    found = connection.execute(select(api_key).where(api_key.c.digest == digest(key), api_key.c.revoked_at.is_(None))).first()
    return Holder(found.role, tuple(found.plants), found.id) if found else None


def plants_of(connection: Connection, key_id: int) -> Sequence[str] | None:
    """The plants that a key is limited to, none for all; None once it was revoked."""
    found = connection.execute(select(api_key.c.plants).where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None))).first()
    return tuple(found.plants) if found else None


def revoked(connection: Connection, key_ids: Collection[int]) -> set[int]:
    """Which of these keys count no more."""
    counting = select(api_key.c.id).where(api_key.c.id.in_(sorted(key_ids)), api_key.c.revoked_at.is_(None))
    return set(key_ids) - set(connection.execute(counting).scalars())
