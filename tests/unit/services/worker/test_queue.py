"""The queue as a worker sees it."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind
from plimsoll.services.worker.queue import Queue
from plimsoll.workflows.jobs import CALCULATIONS, MESSAGES, enqueue

pytestmark = pytest.mark.anyio


@pytest.fixture
async def queue(database: Database, database_url: str, tenant: UUID) -> AsyncIterator[Queue]:
    """Yield an open queue with two calculations and a message."""
    async with database.session(tenant) as session:
        for kind in (JobKind.RISK_RUN, JobKind.RISK_RUN, JobKind.NOTIFY):
            await enqueue(session, kind, {}, created_by="me")
    queue = Queue(database_url, connections=2)
    async with queue.app.open_async():
        yield queue


async def _fetched(queue: Queue, worker: int) -> int:
    entry = await queue.app.job_manager.fetch_job([CALCULATIONS], worker)
    assert entry is not None
    assert entry.id is not None
    return entry.id


async def test_what_is_due_is_counted(queue: Queue) -> None:
    """Each queue is counted for itself, and what is being done does not wait."""
    assert await queue.depth() == {CALCULATIONS: 2, MESSAGES: 1}
    await _fetched(queue, await queue.app.job_manager.register_worker())
    assert await queue.depth() == {CALCULATIONS: 1, MESSAGES: 1}


async def test_entries_of_a_dead_worker_come_again(queue: Queue) -> None:
    """They are free as soon as it has been silent for long enough, once, and not before."""
    worker = await queue.app.job_manager.register_worker()
    entry = await _fetched(queue, worker)
    assert await queue.return_orphans(60.0) == []
    assert await queue.return_orphans(0.0) == [entry]
    assert await queue.return_orphans(0.0) == []
    assert await _fetched(queue, worker) == entry


async def test_entries_of_a_worker_that_is_gone_come_again(queue: Queue) -> None:
    """A worker whose own row was dropped is dead as well."""
    worker = await queue.app.job_manager.register_worker()
    entry = await _fetched(queue, worker)
    await queue.app.job_manager.unregister_worker(worker)
    assert await queue.return_orphans(60.0) == [entry]


async def test_a_worker_gives_back_what_it_has_lost(queue: Queue) -> None:
    """Only entries of the named workers are freed."""
    manager = queue.app.job_manager
    one, other = await manager.register_worker(), await manager.register_worker()
    entry = await _fetched(queue, one)
    assert (await queue.held([one]), await queue.held([other])) == ({entry}, set())
    await queue.hand_back([other], [entry])
    assert await queue.held([one]) == {entry}
    await queue.hand_back([one], [entry])
    assert await queue.held([one]) == set()
