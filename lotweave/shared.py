"""Where the workers of a site share limits, circuits and sessions: Redis or Valkey where there is one, else this process alone."""

from __future__ import annotations

from functools import lru_cache

from connectors.kit.shared import LocalShared, Shared
from connectors.kit.shared_redis import RedisShared
from lotweave.embedded import services
from lotweave.settings import Site, environment

STORES = ("redis://", "rediss://", "unix://", "redis+socket://")
"""How addresses of Redis and Valkey begin."""


def shared_of(site: Site) -> Shared:
    """The store that `services.shared` names, else the broker where it is Redis or Valkey, else that of a site that is up."""
    up = services.read(site.state)
    broker = environment("LOTWEAVE_BROKER_URL") or site.broker or (up.broker_url if up else "")
    return _opened(site.shared or (broker if broker.startswith(STORES) else ""))


@lru_cache(maxsize=8)
def _opened(url: str) -> Shared:
    """One store a process and address, so that its connections are used again."""
    return RedisShared(url) if url else LocalShared()
