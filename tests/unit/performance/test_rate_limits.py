"""Token buckets: nobody gets more than their rate, alone and together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.performance.rate_limits import Rate, RateLimits
from plimsoll.performance.redis_link import RedisLink
from redis_server import RedisCluster, RedisServer

pytestmark = pytest.mark.anyio

Limits = Callable[[str], RateLimits]


@pytest.fixture
async def instance() -> AsyncIterator[Limits]:
    """Make the limits of instances that are closed at the end."""
    made: list[tuple[RateLimits, RedisLink]] = []

    def make(url: str) -> RateLimits:
        link = RedisLink(url, seconds=1.0)
        made.append((RateLimits(link), link))
        return made[-1][0]

    yield make
    for limits, link in made:
        await limits.close()
        await link.close()


async def soon(succeeds: Callable[[float], Awaitable[bool]]) -> None:
    """Try something with a short pause; a machine that is busy gets longer ones."""
    for pause in (0.3, 1.0, 3.0, 8.0):
        if await succeeds(pause):
            return
    pytest.fail("it does not come true, however long one waits")


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@given(st.lists(st.tuples(st.floats(0.0, 3.0), st.integers(1, 20)), max_size=100))
def test_what_is_given_out_is_bounded(steps: list[tuple[float, int]]) -> None:
    """At any time no more than a full bucket and what has come back since the beginning."""
    clock, rate = Clock(), Rate(4.0, 5.0)
    limits, given_out = RateLimits(clock=clock), 0
    for pause, cost in steps:
        clock.now += pause
        found = limits.take("ada", cost, rate)
        given_out += cost if found.allowed else 0
        assert given_out <= rate.burst + rate.per_second * clock.now + 1e-6
        assert 0.0 <= found.left <= rate.burst


def test_the_time_to_wait_is_right() -> None:
    """After it the same request passes, a little before it does not."""
    clock, rate = Clock(), Rate(2.0, 5.0)
    limits = RateLimits(clock=clock)
    assert limits.take("ada", 10, rate).allowed
    refused = limits.take("ada", 3, rate)
    assert (refused.allowed, refused.seconds) == (False, 1.5)
    clock.now = 1.49
    assert not limits.take("ada", 3, rate).allowed
    clock.now = 1.5
    assert limits.take("ada", 3, rate).allowed
    assert limits.take("bob", 10, rate).allowed


async def test_instances_share_a_rate(instance: Limits, redis_url: str) -> None:
    """What one gives out the others do not, a moment later."""
    rate = Rate(1.0, 100.0)
    one, other = instance(redis_url), instance(redis_url)

    async def shared(pause: float) -> bool:
        key = uuid4().hex
        for _ in range(90):
            assert one.take(key, 1, rate).allowed
        await asyncio.sleep(pause)
        assert other.take(key, 1, rate).allowed
        await asyncio.sleep(pause)
        given_out = sum(other.take(key, 1, rate).allowed for _ in range(90))
        return given_out <= 12 + 2 * pause and not other.take(key, 1, rate).allowed

    await soon(shared)


async def test_a_cluster_settles_as_well(instance: Limits, redis_cluster: RedisCluster) -> None:
    """Keys of several tenants lie on several nodes."""
    rate = Rate(0.5, 20.0)
    one, other = instance(redis_cluster.url), instance(redis_cluster.url)

    async def settled(pause: float) -> bool:
        keys = [uuid4().hex for _ in range(8)]
        for key in keys:
            assert one.take(key, 10, rate).allowed
        await asyncio.sleep(pause)
        for key in keys:
            other.take(key, 1, rate)
        await asyncio.sleep(pause)
        return not any(other.take(key, 5, rate).allowed for key in keys)

    await soon(settled)


async def test_without_its_redis_each_has_the_rate_for_itself(
    instance: Limits, own_redis: RedisServer
) -> None:
    """Nobody is refused because Redis is gone, and nobody gets more than the rate of one instance."""
    rate = Rate(1.0, 20.0)
    limits = instance(own_redis.url)
    own_redis.kill()
    assert sum(limits.take("ada", 1, rate).allowed for _ in range(10)) == 10
    await asyncio.sleep(0.3)
    assert sum(limits.take("ada", 1, rate).allowed for _ in range(30)) in (10, 11)
