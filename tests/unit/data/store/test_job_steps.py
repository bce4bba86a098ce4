"""The steps of an attempt at a job: one attempt at a time, and one end."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import job_steps, jobs
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobRecord, JobStatus

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


async def test_nothing_begins_before_its_time(database: Database, tenant: UUID) -> None:
    """An entry that comes early finds nothing to do."""
    put = await _put(database, tenant, run_at=dt.datetime.now(dt.UTC) + SOON)
    async with database.session(tenant) as session:
        assert await job_steps.begin(session, put.id, 1) is None


async def test_an_attempt_belongs_to_its_entry(database: Database, tenant: UUID) -> None:
    """Another entry finds nothing to do; the same one again takes over and counts a death."""
    put = await _put(database, tenant)
    first = await _begun(database, tenant, put.id, entry=7)
    async with database.session(tenant) as session:
        assert await job_steps.begin(session, put.id, 8) is None
    second = await _begun(database, tenant, put.id, entry=7)
    assert (first.attempts, first.deaths, second.attempts, second.deaths) == (1, 0, 2, 1)
    async with database.session(tenant) as session:
        assert not await job_steps.holds(session, first)
        assert await job_steps.note_progress(session, first, done=1, total=2, message="") is None
        assert await job_steps.end(session, first, JobStatus.SUCCEEDED, result={}) is None
        assert await job_steps.put_back(session, first, run_at=put.run_at, reason=None, failed=False) is None
        assert await job_steps.holds(session, second)
        ended = await job_steps.end(session, second, JobStatus.SUCCEEDED, result={"a": 1})
    assert ended is not None
    assert (ended.status, ended.result, ended.finished_at is not None) == ("succeeded", {"a": 1}, True)


async def test_progress_is_full_at_the_end(database: Database, tenant: UUID) -> None:
    """What is noted is read, each note is a version, and a job that succeeds is through."""
    begun = await _begun(database, tenant, (await _put(database, tenant)).id)
    async with database.session(tenant) as session:
        noted = await job_steps.note_progress(session, begun, done=1, total=4, message="half")
        ended = await job_steps.end(session, begun, JobStatus.SUCCEEDED)
    assert noted is not None
    assert ended is not None
    assert (noted.progress_done, noted.progress_total, noted.progress_message) == (1, 4, "half")
    assert (ended.progress_done, ended.version) == (4, begun.version + 2)


async def test_a_job_that_is_put_back_waits(database: Database, tenant: UUID) -> None:
    """It is queued for later, with its reason, and the failure counts only if it was one."""
    begun = await _begun(database, tenant, (await _put(database, tenant)).id)
    later = dt.datetime.now(dt.UTC) + SOON
    async with database.session(tenant) as session:
        back = await job_steps.put_back(session, begun, run_at=later, reason="busy", failed=True)
    assert back is not None
    assert (back.status, back.reason, back.failures, back.run_at) == ("queued", "busy", 1, later)
