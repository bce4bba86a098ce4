"""The cache gives what was made, makes it once, and never needs Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from plimsoll.errors import NotFoundError
from plimsoll.monitoring.cache_metrics import CacheMetrics
from plimsoll.performance.cache import TwoLevelCache
from plimsoll.performance.cache_keys import CacheKey
from plimsoll.performance.redis_link import RedisLink
from redis_server import RedisServer

pytestmark = pytest.mark.anyio

KEY = CacheKey(UUID(int=1), "report", ("1",))


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Maker:
    """Makes a new value each time, counts how often, and fails when it is told to."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.made = 0
        self.seconds = seconds
        self.error: Exception | None = None

    async def __call__(self) -> bytes:
        """Make the next value."""
        self.made += 1
        number = self.made
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return b"%d" % number


async def settled() -> None:
    """Let what goes on beside the answers end."""
    await asyncio.sleep(0.03)


async def test_a_value_is_made_once_and_kept_for_its_time() -> None:
    """It stays for at least nine tenths of its seconds, at most for all of them, and is then made again."""
    clock, make = Clock(), Maker()
    cache = TwoLevelCache(clock=clock)
    assert cache.peek(KEY) is None
    assert await cache.get_or_make(KEY, make, seconds=10) == b"1"
    clock.now = 8.9
    assert cache.peek(KEY) == b"1"
    assert await cache.get_or_make(KEY, make, seconds=10) == b"1"
    clock.now = 10.0
    assert cache.peek(KEY) is None
    assert await cache.get_or_make(KEY, make, seconds=10) == b"2"


async def test_ends_are_spread() -> None:
    """Values that were made at the same time do not all end at the same time."""
    clock, make = Clock(), Maker()
    cache = TwoLevelCache(clock=clock)
    keys = [CacheKey(UUID(int=1), "report", (str(number),)) for number in range(200)]
    for key in keys:
        await cache.get_or_make(key, make, seconds=100)
    clock.now = 95.0
    living = sum(cache.peek(key) is not None for key in keys)
    assert 50 < living < 150


async def test_however_many_ask_a_value_is_made_once() -> None:
    """A hundred callers at once get the one value."""
    cache, make = TwoLevelCache(), Maker(0.01)
    found = await asyncio.gather(*(cache.get_or_make(KEY, make, seconds=10) for _ in range(100)))
    assert set(found) == {b"1"}
    assert make.made == 1


async def test_one_caller_who_leaves_does_not_spoil_it_for_the_others() -> None:
    """The value is made for those who stay; when all have left it is given up, and made anew for the next."""
    cache, make = TwoLevelCache(), Maker(0.02)
    first, second = (asyncio.create_task(cache.get_or_make(KEY, make, seconds=10)) for _ in range(2))
    await asyncio.sleep(0.005)
    first.cancel()
    assert await second == b"1"
    cache.forget(KEY)
    alone = asyncio.create_task(cache.get_or_make(KEY, make, seconds=10))
    await asyncio.sleep(0.005)
    alone.cancel()
    await asyncio.sleep(0)
    assert await cache.get_or_make(KEY, make, seconds=10) == b"3"


async def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    """The next caller makes it."""
    cache, make = TwoLevelCache(), Maker(0.005)
    make.error = ValueError("broken")
    found = await asyncio.gather(
        *(cache.get_or_make(KEY, make, seconds=10) for _ in range(3)), return_exceptions=True
    )
    assert [str(error) for error in found] == ["broken"] * 3
    make.error = None
    assert await cache.get_or_make(KEY, make, seconds=10) == b"2"


async def test_what_is_not_there_is_remembered_for_a_moment() -> None:
    """A NotFoundError is raised again without asking, for as long as the caller says and no longer."""
    clock, make = Clock(), Maker()
    cache = TwoLevelCache(clock=clock)
    make.error = NotFoundError("there is no such run", remedy="List them.")
    for _ in range(3):
        with pytest.raises(NotFoundError, match="no such run") as raised:
            await cache.get_or_make(KEY, make, seconds=10, missing_seconds=1)
        assert raised.value.remedy == "List them."
    assert make.made == 1
    assert cache.peek(KEY) is None
    clock.now = 1.0
    make.error = None
    assert await cache.get_or_make(KEY, make, seconds=10, missing_seconds=1) == b"2"


async def test_a_stale_value_is_served_while_a_new_one_is_made() -> None:
    """Nobody waits for it; where making fails, the stale one stays until its end."""
    clock, make = Clock(), Maker(0.01)
    cache = TwoLevelCache(clock=clock)
    await cache.get_or_make(KEY, make, seconds=10, stale_seconds=20)
    clock.now = 10.0
    assert await cache.get_or_make(KEY, make, seconds=10, stale_seconds=20) == b"1"
    await settled()
    assert await cache.get_or_make(KEY, make, seconds=10, stale_seconds=20) == b"2"
    assert make.made == 2
    make.error = ValueError("broken")
    clock.now = 21.0
    for _ in range(3):
        assert await cache.get_or_make(KEY, make, seconds=10, stale_seconds=20) == b"2"
        await settled()
    assert make.made == 3  # a second passes before the next try
    clock.now = 50.0
    with pytest.raises(ValueError, match="broken"):
        await cache.get_or_make(KEY, make, seconds=10, stale_seconds=20)


