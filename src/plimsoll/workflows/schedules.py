"""Schedules: risk runs that are put down again and again, by the clock of a place."""

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import portfolios, schedules
from plimsoll.data.store.alerts import AlertKind, Severity
from plimsoll.data.store.database import Database
from plimsoll.data.store.schedules import ScheduleRecord
from plimsoll.errors import ConflictError, NotFoundError, UsageError
from plimsoll.workflows.alerts import raise_alert
from plimsoll.workflows.cron import firings, parse_cron, time_zone
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.request_document import from_document, to_document
from plimsoll.workflows.risk_run_jobs import enqueue_run
from plimsoll.workflows.trading_calendars import sessions_of

__all__ = ["change_schedule", "create_schedule", "fire", "upcoming"]


async def create_schedule(
    session: AsyncSession,
    *,
    name: str,
    portfolio_id: UUID,
    request: ReportRequest,
    cron: str,
    zone: str,
    calendar: str | None,
    created_by: str,
    now: dt.datetime,
) -> ScheduleRecord:
    """Put a risk run of a portfolio down whenever a clock says so.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    name
        For people.
    portfolio_id, request
        What is to run; a date of None is the last one of the prices then.
    cron, zone, calendar
        See :class:`plimsoll.data.store.schedules.ScheduleRecord`.
    created_by
        Name of who asks.
    now
        It first fires after this instant.

    Raises
    ------
    UsageError
        If the expression, the time zone or the exchange is none, or nothing ever comes of them together.
    NotFoundError
        If there is no such portfolio.
    ConflictError
        If the portfolio is archived.
    """
    if (await portfolios.get(session, portfolio_id)).archived_at is not None:
        raise ConflictError("the portfolio is archived", remedy="Restore it first.")
    return await schedules.create(
        session,
        name=name,
        portfolio_id=portfolio_id,
        request=to_document(request),
        cron=cron,
        time_zone=zone,
        calendar=calendar,
        next_at=await _next(cron, zone, calendar, now),
        created_by=created_by,
    )


async def change_schedule(
    session: AsyncSession,
    schedule: UUID,
    *,
    expected_version: int,
    now: dt.datetime,
    paused: bool | None = None,
    **changes: Any,
) -> ScheduleRecord:
    """Change a schedule, pause it or let it go on; firings that it missed while paused are not made up for.

    Parameters
    ----------
    session, schedule, expected_version
        See :func:`plimsoll.data.store.schedules.change`.
    now
        A schedule that is not paused fires next after this instant.
    paused
        None leaves it as it is.
    **changes
        ``name``, ``request``, ``cron``, ``time_zone`` and ``calendar``, as far as they change.

    Raises
    ------
    UsageError
        As for :func:`create_schedule`.
    NotFoundError
        If there is no such schedule.
    PreconditionError
        If its version is another.
    """
    known = await schedules.get(session, schedule)
    request = changes.get("request")
    if isinstance(request, ReportRequest):
        changes["request"] = to_document(request)
    wanted = replace(known, **changes)
    rests = known.next_at is None if paused is None else paused
    following = await _next(wanted.cron, wanted.time_zone, wanted.calendar, now)
    return await schedules.change(
        session,
        schedule,
        expected_version=expected_version,
        next_at=None if rests else following,
        problem=known.problem if rests else None,
        **changes,
    )


async def upcoming(record: ScheduleRecord, *, after: dt.datetime, count: int = 5) -> list[dt.datetime]:
    """Return the next instants at which a schedule fires; none while it is paused.

    Parameters
    ----------
    record
        The schedule.
    after
        Only later instants.
    count
        How many.
    """
    if record.next_at is None:
        return []
    return await asyncio.to_thread(_firings, record.cron, record.time_zone, record.calendar, after, count)


async def fire(
    database: Database, tenant: UUID, schedule: UUID, at: dt.datetime, *, now: dt.datetime
) -> UUID | None:
    """Let a schedule fire for an instant, once, however often and by however many workers this is called.

    Instants that were missed while nobody worked make one firing: the next one comes after `now`.

    Parameters
    ----------
    database, tenant, schedule
        Where the schedule is, whose, and which.
    at
        The instant that is due.
    now
        The time.

    Returns
    -------
    UUID or None
        The job that was put down; None if the instant is no longer that of the schedule, or it had to pause:
        its portfolio is archived.
    """
    async with database.session(tenant) as session:
        try:
            found = await schedules.get(session, schedule, locked=True)
        except NotFoundError:
            return None
        if found.next_at != at:
            return None
        try:
            job = await enqueue_run(
                session,
                portfolio_id=found.portfolio_id,
                request=from_document(found.request),
                created_by=found.created_by,
                key=f"schedule {schedule} {at.isoformat()}",
            )
            following = await _next(found.cron, found.time_zone, found.calendar, max(now, at))
        except (ConflictError, UsageError) as error:
            await _pause(session, found, error.message)
            return None
        await schedules.change(
            session,
            schedule,
            expected_version=found.version,
            next_at=following,
            last_at=at,
            last_job_id=job.id,
            problem=None,
        )
    return job.id


async def _pause(session: AsyncSession, found: ScheduleRecord, problem: str) -> None:
    await schedules.change(session, found.id, expected_version=found.version, next_at=None, problem=problem)
    await raise_alert(
        session,
        key=f"schedule/{found.id}",
        kind=AlertKind.SYSTEM,
        severity=Severity.WARNING,
        title=f"The schedule {found.name} has paused",
        detail=problem,
        portfolio_id=found.portfolio_id,
        subject=found.id,
    )


async def _next(cron: str, zone: str, calendar: str | None, after: dt.datetime) -> dt.datetime:
    found = await asyncio.to_thread(_firings, cron, zone, calendar, after, 1)
    if not found:
        raise UsageError("nothing ever comes of this expression on these days", remedy="Try another one.")
    return found[0]


def _firings(cron: str, zone: str, calendar: str | None, after: dt.datetime, count: int) -> list[dt.datetime]:
    """Look the next firings up; the calendars of exchanges take seconds to import."""
    sessions = {} if calendar is None else {"is_session": sessions_of(calendar)}
    return firings(parse_cron(cron), time_zone(zone), after=after, count=count, **sessions)
