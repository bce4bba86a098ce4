"""What is told through channels, message by message."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.channel_rows import ChannelMessageRow
from plimsoll.data.store.event_rows import EventRow
from plimsoll.data.store.models import new_id
from plimsoll.errors import NotFoundError

__all__ = [
    "ChannelMessage",
    "MessageStatus",
    "add",
    "end",
    "get",
    "held",
    "hold",
    "take_held",
    "tried_since",
    "try_now",
]


class MessageStatus(StrEnum):
    """How far a message is."""

    PENDING = "pending"
    HELD = "held"
    SENT = "sent"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """One event on its way through one channel.

    Parameters
    ----------
    id, channel_id, event_id
        Which event goes where.
    status
        How far it is.
    urgent
        Whether it may not wait for the end of quiet hours.
    put_off
        Whether it was to be told later than at once, and only if it is still worth it.
    kind, subject, data, published_at
        Of the event.
    """

    id: UUID
    channel_id: UUID
    event_id: UUID
    status: MessageStatus
    urgent: bool
    put_off: bool
    kind: str
    subject: UUID
    data: dict[str, Any]
    published_at: dt.datetime


async def add(
    session: AsyncSession, *, channel_id: UUID, event_id: UUID, urgent: bool, put_off: bool
) -> UUID:
    """Note that an event goes through a channel, and return the id of the message."""
    message_id = new_id()
    values = {
        "id": message_id,
        "channel_id": channel_id,
        "event_id": event_id,
        "urgent": urgent,
        "put_off": put_off,
    }
    await session.execute(insert(ChannelMessageRow).values(values))
    return message_id


async def get(session: AsyncSession, message_id: UUID) -> ChannelMessage:
    """Return a message.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = (await session.execute(_messages().where(ChannelMessageRow.id == message_id))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such message")
    return _record(row)


async def held(session: AsyncSession, channel_id: UUID, *, urgent: bool) -> bool:
    """Return whether messages of this urgency wait for a digest."""
    query = select(ChannelMessageRow.id).where(*_waiting(channel_id, urgent)).limit(1)
    return (await session.execute(query)).first() is not None


async def tried_since(
    session: AsyncSession, channel_id: UUID, since: dt.datetime, *, without: UUID
) -> list[dt.datetime]:
    """Return when something was sent through a channel, a digest once, oldest first.

    Parameters
    ----------
    session, channel_id
        Where.
    since
        The last instant that no longer counts.
    without
        A message or digest that does not count, because it asks.
    """
    columns = (ChannelMessageRow.id, ChannelMessageRow.digest, ChannelMessageRow.tried_at)
    query = select(*columns).where(
        ChannelMessageRow.channel_id == channel_id, ChannelMessageRow.tried_at > since
    )
    found = {row.digest or row.id: row.tried_at for row in await session.execute(query)}
    return sorted(at for sender, at in found.items() if sender != without)


async def try_now(session: AsyncSession, message_id: UUID, at: dt.datetime) -> None:
    """Write down that a message is being sent."""
    await _set(session, ChannelMessageRow.id == message_id, tried_at=at)


async def hold(session: AsyncSession, message_id: UUID) -> None:
    """Let a message wait for the next digest."""
    await _set(session, ChannelMessageRow.id == message_id, status=MessageStatus.HELD)


async def take_held(
    session: AsyncSession, channel_id: UUID, *, urgent: bool, digest: UUID, at: dt.datetime
) -> list[ChannelMessage]:
    """Put all messages that wait into a digest that is being sent, and return them, oldest first."""
    await _set(session, *_waiting(channel_id, urgent), digest=digest, tried_at=at)
    query = _messages().where(*_waiting(channel_id, urgent)).order_by(ChannelMessageRow.id)
    return [_record(row) for row in await session.execute(query)]


async def end(session: AsyncSession, chosen: Sequence[UUID], status: MessageStatus) -> None:
    """Say how messages have ended."""
    await _set(session, ChannelMessageRow.id.in_(chosen), status=status)


async def _set(session: AsyncSession, *conditions: Any, **changes: Any) -> None:
    statement = update(ChannelMessageRow).where(*conditions).values(**changes)
    await session.execute(statement.execution_options(synchronize_session=False))


def _waiting(channel_id: UUID, urgent: bool) -> tuple[Any, ...]:
    return (
        ChannelMessageRow.channel_id == channel_id,
        ChannelMessageRow.status == MessageStatus.HELD,
        ChannelMessageRow.urgent.is_(urgent),
    )


def _messages() -> Select[Any]:
    own = ("id", "channel_id", "event_id", "status", "urgent", "put_off")
    columns = [getattr(ChannelMessageRow, name) for name in own]
    event = (EventRow.kind, EventRow.subject, EventRow.data, EventRow.published_at)
    return select(*columns, *event).join(EventRow, EventRow.id == ChannelMessageRow.event_id)


def _record(row: Any) -> ChannelMessage:
    return ChannelMessage(**{**row._asdict(), "status": MessageStatus(row.status)})
