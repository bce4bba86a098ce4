"""Jobs: what runs later, waited for, cancelled and tried again."""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2

from plimsoll.client.answers import message
from plimsoll.client.call import Call, get, post
from plimsoll.client.messages import checked, new_run
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.errors import ConflictError, DataError, UnavailableError
from plimsoll.wire.jobs import Backfill, Job, JobPage, JobStatus
from plimsoll.wire.page import Page
from plimsoll.wire.risk_runs import NewRiskRun, RiskRun

__all__ = ["AsyncJobMethods", "JobMethods", "start_run"]

_UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING)
_FIRST_SECONDS = 0.1
_LONGEST_SECONDS = 2.0
_ACCEPTED = 202


class JobMethods(Sends):
    """Jobs of the risk API."""

    def jobs(
        self,
        *,
        status: JobStatus | str | None = None,
        kind: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[Job]:
        """Yield jobs, all or those in one state or of one kind, the last made first."""
        return self.items(_jobs(status=status, kind=kind, limit=page_size))

    def job(self, job_id: UUID) -> Job:
        """Return a job."""
        return self.send(_job(job_id))

    def cancel_job(self, job_id: UUID) -> Job:
        """Cancel a job at once, however far it is; a ConflictError says that it has ended already."""
        return self.send(_post(job_id, "cancel"))

    def retry_job(self, job_id: UUID) -> Job:
        """Try a job again that failed, was parked or was cancelled."""
        return self.send(_post(job_id, "retry"))

    def wait(self, job: Job | UUID, *, seconds: float | None = None) -> Job:
        """Return a job once it is finished, however it has ended.

        Parameters
        ----------
        job
            Or its id.
        seconds
            How long to wait; None for as long as it takes.

        Raises
        ------
        UnavailableError
            If it is not finished in time; it goes on.
        """
        found = self.job(job) if isinstance(job, UUID) else job
        waits = _Waits(seconds)
        while found.status in _UNFINISHED:
            time.sleep(waits.next())
            found = self.job(found.id)
        return found

    def submit_run(
        self,
        portfolio_id: UUID,
        *,
        price_set_id: UUID | None = None,
        known_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Job:
        """Put down a risk run as a job and return at once; the parameters are those of `start_run`.

        ::

            job = client.wait(client.submit_run(book.id, method="monte-carlo", draws=500_000))
            run = client.run_of(job)
        """
        return self.send(_submit(new_run(portfolio_id, price_set_id, known_at, options), idempotency_key))

    def backfill(
        self,
        portfolio_id: UUID,
        first_date: dt.date,
        last_date: dt.date,
        *,
        price_set_id: UUID | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Job:
        """Put down the risk runs of the trading dates of a range that have none with the same options.

        Parameters
        ----------
        portfolio_id
            Its positions of each date go in, as they are known now.
        first_date, last_date
            Both included.
        price_set_id
            Its dates are the trading dates; None for the latest one.
        idempotency_key
            Under the same key the same job comes back; None for a fresh one.
        **options
            Of each run, as for `start_run`.
        """
        asked = _range(first_date, last_date, price_set_id, options)
        return self.send(_backfill(portfolio_id, asked, idempotency_key))

    def run_of(self, job: Job) -> RiskRun:
        """Return the risk run that a finished job has made.

        Raises
        ------
        DataError
            If the job did not succeed; the message is its reason.
        ConflictError
            If it was cancelled, is not finished or makes no risk run.
        """
        return self.send(_run_of(job))

    def _made(self, answer: RiskRun | Job) -> RiskRun:
        """Return the run, waited for where the server has made a job of it."""
        return answer if isinstance(answer, RiskRun) else self.run_of(self.wait(answer))


class AsyncJobMethods(AsyncSends):
    """Jobs of the risk API, on an event loop; see `JobMethods`."""

    def jobs(
        self,
        *,
        status: JobStatus | str | None = None,
        kind: str | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[Job]:
        """Yield jobs, all or those in one state or of one kind, the last made first."""
        return self.items(_jobs(status=status, kind=kind, limit=page_size))

    async def job(self, job_id: UUID) -> Job:
        """Return a job."""
        return await self.send(_job(job_id))

    async def cancel_job(self, job_id: UUID) -> Job:
        """Cancel a job at once, however far it is; a ConflictError says that it has ended already."""
        return await self.send(_post(job_id, "cancel"))

    async def retry_job(self, job_id: UUID) -> Job:
        """Try a job again that failed, was parked or was cancelled."""
        return await self.send(_post(job_id, "retry"))

    async def wait(self, job: Job | UUID, *, seconds: float | None = None) -> Job:
        """Return a job once it is finished; see `JobMethods`."""
        found = await self.job(job) if isinstance(job, UUID) else job
        waits = _Waits(seconds)
        while found.status in _UNFINISHED:
            await asyncio.sleep(waits.next())
            found = await self.job(found.id)
        return found

    async def submit_run(
        self,
        portfolio_id: UUID,
        *,
        price_set_id: UUID | None = None,
        known_at: dt.datetime | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Job:
        """Put down a risk run as a job and return at once; see `JobMethods`."""
        return await self.send(
            _submit(new_run(portfolio_id, price_set_id, known_at, options), idempotency_key)
        )

    async def backfill(
        self,
        portfolio_id: UUID,
        first_date: dt.date,
        last_date: dt.date,
        *,
        price_set_id: UUID | None = None,
        idempotency_key: str | None = None,
        **options: Any,
    ) -> Job:
        """Put down the risk runs of a range of past dates; see `JobMethods`."""
        asked = _range(first_date, last_date, price_set_id, options)
        return await self.send(_backfill(portfolio_id, asked, idempotency_key))

    async def run_of(self, job: Job) -> RiskRun:
        """Return the risk run that a finished job has made; see `JobMethods`."""
        return await self.send(_run_of(job))

    async def _made(self, answer: RiskRun | Job) -> RiskRun:
        """Return the run, waited for where the server has made a job of it."""
        return answer if isinstance(answer, RiskRun) else await self.run_of(await self.wait(answer))


class _Waits:
    """Waits between two looks: short ones first, and together no longer than allowed."""

    def __init__(self, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds
        self._wait = _FIRST_SECONDS

    def next(self) -> float:
        left = self._wait if self._end is None else self._end - self._clock()
        if left <= 0:
            raise UnavailableError("the job is not finished yet", remedy="Wait for it again.")
        wait, self._wait = min(self._wait, left), min(self._wait * 1.5, _LONGEST_SECONDS)
        return wait


def start_run(new: NewRiskRun, key: str | None) -> Call[RiskRun | Job]:
    """Calculate; the server may make a job of it."""
    return post("/risk-runs", _run_or_job, new, key=key)


def _run_or_job(response: httpx2.Response) -> RiskRun | Job:
    if response.status_code == _ACCEPTED:
        return message(Job)(response)
    return message(RiskRun)(response)


def _submit(new: NewRiskRun, key: str | None) -> Call[Job]:
    call = post("/risk-runs", message(Job), new, key=key)
    return replace(call, headers={**call.headers, "Prefer": "respond-async"})


def _range(
    first_date: dt.date, last_date: dt.date, price_set_id: UUID | None, options: Mapping[str, Any]
) -> Backfill:
    asked = {"first_date": first_date, "last_date": last_date, "price_set_id": price_set_id}
    return checked(Backfill, {**asked, "options": dict(options)})


def _backfill(portfolio_id: UUID, asked: Backfill, key: str | None) -> Call[Job]:
    return post(f"/portfolios/{portfolio_id}/backfill", message(Job), asked, key=key)


def _jobs(*, status: JobStatus | str | None, kind: str | None, limit: int | None) -> Call[Page[Job]]:
    return get(
        "/jobs", message(JobPage), status=None if status is None else str(status), kind=kind, limit=limit
    )


def _job(job_id: UUID) -> Call[Job]:
    return get(f"/jobs/{job_id}", message(Job))


def _post(job_id: UUID, action: str) -> Call[Job]:
    return post(f"/jobs/{job_id}/{action}", message(Job))


def _run_of(job: Job) -> Call[RiskRun]:
    if job.status in (JobStatus.FAILED, JobStatus.PARKED):
        raise DataError(job.reason or f"the job is {job.status}", remedy="Try it again once that is mended.")
    run = (job.result or {}).get("risk_run")
    if run is None:
        raise ConflictError(f"the job is {job.status} and has made no risk run")
    return get(f"/risk-runs/{run}", message(RiskRun))
