"""Browsers in which people have signed in before."""

import datetime as dt
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import DeviceRow
from plimsoll.data.store.models import new_id

__all__ = ["forget", "forget_all", "note", "seen"]


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


async def note(session: AsyncSession, user_id: UUID, digest: bytes, at: dt.datetime) -> None:
    """Note that somebody has signed in on a device."""
    values = {"id": new_id(), "user_id": user_id, "digest": digest, "created_at": at, "seen_at": at}
    keys = ["tenant_id", "user_id", "digest"]
    statement = insert(DeviceRow).values(**values)
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"seen_at": at}))


async def forget_all(session: AsyncSession, user_id: UUID) -> None:
    """Know no device of somebody any more."""
    await session.execute(delete(DeviceRow).where(DeviceRow.user_id == user_id))


async def forget(session: AsyncSession, *, before: dt.datetime) -> int:
    """Delete devices that were not seen since an instant, and return how many."""
    gone = await session.execute(delete(DeviceRow).where(DeviceRow.seen_at < before))
    return int(getattr(gone, "rowcount", 0))
