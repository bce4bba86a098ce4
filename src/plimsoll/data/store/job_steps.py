"""The steps of an attempt at a job: it begins, goes on, and ends once however often it was begun."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.job_rows import JobRow
from plimsoll.data.store.jobs import JobRecord, JobStatus, change

__all__ = ["begin", "end", "holds", "note_progress", "put_back"]


async def begin(session: AsyncSession, job: UUID, entry: int) -> JobRecord | None:
    """Begin an attempt at a job for one entry of the queue; None if there is nothing to do.

    An entry that comes a second time while its job runs has lost its worker: that counts as a death, and the
    job goes on here. Another entry of a running job is one too many.

    Parameters
    ----------
    session
        Where.
    job
        Which.
    entry
        The queue's own id.
    """
    due = (JobRow.status == JobStatus.QUEUED) & (JobRow.run_at <= func.clock_timestamp())
    orphaned = (JobRow.status == JobStatus.RUNNING) & (JobRow.entry == entry)
    lost = case((JobRow.status == JobStatus.RUNNING, 1), else_=0)
    return await change(
        session,
        (JobRow.id == job) & or_(due, orphaned),
        status=JobStatus.RUNNING,
        entry=entry,
        attempts=JobRow.attempts + 1,
        deaths=JobRow.deaths + lost,
        started_at=func.clock_timestamp(),
        progress_done=0,
        progress_total=None,
        progress_message="",
        progressed_at=None,
    )


async def holds(session: AsyncSession, job: JobRecord) -> bool:
    """Return whether an attempt still has its job: nobody has cancelled it or begun another attempt."""
    return (await session.execute(select(JobRow.id).where(_held(job)))).first() is not None


async def note_progress(
    session: AsyncSession, job: JobRecord, *, done: int, total: int | None, message: str
) -> JobRecord | None:
    """Note how far an attempt is; None if the attempt is over: cancelled, or another one has begun."""
    return await change(
        session,
        _held(job),
        progress_done=done,
        progress_total=total,
        progress_message=message,
        progressed_at=func.clock_timestamp(),
    )


async def end(
    session: AsyncSession,
    job: JobRecord,
    status: JobStatus,
    *,
    reason: str | None = None,
    result: Mapping[str, Any] | None = None,
) -> JobRecord | None:
    """End an attempt and the job; None if the attempt is over already, and then nothing must be kept of it.

    Parameters
    ----------
    session
        The transaction that also holds what the job has made.
    job
        As :func:`begin` returned it.
    status
        SUCCEEDED, FAILED or PARKED.
    reason, result
        See :class:`JobRecord`.
    """
    changes: dict[str, Any] = {}
    if status is JobStatus.SUCCEEDED:
        changes = {"progress_done": func.coalesce(JobRow.progress_total, JobRow.progress_done)}
    return await change(
        session,
        _held(job),
        status=status,
        reason=reason,
        result=None if result is None else dict(result),
        failures=JobRow.failures + int(status in (JobStatus.FAILED, JobStatus.PARKED)),
        finished_at=func.clock_timestamp(),
        **changes,
    )


async def put_back(
    session: AsyncSession, job: JobRecord, *, run_at: dt.datetime, reason: str | None, failed: bool
) -> JobRecord | None:
    """End an attempt and queue the job again; None if the attempt is over already.

    Parameters
    ----------
    session, job
        As for :func:`end`.
    run_at
        When to try again.
    reason
        What went wrong; None where nothing did, as when a worker stops.
    failed
        Whether the attempt counts as failed.
    """
    return await change(
        session,
        _held(job),
        status=JobStatus.QUEUED,
        run_at=run_at,
        reason=reason,
        failures=JobRow.failures + int(failed),
    )


def _held(job: JobRecord) -> ColumnElement[bool]:
    return (JobRow.id == job.id) & (JobRow.status == JobStatus.RUNNING) & (JobRow.attempts == job.attempts)
