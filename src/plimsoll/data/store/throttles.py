"""Counters of what was tried: one statement counts and tells, so that many at once are counted one by one."""

import datetime as dt

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.account_rows import ThrottleRow

__all__ = ["clear", "count", "forget"]


async def count(
    session: AsyncSession, kind: str, subject: bytes, *, at: dt.datetime, window: dt.timedelta
) -> tuple[int, dt.datetime]:
    """Count one more try and return how many there were, this one included, and since when.

    Parameters
    ----------
    session
        An open transaction of the tenant that keeps the counters.
    kind
        What was tried.
    subject
        By whom, from where, or against whom: a digest.
    at
        Now.
    window
        After so long from the first try, counting begins anew.
    """
    fresh = ThrottleRow.since <= at - window
    statement = (
        insert(ThrottleRow)
        .values(kind=kind, subject=subject, count=1, since=at)
        .on_conflict_do_update(
            index_elements=["tenant_id", "kind", "subject"],
            set_={
                "count": case((fresh, 1), else_=ThrottleRow.count + 1),
                "since": case((fresh, at), else_=ThrottleRow.since),
            },
        )
        .returning(ThrottleRow.count, ThrottleRow.since)
    )
    tries, since = (await session.execute(statement)).one()
    return tries, since


async def clear(session: AsyncSession, kind: str, subject: bytes) -> None:
    """Forget what was tried."""
    gone = delete(ThrottleRow).where(ThrottleRow.kind == kind, ThrottleRow.subject == subject)
    await session.execute(gone)


async def forget(session: AsyncSession, *, before: dt.datetime) -> int:
    """Delete counters that began before an instant, and return how many."""
    gone = await session.execute(delete(ThrottleRow).where(ThrottleRow.since < before))
    return int(getattr(gone, "rowcount", 0))
