"""Jobs: work that a user or the platform puts down and a worker does."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import jobs
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind, JobRecord, JobStatus
from plimsoll.monitoring.tracing import TRACEPARENT, current_traceparent

__all__ = ["CALCULATIONS", "MESSAGES", "cancel", "enqueue", "get", "page", "retry"]

CALCULATIONS = "calculations"
"""Queue of jobs that keep a core busy."""

MESSAGES = "messages"
"""Queue of all other jobs, so that a message never waits for a calculation."""

_HEAVY = frozenset({JobKind.RISK_RUN, JobKind.BACKFILL})


async def enqueue(
    session: AsyncSession,
    kind: JobKind,
    arguments: Mapping[str, Any],
    *,
    created_by: str,
    key: str | None = None,
    run_at: dt.datetime | None = None,
) -> JobRecord:
    """Put down a job; a worker finds it if and only if the transaction commits.

    Parameters
    ----------
    session
        An open transaction of the tenant; whoever opened it commits.
    kind
        What is to be done; its handler is in :mod:`plimsoll.workflows.job_kinds`.
    arguments
        For the handler, as plain JSON; no secrets.
    created_by
        Name of who asks.
    key
        While an unfinished job of the tenant has this key, that one is returned and nothing is put down.
    run_at
        Not before this instant, with a time zone; None for as soon as possible.
    """
    traceparent = current_traceparent()
    if traceparent:
        arguments = {**arguments, TRACEPARENT: traceparent}
    queue = CALCULATIONS if kind in _HEAVY else MESSAGES
    return await jobs.put(
        session, kind, arguments, queue=queue, created_by=created_by, key=key, run_at=run_at
    )


async def get(database: Database, tenant: UUID, job: UUID) -> JobRecord:
    """Return a job.

    Raises
    ------
    NotFoundError
        If the tenant has no such job.
    """
    async with database.session(tenant) as session:
        return await jobs.get(session, job)


async def page(
    database: Database,
    tenant: UUID,
    *,
    after: UUID | None,
    limit: int,
    statuses: Sequence[JobStatus] = (),
    kinds: Sequence[str] = (),
) -> list[JobRecord]:
    """Return `limit` jobs, the last made first.

    Parameters
    ----------
    database, tenant
        Where, and whose.
    after
        The last job of the page before; None for the first page.
    limit
        Most jobs to return.
    statuses, kinds
        Only these; empty for all.
    """
    async with database.session(tenant) as session:
        return await jobs.page(session, after=after, limit=limit, statuses=statuses, kinds=kinds)


_Also = Callable[[AsyncSession, JobRecord], Awaitable[None]]


async def _nothing(session: AsyncSession, job: JobRecord) -> None:
    """Leave it at that."""


async def cancel(database: Database, tenant: UUID, job: UUID, *, also: _Also = _nothing) -> JobRecord:
    """Cancel a job at once: whatever an attempt under way still makes of it is thrown away.

    Parameters
    ----------
    database, tenant, job
        Where and which.
    also
        What is done in the same transaction; not where it was cancelled already.

    Raises
    ------
    NotFoundError
        If the tenant has no such job.
    ConflictError
        If it has ended otherwise.
    """
    async with database.session(tenant) as session:
        known = await jobs.get(session, job)
        cancelled = await jobs.cancel(session, job)
        if known.status is not JobStatus.CANCELLED:
            await also(session, cancelled)
        return cancelled


async def retry(database: Database, tenant: UUID, job: UUID, *, also: _Also = _nothing) -> JobRecord:
    """Queue a job again that failed, was parked or was cancelled; the parameters are those of `cancel`.

    Raises
    ------
    NotFoundError
        If the tenant has no such job.
    ConflictError
        If it is not finished or has succeeded, or another unfinished job has its key.
    """
    async with database.session(tenant) as session:
        queued = await jobs.retry(session, job)
        await also(session, queued)
        return queued
