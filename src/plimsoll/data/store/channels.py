"""Channels as stored: the ways by which people are told."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.alerts import Severity
from plimsoll.data.store.channel_rows import ChannelRow
from plimsoll.errors import NotFoundError, PreconditionError

__all__ = ["ChannelRecord", "add", "change", "get", "in_use", "page"]


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """A way to people.

    Parameters
    ----------
    id
        UUIDv7.
    name
        For people.
    scheme
        Of the URL; all of it that may be shown.
    url
        Sealed.
    kinds
        Of events that are told.
    minimum_severity
        Nothing less severe is told.
    quiet_hours
        ``start`` and ``end`` as HH:MM and ``time_zone``; None for none.
    escalate_after_minutes
        None to be told at once; otherwise only of alerts that nobody has taken care of for so long.
    enabled
        Whether it is in use.
    created_at, created_by
        When and by whom it was made.
    version
        Counts its changes from 1.
    """

    id: UUID
    name: str
    scheme: str
    url: bytes
    kinds: Sequence[str]
    minimum_severity: Severity
    quiet_hours: Mapping[str, str] | None
    escalate_after_minutes: int | None
    enabled: bool
    created_at: dt.datetime
    created_by: str
    version: int


_COLUMNS = tuple(getattr(ChannelRow, field.name) for field in fields(ChannelRecord))


async def add(session: AsyncSession, channel_id: UUID, **values: Any) -> ChannelRecord:
    """Store a new channel under an id that was made for it, because its URL is sealed to the id.

    Parameters
    ----------
    session, channel_id
        Where, and which.
    **values
        By field of :class:`ChannelRecord`.
    """
    made = await session.execute(insert(ChannelRow).values(id=channel_id, **values).returning(*_COLUMNS))
    return _record(made.one())


async def get(session: AsyncSession, channel_id: UUID, *, lock: bool = False) -> ChannelRecord:
    """Return a channel, on request locked until the transaction ends.

    Raises
    ------
    NotFoundError
        If there is none of that id, or it was removed.
    """
    query = select(*_COLUMNS).where(ChannelRow.id == channel_id, ChannelRow.removed_at.is_(None))
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such channel")
    return _record(row)


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[ChannelRecord]:
    """Return the first `limit` channels whose id comes after `after`, oldest first."""
    query = select(*_COLUMNS).where(ChannelRow.removed_at.is_(None)).order_by(ChannelRow.id).limit(limit)
    if after is not None:
        query = query.where(ChannelRow.id > after)
    return [_record(row) for row in await session.execute(query)]


async def in_use(session: AsyncSession) -> list[ChannelRecord]:
    """Return all channels through which something may be told."""
    query = select(*_COLUMNS).where(ChannelRow.removed_at.is_(None), ChannelRow.enabled)
    return [_record(row) for row in await session.execute(query)]


async def change(
    session: AsyncSession, channel_id: UUID, *, expected_version: int, changes: Mapping[str, Any]
) -> ChannelRecord:
    """Change a channel, if nobody has changed it meanwhile.

    Raises
    ------
    NotFoundError
        If there is no such channel.
    PreconditionError
        If its version is another.
    """
    known = await get(session, channel_id, lock=True)
    if expected_version != known.version:
        remedy = "Read it again and repeat the change."
        raise PreconditionError(f"the channel is at version {known.version} by now", remedy=remedy)
    statement = (
        update(ChannelRow)
        .where(ChannelRow.id == channel_id)
        .values(version=ChannelRow.version + 1, **changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return _record((await session.execute(statement)).one())


def _record(row: Any) -> ChannelRecord:
    return ChannelRecord(**{**row._asdict(), "minimum_severity": Severity(row.minimum_severity)})
