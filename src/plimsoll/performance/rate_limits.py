"""How much somebody may ask for: token buckets in memory, which instances settle through Redis."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from plimsoll.errors import UnavailableError
from plimsoll.performance.redis_link import RedisLink

__all__ = ["Allowance", "Rate", "RateLimits"]

_MOST_KEYS = 10_000
_MOST_SETTLED = 50  # keys at a time
_SETTLE_SECONDS = 0.1
# Takes what one instance has given out from the bucket of all, and says what is left in it. The clock is that
# of Redis, so that instances need not agree on the time.
_SETTLE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate, burst, spent = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left, at = tonumber(known[1]) or burst, tonumber(known[2]) or now
left = math.max(math.min(burst, left + (now - at) * rate) - spent, -burst)
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(2000 * burst / rate) + 1000)
return tostring(left)
"""


@dataclass(frozen=True)
class Rate:
    """A token bucket: how quickly it fills and how much it holds.

    Parameters
    ----------
    per_second
        Units that come back each second.
    seconds
        How many of these seconds it holds.

    Examples
    --------
    >>> Rate(100.0, 5.0).burst
    500.0
    """

    per_second: float
    seconds: float = 5.0

    @cached_property
    def burst(self) -> float:
        """Units that a full bucket holds."""
        return self.per_second * self.seconds


class Allowance(NamedTuple):
    """Whether something is allowed, and what is left.

    Parameters
    ----------
    allowed
        Whether the units were there; they were taken then.
    left
        Units that are left.
    seconds
        Where it is allowed, until the bucket is full again; else, until it will be allowed.
    """

    allowed: bool
    left: float
    seconds: float


@dataclass(slots=True)
class _Bucket:
    rate: Rate
    left: float
    at: float
    spent: float = 0.0  # since it was last settled


class RateLimits:
    """Token buckets by key.

    A request never waits for Redis: it is decided here, and ten times a second what was given out here is
    taken from the bucket that all instances share. So together they can exceed a rate by what they give out
    in a tenth of a second, and without Redis each instance has the whole rate for itself.

    Parameters
    ----------
    redis
        What instances share; None for one that is alone.
    clock
        Seconds that never run backwards.

    Examples
    --------
    >>> limits = RateLimits()
    >>> rate = Rate(1.0, 2.0)
    >>> [limits.take("ada", 1, rate).allowed for _ in range(3)]
    [True, True, False]
    """

    def __init__(
        self, redis: RedisLink | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._unsettled: dict[str, _Bucket] = {}
        self._settling: asyncio.Task[None] | None = None

    def take(self, key: str, cost: float, rate: Rate) -> Allowance:
        """Take units from a bucket if they are there.

        Parameters
        ----------
        key
            Whose bucket.
        cost
            Units; more than a bucket holds is never allowed.
        rate
            Of this bucket; another object begins it anew.
        """
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None or bucket.rate is not rate:
            if len(self._buckets) >= _MOST_KEYS:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[key] = _Bucket(rate, rate.burst, now)
        burst = rate.burst
        bucket.left = min(burst, bucket.left + (now - bucket.at) * rate.per_second)
        bucket.at = now
        if bucket.left < cost:
            return Allowance(False, max(0.0, bucket.left), (cost - bucket.left) / rate.per_second)
        bucket.left -= cost
        if self._redis is not None:
            bucket.spent += cost
            self._unsettled[key] = bucket
            if self._settling is None:
                self._settling = asyncio.create_task(self._settle(self._redis))
        return Allowance(True, bucket.left, (burst - bucket.left) / rate.per_second)

    async def close(self) -> None:
        """Stop settling."""
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.gather(self._settling, return_exceptions=True)

    async def _settle(self, redis: RedisLink) -> None:
        """Settle for as long as something is given out."""
        try:
            while self._unsettled:
                await asyncio.sleep(_SETTLE_SECONDS)
                pairs = list(self._unsettled.items())[:_MOST_SETTLED]
                await asyncio.gather(*(self._settle_one(redis, key, bucket) for key, bucket in pairs))
        finally:
            self._settling = None

    async def _settle_one(self, redis: RedisLink, key: str, bucket: _Bucket) -> None:
        self._unsettled.pop(key, None)
        spent, bucket.spent = bucket.spent, 0.0
        rate = bucket.rate
        arguments = (str(rate.per_second), str(rate.burst), str(spent))

        async def question(client: Any) -> float:
            return float(await client.eval(_SETTLE, 1, f"plimsoll:rate:{key}", *arguments))

        try:
            left = await redis.ask(question)
        except (UnavailableError, ValueError):
            return  # alone for now: what was given out meanwhile is forgotten, not held against anybody
        # What was given out while Redis was asked is not in its answer yet.
        bucket.left = min(bucket.left, left - bucket.spent)
