"""Schedules: each firing once, and those that were missed once together."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import alerts, portfolios, schedules
from plimsoll.data.store.database import Database
from plimsoll.data.store.schedules import ScheduleRecord
from plimsoll.errors import ConflictError, UsageError
from plimsoll.workflows.jobs import page
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.schedules import change_schedule, create_schedule, fire, upcoming
from small_book import share
from stored_book import stored_portfolio

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
FIRST = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)  # 18:30 in New York
DAY = dt.timedelta(days=1)


async def _made(database: Database, tenant: UUID, **more: Any) -> ScheduleRecord:
    book = await stored_portfolio(database, tenant, [share("AAA", 1.0)])
    usual: Mapping[str, Any] = {
        "name": "nightly",
        "portfolio_id": book.id,
        "request": ReportRequest(days=60),
        "cron": "30 18 * * *",
        "zone": "America/New_York",
        "calendar": None,
        "created_by": "me",
        "now": NOW,
    }
    async with database.session(tenant) as session:
        return await create_schedule(session, **{**usual, **more})


async def test_it_fires_and_goes_on(database: Database, tenant: UUID) -> None:
    """A firing puts down the run, remembers it and waits for the next day."""
    made = await _made(database, tenant)
    assert made.next_at == FIRST
    job = await fire(database, tenant, made.id, FIRST, now=FIRST)
    (put,) = await page(database, tenant, after=None, limit=9)
    async with database.session(tenant) as session:
        after = await schedules.get(session, made.id)
    assert job == put.id
    assert (put.kind, put.arguments["portfolio_id"]) == ("risk-run", str(made.portfolio_id))
    assert (after.last_at, after.last_job_id, after.next_at) == (FIRST, job, FIRST + DAY)


async def test_each_instant_fires_once(database: Database, tenant: UUID) -> None:
    """Of eight workers that come for the same instant one puts the run down; another instant is none."""
    made = await _made(database, tenant)
    fired = await asyncio.gather(*(fire(database, tenant, made.id, FIRST, now=FIRST) for _ in range(8)))
    assert sum(job is not None for job in fired) == 1
    assert await fire(database, tenant, made.id, FIRST - DAY, now=FIRST) is None
    assert await fire(database, tenant, uuid4(), FIRST, now=FIRST) is None
    assert len(await page(database, tenant, after=None, limit=9)) == 1


async def test_what_was_missed_is_made_up_for_once(database: Database, tenant: UUID) -> None:
    """After three days without a worker one run is put down, and the next one is that of the evening."""
    made = await _made(database, tenant)
    late = FIRST + 3 * DAY - dt.timedelta(hours=1)
    assert await fire(database, tenant, made.id, FIRST, now=late) is not None
    async with database.session(tenant) as session:
        assert (await schedules.get(session, made.id)).next_at == FIRST + 3 * DAY


async def test_paused_it_does_not_fire(database: Database, tenant: UUID) -> None:
    """A paused schedule has no next firing; when it goes on nothing is made up for."""
    made = await _made(database, tenant)
    async with database.session(tenant) as session:
        paused = await change_schedule(session, made.id, expected_version=1, now=NOW, paused=True)
    assert (paused.next_at, await upcoming(paused, after=NOW)) == (None, [])
    assert await fire(database, tenant, made.id, FIRST, now=FIRST) is None
    async with database.session(tenant) as session:
        renamed = await change_schedule(session, made.id, expected_version=2, now=NOW, name="x")
        assert renamed.next_at is None
        later = NOW + 7 * DAY
        again = await change_schedule(session, made.id, expected_version=3, now=later, paused=False)
    assert again.next_at == FIRST + 7 * DAY


async def test_other_times_are_the_next_ones(database: Database, tenant: UUID) -> None:
    """A change of the expression moves the next firing, and the entry of the old one does nothing."""
    made = await _made(database, tenant)
    async with database.session(tenant) as session:
        changed = await change_schedule(
            session,
            made.id,
            expected_version=1,
            now=NOW,
            cron="0 12 * * *",
            time_zone="UTC",
            request=ReportRequest(days=90),
        )
    assert (changed.next_at, changed.request["days"]) == (NOW + DAY, 90)
    assert await upcoming(changed, after=NOW) == [NOW + n * DAY for n in range(1, 6)]
    assert await fire(database, tenant, made.id, FIRST, now=FIRST) is None


async def test_only_on_days_on_which_the_exchange_trades(database: Database, tenant: UUID) -> None:
    """The five next firings pass the weekend over."""
    made = await _made(database, tenant, calendar="XNYS", now=dt.datetime.now(dt.UTC))
    found = await upcoming(made, after=dt.datetime.now(dt.UTC))
    assert len(found) == 5
    assert found[0] == made.next_at
    assert all((at - dt.timedelta(hours=6)).weekday() < 5 for at in found)


async def test_what_makes_no_sense_is_refused(database: Database, tenant: UUID) -> None:
    """A wrong expression, zone or exchange and an archived portfolio make no schedule."""
    book = await stored_portfolio(database, tenant, [share("AAA", 1.0)], name="other")
    for n, wrong in enumerate(({"cron": "x"}, {"zone": "Mars"}, {"calendar": "MARS"})):
        with pytest.raises(UsageError):
            await _made(database, tenant, portfolio_id=book.id, name=str(n), **wrong)
        async with database.session(tenant) as session:
            for known in await portfolios.page(session, after=None, limit=9):
                if known.id != book.id:
                    await portfolios.archive(session, known.id, expected_version=1)
    async with database.session(tenant) as session:
        await portfolios.archive(session, book.id, expected_version=1)
    with pytest.raises(ConflictError):
        await _made(database, tenant, portfolio_id=book.id)


async def test_without_its_portfolio_it_pauses(database: Database, tenant: UUID) -> None:
    """It says why, and an alert says that it has."""
    made = await _made(database, tenant)
    async with database.session(tenant) as session:
        await portfolios.archive(session, made.portfolio_id, expected_version=1)
    assert await fire(database, tenant, made.id, FIRST, now=FIRST) is None
    async with database.session(tenant) as session:
        paused = await schedules.get(session, made.id)
        (raised,) = await alerts.page(session, after=None, limit=9)
    assert (paused.next_at, paused.problem) == (None, "the portfolio is archived")
    assert raised.subject == made.id
