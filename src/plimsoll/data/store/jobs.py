"""Jobs: put down, fetched, carried on and ended, so that each ends once however often it is begun."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store.job_rows import JobRow
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, NotFoundError

__all__ = [
    "JobKind",
    "JobRecord",
    "JobStatus",
    "cancel",
    "change",
    "forget",
    "get",
    "page",
    "put",
    "retry",
]


class JobKind(StrEnum):
    """What a job does."""

    RISK_RUN = "risk-run"
    BACKFILL = "backfill"
    NOTIFY = "notify"
    WEBHOOK = "webhook"
    CLEAN_UP = "clean-up"
    ESCALATE = "escalate"
    RESEAL = "reseal"


class JobStatus(StrEnum):
    """How far it is. A failed one would fail again; a parked one has failed too often to be tried again."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PARKED = "parked"
    CANCELLED = "cancelled"


_UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING)
_CONFLICTS = 5  # an unfinished job of the same key may end between two statements


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job.

    Parameters
    ----------
    id
        UUIDv7.
    kind
        See :class:`JobKind`; plain text, for a newer worker may know more kinds.
    arguments
        Of its handler, as plain JSON.
    key
        While the job is unfinished there is no other one of this key; None for no such promise.
    status
        See :class:`JobStatus`.
    run_at
        Not before this instant.
    created_at, started_at, finished_at
        UTC; `started_at` is when the last attempt began, None before the first.
    created_by
        Name of who asked for it.
    attempts
        How often it was begun; the number of the attempt that may end it.
    failures, deaths
        How many attempts have failed, and how many have died with their worker.
    progress_done, progress_total, progress_message
        How much of how much, and what it is at; the total is None while it is unknown.
    progressed_at
        When the progress was noted; None before it was.
    reason
        Why it did not succeed, or why the last attempt failed.
    result
        What the handler returned; None until it succeeds.
    version
        Counts every change.
    """

    id: UUID
    kind: str
    arguments: dict[str, Any]
    key: str | None
    status: JobStatus
    run_at: dt.datetime
    created_at: dt.datetime
    created_by: str
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    attempts: int
    failures: int
    deaths: int
    progress_done: int
    progress_total: int | None
    progress_message: str
    progressed_at: dt.datetime | None
    reason: str | None
    result: dict[str, Any] | None
    version: int


_COLUMNS = (
    JobRow.id,
    JobRow.kind,
    JobRow.arguments,
    JobRow.key,
    JobRow.status,
    JobRow.run_at,
    JobRow.created_at,
    JobRow.created_by,
    JobRow.started_at,
    JobRow.finished_at,
    JobRow.attempts,
    JobRow.failures,
    JobRow.deaths,
    JobRow.progress_done,
    JobRow.progress_total,
    JobRow.progress_message,
    JobRow.progressed_at,
    JobRow.reason,
    JobRow.result,
    JobRow.version,
)


async def put(
    session: AsyncSession,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    queue: str,
    created_by: str,
    key: str | None = None,
    run_at: dt.datetime | None = None,
) -> JobRecord:
    """Put down a job; the queue has it if and only if the transaction commits.

    Parameters
    ----------
    session
        Where.
    kind, arguments, created_by, run_at
        See :class:`JobRecord`; an instant of None is now.
    queue
        Which workers fetch it.
    key
        Where an unfinished job has this key, that one is returned and nothing is put down.

    Raises
    ------
    ConflictError
        If jobs of this key come and go so fast that none can be caught.
    """
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": kind,
        "queue": queue,
        "arguments": dict(arguments),
        "key": key,
        "created_by": created_by,
    }
    if run_at is not None:
        values["run_at"] = run_at
    made = insert(JobRow).values(values).on_conflict_do_nothing().returning(*_COLUMNS)
    there = select(*_COLUMNS).where(JobRow.key == key, JobRow.status.in_(_UNFINISHED))
    for _ in range(_CONFLICTS):
        row = (await session.execute(made)).one_or_none() or (await session.execute(there)).one_or_none()
        if row is not None:
            return _record(row)
    raise ConflictError("there is already a job of this kind", remedy="Try again.")


async def get(session: AsyncSession, job: UUID) -> JobRecord:
    """Return a job.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = (await session.execute(select(*_COLUMNS).where(JobRow.id == job))).one_or_none()
    if row is None:
        raise NotFoundError("there is no such job")
    return _record(row)


