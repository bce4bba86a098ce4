"""Webhooks: the calls, and the methods of both clients."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Sequence
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, post
from plimsoll.client.messages import checked
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.wire.page import Page
from plimsoll.wire.webhooks import (
    Delivery,
    DeliveryPage,
    NewWebhook,
    Replayed,
    ReplayRange,
    Webhook,
    WebhookPage,
    WebhookWithSecret,
)

__all__ = ["AsyncWebhookMethods", "WebhookMethods"]


def _add(url: str, kinds: Sequence[str]) -> Call[WebhookWithSecret]:
    new = checked(NewWebhook, {"url": url, "kinds": tuple(kinds)})
    return post("/webhooks", message(WebhookWithSecret), new, key=None)


def _list(limit: int | None) -> Call[Page[Webhook]]:
    return get("/webhooks", message(WebhookPage), limit=limit)


def _one(webhook_id: UUID) -> Call[Webhook]:
    return get(f"/webhooks/{webhook_id}", message(Webhook))


def _rotate(known: Webhook) -> Call[WebhookWithSecret]:
    path = f"{API_PREFIX}/webhooks/{known.id}/rotate"
    return Call(method="POST", path=path, read=message(WebhookWithSecret), headers=_seen(known))


def _enable(known: Webhook) -> Call[Webhook]:
    path = f"{API_PREFIX}/webhooks/{known.id}/enable"
    return Call(method="POST", path=path, read=message(Webhook), headers=_seen(known))


def _remove(known: Webhook) -> Call[None]:
    path = f"{API_PREFIX}/webhooks/{known.id}"
    return Call(method="DELETE", path=path, read=lambda _: None, headers=_seen(known))


def _seen(known: Webhook) -> dict[str, str]:
    return {"If-Match": f'"{known.version}"'}


def _deliveries(webhook_id: UUID, limit: int | None) -> Call[Page[Delivery]]:
    return get(f"/webhooks/{webhook_id}/deliveries", message(DeliveryPage), limit=limit)


def _replay(delivery: Delivery) -> Call[Replayed]:
    path = f"/webhooks/{delivery.webhook_id}/deliveries/{delivery.id}/replay"
    return post(path, message(Replayed))


def _replay_range(webhook_id: UUID, since: dt.datetime, until: dt.datetime) -> Call[Replayed]:
    wanted = checked(ReplayRange, {"since": since, "until": until})
    return post(f"/webhooks/{webhook_id}/replay", message(Replayed), wanted)


class WebhookMethods(Sends):
    """The webhooks of a client that waits for each answer."""

    def add_webhook(self, url: str, kinds: Sequence[str] = ()) -> WebhookWithSecret:
        """Create a webhook for kinds of events, none for all; its secret is shown this once."""
        return self.send(_add(url, kinds))

    def webhooks(self, *, page_size: int | None = None) -> Iterator[Webhook]:
        """Yield webhooks, oldest first."""
        return self.items(_list(page_size))

    def webhook(self, webhook_id: UUID) -> Webhook:
        """Return a webhook."""
        return self.send(_one(webhook_id))

    def rotate_webhook_secret(self, known: Webhook) -> WebhookWithSecret:
        """Give a webhook a new secret; the one before signs beside it for a day."""
        return self.send(_rotate(known))

    def enable_webhook(self, known: Webhook) -> Webhook:
        """Take a webhook into use again."""
        return self.send(_enable(known))

    def remove_webhook(self, known: Webhook) -> None:
        """Send nothing more to a webhook."""
        self.send(_remove(known))

    def deliveries(self, webhook_id: UUID, *, page_size: int | None = None) -> Iterator[Delivery]:
        """Yield what was sent to a webhook, the last made first."""
        return self.items(_deliveries(webhook_id, page_size))

    def replay_delivery(self, delivery: Delivery) -> int:
        """Send the event of a delivery once more; return 0 if it is on its way as it is."""
        return self.send(_replay(delivery)).deliveries

    def replay_deliveries(self, webhook_id: UUID, since: dt.datetime, until: dt.datetime) -> int:
        """Send what was to be sent in a range of time once more, and return how many events."""
        return self.send(_replay_range(webhook_id, since, until)).deliveries


class AsyncWebhookMethods(AsyncSends):
    """The webhooks of a client on an event loop; see `WebhookMethods`."""

    async def add_webhook(self, url: str, kinds: Sequence[str] = ()) -> WebhookWithSecret:
        """Create a webhook; its secret is shown this once."""
        return await self.send(_add(url, kinds))

    def webhooks(self, *, page_size: int | None = None) -> AsyncIterator[Webhook]:
        """Yield webhooks, oldest first."""
        return self.items(_list(page_size))

    async def webhook(self, webhook_id: UUID) -> Webhook:
        """Return a webhook."""
        return await self.send(_one(webhook_id))

    async def rotate_webhook_secret(self, known: Webhook) -> WebhookWithSecret:
        """Give a webhook a new secret; the one before signs beside it for a day."""
        return await self.send(_rotate(known))

    async def enable_webhook(self, known: Webhook) -> Webhook:
        """Take a webhook into use again."""
        return await self.send(_enable(known))

    async def remove_webhook(self, known: Webhook) -> None:
        """Send nothing more to a webhook."""
        await self.send(_remove(known))

    def deliveries(self, webhook_id: UUID, *, page_size: int | None = None) -> AsyncIterator[Delivery]:
        """Yield what was sent to a webhook, the last made first."""
        return self.items(_deliveries(webhook_id, page_size))

    async def replay_delivery(self, delivery: Delivery) -> int:
        """Send the event of a delivery once more."""
        return (await self.send(_replay(delivery))).deliveries

    async def replay_deliveries(self, webhook_id: UUID, since: dt.datetime, until: dt.datetime) -> int:
        """Send what was to be sent in a range of time once more, and return how many events."""
        return (await self.send(_replay_range(webhook_id, since, until))).deliveries
