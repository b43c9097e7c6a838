"""The shared store in Redis or Valkey, so that a company's limits hold over all workers and machines together.

A value is held with the milliseconds that it was meant to be held: where more are left, the server's clock was set back since, and it is
forgotten instead of being held for hours. Likewise calls that seem to lie in the future.

Source: Redis documentation, commands SET (NX, PX), EVALSHA, TIME; scripts run alone, so that a look and what follows from it are one step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import redis

from connectors.kit.shared import Window
from trace_core.errors import Unreachable

PREFIX = "lotweave:shared:"
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local wait = 0
for at = 1, #KEYS do
  local newest = redis.call('LINDEX', KEYS[at], 0)
  if newest and newest - now > 1000000 then redis.call('DEL', KEYS[at]) end
  local last = redis.call('LINDEX', KEYS[at], ARGV[2 * at - 1] - 1)
  if last then wait = math.max(wait, last + ARGV[2 * at] * 1000000 - now) end
end
if wait > 0 then return wait end
local done = {}
for at = 1, #KEYS do
  local key = KEYS[at]
  if not done[key] then redis.call('LPUSH', key, string.format('%.0f', now)); done[key] = true end
end
for at = 1, #KEYS do
  local most, life = 0, 0
  for other = 1, #KEYS do
    if KEYS[other] == KEYS[at] then
      most = math.max(most, tonumber(ARGV[2 * other - 1])); life = math.max(life, tonumber(ARGV[2 * other]))
    end
  end
  redis.call('LTRIM', KEYS[at], 0, most - 1)
  redis.call('EXPIRE', KEYS[at], life + 1)
end
return 0
"""
"""For each window: its key, and how many calls it allows in how many seconds. The oldest of the last n calls says when there is room."""
_HELD = """
local function held(key)
  local told, left = redis.call('GET', key), redis.call('PTTL', key)
  if not told then return false, 0 end
  local meant, value = string.match(told, '^(%d+):(.*)$')
  if not meant then return told, left end
  if left > meant + 1000 then redis.call('DEL', key); return false, 0 end
  return value, left
end
"""
_LOOK = _HELD + "local found = {}; for at = 1, #KEYS do found[at] = (held(KEYS[at])) end; return found"
_PUT_NEW = _HELD + "if held(KEYS[1]) then return 0 end; redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]); return 1"
_DROP = _HELD + "if (held(KEYS[1])) == ARGV[1] then return redis.call('DEL', KEYS[1]) end; return 0"
_LEFT = _HELD + "local _, left = held(KEYS[1]); return left"
_COUNT = "local n = redis.call('INCR', KEYS[1]); redis.call('PEXPIRE', KEYS[1], ARGV[1]); return n"


class RedisShared:
    """As `connectors.kit.shared.Shared`, for all processes that name the same server."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(client_url(url), socket_timeout=5, socket_connect_timeout=5, health_check_interval=25)
        self._take = self._client.register_script(_TAKE)
        self._look, self._put_new = self._client.register_script(_LOOK), self._client.register_script(_PUT_NEW)
        self._drop, self._left = self._client.register_script(_DROP), self._client.register_script(_LEFT)
        self._count = self._client.register_script(_COUNT)

    def take(self, windows: Sequence[Window]) -> float:
        """As `Shared.take`; the server's clock counts."""
        if not windows:
            return 0.0
        keys = [PREFIX + name for name, _ in windows]
        told = [number for _, rate in windows for number in (rate.calls, rate.seconds)]
        return int(self._asked(lambda: self._take(keys=keys, args=told))) / 1e6

    def look(self, *names: str) -> list[bytes | None]:
        """As `Shared.look`."""
        return list(self._asked(lambda: self._look(keys=[PREFIX + name for name in names])))

    def put(self, name: str, value: bytes, seconds: float) -> None:
        """As `Shared.put`."""
        self._asked(lambda: self._client.set(PREFIX + name, _meant(value, seconds), px=_milliseconds(seconds)))

    def put_new(self, name: str, value: bytes, seconds: float) -> bool:
        """As `Shared.put_new`."""
        told: list[bytes | int] = [_meant(value, seconds), _milliseconds(seconds)]
        return bool(self._asked(lambda: self._put_new(keys=[PREFIX + name], args=told)))

    def drop(self, name: str, value: bytes | None = None) -> None:
        """As `Shared.drop`."""
        if value is None:
            self._asked(lambda: self._client.delete(PREFIX + name))
        else:
            self._asked(lambda: self._drop(keys=[PREFIX + name], args=[value]))

    def count(self, name: str, seconds: float) -> int:
        """As `Shared.count`."""
        return int(self._asked(lambda: self._count(keys=[PREFIX + name], args=[_milliseconds(seconds)])))

    def left(self, name: str) -> float:
        """As `Shared.left`."""
        return max(0, int(self._asked(lambda: self._left(keys=[PREFIX + name])))) / 1000

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _asked(self, question: Callable[[], Any]) -> Any:
        try:
            return question()
        except redis.exceptions.RedisError as fault:
            said = "the store of limits and sessions (Redis or Valkey) does not answer; no system is called without it"
            raise Unreachable(said, code="shared_store", retry_after=5) from fault


def client_url(url: str) -> str:
    """The address as redis-py takes it: Celery writes a socket as `redis+socket://PATH?virtual_host=N`.

    >>> client_url("redis+socket:///run/valkey.sock?virtual_host=0")
    'unix:///run/valkey.sock?db=0'
    """
    if not url.startswith("redis+socket://"):
        return url
    parts = urlsplit(url)
    return f"unix://{parts.path}?db={parse_qs(parts.query).get('virtual_host', ['0'])[0]}"


def _meant(value: bytes, seconds: float) -> bytes:
    return b"%d:" % _milliseconds(seconds) + value


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
