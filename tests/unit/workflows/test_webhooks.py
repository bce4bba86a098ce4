"""Webhooks made, changed and replayed on a real database; test_webhook_delivery.py beside it sends."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import webhooks
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, PreconditionError, UsageError
from plimsoll.security.sealing import Sealer
from plimsoll.security.tokens import new_token
from plimsoll.workflows.events import EventKind, publish
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.webhooks import (
    add_webhook,
    remove_webhook,
    replay_delivery,
    replay_range,
    rotate_secret,
    secret_place,
)

pytestmark = pytest.mark.anyio

SEALER = Sealer(new_token("plq"))
NOW = dt.datetime.now(dt.UTC)
HOUR = dt.timedelta(hours=1)


async def _add(database: Database, tenant: UUID) -> tuple[webhooks.WebhookRecord, str]:
    async with database.session(tenant) as session:
        return await add_webhook(
            session,
            url="https://example.com/hook",
            kinds=["alert.raised", "alert.raised"],
            sealer=SEALER,
            outward=Outward(),
            created_by="me",
        )


async def test_a_secret_is_kept_sealed(database: Database, tenant: UUID) -> None:
    """What is stored is not the secret, and opens to it at its own place only."""
    record, secret = await _add(database, tenant)
    assert secret.startswith("whsec_")
    assert secret.encode() not in record.secret
    assert SEALER.open(record.secret, secret_place(record.id)) == secret
    assert record.kinds == ["alert.raised"]


async def test_what_cannot_be_sent_to_is_refused(database: Database, tenant: UUID) -> None:
    """A URL without TLS, and a kind that does not exist."""
    async with database.session(tenant) as session:
        for url, kinds in (("http://example.com/", []), ("https://example.com/", ["alert.eaten"])):
            with pytest.raises(UsageError):
                await add_webhook(
                    session, url=url, kinds=kinds, sealer=SEALER, outward=Outward(), created_by="me"
                )


async def test_a_change_needs_the_version_that_was_seen(database: Database, tenant: UUID) -> None:
    """Of two who rotate one wins; what is removed is gone, and its secrets with it."""
    record, _ = await _add(database, tenant)
    async with database.session(tenant) as session:
        await rotate_secret(session, record.id, expected_version=1, sealer=SEALER, at=NOW)
        with pytest.raises(PreconditionError):
            await rotate_secret(session, record.id, expected_version=1, sealer=SEALER, at=NOW)
        await remove_webhook(session, record.id, expected_version=2, at=NOW)
        with pytest.raises(NotFoundError):
            await webhooks.get(session, record.id)


async def test_a_range_is_replayed(database: Database, tenant: UUID) -> None:
    """Each event of it once more, what is still on its way not; a range that is none is refused."""
    record, _ = await _add(database, tenant)
    for _ in range(3):
        async with database.session(tenant) as session:
            await publish(session, EventKind.ALERT_RAISED, UUID(int=1), {})
    async with database.session(tenant) as session:
        pending, *others = await webhooks.deliveries(session, record.id, limit=9)
        for known in others:
            await webhooks.note_attempt(session, known, {}, webhooks.DeliveryStatus.FAILED, NOW)
        since, until = NOW - HOUR, NOW + HOUR
        count = await replay_range(session, record.id, since=since, until=until, created_by="me")
        assert count == 2
        found = await webhooks.deliveries(session, record.id, limit=9)
        assert {one.event_id for one in found if one.replay == 1} == {one.event_id for one in others}
        assert await replay_delivery(session, record.id, pending.id, created_by="me") == 0
        with pytest.raises(UsageError, match="before it begins"):
            await replay_range(session, record.id, since=until, until=since, created_by="me")
        with pytest.raises(NotFoundError):
            await replay_delivery(session, record.id, UUID(int=9), created_by="me")


async def test_another_tenants_webhook_is_not_there(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """And gets none of the events."""
    record, _ = await _add(database, tenant)
    async with database.session(other_tenant) as session:
        await publish(session, EventKind.ALERT_RAISED, UUID(int=1), {})
        with pytest.raises(NotFoundError):
            await replay_range(session, record.id, since=NOW - HOUR, until=NOW, created_by="me")
    async with database.session(tenant) as session:
        assert await webhooks.deliveries(session, record.id, limit=9) == []
