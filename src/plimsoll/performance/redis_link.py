"""One Redis, alone or a cluster, that is never waited for long and left alone while it fails."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from plimsoll.errors import UnavailableError
from plimsoll.performance.breaker import Breaker

if TYPE_CHECKING:
    from redis.asyncio import Redis

__all__ = ["RedisLink"]

_Answer = TypeVar("_Answer")
_SCHEMES = frozenset({"redis", "rediss"})
_REMEDY = "Write it as redis://user:password@host:6379/0; of a cluster, hosts with commas between."
_MOST_CONNECTIONS = 32
_SETTLE_SECONDS = 2.0  # a client of a cluster that looks for the new master is let finish, unwaited for


class RedisLink:
    """Asks a Redis; every question has a time limit, and a breaker stands before all of them.

    Nothing is connected before the first question. Whether the URL names a single server or a node of a
    cluster is found out by asking it; a cluster may also be named by several of its hosts.

    Parameters
    ----------
    url
        ``redis://host:port/0`` or ``rediss://`` for TLS, with commas between several hosts.
    seconds
        How long a caller waits for one answer.
    breaker
        Opens after failures in a row; None for the usual one.

    Raises
    ------
    UnavailableError
        If the URL cannot be used; the message does not repeat it, because it may hold a password.

    Examples
    --------
    >>> RedisLink("redis://127.0.0.1:6379").breaker.state.value
    'closed'
    """

    def __init__(self, url: str, *, seconds: float = 0.05, breaker: Breaker | None = None) -> None:
        self._urls = _split(url)
        self._seconds = seconds
        self.breaker = breaker or Breaker("redis")
        self._client: Redis | None = None
        self._connecting = asyncio.Lock()
        self._places = asyncio.Semaphore(_MOST_CONNECTIONS)
        self._unwaited: set[asyncio.Task[Any]] = set()

    async def ask(self, question: "Callable[[Redis], Awaitable[_Answer]]") -> _Answer:
        """Return the answer to one question.

        Parameters
        ----------
        question
            Called with a ``redis.asyncio`` client; of a cluster, one with the same commands.

        Raises
        ------
        UnavailableError
            If it does not answer in time, refuses, cannot be reached, or has failed several times just now.
        """
        from redis.exceptions import RedisClusterException, RedisError

        try:
            async with self.breaker:
                return await self._in_time(asyncio.create_task(self._answered(question)))
        # The client of a cluster stumbles over a connection that was closed beside it: AttributeError.
        except (RedisError, RedisClusterException, OSError, TimeoutError, AttributeError) as error:
            remedy = "Check that Redis runs and that its URL is right."
            raise UnavailableError("Redis does not answer", remedy=remedy) from error

    async def client(self) -> "Redis":
        """Return the client itself, for what is no question: subscriptions.

        Its commands have the time limit of the link, but no breaker.

        Raises
        ------
        redis.exceptions.RedisError
            If it cannot be reached.
        """
        async with self._connecting:
            if self._client is None:
                self._client = await _connected(self._urls, self._seconds)
        return self._client

    async def close(self) -> None:
        """Close all connections."""
        for task in self._unwaited:
            task.cancel()
        await asyncio.gather(*self._unwaited, return_exceptions=True)
        if self._client is not None:
            with contextlib.suppress(OSError):
                await self._client.aclose()
            self._client = None

    async def _answered(self, question: "Callable[[Redis], Awaitable[_Answer]]") -> _Answer:
        async with asyncio.timeout(_SETTLE_SECONDS), self._places:
            return await question(await self.client())

    async def _in_time(self, task: "asyncio.Task[_Answer]") -> _Answer:
        """Wait for an answer as long as the link does; one that comes later is left to itself."""
        try:
            await asyncio.wait({task}, timeout=self._seconds)
            for _ in range(2):  # a busy event loop is no slow Redis: what has arrived by now counts
                if not task.done():
                    await asyncio.sleep(0)
        finally:
            if not task.done():
                self._unwaited.add(task)
                task.add_done_callback(self._unwaited.discard)
                task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        if not task.done():
            raise TimeoutError
        return task.result()


def _split(url: str) -> list[str]:
    """Return one URL for each host."""
    try:
        parts = urlsplit(url)
        login, at, hosts = parts.netloc.rpartition("@")
        places = [parts._replace(netloc=f"{login}{at}{host}") for host in hosts.split(",")]
        usable = all(place.scheme in _SCHEMES and place.hostname and _port(place) for place in places)
    except ValueError:
        usable = False
    if not usable:
        raise UnavailableError("the Redis URL cannot be used", remedy=_REMEDY) from None
    return [place.geturl() for place in places]


def _port(place: SplitResult) -> int:
    return 6379 if place.port is None else place.port


async def _connected(urls: list[str], seconds: float) -> "Redis":
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.exceptions import ResponseError

    limits: dict[str, Any] = {
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "retry": Retry(NoBackoff(), 0),
    }
    failure: Exception = ConnectionError()
    for url in urls:
        single = Redis.from_url(url, max_connections=2 * _MOST_CONNECTIONS, **limits)
        try:
            found = await single.info("cluster")
        except ResponseError:
            return single  # it may not be asked about itself: then it is what it seems
        except Exception as error:  # noqa: BLE001 - whatever is wrong with this one, the next may do
            failure = error
            await single.aclose()
            continue
        if not found.get("cluster_enabled"):
            return single
        await single.aclose()
        cluster: Redis = _cluster(urls, limits)
        return cluster
    raise failure


def _cluster(urls: list[str], limits: dict[str, Any]) -> Any:
    """Return a client of the cluster that some of its nodes name."""
    from redis.asyncio.cluster import ClusterNode, RedisCluster
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    places = [urlsplit(url) for url in urls]
    nodes = [ClusterNode(place.hostname or "", _port(place)) for place in places]
    again = {**limits, "retry": Retry(NoBackoff(), 1)}  # once, after it has looked for the new master
    return RedisCluster.from_url(urls[0], startup_nodes=nodes, require_full_coverage=False, **again)
