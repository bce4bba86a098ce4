"""An attempt at a job, as its handler sees it."""

from itertools import count
from uuid import UUID

import pytest

from plimsoll.data.store import job_steps
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind, JobRecord, JobStatus
from plimsoll.workflows.job_run import JobCancelledError, JobRun
from plimsoll.workflows.jobs import cancel, enqueue, get

pytestmark = pytest.mark.anyio


async def _begun(database: Database, tenant: UUID) -> JobRecord:
    async with database.session(tenant) as session:
        put = await enqueue(session, JobKind.NOTIFY, {"a": 1}, created_by="me")
        begun = await job_steps.begin(session, put.id, 1)
    assert begun is not None
    return begun


async def test_progress_is_written_now_and_then(database: Database, tenant: UUID) -> None:
    """Of many notes within half a second one is written, so that a quick loop costs nothing."""
    begun = await _begun(database, tenant)
    ticks = count()
    run = JobRun(database, tenant, begun, clock=lambda: next(ticks) * 0.1)
    assert run.arguments == {"a": 1}
    versions = []
    for done in range(12):
        await run.progress(done, 12, "on it")
        versions.append((await get(database, tenant, begun.id)).version - begun.version)
    assert versions[0] == 0
    assert 1 <= versions[-1] <= 3
    run.note(12, 12, "nearly")
    await run.write_progress()
    found = await get(database, tenant, begun.id)
    assert (found.progress_done, found.progress_total, found.progress_message) == (12, 12, "nearly")
    await run.write_progress()  # nothing new
    assert await get(database, tenant, begun.id) == found


async def test_a_cancelled_job_stops_at_its_next_step(database: Database, tenant: UUID) -> None:
    """Whether or not there is something to note, the handler learns of it."""
    begun = await _begun(database, tenant)
    run = JobRun(database, tenant, begun, clock=count().__next__)
    await run.progress(1, 2)
    await cancel(database, tenant, begun.id)
    with pytest.raises(JobCancelledError):
        await run.progress(1, 2)
    with pytest.raises(JobCancelledError):
        await run.progress(2, 2)
    with pytest.raises(JobCancelledError):
        async with database.session(tenant) as session:
            await run.complete(session, {})
    assert not run.ended


async def test_what_completes_a_job_is_stored_with_it(database: Database, tenant: UUID) -> None:
    """The end of the job and what the handler wrote are one transaction."""
    begun = await _begun(database, tenant)
    run = JobRun(database, tenant, begun)

    async def fail() -> None:
        async with database.session(tenant) as session:
            await run.complete(session, {"made": 1})
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert (await get(database, tenant, begun.id)).status is JobStatus.RUNNING
    async with database.session(tenant) as session:
        await run.complete(session, {"made": 1})
    found = await get(database, tenant, begun.id)
    assert (found.status, found.result, run.ended) == ("succeeded", {"made": 1}, True)
