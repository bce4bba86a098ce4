"""Events: appended by whoever changes something, read by everybody in one order without gaps.

An event becomes visible when its transaction commits, which may be long after another one that was written
later. So neither an id nor a sequence is an order in which a reader can go on from the last one it has seen:
what was written earlier and committed later would be passed over. Here an event has no `position` until it is
committed. Whoever reads first gives positions to all that have none, one reader at a time: a position is only
ever given above all that were seen before, and "everything after position n" loses nothing.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.event_rows import EventRow
from plimsoll.data.store.models import new_id

__all__ = ["EVENTS_CHANNEL", "EventRecord", "after", "append", "last_position", "settle"]

EVENTS_CHANNEL = "plimsoll_events"
"""Where PostgreSQL tells listeners the tenant of committed events."""

_COLUMNS = (
    EventRow.id,
    EventRow.position,
    EventRow.kind,
    EventRow.subject,
    EventRow.data,
    EventRow.published_at,
)
_NOTIFY = text("SELECT pg_notify(:channel, current_setting('plimsoll.tenant'))")
_UNSETTLED = text("SELECT EXISTS (SELECT FROM events WHERE position IS NULL)")
_ONE_AT_A_TIME = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('events ' || current_setting('plimsoll.tenant'), 0))"
)
_SETTLE = text("""
    WITH
        fresh AS (
            SELECT id, row_number() OVER (ORDER BY sequence) AS place FROM events WHERE position IS NULL
        ),
        last AS (SELECT coalesce(max(position), 0) AS position FROM events)
    UPDATE events SET position = last.position + fresh.place FROM fresh, last WHERE events.id = fresh.id
""")


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event as readers see it.

    Parameters
    ----------
    id
        UUIDv7; the same for everybody who is told of it.
    position
        From 1 for each tenant, without gaps, in the order in which readers see events.
    kind
        Such as ``alert.raised``.
    subject
        What it is about: the id of a run, a breach, an alert.
    data
        A JSON document.
    published_at
        UTC.
    """

    id: UUID
    position: int
    kind: str
    subject: UUID
    data: Mapping[str, Any]
    published_at: dt.datetime


async def append(session: AsyncSession, *, kind: str, subject: UUID, data: Mapping[str, Any]) -> UUID:
    """Store an event in the caller's transaction; listeners wake up if and when it commits.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    kind, subject, data
        As :class:`EventRecord` has them.

    Returns
    -------
    UUID
        Its id.
    """
    event_id = new_id()
    values = {"id": event_id, "kind": kind, "subject": subject, "data": dict(data)}
    await session.execute(insert(EventRow).values(values))
    await session.execute(_NOTIFY, {"channel": EVENTS_CHANNEL})
    return event_id


async def settle(session: AsyncSession) -> None:
    """Give positions to committed events that have none.

    Parameters
    ----------
    session
        A short transaction of its own: others who settle wait for its end.
    """
    if (await session.execute(_UNSETTLED)).scalar_one():
        await session.execute(_ONE_AT_A_TIME)
        # This statement begins after the lock is held, so it sees all that others have settled.
        await session.execute(_SETTLE)


async def after(
    session: AsyncSession,
    position: int,
    *,
    limit: int,
    kinds: Sequence[str] = (),
    portfolio_id: UUID | None = None,
) -> list[EventRecord]:
    """Return the first `limit` settled events after a position.

    Parameters
    ----------
    session
        An open transaction of the tenant.
    position
        Of the last event that was seen; 0 before the first.
    limit
        Most events to return.
    kinds
        Only these; empty for all.
    portfolio_id
        Only events whose data name this portfolio; None for all.
    """
    query = select(*_COLUMNS).where(EventRow.position > position).order_by(EventRow.position).limit(limit)
    if kinds:
        query = query.where(EventRow.kind.in_(kinds))
    if portfolio_id is not None:
        query = query.where(EventRow.data["portfolio_id"].astext == str(portfolio_id))
    return [EventRecord(*row) for row in await session.execute(query)]


async def last_position(session: AsyncSession) -> int:
    """Return the position of the last settled event; 0 where there is none."""
    return (await session.execute(select(func.max(EventRow.position)))).scalar_one() or 0
