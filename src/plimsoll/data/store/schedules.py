"""Schedules: what is put down as a job again and again, each time once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete as delete_rows
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.models import new_id
from plimsoll.data.store.schedule_rows import ScheduleRow
from plimsoll.errors import NotFoundError, PreconditionError

__all__ = ["ScheduleRecord", "change", "create", "delete", "get", "page"]


@dataclass(frozen=True, slots=True)
class ScheduleRecord:
    """A schedule.

    Parameters
    ----------
    id
        UUIDv7.
    name
        For people.
    portfolio_id, request
        The risk run that it puts down; the options as plain JSON.
    cron, time_zone, calendar
        When: on the wall clock of the zone, and only on days on which the exchange trades; None for all days.
    next_at
        The next firing; None while it is paused.
    last_at, last_job_id
        The last firing and the job that it put down; None before the first.
    problem
        Why it paused by itself; None where it did not.
    created_at, created_by
        Since when, and by whom.
    version
        Counts its changes, firings included.
    """

    id: UUID
    name: str
    portfolio_id: UUID
    request: dict[str, Any]
    cron: str
    time_zone: str
    calendar: str | None
    next_at: dt.datetime | None
    last_at: dt.datetime | None
    last_job_id: UUID | None
    problem: str | None
    created_at: dt.datetime
    created_by: str
    version: int


_COLUMNS = tuple(getattr(ScheduleRow, name) for name in ScheduleRecord.__dataclass_fields__)


async def create(
    session: AsyncSession,
    *,
    name: str,
    portfolio_id: UUID,
    request: Mapping[str, Any],
    cron: str,
    time_zone: str,
    calendar: str | None,
    next_at: dt.datetime | None,
    created_by: str,
) -> ScheduleRecord:
    """Store a schedule; the parameters are those of :class:`ScheduleRecord`.

    Raises
    ------
    NotFoundError
        If there is no such portfolio.
    """
    values = {
        "id": new_id(),
        "name": name,
        "portfolio_id": portfolio_id,
        "request": dict(request),
        "cron": cron,
        "time_zone": time_zone,
        "calendar": calendar,
        "next_at": next_at,
        "created_by": created_by,
    }
    try:
        async with session.begin_nested():
            made = await session.execute(insert(ScheduleRow).values(values).returning(*_COLUMNS))
    except IntegrityError:
        raise NotFoundError("there is no such portfolio") from None
    return ScheduleRecord(*made.one())


async def get(session: AsyncSession, schedule: UUID, *, locked: bool = False) -> ScheduleRecord:
    """Return a schedule, and keep others from changing it meanwhile if it is to be `locked`.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    query = select(*_COLUMNS).where(ScheduleRow.id == schedule)
    row = (await session.execute(query.with_for_update() if locked else query)).one_or_none()
    if row is None:
        raise NotFoundError("there is no such schedule")
    return ScheduleRecord(*row)


async def page(session: AsyncSession, *, after: UUID | None, limit: int) -> list[ScheduleRecord]:
    """Return the first `limit` schedules whose id comes after `after`, oldest first."""
    query = select(*_COLUMNS).order_by(ScheduleRow.id).limit(limit)
    if after is not None:
        query = query.where(ScheduleRow.id > after)
    return [ScheduleRecord(*row) for row in await session.execute(query)]


async def change(
    session: AsyncSession, schedule: UUID, *, expected_version: int, **changes: Any
) -> ScheduleRecord:
    """Change a schedule that nobody has changed meanwhile.

    Parameters
    ----------
    session, schedule
        Where and which.
    expected_version
        The version that the caller has read.
    **changes
        By field of :class:`ScheduleRecord`.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    PreconditionError
        If its version is another.
    """
    statement = (
        update(ScheduleRow)
        .where(ScheduleRow.id == schedule, ScheduleRow.version == expected_version)
        .values(version=ScheduleRow.version + 1, **changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise await _another_version(session, schedule)
    return ScheduleRecord(*row)


async def delete(session: AsyncSession, schedule: UUID, *, expected_version: int) -> None:
    """Drop a schedule that nobody has changed meanwhile; the jobs that it put down stay.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    PreconditionError
        If its version is another.
    """
    statement = (
        delete_rows(ScheduleRow)
        .where(ScheduleRow.id == schedule, ScheduleRow.version == expected_version)
        .returning(ScheduleRow.id)
        .execution_options(synchronize_session=False)
    )
    if (await session.execute(statement)).one_or_none() is None:
        raise await _another_version(session, schedule)


async def _another_version(session: AsyncSession, schedule: UUID) -> PreconditionError:
    current = await get(session, schedule)
    remedy = "Read it again and repeat the change."
    return PreconditionError(f"the schedule is at version {current.version} by now", remedy=remedy)
