"""Browsers in which people have signed in before."""

import datetime as dt
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import DeviceRow
from plimsoll.data.store.models import new_id

__all__ = ["add", "are_there", "forget", "forget_all", "seen"]


async def seen(session: AsyncSession, user_id: UUID, digest: bytes, at: dt.datetime) -> UUID | None:
    """Return the device of somebody that holds a token, and note that it was seen; None for a new one."""
    statement = (
        update(DeviceRow)
        .where(DeviceRow.user_id == user_id, DeviceRow.digest == digest)
        .values(seen_at=at)
        .returning(DeviceRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def add(session: AsyncSession, user_id: UUID, digest: bytes, at: dt.datetime) -> None:
    """Store a device in which somebody has signed in for the first time."""
    values = {"id": new_id(), "user_id": user_id, "digest": digest, "created_at": at, "seen_at": at}
    await session.execute(insert(DeviceRow).values(**values))


async def are_there(session: AsyncSession, user_id: UUID) -> bool:
    """Return whether somebody has signed in anywhere before."""
    query = select(select(DeviceRow.id).where(DeviceRow.user_id == user_id).exists())
    return bool((await session.execute(query)).scalar_one())


async def forget_all(session: AsyncSession, user_id: UUID) -> None:
    """Know no device of somebody any more."""
    await session.execute(delete(DeviceRow).where(DeviceRow.user_id == user_id))


async def forget(session: AsyncSession, *, before: dt.datetime) -> int:
    """Delete devices that were not seen since an instant, and return how many."""
    gone = await session.execute(delete(DeviceRow).where(DeviceRow.seen_at < before))
    return int(getattr(gone, "rowcount", 0))
