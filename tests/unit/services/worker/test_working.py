"""A worker beside something else on the same event loop."""

import asyncio
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobStatus
from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.worker.options import WorkerOptions
from plimsoll.services.worker.working import working
from plimsoll.workflows.clean_up_jobs import ensure_clean_up
from plimsoll.workflows.jobs import get, page

pytestmark = pytest.mark.anyio


async def test_jobs_are_done_while_the_block_lasts(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """The block begins at once, jobs are done in it, and its end is that of the worker."""
    async with database.session(tenant) as session:
        await ensure_clean_up(session)
    options = WorkerOptions(calculations=1, stop_seconds=0.5)
    async with working(database_url, metrics=Metrics(), options=options), asyncio.timeout(20):
        (job,) = await page(database, tenant, after=None, limit=9)
        while job.status is not JobStatus.SUCCEEDED:
            await asyncio.sleep(0.05)
            job = await get(database, tenant, job.id)
