"""Deliveries to a real receiver, from the event to the log."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store import alerts, webhooks
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind, JobStatus
from plimsoll.data.store.webhooks import DeliveryRecord, DeliveryStatus, WebhookRecord
from plimsoll.security.egress import Egress
from plimsoll.workflows import jobs
from plimsoll.workflows.events import EventKind, publish
from plimsoll.workflows.job_attempts import attempt
from plimsoll.workflows.job_run import RetryLaterError
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.webhook_delivery import WAITS, deliver, webhook_handler
from plimsoll.workflows.webhooks import (
    ROTATION,
    add_webhook,
    alert_key,
    enable_webhook,
    remove_webhook,
    replay_delivery,
    rotate_secret,
)
from webhook_receiver import Answer, receiver

pytestmark = pytest.mark.anyio

OUTWARD = Outward(loopback=True, seconds=2.0)


class Shop:
    """A tenant with one webhook."""

    def __init__(self, database: Database, tenant: UUID) -> None:
        self.database, self.tenant = database, tenant

    async def add(self, url: str, kinds: Sequence[str] = ()) -> tuple[WebhookRecord, str]:
        """Make the webhook."""
        async with self.database.session(self.tenant) as session:
            return await add_webhook(
                session,
                url=url,
                kinds=kinds,
                sealer=await OUTWARD.sealers.of(session),
                outward=OUTWARD,
                created_by="me",
            )

    async def publish(self, kind: EventKind = EventKind.BREACH_OPENED) -> UUID:
        """Publish an event."""
        async with self.database.session(self.tenant) as session:
            return await publish(session, kind, UUID(int=5), {"level": 2})

    async def deliveries(self, webhook: WebhookRecord) -> list[DeliveryRecord]:
        """Return the deliveries, the last made first."""
        async with self.database.session(self.tenant) as session:
            return await webhooks.deliveries(session, webhook.id, limit=99)

    async def webhook(self, webhook: WebhookRecord) -> WebhookRecord:
        """Return it as it is now."""
        async with self.database.session(self.tenant) as session:
            return await webhooks.get(session, webhook.id)

    async def deliver(
        self, delivery: DeliveryRecord, at: dt.datetime | None = None, outward: Outward = OUTWARD
    ) -> Mapping[str, Any]:
        """Make an attempt."""
        clock = (lambda: at) if at is not None else (lambda: dt.datetime.now(dt.UTC))
        return await deliver(self.database, self.tenant, delivery.id, outward, clock=clock)


@pytest.fixture
def shop(database: Database, tenant: UUID) -> Shop:
    """Return a tenant without webhooks."""
    return Shop(database, tenant)


async def test_an_event_is_delivered_once_and_signed(shop: Shop) -> None:
    """The receiver can check it; done twice it is sent once; the log says when and what was answered."""
    with receiver() as found:
        webhook, secret = await shop.add(found.url)
        event = await shop.publish()
        (delivery,) = await shop.deliveries(webhook)
        for _ in range(2):
            assert await shop.deliver(delivery) == {"status": "delivered"}
        message = found.verified(secret)
    assert len(found.got) == 1
    assert found.got[0][0]["webhook-id"] == str(event) == message["id"]
    assert (message["type"], message["subject"], message["data"]) == (
        "breach.opened",
        str(UUID(int=5)),
        {"level": 2},
    )
    (done,) = await shop.deliveries(webhook)
    assert (done.status, len(done.attempts), done.attempts[0]["status"]) == (DeliveryStatus.DELIVERED, 1, 204)


async def test_a_job_delivers_it(shop: Shop) -> None:
    """Publishing puts down a job in the same transaction, and a worker's attempt at it delivers."""
    with receiver([Answer(500), Answer()]) as found:
        webhook, _ = await shop.add(found.url)
        await shop.publish()
        (job,) = await jobs.page(shop.database, shop.tenant, after=None, limit=9, kinds=[JobKind.WEBHOOK])
        handlers = {JobKind.WEBHOOK: webhook_handler(OUTWARD)}
        left = await attempt(shop.database, shop.tenant, job.id, 1, handlers=handlers)
        assert left is None or left.status is JobStatus.QUEUED
        (delivery,) = await shop.deliveries(webhook)
        assert await shop.deliver(delivery) == {"status": "delivered"}
    assert len(found.got) == 2
    assert found.got[0][0]["webhook-id"] == found.got[1][0]["webhook-id"]


@pytest.mark.parametrize("answer", [Answer(500), Answer(302, location="http://169.254.169.254/"), Answer(0)])
async def test_a_failure_is_tried_again_later(shop: Shop, answer: Answer) -> None:
    """A 500, a redirection and a lost reply alike; each try is in the log, and the id stays."""
    with receiver([answer, answer, Answer()]) as found:
        webhook, secret = await shop.add(found.url)
        await shop.publish()
        (delivery,) = await shop.deliveries(webhook)
        for number in range(2):
            with pytest.raises(RetryLaterError) as caught:
                await shop.deliver(delivery)
            assert caught.value.after == WAITS[number]
        assert await shop.deliver(delivery) == {"status": "delivered"}
        assert found.verified(secret)
    assert len({headers["webhook-id"] for headers, _ in found.got}) == 1
    (done,) = await shop.deliveries(webhook)
    assert [one["status"] for one in done.attempts] == [answer.status or None, answer.status or None, 204]


