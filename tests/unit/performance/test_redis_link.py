"""One question to a real Redis, whatever state it is in."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.performance.breaker import Breaker, BreakerState
from plimsoll.performance.redis_link import RedisLink
from redis_server import RedisCluster, RedisServer

pytestmark = pytest.mark.anyio

Link = Callable[..., RedisLink]


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    """Make links that are closed at the end."""
    made: list[RedisLink] = []

    def make(url: str, **options: float | Breaker) -> RedisLink:
        made.append(RedisLink(url, **options))  # type: ignore[arg-type]  # each test names its own
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def works(link: RedisLink) -> bool:
    """Return whether a value can be written and read."""
    try:
        await link.ask(lambda redis: redis.set("plimsoll-test", b"value"))
        return await link.ask(lambda redis: redis.get("plimsoll-test")) == b"value"
    except UnavailableError:
        return False


async def comes_to_work(link: RedisLink) -> bool:
    """Return whether it works soon: a busy machine may take longer than 50 ms, and a breaker pauses."""
    for _ in range(300):
        if await works(link):
            return True
        await asyncio.sleep(0.05)
    return False


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:6379",
        "http://127.0.0.1",
        "redis://",
        "redis://h:port",
        "redis://h:0",
        "redis://[",
        "redis://a,",
    ],
)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """The message names the form and does not repeat what may hold a password."""
    with pytest.raises(UnavailableError, match="cannot be used") as raised:
        RedisLink(url.replace("://", "://user:hunter2@"))
    assert "hunter2" not in str(raised.value)


async def test_a_single_server_and_a_cluster_are_asked_alike(
    link: Link, redis_url: str, redis_cluster: RedisCluster
) -> None:
    """What the URL names is found out by asking; hosts that are dead are passed over."""
    dead = f"127.0.0.1:{_closed_port()}"
    hosts = ",".join(f"127.0.0.1:{node.port}" for node in redis_cluster.nodes[:2])
    for url in (redis_url, redis_cluster.url, f"redis://{dead},{hosts}"):
        asked = link(url, seconds=1.0)
        assert await works(asked), url
        keys = [f"plimsoll-test-{number}" for number in range(20)]
        for key in keys:
            await asked.ask(lambda redis, key=key: redis.set(key, key.encode()))  # type: ignore[misc]  # bound now
        found = [await asked.ask(lambda redis, key=key: redis.get(key)) for key in keys]  # type: ignore[misc]  # as above
        assert found == [key.encode() for key in keys]


async def test_a_dead_server_costs_little_and_soon_nothing(link: Link) -> None:
    """Nobody listens: each call fails at once, and after five the breaker answers for it."""
    asked = link(f"redis://127.0.0.1:{_closed_port()}")
    for _ in range(5):
        assert not await works(asked)
    assert asked.breaker.state is BreakerState.OPEN
    begun = time.process_time()
    for _ in range(1000):
        assert not await works(asked)
    assert time.process_time() - begun < 3  # a thousand attempts to connect take longer


async def test_a_server_that_hangs_is_waited_for_so_long_and_no_longer(
    link: Link, own_redis: RedisServer
) -> None:
    """Five calls of 50 ms, then none; when it goes on, so do we."""
    asked = link(own_redis.url, breaker=Breaker("redis", pause_seconds=0.1))
    assert await comes_to_work(asked)
    own_redis.freeze()
    for _ in range(5):
        begun = time.perf_counter()
        assert not await works(asked)
        assert time.perf_counter() - begun < 4  # a client's own limit is five seconds
    assert asked.breaker.state.value == "open"
    own_redis.thaw()
    assert await comes_to_work(asked)
    assert asked.breaker.state is BreakerState.CLOSED


async def test_a_server_that_comes_back_is_found_again(link: Link, own_redis: RedisServer) -> None:
    """Killed and started again on the same port, it is used again after the pause."""
    asked = link(own_redis.url, breaker=Breaker("redis", failures=1, pause_seconds=0.05))
    assert await comes_to_work(asked)
    own_redis.kill()
    assert not await works(asked)
    own_redis.start()
    assert await comes_to_work(asked)


async def test_many_questions_at_once(link: Link, redis_url: str) -> None:
    """More than there are connections wait for one another."""
    asked = link(redis_url, seconds=2.0)
    assert all(await asyncio.gather(*(works(asked) for _ in range(200))))


async def test_a_wrong_command_is_an_error_of_ours(link: Link, redis_url: str) -> None:
    """A refusal by the server is no answer either."""
    asked = link(redis_url, seconds=1.0)
    await asked.ask(lambda redis: redis.set("plimsoll-text", b"text"))
    with pytest.raises(UnavailableError):
        await asked.ask(lambda redis: redis.incr("plimsoll-text"))


async def test_the_client_itself_is_for_subscriptions(link: Link, redis_url: str) -> None:
    """It is made once."""
    asked = link(redis_url, seconds=1.0)
    assert await asked.client() is await asked.client()


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
