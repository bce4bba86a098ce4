"""Attempts at jobs: one ends the job, whatever happens to the others."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import job_steps
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind, JobRecord, JobStatus
from plimsoll.errors import DataError, UnavailableError
from plimsoll.workflows.job_attempts import Patience, attempt
from plimsoll.workflows.job_run import Handler, JobRun, RetryLaterError
from plimsoll.workflows.jobs import cancel, enqueue, get

pytestmark = pytest.mark.anyio

AT_ONCE = Patience(first_seconds=0.0)


async def _put(database: Database, tenant: UUID) -> UUID:
    async with database.session(tenant) as session:
        return (await enqueue(session, JobKind.NOTIFY, {"n": 7}, created_by="me")).id


async def _attempt(
    database: Database, tenant: UUID, job: UUID, handler: Handler, *, entry: int = 1
) -> JobRecord | None:
    handlers = {JobKind.NOTIFY: handler}
    return await attempt(database, tenant, job, entry, handlers=handlers, patience=AT_ONCE)


def _raising(error: Exception) -> Handler:
    async def handler(_: JobRun) -> Mapping[str, Any]:
        raise error

    return handler


async def _seven(run: JobRun) -> Mapping[str, Any]:
    return {"n": run.arguments["n"]}


async def test_a_job_is_done_once(database: Database, tenant: UUID) -> None:
    """The first entry does it; every further one, and one without a job, finds nothing to do."""
    job = await _put(database, tenant)
    done = await _attempt(database, tenant, job, _seven)
    assert done is not None
    assert (done.status, done.result, done.attempts) == ("succeeded", {"n": 7}, 1)
    for entry in (1, 2):
        assert await _attempt(database, tenant, job, _seven, entry=entry) is None
    assert await _attempt(database, tenant, uuid4(), _seven) is None


async def test_a_handler_may_end_the_job_with_what_it_stores(database: Database, tenant: UUID) -> None:
    """A job that its handler has completed is not ended a second time."""

    async def handler(run: JobRun) -> Mapping[str, Any]:
        async with run.database.session(run.tenant) as session:
            await run.complete(session, {"by": "handler"})
        return {"by": "nobody"}

    done = await _attempt(database, tenant, await _put(database, tenant), handler)
    assert done is not None
    assert done.result == {"by": "handler"}


@pytest.mark.parametrize("error", [UnavailableError("busy"), RuntimeError("secret of somebody")])
async def test_a_poison_job_is_parked(database: Database, tenant: UUID, error: Exception) -> None:
    """It fails five times, a wait after each, and then stays with its reason; no foreign text is shown."""
    job = await _put(database, tenant)
    statuses = []
    for entry in range(6):
        found = await _attempt(database, tenant, job, _raising(error), entry=entry)
        statuses.append(found and found.status)
    assert statuses == [*["queued"] * 4, "parked", None]
    parked = await get(database, tenant, job)
    assert parked.reason == (
        "busy"
        if isinstance(error, UnavailableError)
        else "something went wrong in the platform: RuntimeError"
    )


async def test_what_can_never_work_fails_at_once(database: Database, tenant: UUID) -> None:
    """Bad data do not become better by trying again."""
    found = await _attempt(database, tenant, await _put(database, tenant), _raising(DataError("no price")))
    assert found is not None
    assert (found.status, found.reason, found.failures) == ("failed", "no price", 1)


async def test_a_handler_may_have_a_patience_of_its_own(database: Database, tenant: UUID) -> None:
    """It says when to come again, and is never parked for that."""
    job = await _put(database, tenant)
    for entry in range(8):
        error = RetryLaterError("not yet", after=dt.timedelta(0))
        found = await _attempt(database, tenant, job, _raising(error), entry=entry)
        assert found is not None
        assert (found.status, found.reason, found.failures) == ("queued", "not yet", entry + 1)


async def test_waits_grow_up_to_a_bound() -> None:
    """Each wait is four times the one before, and never more than an hour."""
    waits = [Patience().wait(failures).total_seconds() for failures in range(1, 8)]
    assert waits == [5.0, 20.0, 80.0, 320.0, 1280.0, 3600.0, 3600.0]


async def test_a_job_that_kills_its_workers_is_parked(database: Database, tenant: UUID) -> None:
    """An entry that comes again and again has lost its worker each time; after ten it is parked."""
    job = await _put(database, tenant)
    for _ in range(10):
        async with database.session(tenant) as session:
            assert await job_steps.begin(session, job, 1) is not None
    parked = await _attempt(database, tenant, job, _seven)
    assert parked is not None
    assert (parked.status, parked.reason) == ("parked", "10 workers have died while they did it")


async def test_a_kind_that_nobody_knows(database: Database, tenant: UUID) -> None:
    """A worker that is older than a job leaves it for a newer one, and says why."""
    job = await _put(database, tenant)
    found = await attempt(database, tenant, job, 1, handlers={}, patience=AT_ONCE)
    assert found is not None
    assert (found.status, "does not know" in str(found.reason)) == ("queued", True)


async def test_a_cancelled_job_is_interrupted(database: Database, tenant: UUID) -> None:
    """A handler that waits for something is stopped within a few seconds, and nothing is kept."""
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def handler(_: JobRun) -> Mapping[str, Any]:
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.set()
            raise
        return {}

    job = await _put(database, tenant)
    going = asyncio.create_task(_attempt(database, tenant, job, handler))
    await begun.wait()
    await cancel(database, tenant, job)
    async with asyncio.timeout(5):
        assert await going is None
    assert stopped.is_set()
    assert (await get(database, tenant, job)).status is JobStatus.CANCELLED


async def test_a_worker_that_stops_hands_the_job_back(database: Database, tenant: UUID) -> None:
    """The attempt does not count as failed, and the next entry does the job."""
    begun = asyncio.Event()

    async def handler(_: JobRun) -> Mapping[str, Any]:
        begun.set()
        await asyncio.sleep(60)
        return {}

    job = await _put(database, tenant)
    going = asyncio.create_task(_attempt(database, tenant, job, handler))
    await begun.wait()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    back = await get(database, tenant, job)
    assert (back.status, back.failures, back.deaths) == ("queued", 0, 0)
    done = await _attempt(database, tenant, job, _seven, entry=2)
    assert done is not None
    assert done.status is JobStatus.SUCCEEDED


async def test_an_attempt_that_was_overtaken_keeps_nothing(database: Database, tenant: UUID) -> None:
    """A worker that was taken for dead comes too late, whether it succeeds or fails."""
    job = await _put(database, tenant)
    for error in (None, UnavailableError("late")):

        async def handler(run: JobRun, error: Exception | None = error) -> Mapping[str, Any]:
            async with run.database.session(run.tenant) as session:
                assert await job_steps.begin(session, run.job.id, 1) is not None
            if error is not None:
                raise error
            return {}

        assert await _attempt(database, tenant, job, handler) is None
        assert (await get(database, tenant, job)).status is JobStatus.RUNNING
