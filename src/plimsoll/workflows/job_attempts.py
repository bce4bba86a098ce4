"""An attempt at a job from beginning to end: one attempt ends a job, whatever happens to the others."""

import asyncio
import datetime as dt
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import job_steps, jobs
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind, JobRecord, JobStatus
from plimsoll.errors import PlimsollError, UnavailableError
from plimsoll.monitoring.tracing import TRACEPARENT, joined
from plimsoll.workflows.job_kinds import HANDLERS
from plimsoll.workflows.job_notices import tell
from plimsoll.workflows.job_run import Handler, JobCancelledError, JobRun, RetryLaterError

__all__ = ["Patience", "attempt"]

_LOG = logging.getLogger(__name__)
_PULSE_SECONDS = 1.0
_LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a job may fail, and how long to wait in between.

    Parameters
    ----------
    failures
        A job is parked when it fails for the last of them.
    deaths
        A job is parked, before it begins once more, when so many workers have died with it. More than
        `failures`, for a job may be innocent of the death of its worker.
    first_seconds, factor, longest_seconds
        Wait after the first failure, growth of the wait with each further one, and its bound.

    Examples
    --------
    >>> [Patience().wait(failures).total_seconds() for failures in (1, 2, 3)]
    [5.0, 20.0, 80.0]
    """

    failures: int = 5
    deaths: int = 10
    first_seconds: float = 5.0
    factor: float = 4.0
    longest_seconds: float = 3600.0

    def wait(self, failures: int) -> dt.timedelta:
        """Return how long to wait after so many failures."""
        return dt.timedelta(
            seconds=min(self.longest_seconds, self.first_seconds * self.factor ** (failures - 1))
        )


_PATIENCE = Patience()


async def attempt(
    database: Database,
    tenant: UUID,
    job: UUID,
    entry: int,
    *,
    handlers: Mapping[JobKind, Handler] = HANDLERS,
    patience: Patience = _PATIENCE,
) -> JobRecord | None:
    """Attempt a job for one entry of the queue.

    Parameters
    ----------
    database, tenant, job
        Where the job is, whose, and which.
    entry
        The queue's own id; one that comes a second time had lost its worker.
    handlers
        By kind.
    patience
        With failures.

    Returns
    -------
    JobRecord or None
        How the attempt left the job; None if there was nothing to do, or the attempt lost the job.

    Raises
    ------
    UnavailableError
        If the database cannot be reached; the entry must come again.
    """
    async with database.session(tenant) as session:
        begun = await job_steps.begin(session, job, entry)
        if begun is None:
            return None
        if begun.deaths >= patience.deaths:
            reason = f"{begun.deaths} workers have died while they did it"
            return await _end(session, begun, JobStatus.PARKED, reason=reason)
    run = JobRun(database, tenant, begun)
    handler = handlers.get(JobKind(begun.kind)) if begun.kind in set(JobKind) else None
    try:
        result = await _watched(run, handler)
    except JobCancelledError:
        return None
    except asyncio.CancelledError:
        await asyncio.shield(_hand_back(run))
        raise
    except Exception as error:  # noqa: BLE001 - whatever a handler raises must not stop the worker
        return await _failed(run, error, patience)
    async with database.session(tenant) as session:
        if run.ended:
            return await jobs.get(session, job)
        return await _end(session, begun, JobStatus.SUCCEEDED, result=result)


async def _traced(run: JobRun, handler: Handler) -> Mapping[str, Any]:
    """Call the handler, in the trace in which the job was put down."""
    with joined(f"job {run.job.kind}", str(run.arguments.get(TRACEPARENT, ""))):
        return await handler(run)


async def _watched(run: JobRun, handler: Handler | None) -> Mapping[str, Any]:
    """Call the handler, write its progress down meanwhile, and stop it when the job is cancelled."""
    if handler is None:
        raise NotImplementedError(f"this worker does not know jobs of the kind {run.job.kind}")
    work = asyncio.ensure_future(_traced(run, handler))
    pulse = asyncio.create_task(_pulse(run))
    try:
        await asyncio.wait({work, pulse}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            pulse.result()  # says why
        return await work
    finally:
        run.over = True  # a calculation in a thread cannot be cancelled; it ends where it notes how far it is
        for task in (work, pulse):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


async def _pulse(run: JobRun) -> None:
    while not run.ended:
        await asyncio.sleep(_PULSE_SECONDS)
        with suppress(UnavailableError):  # the handler will find out by itself
            await run.write_progress()


async def _hand_back(run: JobRun) -> None:
    """Queue the job of a worker that stops for another one."""
    async with run.database.session(run.tenant) as session:
        await job_steps.put_back(session, run.job, run_at=dt.datetime.now(dt.UTC), reason=None, failed=False)


async def _failed(run: JobRun, error: Exception, patience: Patience) -> JobRecord | None:
    """Queue the job again, park it, or say that it has failed for good."""
    job, reason = run.job, _reason(error)
    hopeless = isinstance(error, PlimsollError) and not isinstance(error, UnavailableError)
    expected = hopeless or isinstance(error, UnavailableError | RetryLaterError)
    _LOG.warning("job %s (%s) failed: %s", job.id, job.kind, reason, exc_info=None if expected else error)
    async with run.database.session(run.tenant) as session:
        if isinstance(error, RetryLaterError):
            run_at = dt.datetime.now(dt.UTC) + error.after
            return await job_steps.put_back(session, job, run_at=run_at, reason=reason, failed=True)
        if hopeless:
            return await _end(session, job, JobStatus.FAILED, reason=reason)
        if job.failures + 1 >= patience.failures:
            return await _end(session, job, JobStatus.PARKED, reason=reason)
        run_at = dt.datetime.now(dt.UTC) + patience.wait(job.failures + 1)
        return await job_steps.put_back(session, job, run_at=run_at, reason=reason, failed=True)


async def _end(
    session: AsyncSession,
    job: JobRecord,
    status: JobStatus,
    *,
    reason: str | None = None,
    result: Mapping[str, Any] | None = None,
) -> JobRecord | None:
    ended = await job_steps.end(session, job, status, reason=reason, result=result)
    await tell(session, ended)
    return ended


def _reason(error: Exception) -> str:
    """Say what happened; texts of errors that are not ours may hold anything, and stay in the log."""
    ours = isinstance(error, PlimsollError | RetryLaterError | NotImplementedError)
    text = str(error) if ours else f"something went wrong in the platform: {type(error).__name__}"
    return text[:_LONGEST_REASON]
