"""One attempt at a job, as its handler sees it."""

import datetime as dt
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import job_steps
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobRecord, JobStatus
from plimsoll.workflows.job_notices import tell

__all__ = ["Handler", "JobCancelledError", "JobRun", "RetryLaterError"]

_WRITE_SECONDS = 0.5  # at least between two notes of progress


class JobCancelledError(Exception):
    """The attempt is over: the job was cancelled, or is carried on by another worker."""


class RetryLaterError(Exception):
    """The handler wants to be called again, however often it has failed before.

    Parameters
    ----------
    reason
        For people.
    after
        How long to wait.
    """

    def __init__(self, reason: str, *, after: dt.timedelta) -> None:
        super().__init__(reason)
        self.after = after


@dataclass(frozen=True, slots=True)
class _Progress:
    done: int = 0
    total: int | None = None
    message: str = ""


class JobRun:
    """An attempt at a job.

    Parameters
    ----------
    database, tenant
        Where the job is, and whose it is.
    job
        As the attempt found it when it began; `job.failures` says how often it has failed before.
    clock
        Seconds that only grow.

    Attributes
    ----------
    ended
        Whether :meth:`complete` has ended the job.
    over
        Whether nothing can come of the attempt any more: the job was cancelled, or another worker has it.
    """

    def __init__(
        self,
        database: Database,
        tenant: UUID,
        job: JobRecord,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.database = database
        self.tenant = tenant
        self.job = job
        self.ended = self.over = False
        self._clock = clock
        self._latest = self._written = _Progress()
        self._written_at = clock()

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the job was put down with."""
        return self.job.arguments

    def note(self, done: int, total: int | None, message: str) -> None:
        """Note how far the attempt is, from any thread; it is written down within a second or so.

        Raises
        ------
        JobCancelledError
            If the attempt is known to be over: what takes long in a thread of its own ends here.
        """
        if self.over:
            raise JobCancelledError
        self._latest = _Progress(done, total, message)

    async def progress(self, done: int, total: int | None, message: str = "") -> None:
        """Note how far the attempt is; the place where a handler that loops learns that it was cancelled.

        Parameters
        ----------
        done, total
            How much of how much; a total of None is unknown.
        message
            What it is at, for people.

        Raises
        ------
        JobCancelledError
            If the attempt is over; nothing may be kept of it.
        """
        self.note(done, total, message)
        if self._clock() - self._written_at >= _WRITE_SECONDS:
            await self.write_progress()

    async def write_progress(self) -> None:
        """Write down what was noted last.

        Raises
        ------
        JobCancelledError
            If the attempt is over.
        """
        latest, self._written_at = self._latest, self._clock()
        async with self.database.session(self.tenant) as session:
            if latest == self._written:
                there = await job_steps.holds(session, self.job)
            else:
                noted = await job_steps.note_progress(
                    session, self.job, done=latest.done, total=latest.total, message=latest.message
                )
                there = noted is not None
        if not there:
            self.over = True
            raise JobCancelledError
        self._written = latest

    async def complete(self, session: AsyncSession, result: Mapping[str, Any]) -> None:
        """End the job in the transaction that holds what it has made: both are there, or neither.

        A handler that stores something calls this last in the same transaction; for one that does not,
        whoever called it ends the job.

        Parameters
        ----------
        session
            An open transaction of the tenant.
        result
            What the handler then returns.

        Raises
        ------
        JobCancelledError
            If the attempt is over; the transaction must be rolled back.
        """
        ended = await job_steps.end(session, self.job, JobStatus.SUCCEEDED, result=result)
        if ended is None:
            raise JobCancelledError
        await tell(session, ended)
        self.ended = True


Handler = Callable[[JobRun], Awaitable[Mapping[str, Any]]]
"""Does a job of one kind and returns its result, as plain JSON.

It may be called again for the same job after whatever went wrong, so that all its effects need keys, or
belong into the transaction of :meth:`JobRun.complete`.
"""
