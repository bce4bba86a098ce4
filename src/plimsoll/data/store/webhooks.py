"""Webhooks as stored, and the deliveries to them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.event_rows import EventRow
from plimsoll.data.store.events import EventRecord
from plimsoll.data.store.models import new_id
from plimsoll.data.store.webhook_rows import WebhookDeliveryRow, WebhookRow
from plimsoll.errors import NotFoundError, PreconditionError

__all__ = [
    "DeliveryRecord",
    "DeliveryStatus",
    "WebhookRecord",
    "add",
    "change",
    "deliveries",
    "delivery",
    "event_of",
    "get",
    "note_attempt",
    "page",
    "queue",
    "queue_again",
]


class DeliveryStatus(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """Where events are sent.

    Parameters
    ----------
    id
        UUIDv7.
    url
        Where to.
    kinds
        Of events; empty for all.
    secret, old_secret
        Sealed; the old one counts until `old_secret_until`.
    created_at, created_by
        When and by whom it was made.
    disabled_at, disabled_reason
        None while it is in use.
    version
        Counts its changes from 1.
    """

    id: UUID
    url: str
    kinds: Sequence[str]
    secret: bytes
    old_secret: bytes | None
    old_secret_until: dt.datetime | None
    created_at: dt.datetime
    created_by: str
    disabled_at: dt.datetime | None
    disabled_reason: str | None
    version: int


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One event on its way to one webhook.

    Parameters
    ----------
    id, webhook_id, event_id
        Which event goes where.
    replay
        0 for the first delivery, 1 for the first replay, and so on.
    status
        How far it is.
    attempts
        What was tried: time, HTTP status or error.
    created_at, finished_at
        UTC.
    """

    id: UUID
    webhook_id: UUID
    event_id: UUID
    replay: int
    status: DeliveryStatus
    attempts: Sequence[Mapping[str, Any]]
    created_at: dt.datetime
    finished_at: dt.datetime | None


_COLUMNS = tuple(getattr(WebhookRow, field.name) for field in fields(WebhookRecord))
_DELIVERY = tuple(getattr(WebhookDeliveryRow, field.name) for field in fields(DeliveryRecord))


async def add(
    session: AsyncSession, webhook_id: UUID, *, url: str, kinds: Sequence[str], secret: bytes, created_by: str
) -> WebhookRecord:
    """Store a new webhook under an id that was made for it, because the secret is sealed to the id."""
    values = {"id": webhook_id, "url": url, "kinds": list(kinds), "secret": secret, "created_by": created_by}
    made = await session.execute(insert(WebhookRow).values(values).returning(*_COLUMNS))
    return WebhookRecord(*made.one())


async def get(session: AsyncSession, webhook_id: UUID, *, lock: bool = False) -> WebhookRecord:
    """Return a webhook, on request locked until the transaction ends.

    Raises
    ------
    NotFoundError
        If there is none of that id, or it was removed.
    """
    query = select(*_COLUMNS).where(WebhookRow.id == webhook_id, WebhookRow.removed_at.is_(None))
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such webhook")
    return WebhookRecord(*row)


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[WebhookRecord]:
    """Return the first `limit` webhooks whose id comes after `after`, oldest first."""
    query = select(*_COLUMNS).where(WebhookRow.removed_at.is_(None)).order_by(WebhookRow.id).limit(limit)
    if after is not None:
        query = query.where(WebhookRow.id > after)
    return [WebhookRecord(*row) for row in await session.execute(query)]


