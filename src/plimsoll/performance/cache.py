"""A cache on two levels: the memory of the process, and a Redis that several processes share."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from cachetools import TLRUCache
from prometheus_client import CollectorRegistry

from plimsoll.errors import NotFoundError, UnavailableError
from plimsoll.monitoring.cache_metrics import CacheMetrics
from plimsoll.monitoring.tracing import span
from plimsoll.performance.cache_keys import CacheKey
from plimsoll.performance.redis_link import RedisLink
from plimsoll.performance.sealed_values import SealedValue

__all__ = ["TwoLevelCache"]

_Make = Callable[[], Awaitable[bytes]]

_ENTRY_BYTES = 500  # that an entry takes beside its value
_MOST_WRITES = 64  # on their way to Redis; more are left out
_JITTER = 0.1
_LONGEST_RETRY = 1.0  # seconds that a stale value is served before another try to make a new one


@dataclass(frozen=True, slots=True)
class _Entry:
    """A value, or in its place that there is none.

    Times are those of the monotonic clock.
    """

    value: bytes
    fresh_until: float
    ends: float
    missing: NotFoundError | None = None


class TwoLevelCache:
    """Keeps values that are expensive to make; everything works without Redis, only more is made.

    The bytes that come out are those that `make` returned for this key, at most ``seconds + stale_seconds``
    ago. Each value is made once at a time, however many ask for it. A value that Redis returns is checked
    before it is used. Redis is asked only on a miss in memory, written to beside the answer, and never waited
    for longer than its link allows. A cache belongs to one event loop.

    Parameters
    ----------
    redis
        The second level; None for none.
    capacity
        Bytes of memory for the first.
    largest
        Bytes of the largest value that is kept.
    metrics
        Where hits and misses are counted; None for nowhere.
    clock
        Seconds that never run backwards.

    Examples
    --------
    >>> from uuid import UUID
    >>> cache = TwoLevelCache()
    >>> async def make() -> bytes:
    ...     return b"made"
    >>> async def twice() -> list[bytes]:
    ...     key = CacheKey(UUID(int=1), "report", ("1",))
    ...     return [await cache.get_or_make(key, make, seconds=60) for _ in range(2)]
    >>> asyncio.run(twice())
    [b'made', b'made']
    """

    def __init__(
        self,
        redis: RedisLink | None = None,
        *,
        capacity: int = 64 * 2**20,
        largest: int = 4 * 2**20,
        metrics: CacheMetrics | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.redis = redis
        self._largest = min(largest, capacity // 2)
        self._metrics = metrics or CacheMetrics(CollectorRegistry())
        self._clock = clock
        self._kept: TLRUCache[CacheKey, _Entry] = TLRUCache(
            capacity, ttu=lambda _key, entry, _now: entry.ends, timer=clock, getsizeof=_size
        )
        self._metrics.bytes.set_function(lambda: self._kept.currsize)
        self._hits = self._metrics.hits.labels("memory")
        self._making: dict[CacheKey, _Making] = {}
        self._writing: set[asyncio.Task[None]] = set()
        self._chance = random.Random()  # noqa: S311 - it spreads expiry times, and keeps no secret

    def peek(self, key: CacheKey) -> bytes | None:
        """Return a value that is fresh and in memory, else None: the quick way for what is asked for most."""
        try:
            entry = self._kept[key]
        except KeyError:
            return None
        if entry.missing is not None or self._clock() >= entry.fresh_until:
            return None
        self._hits.inc()
        return entry.value

    async def get_or_make(
        self,
        key: CacheKey,
        make: _Make,
        *,
        seconds: float,
        stale_seconds: float = 0.0,
        missing_seconds: float = 0.0,
        shared: bool = True,
    ) -> bytes:
        """Return the value of a key, made now if it has to be.

        Parameters
        ----------
        key
            Whose value, of what, in which version.
        make
            Makes the value; what it raises is raised here and not kept, but for `missing_seconds`.
        seconds
            How long a value is fresh; up to a tenth less, so that not all end at once.
        stale_seconds
            How long after that it is served while a new one is made, also where making it fails.
        missing_seconds
            How long it is remembered, in memory alone, that `make` raised a NotFoundError.
        shared
            Whether Redis keeps the value too.

        Raises
        ------
        NotFoundError
            If `make` raised it just now or within `missing_seconds`.
        """
        entry = self._kept.get(key)
        if entry is not None:
            self._hits.inc()
            if entry.missing is not None:
                raise _again(entry.missing)
            if self._clock() < entry.fresh_until:
                return entry.value
            self._metrics.stale.inc()
        making = self._making.get(key)
        if making is None or making.given_up:
            times = _Times(seconds, stale_seconds, missing_seconds, shared)
            making = self._making[key] = _Making()
            making.task = asyncio.create_task(self._fill(key, make, times, making))
            making.task.add_done_callback(partial(self._made, key, making))
        elif entry is None:
            self._metrics.hits.labels("shared").inc()
        return await making.wait() if entry is None else entry.value

    def forget(self, key: CacheKey) -> None:
        """Forget a value in memory; one that is being made goes to those who wait for it, to nobody else."""
        self._kept.pop(key, None)
        self._making.pop(key, None)

    async def close(self) -> None:
        """Stop what is under way and close the connection to Redis."""
        tasks = [*self._writing, *(making.task for making in self._making.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.redis is not None:
            await self.redis.close()

    async def _fill(self, key: CacheKey, make: _Make, times: "_Times", making: "_Making") -> bytes:
        found = await self._from_redis(key) if times.shared else None
        if found is not None:
            left = found.fresh_until - time.time()
            self._keep(key, making, found.value, min(left, times.fresh), times.stale)
            return found.value
        self._metrics.misses.inc()
        try:
            with self._metrics.load_seconds.time(), span("cache make", **{"cache.kind": key.kind}):
                value = await make()
        except NotFoundError as error:
            if times.missing > 0:
                self._keep(key, making, b"", times.missing, 0.0, missing=error)
            raise
        fresh = times.fresh * (1.0 - _JITTER * self._chance.random())
        self._keep(key, making, value, fresh, times.stale)
        if times.shared and self._making.get(key) is making:
            self._to_redis(key, value, fresh, times.stale)
        return value

    def _keep(
        self,
        key: CacheKey,
        making: "_Making",
        value: bytes,
        fresh: float,
        stale: float,
        *,
        missing: NotFoundError | None = None,
    ) -> None:
        if self._making.get(key) is making and len(value) <= self._largest:
            now = self._clock()
            self._kept[key] = _Entry(value, now + fresh, now + fresh + stale, missing)

    def _made(self, key: CacheKey, making: "_Making", task: asyncio.Task[bytes]) -> None:
        """Come to the end of making a value; where it failed, what is stale stays for a moment longer."""
        failed = task.cancelled() or task.exception() is not None
        if self._making.get(key) is not making:
            return
        del self._making[key]
        entry = self._kept.get(key) if failed else None
        if entry is not None and entry.missing is None:
            until = min(self._clock() + _LONGEST_RETRY, entry.ends)
            self._kept[key] = _Entry(entry.value, until, entry.ends)

    async def _from_redis(self, key: CacheKey) -> SealedValue | None:
        if self.redis is None or not self.redis.breaker.lets_through:
            return None
        name = key.text
        try:
            with span("cache get", **{"db.system.name": "redis", "cache.kind": key.kind}):
                kept: Any = await self.redis.ask(lambda redis: redis.get(name))
        except UnavailableError:
            self._metrics.errors.labels("redis").inc()
            return None
        if kept is None:
            return None
        found = SealedValue.opened(name, kept) if isinstance(kept, bytes) else None
        if found is None:
            self._metrics.errors.labels("damaged").inc()
        elif found.fresh_until <= time.time():
            return None
        else:
            self._metrics.hits.labels("redis").inc()
        return found

    def _to_redis(self, key: CacheKey, value: bytes, fresh: float, stale: float) -> None:
        """Write a value to Redis, beside the answer."""
        if self.redis is None or not self.redis.breaker.lets_through or len(value) > self._largest:
            return
        if len(self._writing) >= _MOST_WRITES:
            self._metrics.errors.labels("dropped").inc()
            return
        task = asyncio.create_task(self._write(self.redis, key.text, value, fresh, fresh + stale))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, redis: RedisLink, name: str, value: bytes, fresh: float, ends: float) -> None:
        sealed = SealedValue(value, time.time() + fresh).sealed(name)
        try:
            await redis.ask(lambda client: client.set(name, sealed, px=max(1, round(ends * 1000))))
        except UnavailableError:
            self._metrics.errors.labels("redis").inc()


@dataclass(frozen=True, slots=True)
class _Times:
    fresh: float
    stale: float
    missing: float
    shared: bool


class _Making:
    """A value being made, and how many wait for it: when nobody does any more, it is given up."""

    def __init__(self) -> None:
        self.task: asyncio.Task[bytes]
        self.given_up = False
        self._waiting = 0

    async def wait(self) -> bytes:
        self._waiting += 1
        try:
            return await asyncio.shield(self.task)
        finally:
            self._waiting -= 1
            if not self._waiting and not self.task.done():
                self.given_up = True
                self.task.cancel()


def _size(entry: _Entry) -> int:
    return _ENTRY_BYTES + len(entry.value)


def _again(error: NotFoundError) -> NotFoundError:
    """Return an equal error: one that is raised twice grows its traceback without end."""
    return NotFoundError(error.message, remedy=error.remedy)
