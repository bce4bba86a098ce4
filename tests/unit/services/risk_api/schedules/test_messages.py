"""Schedules as messages."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest

from plimsoll.data.store.schedules import ScheduleRecord
from plimsoll.services.risk_api.schedules.messages import schedule_message
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.request_document import to_document

pytestmark = pytest.mark.anyio

DUE = dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)
RECORD = ScheduleRecord(
    id=UUID(int=1),
    name="nightly",
    portfolio_id=UUID(int=2),
    request=to_document(ReportRequest(days=60)),
    cron="30 18 * * *",
    time_zone="America/New_York",
    calendar=None,
    next_at=DUE,
    last_at=None,
    last_job_id=None,
    problem=None,
    created_at=DUE,
    created_by="me",
    version=1,
)


async def test_the_next_five_firings_are_shown() -> None:
    """They begin with the one that is due, so that they change only when the schedule does."""
    found = await schedule_message(RECORD)
    assert found.next_firings == tuple(DUE + dt.timedelta(days=n) for n in range(5))
    assert (found.options.days, found.paused) == (60, False)


async def test_a_paused_one_has_none() -> None:
    """It says why it has paused by itself."""
    found = await schedule_message(replace(RECORD, next_at=None, problem="archived"))
    assert (found.next_firings, found.paused, found.problem) == ((), True, "archived")
