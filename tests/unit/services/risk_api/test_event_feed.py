"""Following events: nothing is lost and nothing doubled, wherever the reader begins."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import portfolios
from plimsoll.data.store.database import Database
from plimsoll.services.risk_api.event_feed import Cursor, EventFeed
from plimsoll.workflows.events import EventKind, publish
from postgres import execute

pytestmark = pytest.mark.anyio


@pytest.fixture
async def feed(database: Database) -> AsyncIterator[EventFeed]:
    """Yield a feed that stops at the end."""
    feed = EventFeed(database, kept=20)
    yield feed
    await feed.close()


async def _publish(
    database: Database, tenant: UUID, count: int, kind: EventKind = EventKind.ALERT_RAISED, **data: object
) -> None:
    async with database.session(tenant) as session:
        for _ in range(count):
            await publish(session, kind, UUID(int=1), data)


async def _positions(cursor: Cursor, count: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            found += [event.position for event in await cursor.next()]
    return found


async def test_a_follower_begins_where_it_says(database: Database, tenant: UUID, feed: EventFeed) -> None:
    """At the beginning, after an event, or with the next one; then it goes on with what comes."""
    await _publish(database, tenant, 120)
    async with (
        feed.following(tenant, 0) as first,
        feed.following(tenant, 110) as middle,
        feed.following(tenant, None) as end,
    ):
        assert await _positions(first, 120) == list(range(1, 121))
        assert await _positions(middle, 10) == list(range(111, 121))
        await _publish(database, tenant, 3)
        for cursor in (first, middle, end):
            assert await _positions(cursor, 3) == [121, 122, 123]


async def test_who_falls_behind_reads_it_from_the_store(
    database: Database, tenant: UUID, feed: EventFeed
) -> None:
    """More events than are kept in memory lose nothing."""
    await _publish(database, tenant, 1)
    async with feed.following(tenant, 0) as slow, feed.following(tenant, None) as quick:
        await _publish(database, tenant, 30)
        assert len(await _positions(quick, 30)) == 30
        await _publish(database, tenant, 5)
        assert len(await _positions(quick, 5)) == 5
        assert await _positions(slow, 36) == list(range(1, 37))


async def test_who_sees_some_portfolios_follows_those(
    database: Database, tenant: UUID, feed: EventFeed
) -> None:
    """A narrowed view shows the events of its portfolios, those kept in memory and those to come."""
    async with database.session(tenant) as session:
        own = await portfolios.create(session, name="Own", base_currency="USD", parent_id=None)
    view = database.narrowed([frozenset({own.id})])
    await _publish(database, tenant, 1, portfolio_id=own.id)
    async with feed.following(tenant, 0) as all_of_them, feed.following(tenant, 0, through=view) as cursor:
        await _publish(database, tenant, 2, portfolio_id=uuid4())
        await _publish(database, tenant, 1)
        await _publish(database, tenant, 1, portfolio_id=own.id)
        assert await _positions(all_of_them, 5) == [1, 2, 3, 4, 5]
        assert await _positions(cursor, 2) == [1, 5]
        await _publish(database, tenant, 1)
        await _publish(database, tenant, 1, portfolio_id=own.id)
        assert await _positions(cursor, 1) == [7]


async def test_a_follower_chooses(database: Database, tenant: UUID, feed: EventFeed) -> None:
    """By kind and portfolio, from the store and from memory alike."""
    portfolio = uuid4()
    kinds = [EventKind.BREACH_OPENED]

    async def some() -> None:
        await _publish(database, tenant, 1)
        await _publish(database, tenant, 1, EventKind.BREACH_OPENED)
        await _publish(database, tenant, 1, EventKind.BREACH_OPENED, portfolio_id=portfolio)

    await some()
    async with feed.following(tenant, 0, kinds=kinds, portfolio_id=portfolio) as cursor:
        assert await _positions(cursor, 1) == [3]
        await some()
        assert await _positions(cursor, 1) == [6]


async def test_tenants_are_apart(
    database: Database, tenant: UUID, other_tenant: UUID, feed: EventFeed
) -> None:
    """Another tenant's events wake nobody."""
    async with feed.following(tenant, 0) as cursor:
        await _publish(database, other_tenant, 1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(cursor.next(), 0.2)
        await _publish(database, tenant, 1)
        assert await _positions(cursor, 1) == [1]


async def test_a_lost_connection_loses_no_event(
    database: Database, database_url: str, tenant: UUID, feed: EventFeed
) -> None:
    """What is committed while nobody hears is found when somebody does."""
    async with feed.following(tenant, 0) as cursor:
        await _publish(database, tenant, 1)
        assert await _positions(cursor, 1) == [1]
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ~ 'listener'"
        await asyncio.to_thread(execute, database_url, end)
        await _publish(database, tenant, 2)
        assert await _positions(cursor, 2) == [2, 3]
