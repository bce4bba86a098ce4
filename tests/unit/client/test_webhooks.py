"""Webhooks through both clients, on a real server."""

import asyncio
import datetime as dt
import inspect

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.client.webhooks import AsyncWebhookMethods, WebhookMethods
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert

DAY = dt.timedelta(days=1)


def _alert(database_url: str) -> None:
    async def make() -> None:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            await raise_alert(
                session, key="k", kind=AlertKind.DATA, severity=Severity.INFO, title="t", detail="d"
            )
        await database.dispose()

    asyncio.run(make())


def test_a_webhook_goes_through_its_life(database_url: str, api_url: str, key: str) -> None:
    """Each method says how it stands; the secret is shown once."""
    now = dt.datetime.now(dt.UTC)
    with RiskClient(api_url, key) as client:
        made = client.add_webhook("https://example.com/hook", ["alert.raised"])
        assert made.secret.startswith("whsec_")
        _alert(database_url)
        (delivery,) = client.deliveries(made.id)
        assert client.replay_delivery(delivery) == 0
        assert client.replay_deliveries(made.id, now - DAY, now + DAY) == 0
        rotated = client.rotate_webhook_secret(made)
        known = client.enable_webhook(rotated)
        assert [client.webhook(made.id)] == list(client.webhooks()) == [known]
        client.remove_webhook(known)
        with pytest.raises(NotFoundError):
            client.webhook(made.id)
        with pytest.raises(UsageError):
            client.add_webhook("http://example.com/")


def test_on_an_event_loop_it_is_the_same(api_url: str, key: str) -> None:
    """The asynchronous client does the same."""
    now = dt.datetime.now(dt.UTC)

    async def act() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            made = await client.add_webhook("https://example.com/hook")
            assert [one async for one in client.deliveries(made.id)] == []
            assert await client.replay_deliveries(made.id, now - DAY, now) == 0
            known = await client.enable_webhook(await client.rotate_webhook_secret(made))
            assert [one async for one in client.webhooks()] == [await client.webhook(made.id)]
            await client.remove_webhook(known)

    asyncio.run(act())


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    for name in (name for name in vars(WebhookMethods) if not name.startswith("_")):
        kinds = (WebhookMethods, AsyncWebhookMethods)
        blocking, waiting = (inspect.signature(getattr(kind, name)) for kind in kinds)
        assert blocking.parameters == waiting.parameters
