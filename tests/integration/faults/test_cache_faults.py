"""Whatever becomes of Redis, the cache gives what would be made without it, and soon costs nothing."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from plimsoll.performance.breaker import Breaker, BreakerState
from plimsoll.performance.cache import TwoLevelCache
from plimsoll.performance.cache_keys import CacheKey
from plimsoll.performance.redis_link import RedisLink
from redis_server import RedisServer, cluster_running, until

pytestmark = pytest.mark.anyio

TENANTS = (UUID(int=1), UUID(int=2))


def instances(url: str) -> list[TwoLevelCache]:
    """Return the caches of three processes on one Redis, with little memory, so that Redis is asked much."""
    links = [RedisLink(url, breaker=Breaker("redis", pause_seconds=0.1)) for _ in range(3)]
    return [TwoLevelCache(link, capacity=8_000) for link in links]


def truth(key: CacheKey) -> bytes:
    """Return what a key stands for."""
    return key.text.encode() * 20


def making(key: CacheKey) -> Callable[[], Awaitable[bytes]]:
    """Return what makes the value of a key."""

    async def make() -> bytes:
        await asyncio.sleep(0)
        return truth(key)

    return make


async def ask(caches: list[TwoLevelCache], chance: random.Random, times: int = 150) -> None:
    """Ask for values here and there; each is the one that would be made."""
    for _ in range(times):
        key = CacheKey(chance.choice(TENANTS), "report", (str(chance.randrange(40)),))
        found = await chance.choice(caches).get_or_make(key, making(key), seconds=60)
        assert found == truth(key)


async def test_answers_are_right_whatever_becomes_of_redis(own_redis: RedisServer) -> None:
    """While it runs, is emptied, filled with garbage, hangs, goes on, is killed and comes back."""
    chance = random.Random(3)  # noqa: S311 - which keys are asked for
    caches = instances(own_redis.url)
    await ask(caches, chance)
    own_redis.command("flushall")
    await ask(caches, chance)
    for name in own_redis.command("keys", "plimsoll:*").split()[:20]:
        own_redis.command("set", name, "garbage")
    await ask(caches, chance)
    own_redis.freeze()
    await ask(caches, chance)
    own_redis.thaw()
    await asyncio.sleep(0.2)
    await ask(caches, chance)
    own_redis.kill()
    await ask(caches, chance)
    own_redis.start()
    await asyncio.sleep(0.3)
    await ask(caches, chance)
    assert "plimsoll:" in own_redis.command("keys", "plimsoll:*")
    for cache in caches:
        await cache.close()


async def test_a_redis_that_hangs_costs_five_short_waits(own_redis: RedisServer) -> None:
    """A black hole: 50 ms five times, and then the breaker keeps a thousand further misses from waiting."""
    cache = TwoLevelCache(RedisLink(own_redis.url))
    own_redis.freeze()
    keys = [CacheKey(TENANTS[0], "report", (str(number),)) for number in range(1005)]
    begun = time.perf_counter()
    for key in keys[:5]:
        await cache.get_or_make(key, making(key), seconds=60)
    assert time.perf_counter() - begun < 5.0  # what a client waits for one answer unless it is told otherwise
    assert cache.redis is not None
    assert cache.redis.breaker.state is BreakerState.OPEN
    begun = time.perf_counter()
    for key in keys[5:]:
        await cache.get_or_make(key, making(key), seconds=60)
    assert time.perf_counter() - begun < 10.0  # of a thousand waits of 50 ms it would be fifty
    own_redis.thaw()
    await cache.close()


async def test_a_cluster_that_loses_a_master() -> None:
    """Answers stay right through the failover, and afterwards the new master is used."""
    chance = random.Random(4)  # noqa: S311 - which keys are asked for
    with cluster_running() as cluster:
        caches = instances(cluster.url)
        await ask(caches, chance)
        victim = next(node for node in cluster.masters() if node is not cluster.nodes[0])
        victim.kill()
        await ask(caches, chance, times=60)
        await asyncio.to_thread(until, lambda: len(cluster.masters()) == 3 and cluster.is_whole(), 30.0)
        for _ in range(20):
            await asyncio.sleep(0.2)
            await ask(caches, chance, times=30)
            if all(cache.redis and cache.redis.breaker.state is BreakerState.CLOSED for cache in caches):
                break
        assert all(cache.redis and cache.redis.breaker.state is BreakerState.CLOSED for cache in caches)
        for cache in caches:
            await cache.close()
