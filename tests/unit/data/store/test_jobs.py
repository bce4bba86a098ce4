"""Jobs in the store."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import job_steps, jobs
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobRecord, JobStatus
from plimsoll.errors import ConflictError, NotFoundError

pytestmark = pytest.mark.anyio

SOON = dt.timedelta(hours=1)


async def _put(database: Database, tenant: UUID, **more: object) -> JobRecord:
    async with database.session(tenant) as session:
        return await jobs.put(session, "notify", {"n": 1}, queue="q", created_by="me", **more)  # type: ignore[arg-type] # - of the test


async def _begun(database: Database, tenant: UUID, job: UUID, entry: int = 1) -> JobRecord:
    async with database.session(tenant) as session:
        begun = await job_steps.begin(session, job, entry)
    assert begun is not None
    return begun


async def test_a_job_that_is_put_down(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """It is queued as it was asked for, and another tenant has no such job."""
    put = await _put(database, tenant)
    assert (put.status, put.attempts, put.version, put.arguments) == (JobStatus.QUEUED, 0, 1, {"n": 1})
    async with database.session(tenant) as session:
        assert await jobs.get(session, put.id) == put
    async with database.session(other_tenant) as session:
        for missing in (put.id, uuid4()):
            with pytest.raises(NotFoundError):
                await jobs.get(session, missing)


async def test_a_key_stands_for_one_unfinished_job(database: Database, tenant: UUID) -> None:
    """Under a key the same job comes back until it has ended; without one each is new."""
    one = await _put(database, tenant, key="k")
    assert await _put(database, tenant, key="k") == one
    assert (await _put(database, tenant)).id != (await _put(database, tenant)).id
    begun = await _begun(database, tenant, one.id)
    assert (await _put(database, tenant, key="k")).id == one.id
    async with database.session(tenant) as session:
        assert await job_steps.end(session, begun, JobStatus.SUCCEEDED, result={})
    assert (await _put(database, tenant, key="k")).id != one.id


async def test_pages_and_filters(database: Database, tenant: UUID) -> None:
    """The last made comes first; pages follow each other; states and kinds narrow the list."""
    put = [await _put(database, tenant) for _ in range(3)]
    begun = await _begun(database, tenant, put[1].id)
    async with database.session(tenant) as session:
        first = await jobs.page(session, after=None, limit=2)
        rest = await jobs.page(session, after=first[-1].id, limit=2)
        running = await jobs.page(session, after=None, limit=9, statuses=[JobStatus.RUNNING])
        other = await jobs.page(session, after=None, limit=9, kinds=["backfill"])
    assert [job.id for job in (*first, *rest)] == [job.id for job in reversed(put)]
    assert (running, other) == ([begun], [])


@pytest.mark.parametrize("running", [False, True])
async def test_what_is_cancelled_cannot_be_ended(database: Database, tenant: UUID, running: bool) -> None:
    """A queued job does not begin any more, and the attempt of a running one keeps nothing."""
    job = await _put(database, tenant)
    if running:
        job = await _begun(database, tenant, job.id)
    async with database.session(tenant) as session:
        cancelled = await jobs.cancel(session, job.id)
        assert (cancelled.status, cancelled.finished_at is not None) == ("cancelled", True)
        assert await jobs.cancel(session, job.id) == cancelled
        assert await job_steps.begin(session, job.id, 1) is None
        assert await job_steps.end(session, job, JobStatus.SUCCEEDED) is None


async def test_what_has_ended_cannot_be_cancelled(database: Database, tenant: UUID) -> None:
    """The end of a job is its end; a job that is not there is not found."""
    begun = await _begun(database, tenant, (await _put(database, tenant)).id)
    async with database.session(tenant) as session:
        await job_steps.end(session, begun, JobStatus.FAILED, reason="no")
        with pytest.raises(ConflictError, match="failed already"):
            await jobs.cancel(session, begun.id)
        with pytest.raises(NotFoundError):
            await jobs.cancel(session, uuid4())


async def test_another_try(database: Database, tenant: UUID) -> None:
    """A failed job is queued as if it were new; one that is queued already is in conflict."""
    begun = await _begun(database, tenant, (await _put(database, tenant, key="k")).id)
    async with database.session(tenant) as session:
        await job_steps.end(session, begun, JobStatus.PARKED, reason="no")
        again = await jobs.retry(session, begun.id)
        assert (again.status, again.failures, again.reason, again.finished_at) == ("queued", 0, None, None)
        with pytest.raises(ConflictError, match="nothing to try again"):
            await jobs.retry(session, begun.id)
        with pytest.raises(NotFoundError):
            await jobs.retry(session, uuid4())


async def test_another_try_never_doubles_a_key(database: Database, tenant: UUID) -> None:
    """Where an unfinished job has the key meanwhile, the older one stays as it is."""
    old = await _put(database, tenant, key="k")
    async with database.session(tenant) as session:
        await jobs.cancel(session, old.id)
    await _put(database, tenant, key="k")
    async with database.session(tenant) as session:
        with pytest.raises(ConflictError, match="does the same"):
            await jobs.retry(session, old.id)


async def test_old_jobs_are_forgotten(database: Database, tenant: UUID) -> None:
    """Those that succeeded or were cancelled before the instant go; what somebody must look at stays."""
    put = [await _put(database, tenant) for _ in range(3)]
    async with database.session(tenant) as session:
        await jobs.cancel(session, put[0].id)
        begun = await job_steps.begin(session, put[1].id, 1)
        assert begun is not None
        await job_steps.end(session, begun, JobStatus.PARKED, reason="no")
        now = dt.datetime.now(dt.UTC)
        assert await jobs.forget(session, now - SOON) == 0
        assert await jobs.forget(session, now + SOON) == 1
        assert {job.id for job in await jobs.page(session, after=None, limit=9)} == {put[1].id, put[2].id}
