"""The worker on a real queue."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from channel_desk import OUTWARD, desk_of
from plimsoll.data.store import audit_seals
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind, JobRecord, JobStatus
from plimsoll.errors import UnavailableError
from plimsoll.monitoring.metrics import Metrics
from plimsoll.security.audit_chain import AuditKey
from plimsoll.security.tokens import new_token
from plimsoll.services.worker.options import WorkerOptions
from plimsoll.services.worker.worker import Worker
from plimsoll.workflows.audit import AuditAction, record
from plimsoll.workflows.audit_sealing import AuditKeeping
from plimsoll.workflows.audit_verification import verify
from plimsoll.workflows.job_attempts import Patience
from plimsoll.workflows.job_run import Handler, JobRun
from plimsoll.workflows.jobs import cancel, enqueue, get
from postgres import execute
from webhook_receiver import receiver

pytestmark = pytest.mark.anyio

QUICK = WorkerOptions(stop_seconds=0.2, heartbeat_seconds=0.1, stalled_seconds=5.0, poll_seconds=0.05)


@asynccontextmanager
async def _working(url: str, handler: Handler, metrics: Metrics | None = None) -> AsyncIterator[None]:
    stop = asyncio.Event()
    worker = Worker(
        url,
        metrics=metrics or Metrics(),
        options=QUICK,
        handlers={JobKind.NOTIFY: handler},
        patience=Patience(first_seconds=0.0),
    )
    task = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


async def _put(database: Database, tenant: UUID) -> UUID:
    async with database.session(tenant) as session:
        return (await enqueue(session, JobKind.NOTIFY, {}, created_by="me")).id


async def _until(
    database: Database, tenant: UUID, job: UUID, holds: Callable[[JobRecord], bool]
) -> JobRecord:
    async with asyncio.timeout(20):
        while True:
            with suppress(UnavailableError):  # where a test breaks connections, these are among them
                found = await get(database, tenant, job)
                if holds(found):
                    return found
            await asyncio.sleep(0.02)


def _has(status: JobStatus) -> Callable[[JobRecord], bool]:
    return lambda job: job.status is status


async def _fine(_: JobRun) -> Mapping[str, Any]:
    return {"fine": True}


async def test_jobs_are_done_and_measured(database: Database, database_url: str, tenant: UUID) -> None:
    """Jobs that were put down before and after the start are done, and nothing stays in the queue."""
    metrics = Metrics()
    before = await _put(database, tenant)
    async with _working(database_url, _fine, metrics):
        await _until(database, tenant, before, _has(JobStatus.SUCCEEDED))
        after = await _put(database, tenant)
        done = await _until(database, tenant, after, _has(JobStatus.SUCCEEDED))
    assert done.result == {"fine": True}
    counted = {"kind": "notify", "status": "succeeded"}
    assert metrics.registry.get_sample_value("plimsoll_job_attempts_total", counted) == 2
    async with database.engine.connect() as connection:
        for table in ("jobs", "workers"):
            count = text(f"SELECT count(*) FROM procrastinate.procrastinate_{table}")  # noqa: S608 - a constant
            assert (await connection.execute(count)).scalar_one() == 0


async def test_a_poison_job_is_parked_and_the_next_one_is_done(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """A job that always fails stops with its reason and in nobody's way."""

    async def handler(run: JobRun) -> Mapping[str, Any]:
        if run.job.id == poison:
            raise UnavailableError("it is poison")
        return {}

    poison = await _put(database, tenant)
    async with _working(database_url, handler):
        parked = await _until(database, tenant, poison, _has(JobStatus.PARKED))
        await _until(database, tenant, await _put(database, tenant), _has(JobStatus.SUCCEEDED))
    assert (parked.reason, parked.failures, parked.attempts) == ("it is poison", 5, 5)


