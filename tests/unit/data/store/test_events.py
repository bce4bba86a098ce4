"""Events on a real database: their order loses nothing, whatever commits when."""

import asyncio
from contextlib import AsyncExitStack, suppress
from uuid import UUID, uuid4

import psycopg
import pytest

from plimsoll.data.store import events
from plimsoll.data.store.database import Database
from plimsoll.data.store.events import EventRecord

pytestmark = pytest.mark.anyio

SUBJECT = UUID(int=7)


async def _publish(database: Database, tenant: UUID, *kinds: str, **data: object) -> list[UUID]:
    async with database.session(tenant) as session:
        return [await events.append(session, kind=kind, subject=SUBJECT, data=data) for kind in kinds]


async def _read(database: Database, tenant: UUID, position: int = 0, limit: int = 1000) -> list[EventRecord]:
    async with database.session(tenant) as session:
        await events.settle(session)
    async with database.session(tenant) as session:
        return await events.after(session, position, limit=limit)


async def test_an_event_is_read_as_it_was_written(database: Database, tenant: UUID) -> None:
    """Kind, subject, data and id come back, and the first position is 1."""
    (made,) = await _publish(database, tenant, "alert.raised", level=1.5)
    (found,) = await _read(database, tenant)
    assert (found.id, found.position, found.kind, found.subject) == (made, 1, "alert.raised", SUBJECT)
    assert found.data == {"level": 1.5}
    assert found.published_at.tzinfo is not None


async def test_a_transaction_that_rolls_back_says_nothing(database: Database, tenant: UUID) -> None:
    """No event of it is seen, and the positions have no gap for it."""
    with suppress(ZeroDivisionError):
        async with database.session(tenant) as session:
            await events.append(session, kind="a", subject=SUBJECT, data={})
            raise ZeroDivisionError
    await _publish(database, tenant, "b", "c")
    assert [(event.position, event.kind) for event in await _read(database, tenant)] == [(1, "b"), (2, "c")]


async def test_what_commits_late_comes_late_and_is_not_lost(database: Database, tenant: UUID) -> None:
    """An event that was written first and committed last comes after those that were seen meanwhile."""
    async with database.session(tenant) as slow:
        await events.append(slow, kind="slow", subject=SUBJECT, data={})
        await _publish(database, tenant, "quick")
        seen = await _read(database, tenant)
        assert [event.kind for event in seen] == ["quick"]
    assert [event.kind for event in await _read(database, tenant, seen[-1].position)] == ["slow"]


async def test_many_writers_and_readers_lose_and_double_nothing(database: Database, tenant: UUID) -> None:
    """Readers that go on from the last position each see every event once, in the same order."""
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for number in range(8):
            async with database.session(tenant) as session:
                await events.append(session, kind=f"{writer}.{number}", subject=SUBJECT, data={})
                await asyncio.sleep(0.001 * (writer % 3))

    async def read() -> list[EventRecord]:
        seen: list[EventRecord] = []
        while True:
            last = done.is_set()
            seen += await _read(database, tenant, seen[-1].position if seen else 0, limit=5)
            if last and len(seen) >= 32:
                return seen
            await asyncio.sleep(0)

    readers = [asyncio.create_task(read()) for _ in range(3)]
    await asyncio.gather(*(write(writer) for writer in range(4)))
    done.set()
    first, *others = await asyncio.gather(*readers)
    assert [event.position for event in first] == list(range(1, 33))
    assert len({event.id for event in first}) == 32
    assert all(other == first for other in others)


async def test_each_tenant_counts_for_itself(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Another tenant's events are neither seen nor counted."""
    await _publish(database, tenant, "a", "b")
    await _publish(database, other_tenant, "c")
    assert [(event.position, event.kind) for event in await _read(database, other_tenant)] == [(1, "c")]
    async with database.session(tenant) as session:
        assert await events.last_position(session) == 0, "nobody has read them yet"


async def test_a_reader_chooses_by_kind_and_portfolio(database: Database, tenant: UUID) -> None:
    """Both filters leave the positions as they are."""
    portfolio = uuid4()
    await _publish(database, tenant, "a", "b", portfolio_id=str(portfolio))
    await _publish(database, tenant, "a")
    await _read(database, tenant)
    async with database.session(tenant) as session:
        of_kind = await events.after(session, 0, limit=9, kinds=["a"])
        of_both = await events.after(session, 0, limit=9, kinds=["a"], portfolio_id=portfolio)
        assert await events.last_position(session) == 3
    assert [event.position for event in of_kind] == [1, 3]
    assert [event.position for event in of_both] == [1]


async def test_listeners_wake_when_it_is_committed(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """PostgreSQL tells the tenant, once, and not before the commit."""
    async with AsyncExitStack() as stack:
        listening = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
        await stack.enter_async_context(listening)
        await listening.execute(f"LISTEN {events.EVENTS_CHANNEL}".encode())
        async with database.session(tenant) as session:
            await events.append(session, kind="a", subject=SUBJECT, data={})
            await events.append(session, kind="b", subject=SUBJECT, data={})
            assert [told async for told in listening.notifies(timeout=0.05)] == []
        assert [told.payload async for told in listening.notifies(timeout=30, stop_after=1)] == [str(tenant)]
        assert [told async for told in listening.notifies(timeout=0.05)] == []
