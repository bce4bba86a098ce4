"""Redis goes away, hangs, forgets or holds nonsense under a running platform: no answer changes."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx2
import pytest

from fault_proxy import FaultProxy, Latency, ResetPeer, Slicer, Stream, Timeout, fault_proxy
from platform_process import Running, platform
from redis_server import RedisServer, redis_running
from risk_api_world import API, BOOK, prices_file

ROUNDS = 4


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """Yield a server that may be broken."""
    with redis_running() as server:
        yield server


@pytest.fixture(scope="module")
def proxy(redis: RedisServer) -> Iterator[FaultProxy]:
    """Yield a proxy before it."""
    with fault_proxy(("127.0.0.1", redis.port)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def running(proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Yield a platform that reaches its Redis through the proxy."""
    url = f"redis://127.0.0.1:{proxy.port}/0"
    with platform(tmp_path_factory.mktemp("home"), "--no-demo", "--redis-url", url) as running:
        yield running


@pytest.fixture(scope="module")
def paths(running: Running) -> list[str]:
    """Return what is read again and again: a run, its report, cuts of its cube, its book."""
    with _client(running) as client:
        book = _made(client.post(f"{API}/portfolios", json={"name": "Book"}))["id"]
        csv = {"Content-Type": "text/csv"}
        _made(client.put(f"{API}/portfolios/{book}/positions", content=BOOK, headers=csv))
        _made(client.post(f"{API}/price-sets", content=prices_file(), headers=csv))
        run = _made(client.post(f"{API}/risk-runs", json={"portfolio_id": book}))["id"]
    found = f"{API}/risk-runs/{run}"
    return [found, f"{found}/report", f"{found}/cube", f"{found}/cube?by=desk", f"{API}/portfolios/{book}"]


@contextmanager
def _frozen(redis: RedisServer) -> Iterator[None]:
    redis.freeze()
    try:
        yield
    finally:
        redis.thaw()


@contextmanager
def _killed(redis: RedisServer) -> Iterator[None]:
    redis.kill()
    try:
        yield
    finally:
        redis.start()


@contextmanager
def _flushed(redis: RedisServer) -> Iterator[None]:
    """Flush again and again."""
    ended = threading.Event()

    def flush() -> None:
        while not ended.wait(0.05):
            redis.command("flushall")

    thread = threading.Thread(target=flush)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _spoilt(redis: RedisServer) -> Iterator[None]:
    """Replace every value by one that nobody has written."""
    for key in redis.command("keys", "*").split():
        if redis.command("type", key).strip() == "string":
            redis.command("set", key, f"nonsense {random.random()}")  # noqa: S311 - no secret
    yield


FAULTS: dict[str, Callable[[RedisServer, FaultProxy], AbstractContextManager[None]]] = {
    "closed": lambda redis, _: _killed(redis),
    "hanging": lambda redis, _: _frozen(redis),
    "flushed": lambda redis, _: _flushed(redis),
    "spoilt": lambda redis, _: _spoilt(redis),
    "down": lambda _, proxy: proxy.down(),
    "black hole": lambda _, proxy: proxy.toxic(Timeout(), Timeout(stream=Stream.UPSTREAM)),
    "slow": lambda _, proxy: proxy.toxic(Latency(latency=0.5)),
    "reset": lambda _, proxy: proxy.toxic(ResetPeer()),
    "in pieces": lambda _, proxy: proxy.toxic(Slicer(average_size=20, delay=0.005)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_changes(
    fault: str, running: Running, redis: RedisServer, proxy: FaultProxy, paths: list[str]
) -> None:
    """Before, during and after, each answer is the same to the byte, changes are seen at once, none fails."""
    with _client(running) as client:
        before = [client.get(path).content for path in paths]
        with FAULTS[fault](redis, proxy):
            for number in range(ROUNDS):
                assert [client.get(path).content for path in paths] == before
                _change(client, f"{fault} {number}")
        assert [client.get(path).content for path in paths] == before
        _change(client, f"{fault} afterwards")


def _change(client: httpx2.Client, name: str) -> None:
    """Create and rename a portfolio, and read it in between and afterwards."""
    made = client.post(f"{API}/portfolios", json={"name": f"{name} new"})
    path = f"{API}/portfolios/{_made(made)['id']}"
    assert _made(client.get(path))["name"] == f"{name} new"
    _made(client.patch(path, json={"name": name}, headers={"If-Match": made.headers["ETag"]}))
    assert _made(client.get(path))["name"] == name


def _client(running: Running) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {running.key}"}
    return httpx2.Client(base_url=running.url, headers=headers, timeout=60)


def _made(answer: httpx2.Response) -> dict[str, str]:
    assert answer.is_success, answer.text
    found: dict[str, str] = answer.json()
    return found
