"""What is told of jobs that end."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from plimsoll.data.store import alerts
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind
from plimsoll.errors import DataError, UnavailableError
from plimsoll.workflows.job_attempts import Patience, attempt
from plimsoll.workflows.job_run import JobRun
from plimsoll.workflows.jobs import enqueue

pytestmark = pytest.mark.anyio

ONCE = Patience(failures=1)


async def _told(
    database: Database, tenant: UUID, kind: JobKind, error: Exception | None
) -> tuple[list[str], int]:
    """Attempt a job; return the kinds of the events that it has made, and the number of alerts."""

    async def handler(_: JobRun) -> Mapping[str, Any]:
        if error is not None:
            raise error
        return {"made": 1}

    async with database.session(tenant) as session:
        job = await enqueue(session, kind, {"portfolio_id": str(uuid4())}, created_by="me")
    await attempt(database, tenant, job.id, 1, handlers={kind: handler}, patience=ONCE)
    async with database.session(tenant) as session:
        rows = await session.execute(text("SELECT kind FROM events WHERE subject = :job"), {"job": job.id})
        raised = await alerts.page(session, after=None, limit=9)
    return list(rows.scalars()), len([alert for alert in raised if alert.subject == job.id])


@pytest.mark.parametrize(
    ("error", "events", "raised"),
    [
        (None, ["job.finished"], 0),
        (DataError("no price"), ["job.failed"], 0),
        (UnavailableError("busy"), ["job.failed"], 1),
    ],
)
async def test_the_end_of_a_calculation_is_told(
    database: Database, tenant: UUID, error: Exception | None, events: list[str], raised: int
) -> None:
    """Success and failure are events; what was given up is an alert as well."""
    assert await _told(database, tenant, JobKind.RISK_RUN, error) == (events, raised)


async def test_nothing_is_told_of_messages(database: Database, tenant: UUID) -> None:
    """A message that cannot be sent makes no further message."""
    assert await _told(database, tenant, JobKind.WEBHOOK, UnavailableError("busy")) == ([], 0)
