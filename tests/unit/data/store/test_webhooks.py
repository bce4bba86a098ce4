"""Webhooks and deliveries on a real database; what they are for is tested in tests/unit/workflows."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import events, webhooks
from plimsoll.data.store.database import Database
from plimsoll.data.store.webhooks import DeliveryStatus
from plimsoll.errors import NotFoundError

pytestmark = pytest.mark.anyio

ONE, TWO = UUID(int=1), UUID(int=2)


async def test_an_event_goes_where_it_is_wanted(database: Database, tenant: UUID) -> None:
    """To webhooks of its kind and of all kinds that are in use; the deliveries come in pages."""
    at = dt.datetime.now(dt.UTC)
    async with database.session(tenant) as session:
        for number, kinds in enumerate(([], ["a.b"], ["c.d"], []), 1):
            await webhooks.add(session, UUID(int=number), url="u", kinds=kinds, secret=b"", created_by="me")
        changes = {"disabled_at": at, "disabled_reason": "x"}
        await webhooks.change(session, UUID(int=4), expected_version=1, changes=changes)
        event = await events.append(session, kind="a.b", subject=ONE, data={"x": 1})
        made = await webhooks.queue(session, event, "a.b")
        assert len(made) == 2
        first = await webhooks.delivery(session, made[0])
        assert (first.webhook_id, first.event_id, first.status) == (ONE, event, DeliveryStatus.PENDING)
        assert (await webhooks.event_of(session, event)).data == {"x": 1}
        assert [one.id for one in await webhooks.page(session, after=ONE, limit=2)] == [TWO, UUID(int=3)]
        await webhooks.note_attempt(session, first, {"status": 204}, DeliveryStatus.DELIVERED, at)
        done = await webhooks.delivery(session, made[0])
        assert (done.status, done.attempts, done.finished_at) == (
            DeliveryStatus.DELIVERED,
            [{"status": 204}],
            at,
        )
        (again,) = await webhooks.queue_again(session, ONE, [event])
        found = await webhooks.deliveries(session, ONE, limit=9)
        assert [(one.id, one.replay) for one in found] == [(again, 1), (first.id, 0)]
        assert [one.id for one in await webhooks.deliveries(session, ONE, after=again, limit=9)] == [first.id]


async def test_what_is_not_there_is_said(database: Database, tenant: UUID) -> None:
    """Webhooks and deliveries alike."""
    async with database.session(tenant) as session:
        with pytest.raises(NotFoundError):
            await webhooks.get(session, ONE)
        with pytest.raises(NotFoundError):
            await webhooks.delivery(session, ONE)
