"""Events over HTTP, as a list; as a stream, on a real server."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID, uuid4

import httpx2
import pytest

from api_server import serving
from fault_proxy import FaultProxy, LimitData, fault_proxy
from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.data.store.database import Database
from plimsoll.errors import UsageError
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.sign_in import LocalSignIn
from plimsoll.wire.events import Event
from plimsoll.workflows.events import EventKind, publish
from postgres import make_tenant
from risk_api_world import API, World, made, new_alert, refused

EVENTS = f"{API}/events"
KEY = "plk_" + "k" * 43

_Made = TypeVar("_Made")


@pytest.mark.anyio
async def test_events_are_listed(world: World) -> None:
    """The first one comes first, in pages, chosen by kind and portfolio."""
    for key in "abc":
        alert = await new_alert(world, key)
    listed = made(await world.owner.get(EVENTS), 200)
    assert [event["position"] for event in listed["items"]] == [1, 2, 3]
    assert listed["items"][-1]["subject"] == alert["id"]
    assert listed["items"][-1]["data"]["title"] == alert["title"]
    page = made(await world.owner.get(f"{EVENTS}?limit=2&kind=alert.raised"), 200)
    assert [event["position"] for event in page["items"]] == [1, 2]
    assert [event["position"] for event in made(await world.owner.get(page["next"]), 200)["items"]] == [3]
    assert made(await world.owner.get(f"{EVENTS}?after=3"), 200) == {"items": [], "next": None}
    assert made(await world.owner.get(f"{EVENTS}?kind=breach.opened"), 200)["items"] == []
    assert made(await world.owner.get(f"{EVENTS}?portfolio={alert['id']}"), 200)["items"] == []


@pytest.mark.anyio
@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "portfolio=x", "since=1"])
async def test_a_malformed_question_is_refused(world: World, query: str) -> None:
    """Before anything is looked for."""
    refused(await world.owner.get(f"{EVENTS}?{query}"), 422, "invalid")


@pytest.mark.anyio
async def test_what_never_was_is_refused(world: World) -> None:
    """A kind that does not exist, an id that is none, and one that was never given."""
    stream = {"Accept": "text/event-stream"}
    refused(await world.owner.get(f"{EVENTS}?kind=alert.eaten"), 422, "usage")
    for last in ("x", "1", "9" * 40):
        headers = {**stream, "Last-Event-ID": last}
        refused(await world.owner.get(EVENTS, headers=headers), 422, "usage")
    refused(await world.owner.get(f"{EVENTS}?after=7", headers=stream), 422, "usage")
    refused(await world.owner.get(EVENTS, headers={**stream, "Last-Event-ID": "x" * 65}), 400, "bad-header")
    refused(await world.anonymous.get(EVENTS, headers=stream), 401, "unauthenticated")
    refused(await world.powerless.get(EVENTS, headers=stream), 403, "forbidden")


@contextmanager
def served(database_url: str, tenant: UUID) -> Iterator[int]:
    """Serve the API on a database and yield its port."""
    context = ApiContext(database=Database(database_url), sign_in=LocalSignIn(tenant, KEY))
    with serving(create_app(context)) as port:
        try:
            yield port
        finally:
            context.streams.end()


@dataclass
class Publisher:
    """Somebody in another process who publishes numbered events."""

    database_url: str
    tenant: UUID = field(default_factory=uuid4)
    published: int = 0

    def begin(self) -> UUID:
        """Make the tenant."""

        async def make(database: Database) -> UUID:
            return await make_tenant(database, "local")

        self.tenant = self._run(make)
        return self.tenant

    def publish(self, count: int) -> None:
        """Publish so many, each in a transaction of its own."""

        async def work(database: Database) -> None:
            for _ in range(count):
                self.published += 1
                data = {"number": self.published, "odd": "\u2028", "long": "x" * 300}
                async with database.session(self.tenant) as session:
                    await publish(session, EventKind.ALERT_RAISED, UUID(int=1), data)

        self._run(work)

    def _run(self, work: Callable[[Database], Awaitable[_Made]]) -> _Made:
        async def run() -> _Made:
            database = Database(self.database_url)
            try:
                return await work(database)
            finally:
                await database.dispose()

        return asyncio.run(run())


def _numbers(events: Iterator[Event], count: int) -> list[int]:
    return [next(events).data["number"] for _ in range(count)]


def test_a_stream_goes_on_after_any_break(database_url: str) -> None:
    """Cut between and within events, out of reach, on a new server: each event is seen once, in order."""
    publisher = Publisher(database_url)
    tenant = publisher.begin()
    with (
        served(database_url, tenant) as port,
        fault_proxy(("127.0.0.1", port)) as proxy,
        RiskClient(f"http://127.0.0.1:{proxy.port}", KEY) as client,
    ):
        events = client.events(after=0)
        publisher.publish(5)
        seen = _numbers(events, 5)
        proxy.reset_all()
        publisher.publish(5)
        seen += _numbers(events, 5)
        publisher.publish(10)
        with proxy.toxic(LimitData(bytes=2500)):
            proxy.reset_all()
            seen += _numbers(events, 10)
        with proxy.down():
            publisher.publish(3)
        seen += _numbers(events, 3)
    with served(database_url, tenant) as port, RiskClient(f"http://127.0.0.1:{port}", KEY) as client:
        publisher.publish(2)
        seen += _numbers(client.events(after=seen[-1]), 2)
        assert [event.data["number"] for event in client.past_events(page_size=7)] == seen
    assert seen == list(range(1, 26))


def test_on_an_event_loop_it_is_the_same(database_url: str) -> None:
    """The asynchronous client goes on after a break, too, and begins with the next event unless told."""
    publisher = Publisher(database_url)
    tenant = publisher.begin()
    publisher.publish(3)

    async def follow(proxy: FaultProxy) -> list[int]:
        seen: list[int] = []
        async with (
            AsyncRiskClient(f"http://127.0.0.1:{proxy.port}", KEY) as client,
            aclosing(client.events(after=1, kinds=["alert.raised"])) as events,
        ):
            seen.append((await anext(events)).data["number"])
            await asyncio.to_thread(proxy.reset_all)
            seen.append((await anext(events)).data["number"])
        return seen

    with served(database_url, tenant) as port, fault_proxy(("127.0.0.1", port)) as proxy:
        assert asyncio.run(follow(proxy)) == [2, 3]


def test_the_server_ends_its_streams_at_once(database_url: str) -> None:
    """Stopping does not wait for clients that would listen for ever, and their connection ends in order."""
    publisher = Publisher(database_url)
    tenant = publisher.begin()
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "text/event-stream"}
    with httpx2.Client(timeout=30, headers=headers) as http, ExitStack() as stack:
        port = stack.enter_context(served(database_url, tenant))
        with http.stream("GET", f"http://127.0.0.1:{port}{EVENTS}") as response:
            chunks = response.iter_raw()
            assert next(chunks) == b"retry: 2000\n\n"
            begun = time.monotonic()
            stack.close()
            assert b"".join(chunks) == b""
            assert time.monotonic() - begun < 10  # a sign of life comes every 15 s


def test_a_refusal_is_raised_and_not_repeated(database_url: str) -> None:
    """A stream that cannot be had says why at once."""
    tenant = Publisher(database_url).begin()
    with served(database_url, tenant) as port, RiskClient(f"http://127.0.0.1:{port}", KEY) as client:
        with pytest.raises(UsageError, match="no such event"):
            next(client.events(after=99))
        with pytest.raises(UsageError, match="no such kind"):
            next(client.events(kinds=["alert.eaten"]))