async def test_what_was_forgotten_does_not_come_back() -> None:
    """A value that was being made when it was forgotten goes to its caller and is not kept."""
    cache, make = TwoLevelCache(), Maker(0.02)
    early = asyncio.create_task(cache.get_or_make(KEY, make, seconds=10))
    await asyncio.sleep(0.005)
    cache.forget(KEY)
    assert await cache.get_or_make(KEY, make, seconds=10) == b"2"
    assert await early == b"1"
    assert cache.peek(KEY) == b"2"


async def test_memory_has_a_bound() -> None:
    """Old values give way to new ones, and what is too large is made for the caller and not kept."""
    registry = CollectorRegistry()
    cache = TwoLevelCache(capacity=10_000, largest=4_000, metrics=CacheMetrics(registry))

    def value(size: int) -> Callable[[], Awaitable[bytes]]:
        async def make() -> bytes:
            return b"x" * size

        return make

    keys = [CacheKey(UUID(int=1), "report", (str(number),)) for number in range(20)]
    for key in keys:
        await cache.get_or_make(key, value(2_000), seconds=10)
        assert (registry.get_sample_value("plimsoll_cache_bytes") or 0) <= 10_000
    assert cache.peek(keys[0]) is None
    assert cache.peek(keys[-1]) is not None
    assert len(await cache.get_or_make(KEY, value(4_001), seconds=10)) == 4_001
    assert cache.peek(KEY) is None


async def test_tenants_never_share() -> None:
    """The same thing of another tenant is another value."""
    cache, make = TwoLevelCache(), Maker()
    other = CacheKey(UUID(int=2), "report", ("1",))
    assert await cache.get_or_make(KEY, make, seconds=10) == b"1"
    assert await cache.get_or_make(other, make, seconds=10) == b"2"


@pytest.fixture
async def two(
    own_redis: RedisServer,
) -> AsyncIterator[tuple[TwoLevelCache, TwoLevelCache, CollectorRegistry]]:
    """Yield the caches of two processes on one Redis, and what the second one measures."""
    registry = CollectorRegistry()
    one = TwoLevelCache(RedisLink(own_redis.url, seconds=0.5))
    other = TwoLevelCache(RedisLink(own_redis.url, seconds=0.5), metrics=CacheMetrics(registry))
    yield one, other, registry
    await one.close()
    await other.close()


async def test_redis_hands_on_to_other_processes(
    two: tuple[TwoLevelCache, TwoLevelCache, CollectorRegistry],
) -> None:
    """What one process has made another one finds, unless it is said to be for this one alone."""
    (one, other, registry), make = two, Maker()
    alone = CacheKey(UUID(int=1), "alone")
    assert await one.get_or_make(KEY, make, seconds=10) == b"1"
    assert await one.get_or_make(alone, make, seconds=10, shared=False) == b"2"
    await settled()
    assert await other.get_or_make(KEY, make, seconds=10) == b"1"
    assert other.peek(KEY) == b"1"
    assert await other.get_or_make(alone, make, seconds=10, shared=False) == b"3"
    assert registry.get_sample_value("plimsoll_cache_hits_total", {"level": "redis"}) == 1
    assert registry.get_sample_value("plimsoll_cache_misses_total") == 1


async def test_a_value_that_redis_damaged_is_made_again(
    two: tuple[TwoLevelCache, TwoLevelCache, CollectorRegistry], own_redis: RedisServer
) -> None:
    """Garbage, a value of another key and one of another type count as nothing found."""
    (one, other, registry), make = two, Maker()
    keys = [CacheKey(UUID(int=1), "report", (str(number),)) for number in range(3)]
    for key in keys:
        await one.get_or_make(key, make, seconds=10)
    await settled()
    own_redis.command("set", keys[0].text, "garbage")
    own_redis.command("copy", keys[2].text, keys[1].text, "replace")
    own_redis.command("del", keys[2].text)
    own_redis.command("lpush", keys[2].text, "a list")
    found = [await other.get_or_make(key, make, seconds=10) for key in keys]
    assert found == [b"4", b"5", b"6"]
    assert registry.get_sample_value("plimsoll_cache_errors_total", {"reason": "damaged"}) == 2
    assert registry.get_sample_value("plimsoll_cache_errors_total", {"reason": "redis"}) == 1


async def test_a_value_in_redis_ends_with_its_time(
    two: tuple[TwoLevelCache, TwoLevelCache, CollectorRegistry], own_redis: RedisServer
) -> None:
    """Redis forgets it by itself."""
    one, _, _ = two
    await one.get_or_make(KEY, Maker(), seconds=10, stale_seconds=5)
    await settled()
    left = int(own_redis.command("pttl", KEY.text))
    assert 13_000 < left <= 15_000
