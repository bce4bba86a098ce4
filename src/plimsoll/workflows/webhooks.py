"""Webhooks: made, changed, given new secrets, delivered to once more."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import webhooks
from plimsoll.data.store.jobs import JobKind
from plimsoll.data.store.models import new_id
from plimsoll.data.store.webhooks import WebhookRecord
from plimsoll.errors import NotFoundError, UsageError
from plimsoll.security.sealing import Sealer
from plimsoll.workflows.alerts import resolve_alert
from plimsoll.workflows.events import EventKind
from plimsoll.workflows.jobs import enqueue
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.webhook_signing import new_secret

__all__ = [
    "ROTATION",
    "add_webhook",
    "alert_key",
    "enable_webhook",
    "remove_webhook",
    "replay_delivery",
    "replay_range",
    "rotate_secret",
    "secret_place",
]

ROTATION = dt.timedelta(hours=24)
"""For how long an old secret still signs beside the new one."""

_MOST_AT_ONCE = 1000


def secret_place(webhook_id: UUID) -> str:
    """Return the place to which a webhook's secret is sealed."""
    return f"webhooks|secret|{webhook_id}"


def alert_key(webhook_id: UUID) -> str:
    """Return the key of the alert about a webhook that was taken out of use."""
    return f"webhook/{webhook_id}"


async def add_webhook(
    session: AsyncSession,
    *,
    url: str,
    kinds: Sequence[str],
    sealer: Sealer,
    outward: Outward,
    created_by: str,
) -> tuple[WebhookRecord, str]:
    """Store a webhook and return it with its secret, which nobody is shown again.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    url
        Where events are sent.
    kinds
        Which; none for all.
    sealer
        Keeps the secret.
    outward
        Says which addresses are allowed.
    created_by
        Name of who asks.

    Raises
    ------
    UsageError
        If the URL cannot be used, its host may not be called, or a kind does not exist.
    """
    outward.check(url)
    if not set(kinds) <= set(EventKind):
        raise UsageError(
            "there is no such kind of event", remedy=f"There are {', '.join(sorted(EventKind))}."
        )
    webhook_id, secret = new_id(), new_secret()
    sealed = sealer.seal(secret, secret_place(webhook_id))
    wanted = list(dict.fromkeys(kinds))
    record = await webhooks.add(
        session, webhook_id, url=url, kinds=wanted, secret=sealed, created_by=created_by
    )
    return record, secret


async def rotate_secret(
    session: AsyncSession, webhook_id: UUID, *, expected_version: int, sealer: Sealer, at: dt.datetime
) -> tuple[WebhookRecord, str]:
    """Give a webhook a new secret and return it; the old one signs beside it for a day.

    Raises
    ------
    NotFoundError
        If there is no such webhook.
    PreconditionError
        If it has changed since `expected_version`.
    """
    known = await webhooks.get(session, webhook_id, lock=True)
    secret = new_secret()
    changes = {
        "secret": sealer.seal(secret, secret_place(webhook_id)),
        "old_secret": known.secret,
        "old_secret_until": at + ROTATION,
    }
    record = await webhooks.change(session, webhook_id, expected_version=expected_version, changes=changes)
    return record, secret


async def enable_webhook(session: AsyncSession, webhook_id: UUID, *, expected_version: int) -> WebhookRecord:
    """Take a webhook into use again; what it has missed can be replayed.

    Raises
    ------
    NotFoundError
        If there is no such webhook.
    PreconditionError
        If it has changed since `expected_version`.
    """
    changes = {"disabled_at": None, "disabled_reason": None}
    record = await webhooks.change(session, webhook_id, expected_version=expected_version, changes=changes)
    await resolve_alert(session, alert_key(webhook_id))
    return record


async def remove_webhook(
    session: AsyncSession, webhook_id: UUID, *, expected_version: int, at: dt.datetime
) -> None:
    """Send nothing more to a webhook and forget its secret.

    Raises
    ------
    NotFoundError
        If there is no such webhook.
    PreconditionError
        If it has changed since `expected_version`.
    """
    changes = {"removed_at": at, "secret": b"", "old_secret": None}
    await webhooks.change(session, webhook_id, expected_version=expected_version, changes=changes)
    await resolve_alert(session, alert_key(webhook_id))


async def replay_delivery(
    session: AsyncSession, webhook_id: UUID, delivery_id: UUID, *, created_by: str
) -> int:
    """Send the event of a delivery once more; return 0 if it is on its way as it is.

    Raises
    ------
    NotFoundError
        If there is no such webhook, or no such delivery to it.
    """
    await webhooks.get(session, webhook_id)
    known = await webhooks.delivery(session, delivery_id)
    if known.webhook_id != webhook_id:
        raise NotFoundError("there is no such delivery")
    return await _again(session, webhook_id, [known.event_id], created_by)


async def replay_range(
    session: AsyncSession, webhook_id: UUID, *, since: dt.datetime, until: dt.datetime, created_by: str
) -> int:
    """Send what was to be sent between two instants once more, and return how many events.

    Raises
    ------
    NotFoundError
        If there is no such webhook.
    UsageError
        If it is no range, or holds more than a thousand deliveries.
    """
    if since >= until:
        raise UsageError("the range ends before it begins", remedy="Give the earlier instant first.")
    await webhooks.get(session, webhook_id)
    found = await webhooks.deliveries(session, webhook_id, limit=_MOST_AT_ONCE + 1, since=since, until=until)
    if len(found) > _MOST_AT_ONCE:
        remedy = "Replay a shorter range first."
        raise UsageError(f"there are more than {_MOST_AT_ONCE} deliveries in the range", remedy=remedy)
    chosen = list(dict.fromkeys(one.event_id for one in reversed(found)))
    return await _again(session, webhook_id, chosen, created_by)


async def _again(session: AsyncSession, webhook_id: UUID, events: Sequence[UUID], created_by: str) -> int:
    made = await webhooks.queue_again(session, webhook_id, events)
    for delivery in made:
        await enqueue(session, JobKind.WEBHOOK, {"delivery": str(delivery)}, created_by=created_by)
    return len(made)