async def change(
    session: AsyncSession, webhook_id: UUID, *, expected_version: int | None, changes: Mapping[str, Any]
) -> WebhookRecord:
    """Change a webhook, if nobody has changed it meanwhile; an expected version of None is any.

    Raises
    ------
    NotFoundError
        If there is no such webhook.
    PreconditionError
        If its version is another.
    """
    known = await get(session, webhook_id, lock=True)
    if expected_version not in (None, known.version):
        remedy = "Read it again and repeat the change."
        raise PreconditionError(f"the webhook is at version {known.version} by now", remedy=remedy)
    statement = (
        update(WebhookRow)
        .where(WebhookRow.id == webhook_id)
        .values(version=WebhookRow.version + 1, **changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return WebhookRecord(*(await session.execute(statement)).one())


async def queue(session: AsyncSession, event_id: UUID, kind: str) -> list[UUID]:
    """Note that an event goes to each webhook in use that wants its kind, and return the deliveries."""
    wants = or_(WebhookRow.kinds == [], WebhookRow.kinds.contains([kind]))
    query = select(WebhookRow.id).where(
        wants, WebhookRow.removed_at.is_(None), WebhookRow.disabled_at.is_(None)
    )
    rows = [
        {"id": new_id(), "webhook_id": webhook, "event_id": event_id}
        for webhook in (await session.execute(query)).scalars()
    ]
    if rows:
        await session.execute(insert(WebhookDeliveryRow), rows)
    return [row["id"] for row in rows]


async def queue_again(session: AsyncSession, webhook_id: UUID, event_ids: Sequence[UUID]) -> list[UUID]:
    """Note that events go to a webhook once more, and return the new deliveries; who is pending is left."""
    last = (
        select(
            WebhookDeliveryRow.event_id,
            func.max(WebhookDeliveryRow.replay).label("replay"),
            func.bool_or(WebhookDeliveryRow.status == DeliveryStatus.PENDING).label("pending"),
        )
        .where(WebhookDeliveryRow.webhook_id == webhook_id, WebhookDeliveryRow.event_id.in_(event_ids))
        .group_by(WebhookDeliveryRow.event_id)
    )
    rows = [
        {"id": new_id(), "webhook_id": webhook_id, "event_id": row.event_id, "replay": row.replay + 1}
        for row in await session.execute(last)
        if not row.pending
    ]
    if not rows:
        return []
    made = insert_or(WebhookDeliveryRow).values(rows).on_conflict_do_nothing()
    return list((await session.execute(made.returning(WebhookDeliveryRow.id))).scalars())


async def delivery(session: AsyncSession, delivery_id: UUID) -> DeliveryRecord:
    """Return a delivery.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    query = select(*_DELIVERY).where(WebhookDeliveryRow.id == delivery_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such delivery")
    return _delivery(row)


async def deliveries(
    session: AsyncSession,
    webhook_id: UUID,
    *,
    after: UUID | None = None,
    limit: int,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> list[DeliveryRecord]:
    """Return `limit` deliveries to a webhook, the last made first, of a range of time where one is given."""
    query = select(*_DELIVERY).where(WebhookDeliveryRow.webhook_id == webhook_id)
    query = query.order_by(WebhookDeliveryRow.id.desc()).limit(limit)
    if after is not None:
        query = query.where(WebhookDeliveryRow.id < after)
    if since is not None:
        query = query.where(WebhookDeliveryRow.created_at >= since)
    if until is not None:
        query = query.where(WebhookDeliveryRow.created_at < until)
    return [_delivery(row) for row in await session.execute(query)]


async def event_of(session: AsyncSession, event_id: UUID) -> EventRecord:
    """Return the event of a delivery, whether or not it has its position yet."""
    row = (await session.execute(select(EventRow.__table__).where(EventRow.id == event_id))).one()
    return EventRecord(row.id, row.position or 0, row.kind, row.subject, row.data, row.published_at)


async def note_attempt(
    session: AsyncSession,
    known: DeliveryRecord,
    attempt: Mapping[str, Any],
    status: DeliveryStatus,
    at: dt.datetime,
) -> None:
    """Write down what was tried and how far a delivery is."""
    finished = None if status is DeliveryStatus.PENDING else at
    statement = (
        update(WebhookDeliveryRow)
        .where(WebhookDeliveryRow.id == known.id)
        .values(attempts=[*known.attempts, dict(attempt)], status=status, finished_at=finished)
    )
    await session.execute(statement.execution_options(synchronize_session=False))


def _delivery(row: Row[*tuple[Any, ...]]) -> DeliveryRecord:
    found = DeliveryRecord(*row)
    return DeliveryRecord(*(*row[:4], DeliveryStatus(found.status), *row[5:]))