async def page(
    session: AsyncSession,
    *,
    after: UUID | None,
    limit: int,
    statuses: Sequence[JobStatus] = (),
    kinds: Sequence[str] = (),
) -> list[JobRecord]:
    """Return `limit` jobs, the last made first.

    Parameters
    ----------
    session
        Where.
    after
        Id of the last job of the page before; None for the first page.
    limit
        Most jobs to return.
    statuses, kinds
        Only these; empty for all.
    """
    query = select(*_COLUMNS).order_by(JobRow.id.desc()).limit(limit)
    if after is not None:
        query = query.where(JobRow.id < after)
    if statuses:
        query = query.where(JobRow.status.in_(statuses))
    if kinds:
        query = query.where(JobRow.kind.in_(kinds))
    return [_record(row) for row in await session.execute(query)]


async def change(session: AsyncSession, condition: ColumnElement[bool], **changes: Any) -> JobRecord | None:
    """Change the one job that a condition holds for, and return it; None if there is none.

    Parameters
    ----------
    session
        Where.
    condition
        Names one job and the state that it must be in; PostgreSQL decides between two who change it.
    **changes
        By column.
    """
    statement = (
        update(JobRow)
        .where(condition)
        .values(version=JobRow.version + 1, **changes)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _record(row)


async def cancel(session: AsyncSession, job: UUID) -> JobRecord:
    """Cancel a job that is not finished; whoever runs it can no longer end it. A cancelled one stays so.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    ConflictError
        If it has ended otherwise.
    """
    cancelled = await change(
        session,
        (JobRow.id == job) & JobRow.status.in_(_UNFINISHED),
        status=JobStatus.CANCELLED,
        finished_at=func.clock_timestamp(),
    )
    found = cancelled or await get(session, job)
    if found.status is not JobStatus.CANCELLED:
        remedy = "Nothing of it is left to cancel; look at its result or its reason."
        raise ConflictError(f"the job has {found.status} already", remedy=remedy)
    return found


async def retry(session: AsyncSession, job: UUID) -> JobRecord:
    """Queue a job again that failed, was parked or was cancelled, with all its attempts before it.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    ConflictError
        If it is not finished or has succeeded, or another unfinished job has its key.
    """
    ended = JobRow.status.in_((JobStatus.FAILED, JobStatus.PARKED, JobStatus.CANCELLED))
    try:
        async with session.begin_nested():
            queued = await change(
                session,
                (JobRow.id == job) & ended,
                status=JobStatus.QUEUED,
                run_at=func.clock_timestamp(),
                failures=0,
                deaths=0,
                reason=None,
                finished_at=None,
                entry=None,
            )
    except IntegrityError:
        remedy = "Wait for that one; jobs that are queued or running are in the list."
        raise ConflictError("another job does the same already", remedy=remedy) from None
    if queued is None:
        found = await get(session, job)
        remedy = "Only one that failed, was parked or was cancelled is tried again."
        raise ConflictError(f"the job is {found.status}: there is nothing to try again", remedy=remedy)
    return queued


async def forget(session: AsyncSession, before: dt.datetime) -> int:
    """Drop jobs that succeeded or were cancelled before an instant, and return how many."""
    done = JobRow.status.in_((JobStatus.SUCCEEDED, JobStatus.CANCELLED))
    statement = delete(JobRow).where(done, JobRow.finished_at < before).returning(JobRow.id)
    return len((await session.execute(statement.execution_options(synchronize_session=False))).all())


def _record(row: Any) -> JobRecord:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    return JobRecord(**{**values, "status": JobStatus(values["status"])})
