"""What was told long ago is dropped; what is still to be told is not, and no reader loses its place."""

import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import text

from plimsoll.data.store import channel_messages, channels, events, webhooks
from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.channel_messages import MessageStatus
from plimsoll.data.store.database import Database
from plimsoll.data.store.retention import forget_told
from plimsoll.data.store.webhooks import DeliveryStatus

pytestmark = pytest.mark.anyio

ONE = UUID(int=1)
NOW = dt.datetime.now(dt.UTC)
LONG_AGO = NOW - dt.timedelta(days=90)


async def _told(database: Database, tenant: UUID, count: int) -> list[UUID]:
    """Publish events of long ago, each to a webhook and through a channel."""
    async with database.session(tenant) as session:
        await webhooks.add(session, ONE, url="u", kinds=[], secret=b"", created_by="me")
        await channels.add(
            session,
            ONE,
            name="Desk",
            scheme="json",
            url=b"x",
            kinds=["a"],
            minimum_severity=Severity.INFO,
            quiet_hours=None,
            escalate_after_minutes=None,
            enabled=True,
            created_by="me",
        )
        made = []
        for _ in range(count):
            event = await events.append(session, kind="a", subject=ONE, data={})
            await webhooks.queue(session, event, "a")
            await channel_messages.add(session, channel_id=ONE, event_id=event, urgent=False, put_off=False)
            made.append(event)
    async with database.session(tenant) as session:
        await events.settle(session)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE events SET published_at = now() - interval '91 days'"))
    return made


async def _left(database: Database, tenant: UUID) -> list[int]:
    async with database.session(tenant) as session:
        return [event.position for event in await events.after(session, 0, limit=99)]


async def _end(database: Database, tenant: UUID) -> None:
    """Say that everything has been delivered and sent."""
    async with database.session(tenant) as session:
        for delivery in await webhooks.deliveries(session, ONE, limit=99):
            await webhooks.note_attempt(session, delivery, {}, DeliveryStatus.DELIVERED, NOW)
        messages = (await session.execute(text("SELECT id FROM channel_messages"))).scalars().all()
        await channel_messages.end(session, messages, MessageStatus.SENT)


async def test_what_has_been_told_is_dropped_but_the_last(database: Database, tenant: UUID) -> None:
    """Positions go on where they were, so that a reader that saw the last event misses nothing."""
    await _told(database, tenant, 3)
    await _end(database, tenant)
    async with database.session(tenant) as session:
        assert await forget_told(session, LONG_AGO) == 2
        assert len(await webhooks.deliveries(session, ONE, limit=99)) == 1
    assert await _left(database, tenant) == [3]
    async with database.session(tenant) as session:
        await events.append(session, kind="a", subject=ONE, data={})
    async with database.session(tenant) as session:
        await events.settle(session)
    assert await _left(database, tenant) == [3, 4]


async def test_what_is_still_to_be_told_stays(database: Database, tenant: UUID) -> None:
    """A delivery that is tried again and a message that is held keep their event, however old it is."""
    first, *_ = await _told(database, tenant, 3)
    async with database.session(tenant) as session:
        assert await forget_told(session, LONG_AGO) == 0
    await _end(database, tenant)
    async with database.session(tenant) as session:
        await webhooks.queue_again(session, ONE, [first])
        assert await forget_told(session, LONG_AGO) == 1
    assert await _left(database, tenant) == [1, 3]


async def test_what_is_young_stays(database: Database, tenant: UUID) -> None:
    """Events from after the instant are left."""
    await _told(database, tenant, 2)
    await _end(database, tenant)
    async with database.session(tenant) as session:
        assert await forget_told(session, NOW - dt.timedelta(days=92)) == 0


async def test_other_tenants_are_left_alone(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """A tenant drops its own alone."""
    await _told(database, tenant, 2)
    await _end(database, tenant)
    async with database.session(other_tenant) as session:
        assert await forget_told(session, NOW) == 0
    assert await _left(database, tenant) == [1, 2]
