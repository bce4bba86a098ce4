"""A client that signs in by itself, against an API that is scripted in this process."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from plimsoll.client.credentials import PasswordCredentials
from plimsoll.client.token_flow import TokenFlow
from plimsoll.errors import PermissionDeniedError

URL = "http://127.0.0.1:8000"
ADA = PasswordCredentials("ada@example.com", "a long sentence of hers")


class Api:
    """Gives tokens that last, and knows which ones count."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.valid = ""
        self.refresh_counts = True
        self.knows_ada = True
        self.lasting = 300
        self._lock = threading.Lock()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request."""
        path = request.url.path.removeprefix("/api/v1")
        with self._lock:
            self.asked.append(path)
            if path.startswith("/tokens"):
                return self._given(path, json.loads(request.content))
            counts = request.headers["Authorization"] == f"Bearer {self.valid}"
        return httpx2.Response(200 if counts else 401, json={})

    def _given(self, path: str, said: dict[str, str]) -> httpx2.Response:
        time.sleep(0.01)  # so that others come meanwhile
        right = self.refresh_counts if path == "/tokens/refresh" else said["email"] == ADA.email
        if not right or not self.knows_ada:
            return httpx2.Response(401, json={})
        self.valid = f"t{len(self.asked)}"
        body = {"access_token": self.valid, "token_type": "Bearer", "expires_in": self.lasting}
        more = {"refresh_token": "plr_" + "A" * 43, "refresh_expires_in": 3600}
        return httpx2.Response(200, json={**body, **more})


@pytest.fixture
def api() -> Api:
    """Return an API."""
    return Api()


def _client(api: Api, clock: Callable[[], float] = time.monotonic) -> httpx2.Client:
    flow = TokenFlow(URL, ADA, clock=clock)
    return httpx2.Client(base_url=f"{URL}/api/v1", auth=flow, transport=httpx2.MockTransport(api))


def test_one_sign_in_serves_many_requests(api: Api) -> None:
    """The token goes along with each."""
    with _client(api) as client:
        assert [client.get("/portfolios").status_code for _ in range(3)] == [200, 200, 200]
    assert api.asked == ["/tokens", "/portfolios", "/portfolios", "/portfolios"]


def test_the_next_token_comes_in_time(api: Api) -> None:
    """Some seconds before the one in hand ends, by refreshing and without the password."""
    now = [0.0]
    with _client(api, lambda: now[0]) as client:
        client.get("/portfolios")
        now[0] = 284.0
        client.get("/portfolios")
        now[0] = 286.0
        assert client.get("/portfolios").status_code == 200
    assert [path for path in api.asked if path != "/portfolios"] == ["/tokens", "/tokens/refresh"]


def test_a_token_that_was_revoked_is_replaced(api: Api) -> None:
    """The refused request is sent once more; where refreshing has ended too, by signing in."""
    with _client(api) as client:
        client.get("/portfolios")
        api.valid = "another"
        assert client.get("/portfolios").status_code == 200
        api.valid, api.refresh_counts = "another", False
        assert client.get("/portfolios").status_code == 200
    tokens = [path for path in api.asked if path != "/portfolios"]
    assert tokens == ["/tokens", "/tokens/refresh", "/tokens/refresh", "/tokens"]


def test_whoever_is_not_let_in_hears_it(api: Api) -> None:
    """Once: nothing is tried again and again."""
    api.knows_ada = False
    with _client(api) as client, pytest.raises(PermissionDeniedError):
        client.get("/portfolios")
    assert api.asked == ["/tokens"]


def test_threads_share_one_sign_in_and_one_refresh(api: Api) -> None:
    """However many find the token ended at the same time."""
    now = [0.0]
    with _client(api, lambda: now[0]) as client, ThreadPoolExecutor(8) as pool:
        for _ in range(2):
            answers = list(pool.map(lambda _: client.get("/portfolios").status_code, range(24)))
            assert set(answers) == {200}
            now[0] += 400
    assert [path for path in api.asked if path != "/portfolios"] == ["/tokens", "/tokens/refresh"]


def test_tasks_share_one_sign_in(api: Api) -> None:
    """On an event loop as well, also after a token was refused."""

    async def act() -> None:
        flow = TokenFlow(URL, ADA)
        transport = httpx2.MockTransport(api)
        async with httpx2.AsyncClient(base_url=f"{URL}/api/v1", auth=flow, transport=transport) as client:
            for _ in range(2):
                answers = await asyncio.gather(*(client.get("/portfolios") for _ in range(8)))
                assert {answer.status_code for answer in answers} == {200}
                api.valid = "another"

    asyncio.run(act())
    assert [path for path in api.asked if path.startswith("/tokens")] == ["/tokens", "/tokens/refresh"]


def test_a_failure_on_the_way_lets_the_next_one_try(api: Api) -> None:
    """Nobody waits for ever for a sign-in that broke off."""
    broken = [True]

    def answer(request: httpx2.Request) -> httpx2.Response:
        if broken:
            broken.clear()
            raise httpx2.ConnectError("gone")
        return api(request)

    flow = TokenFlow(URL, ADA)
    with httpx2.Client(base_url=URL, auth=flow, transport=httpx2.MockTransport(answer)) as client:
        with pytest.raises(httpx2.ConnectError):
            client.get("/api/v1/portfolios")
        assert client.get("/api/v1/portfolios").status_code == 200
