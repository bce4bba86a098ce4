"""The daily clean-up of a tenant."""

import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import text

from plimsoll.data.store import events, idempotency
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind, JobStatus
from plimsoll.workflows.clean_up_jobs import ensure_clean_up
from plimsoll.workflows.job_attempts import attempt
from plimsoll.workflows.jobs import cancel, enqueue, page

pytestmark = pytest.mark.anyio


async def test_a_tenant_is_cleaned_up_once_a_day(database: Database, tenant: UUID) -> None:
    """What is old goes, what is young stays, and the next clean-up is put down for tomorrow, once."""
    for _ in range(2):
        async with database.session(tenant) as session:
            await ensure_clean_up(session)
            await idempotency.claim(session, "me", f"key-{_}", "f")
            await events.append(session, kind="a", subject=tenant, data={})
            old = await enqueue(session, JobKind.NOTIFY, {}, created_by="me")
        await cancel(database, tenant, old.id)
    async with database.engine.begin() as connection:
        await connection.execute(
            text("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'key-0'")
        )
        await connection.execute(text("UPDATE events SET published_at = now() - interval '91 days'"))
        await connection.execute(text("UPDATE jobs SET finished_at = now() - interval '31 days'"))
    (job,) = await page(database, tenant, after=None, limit=9, kinds=[JobKind.CLEAN_UP])
    done = await attempt(database, tenant, job.id, 1)
    assert done is not None
    assert done.result == {"idempotency_keys": 1, "jobs": 2, "events": 1, "accounts": 0}
    (reseal,) = await page(database, tenant, after=None, limit=9, kinds=[JobKind.RESEAL])
    assert (reseal.key, reseal.status) == ("reseal", JobStatus.QUEUED)
    following, _ = await page(database, tenant, after=None, limit=9, kinds=[JobKind.CLEAN_UP])
    assert (following.kind, following.status) == ("clean-up", JobStatus.QUEUED)
    wait = following.run_at - dt.datetime.now(dt.UTC)
    assert dt.timedelta(hours=23) < wait <= dt.timedelta(days=1)
    async with database.session(tenant) as session:
        await ensure_clean_up(session)
    assert len(await page(database, tenant, after=None, limit=9, kinds=[JobKind.CLEAN_UP])) == 2
