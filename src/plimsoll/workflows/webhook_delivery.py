"""Delivering an event to a webhook: one attempt at a time, again after a while, given up in the end."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import webhooks
from plimsoll.data.store.database import Database
from plimsoll.data.store.webhooks import DeliveryRecord, DeliveryStatus, WebhookRecord
from plimsoll.errors import NotFoundError, PlimsollError
from plimsoll.security.sealing import Sealer
from plimsoll.workflows.alerts import AlertKind, Severity, raise_alert
from plimsoll.workflows.job_run import Handler, JobRun, RetryLaterError
from plimsoll.workflows.outward import Outward, RefusedAddressError, Reply
from plimsoll.workflows.webhook_signing import payload, signed_headers
from plimsoll.workflows.webhooks import alert_key, secret_place

__all__ = ["WAITS", "deliver", "webhook_handler"]

WAITS = tuple(
    dt.timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""Before each further attempt, as the specification recommends; after the last one it is given up."""

_LONGEST_ASKED = 3600
_GONE = 410


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def webhook_handler(outward: Outward) -> Handler:
    """Return what does a job of the kind WEBHOOK.

    Parameters
    ----------
    outward
        How receivers are reached.
    """

    async def handle(run: JobRun) -> Mapping[str, Any]:
        return await deliver(run.database, run.tenant, UUID(run.arguments["delivery"]), outward)

    return handle


async def deliver(
    database: Database,
    tenant: UUID,
    delivery_id: UUID,
    outward: Outward,
    *,
    clock: Callable[[], dt.datetime] = _now,
) -> Mapping[str, Any]:
    """Make one attempt at a delivery and write down what came of it.

    A receiver may be told twice if the platform dies between an answer and its being written down; it knows
    the message by its ``webhook-id``.

    Parameters
    ----------
    database, tenant, delivery_id
        Which delivery.
    outward
        How receivers are reached.
    clock
        Says what time it is.

    Returns
    -------
    Mapping
        The status in which the delivery ended.

    Raises
    ------
    RetryLaterError
        If another attempt is due later.
    """
    async with database.session(tenant) as session:
        known = await webhooks.delivery(session, delivery_id)
        if known.status is not DeliveryStatus.PENDING:
            return {"status": known.status.value}
        try:
            webhook = await webhooks.get(session, known.webhook_id)
        except NotFoundError:
            return await _end(session, known, {"error": "the webhook was removed"}, clock())
        if webhook.disabled_at is not None:
            return await _end(session, known, {"error": "the webhook is out of use"}, clock())
        event = await webhooks.event_of(session, known.event_id)
        at = clock()
        secrets = _secrets(webhook, await outward.sealers.of(session), at)
    content = payload(event)
    headers = signed_headers(
        secrets, message_id=str(event.id), timestamp=int(at.timestamp()), content=content
    )
    reply, error = await _tried(outward, webhook.url, content, headers)
    attempt: dict[str, Any] = {"at": at.isoformat(), "status": reply and reply.status, "error": error}
    delivered = reply is not None and 200 <= reply.status < 300
    gone = reply is not None and reply.status == _GONE
    async with database.session(tenant) as session:
        if delivered:
            await webhooks.note_attempt(session, known, attempt, DeliveryStatus.DELIVERED, clock())
            return {"status": DeliveryStatus.DELIVERED.value}
        if gone or len(known.attempts) >= len(WAITS):
            await _disable(session, webhook, error or f"it answered {reply and reply.status}", clock())
            return await _end(session, known, attempt, clock())
        await webhooks.note_attempt(session, known, attempt, DeliveryStatus.PENDING, clock())
    asked = dt.timedelta(seconds=min(_LONGEST_ASKED, reply.retry_after if reply else 0))
    reason = error or f"the receiver answered {reply and reply.status}"
    raise RetryLaterError(reason, after=max(WAITS[len(known.attempts)], asked))


async def _tried(
    outward: Outward, url: str, content: bytes, headers: Mapping[str, str]
) -> tuple[Reply | None, str | None]:
    try:
        return await outward.post(url, content, headers), None
    except RefusedAddressError as error:
        return None, str(error)
    except PlimsollError as error:
        return None, error.message
    except TimeoutError:
        return None, "no answer in time"
    except httpx2.HTTPError as error:
        return None, f"no answer: {type(error).__name__}"


def _secrets(webhook: WebhookRecord, sealer: Sealer, at: dt.datetime) -> list[str]:
    place = secret_place(webhook.id)
    found = [sealer.open(webhook.secret, place)]
    until = webhook.old_secret_until
    if webhook.old_secret is not None and until is not None and at < until:
        found.append(sealer.open(webhook.old_secret, place))
    return found


async def _end(
    session: AsyncSession, known: DeliveryRecord, attempt: Mapping[str, Any], at: dt.datetime
) -> Mapping[str, Any]:
    tried = {"at": at.isoformat(), "status": None, **attempt}
    await webhooks.note_attempt(session, known, tried, DeliveryStatus.FAILED, at)
    return {"status": DeliveryStatus.FAILED.value}


async def _disable(session: AsyncSession, webhook: WebhookRecord, reason: str, at: dt.datetime) -> None:
    """Take a webhook out of use and say so; somebody must look at it."""
    changes = {"disabled_at": at, "disabled_reason": reason}
    await webhooks.change(session, webhook.id, expected_version=None, changes=changes)
    await raise_alert(
        session,
        key=alert_key(webhook.id),
        kind=AlertKind.SYSTEM,
        severity=Severity.WARNING,
        title="A webhook was taken out of use",
        detail=f"It could not be delivered to: {reason}. Repair the receiver, enable it, and replay.",
        subject=webhook.id,
        at=at,
    )
