"""Recoveries as stored; each is decided once."""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import new_id
from plimsoll.data.store.recovery_rows import RecoveryRow
from plimsoll.errors import NotFoundError

__all__ = ["RecoveryRecord", "add", "decide", "get", "page"]


@dataclass(frozen=True, slots=True)
class RecoveryRecord:
    """A recovery.

    Parameters
    ----------
    id, user_id
        Which, and whose factors are to be forgotten.
    reason
        For whoever decides, and for the audit.
    requested_by, requested_at
        Principal and instant.
    ends_at
        When it cannot be approved any more.
    decided_by, decided_at, approved
        None until somebody has decided.
    """

    id: UUID
    user_id: UUID
    reason: str
    requested_by: str
    requested_at: dt.datetime
    ends_at: dt.datetime
    decided_by: str | None
    decided_at: dt.datetime | None
    approved: bool | None


_COLUMNS = tuple(getattr(RecoveryRow, field.name) for field in fields(RecoveryRecord))


async def add(session: AsyncSession, **values: Any) -> RecoveryRecord:
    """Store a new recovery; `values` by field of :class:`RecoveryRecord`."""
    made = await session.execute(insert(RecoveryRow).values(id=new_id(), **values).returning(*_COLUMNS))
    return RecoveryRecord(**made.one()._asdict())


async def get(session: AsyncSession, recovery_id: UUID) -> RecoveryRecord:
    """Return a recovery.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    query = select(*_COLUMNS).where(RecoveryRow.id == recovery_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such recovery")
    return RecoveryRecord(**row._asdict())


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[RecoveryRecord]:
    """Return the first `limit` recoveries whose id comes after `after`, oldest first."""
    query = select(*_COLUMNS).order_by(RecoveryRow.id).limit(limit)
    if after is not None:
        query = query.where(RecoveryRow.id > after)
    return [RecoveryRecord(**row._asdict()) for row in await session.execute(query)]


async def decide(
    session: AsyncSession, recovery_id: UUID, *, by: str, approved: bool, at: dt.datetime
) -> bool:
    """Decide a recovery by one statement; return whether it was still to be decided."""
    changed = (
        update(RecoveryRow)
        .where(RecoveryRow.id == recovery_id, RecoveryRow.decided_at.is_(None), RecoveryRow.ends_at > at)
        .values(decided_by=by, decided_at=at, approved=approved)
        .returning(RecoveryRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(changed)).one_or_none() is not None
