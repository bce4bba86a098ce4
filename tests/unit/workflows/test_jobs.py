"""Jobs as users and the platform put them down."""

from uuid import UUID

import pytest
from sqlalchemy import text

from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind, JobStatus
from plimsoll.errors import NotFoundError
from plimsoll.workflows.jobs import CALCULATIONS, MESSAGES, cancel, enqueue, get, page, retry

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("kind", "queue"), [(JobKind.RISK_RUN, CALCULATIONS), (JobKind.NOTIFY, MESSAGES)])
async def test_messages_do_not_queue_behind_calculations(
    database: Database, tenant: UUID, kind: JobKind, queue: str
) -> None:
    """Jobs that keep a core busy have a queue of their own."""
    async with database.session(tenant) as session:
        await enqueue(session, kind, {}, created_by="me")
    async with database.engine.connect() as connection:
        entries = await connection.execute(text("SELECT queue_name FROM procrastinate.procrastinate_jobs"))
        assert entries.scalars().all() == [queue]


async def test_a_job_is_there_if_what_was_written_beside_it_is(database: Database, tenant: UUID) -> None:
    """When the caller's transaction fails there is neither a job nor an entry for a worker."""

    async def fail() -> None:
        async with database.session(tenant) as session:
            await enqueue(session, JobKind.NOTIFY, {}, created_by="me")
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await page(database, tenant, after=None, limit=9) == []
    async with database.engine.connect() as connection:
        count = await connection.execute(text("SELECT count(*) FROM procrastinate.procrastinate_jobs"))
        assert count.scalar_one() == 0


async def test_a_job_is_cancelled_and_tried_again(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Its tenant reads, cancels and retries it; for another tenant it is not there."""
    async with database.session(tenant) as session:
        put = await enqueue(session, JobKind.NOTIFY, {}, created_by="me")
    assert await get(database, tenant, put.id) == put
    for forbidden in (get, cancel, retry):
        with pytest.raises(NotFoundError):
            await forbidden(database, other_tenant, put.id)
    assert (await cancel(database, tenant, put.id)).status is JobStatus.CANCELLED
    assert (await retry(database, tenant, put.id)).status is JobStatus.QUEUED