async def test_a_stop_hands_back_what_takes_too_long(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """The job is queued again and not failed, and the next worker does it."""

    async def slow(_: JobRun) -> Mapping[str, Any]:
        await asyncio.sleep(60)
        return {}

    job = await _put(database, tenant)
    async with _working(database_url, slow):
        await _until(database, tenant, job, _has(JobStatus.RUNNING))
    back = await get(database, tenant, job)
    assert (back.status, back.failures, back.deaths) == ("queued", 0, 0)
    async with _working(database_url, _fine):
        await _until(database, tenant, job, _has(JobStatus.SUCCEEDED))


async def test_a_cancelled_job_makes_room(database: Database, database_url: str, tenant: UUID) -> None:
    """Whoever does it stops soon, and the worker goes on with others."""
    stopped = asyncio.Event()

    async def slow(_: JobRun) -> Mapping[str, Any]:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()
        return {}

    job = await _put(database, tenant)
    async with _working(database_url, slow):
        await _until(database, tenant, job, _has(JobStatus.RUNNING))
        await cancel(database, tenant, job)
        async with asyncio.timeout(10):
            await stopped.wait()
    assert (await get(database, tenant, job)).status is JobStatus.CANCELLED


async def test_a_worker_outlives_its_connections(database: Database, database_url: str, tenant: UUID) -> None:
    """When all its connections break at once, in the middle of a job, everything is done all the same."""
    broken = asyncio.Event()

    async def handler(run: JobRun) -> Mapping[str, Any]:
        if not broken.is_set():
            broken.set()
            ours = "datname = current_database() AND pid <> pg_backend_pid()"
            await asyncio.to_thread(
                execute,
                database_url,
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}",  # noqa: S608 - a constant
            )
        return {"attempt": run.job.attempts}

    job = await _put(database, tenant)
    async with _working(database_url, handler):
        await broken.wait()
        done = await _until(database, tenant, job, _has(JobStatus.SUCCEEDED))
        await _until(database, tenant, await _put(database, tenant), _has(JobStatus.SUCCEEDED))
    assert done.result is not None


async def test_an_entry_that_was_lost_comes_again(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """What a living worker is said to be doing, and is not, is done after all."""
    job = await _put(database, tenant)
    begin = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM"
    async with _working(database_url, _fine):
        first = await _until(database, tenant, job, _has(JobStatus.SUCCEEDED))
        async with database.engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
            put = "SELECT set_config('plimsoll.tenant', :tenant, true)"
            await connection.execute(text(put), {"tenant": str(tenant)})
            again = "UPDATE jobs SET status = 'queued' WHERE id = :job"
            await connection.execute(text(again), {"job": job})
            await connection.execute(text("SET LOCAL search_path = procrastinate"))
            await connection.execute(text(f"{begin} procrastinate_workers)"))
        second = await _until(database, tenant, job, lambda found: found.attempts == 2)
    assert first.attempts == 1
    assert second.attempts == 2


async def test_people_are_told(database: Database, database_url: str, tenant: UUID) -> None:
    """An alert that is raised comes out of a channel, by a worker that knows how to reach it."""
    desk, stop = desk_of(database, tenant), asyncio.Event()
    worker = Worker(database_url, metrics=Metrics(), options=QUICK, outward=OUTWARD)
    with receiver() as found:
        await desk.add(found.url.replace("http", "json", 1))
        await desk.alert("a")
        (job,) = await desk.jobs()
        task = asyncio.create_task(worker.run(stop))
        done = await _until(database, tenant, job.id, _has(JobStatus.SUCCEEDED))
        stop.set()
        await task
    assert (done.result, len(found.got)) == ({"status": "sent"}, 1)


async def test_a_worker_with_the_key_seals_the_audit(
    database_url: str, database: Database, tenant: UUID
) -> None:
    """What is written down while it runs has its seal soon, beside the jobs; a worker without leaves it."""
    async with database.session(tenant) as session:
        await record(session, AuditAction.SIGN_OUT, actor=None, subject=None)
    keeping = AuditKeeping(AuditKey(new_token("pla")))
    stop = asyncio.Event()
    worker = Worker(database_url, metrics=Metrics(), options=QUICK, audit=keeping)
    task = asyncio.create_task(worker.run(stop))
    for _ in range(1000):
        await asyncio.sleep(0.01)
        async with database.session(tenant) as session:
            if await audit_seals.head(session) is not None:
                break
    stop.set()
    await asyncio.wait_for(task, 10)
    found = await verify(database, tenant, keeping)
    assert (found.sealed, found.waiting, found.flaws) == (1, 0, ())
