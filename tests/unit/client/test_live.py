"""Live risk through the client, against a real server."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import pytest

from live_hubs import book_run
from live_world import live_server
from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.live import LiveEvent
from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import NotFoundError

pytestmark = pytest.mark.anyio


@pytest.fixture
async def run(database: Database, tenant: UUID) -> RunRecord:
    """Return a stored run."""
    return await book_run(database, tenant)


@pytest.fixture
def url(run: RunRecord, database_url: str, tenant: UUID) -> Iterator[str]:
    """Yield where the API is."""
    assert run.var
    with live_server(database_url, tenant) as port:
        yield f"http://127.0.0.1:{port}"


async def test_numbers_are_followed_and_moved(url: str, run: RunRecord) -> None:
    """The first event is the risk of the run; after ticks the next one has them; by id it goes on."""
    async with AsyncRiskClient(url, "owner") as client:
        events = client.live(run.portfolio_id, ["desk"])
        first = await anext(events)
        assert (first.reason, first.update.var.value) == ("snapshot", run.var)
        assert (await client.push_ticks({"AAA": 101.0}, "a test")).applied == 1
        second = await anext(events)
        assert second.reason == "update"
        assert next(one.value for one in second.update.nodes if one.path == ("G",)) == 1010.0
        await events.aclose()  # type: ignore[attr-defined] # - it is a generator
        again = client.live(run.portfolio_id, ["desk"], last_id=first.id)
        assert await anext(again) == second
        await again.aclose()  # type: ignore[attr-defined] # - as above
        now = await client.live_portfolio(run.portfolio_id, ["desk"])
        assert now.nodes == second.update.nodes
        with pytest.raises(NotFoundError):
            await anext(client.live(run.id))


async def test_a_client_that_waits_does_the_same(url: str, run: RunRecord) -> None:
    """Its iterator is a plain one."""

    def work() -> list[LiveEvent]:
        with RiskClient(url, "owner") as client:
            events = client.live(run.portfolio_id)
            found = [next(events)]
            client.push_ticks({"AAA": 102.0})
            found.append(next(events))
            assert client.live_portfolio(run.portfolio_id).sequence >= 2
            return found

    first, second = await asyncio.to_thread(work)
    assert (first.update.sequence, second.update.sequence) == (1, 2)