async def test_a_receiver_may_ask_for_time(shop: Shop) -> None:
    """A longer wait than ours is respected, up to an hour."""
    with receiver([Answer(503, retry_after="600"), Answer(429, retry_after="999999")]) as found:
        webhook, _ = await shop.add(found.url)
        await shop.publish()
        (delivery,) = await shop.deliveries(webhook)
        for seconds in (600, 3600):
            with pytest.raises(RetryLaterError) as caught:
                await shop.deliver(delivery)
            assert caught.value.after == dt.timedelta(seconds=seconds)


async def test_it_is_given_up_in_the_end(shop: Shop) -> None:
    """After the last try the webhook is out of use and an alert says so; enabled, it can be replayed."""
    with receiver([Answer(500)] * (len(WAITS) + 1) + [Answer()]) as found:
        webhook, _ = await shop.add(found.url)
        await shop.publish()
        (delivery,) = await shop.deliveries(webhook)
        for _ in WAITS:
            with pytest.raises(RetryLaterError):
                await shop.deliver(delivery)
        assert await shop.deliver(delivery) == {"status": "failed"}
        known = await shop.webhook(webhook)
        assert known.disabled_reason == "it answered 500"
        async with shop.database.session(shop.tenant) as session:
            alert = await alerts.latest(session, alert_key(webhook.id))
            assert alert is not None
            assert alert.status is alerts.AlertStatus.OPEN
        await shop.publish()
        assert len(await shop.deliveries(webhook)) == 1, "nothing is sent where nothing is taken"
        async with shop.database.session(shop.tenant) as session:
            await enable_webhook(session, webhook.id, expected_version=known.version)
            assert await replay_delivery(session, webhook.id, delivery.id, created_by="me") == 1
            assert await replay_delivery(session, webhook.id, delivery.id, created_by="me") == 0
            alert = await alerts.latest(session, alert_key(webhook.id))
            assert alert is not None
            assert alert.status is alerts.AlertStatus.RESOLVED
        again = (await shop.deliveries(webhook))[0]
        assert again.replay == 1
        assert await shop.deliver(again) == {"status": "delivered"}
    assert len({headers["webhook-id"] for headers, _ in found.got}) == 1


async def test_a_receiver_that_is_gone_is_left_alone(shop: Shop) -> None:
    """410 takes the webhook out of use at once."""
    with receiver([Answer(410)]) as found:
        webhook, _ = await shop.add(found.url)
        await shop.publish()
        (delivery,) = await shop.deliveries(webhook)
        assert await shop.deliver(delivery) == {"status": "failed"}
    assert (await shop.webhook(webhook)).disabled_at is not None


async def test_what_is_removed_or_out_of_use_gets_nothing(shop: Shop) -> None:
    """What was on its way ends without being sent."""
    with receiver() as found:
        webhook, _ = await shop.add(found.url)
        await shop.publish()
        (delivery,) = await shop.deliveries(webhook)
        async with shop.database.session(shop.tenant) as session:
            await remove_webhook(session, webhook.id, expected_version=1, at=dt.datetime.now(dt.UTC))
        assert await shop.deliver(delivery) == {"status": "failed"}
    assert found.got == []


async def test_kinds_are_chosen(shop: Shop) -> None:
    """A webhook for some kinds gets no others."""
    webhook, _ = await shop.add("https://example.com/", ["alert.raised"])
    await shop.publish(EventKind.BREACH_OPENED)
    await shop.publish(EventKind.ALERT_RAISED)
    assert len(await shop.deliveries(webhook)) == 1


async def test_an_old_secret_signs_for_a_day(shop: Shop) -> None:
    """Beside the new one; then no more."""
    with receiver() as found:
        webhook, old = await shop.add(found.url)
        now = dt.datetime.now(dt.UTC)
        async with shop.database.session(shop.tenant) as session:
            _, new = await rotate_secret(
                session, webhook.id, expected_version=1, sealer=await OUTWARD.sealers.of(session), at=now
            )
        for _ in range(2):
            await shop.publish()
        second, first = await shop.deliveries(webhook)
        await shop.deliver(first)
        for secret in (old, new):
            assert found.verified(secret)
        await shop.deliver(second, at=now + ROTATION)
    assert len(found.got[0][0]["webhook-signature"].split()) == 2
    assert len(found.got[1][0]["webhook-signature"].split()) == 1


async def test_a_host_that_is_listed_no_more_is_called_no_more(shop: Shop) -> None:
    """The delivery waits with its reason; listed again, the same one goes out."""
    with receiver() as found:
        webhook, _ = await shop.add(found.url)
        await shop.publish()
        (delivery,) = await shop.deliveries(webhook)
        with pytest.raises(RetryLaterError, match="not among the hosts of PLIMSOLL_EGRESS"):
            await shop.deliver(delivery, outward=replace(OUTWARD, egress=Egress(["example.com"])))
        assert found.got == []
        (waiting,) = await shop.deliveries(webhook)
        assert (waiting.status, "PLIMSOLL_EGRESS" in waiting.attempts[0]["error"]) == (
            DeliveryStatus.PENDING,
            True,
        )
        assert await shop.deliver(delivery, outward=replace(OUTWARD, egress=Egress(["127.0.0.1"])))
        assert len(found.got) == 1
