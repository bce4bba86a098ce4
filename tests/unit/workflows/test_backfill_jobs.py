"""History back-fill: each trading date once."""

import asyncio
import datetime as dt
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import job_steps, portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobRecord
from plimsoll.data.store.portfolios import PortfolioRecord
from plimsoll.errors import ConflictError, NotFoundError, UsageError
from plimsoll.workflows.backfill_jobs import backfill, enqueue_backfill
from plimsoll.workflows.job_attempts import attempt
from plimsoll.workflows.job_run import JobCancelledError, JobRun
from plimsoll.workflows.jobs import cancel, get
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import list_runs, start_run
from small_book import DATES, share, small_market
from stored_book import FIRST_DAY, stored_portfolio, stored_prices

pytestmark = pytest.mark.anyio

REQUEST = ReportRequest(days=60)
RANGE: list[dt.date] = list(DATES[-6:].astype(object))


async def _book(database: Database, tenant: UUID) -> PortfolioRecord:
    portfolio = await stored_portfolio(database, tenant, [share("AAA", 1.0)])
    await stored_prices(database, tenant, small_market())
    return portfolio


async def _put(database: Database, tenant: UUID, portfolio: UUID, *dates: dt.date) -> JobRecord:
    first, last = dates or (RANGE[0], RANGE[-1])
    async with database.session(tenant) as session:
        return await enqueue_backfill(
            session,
            portfolio_id=portfolio,
            first_date=first,
            last_date=last,
            request=REQUEST,
            created_by="ada",
        )


async def _dates(database: Database, tenant: UUID) -> list[dt.date]:
    return sorted(run.as_of for run in await list_runs(database, tenant, after=None, limit=99))


async def test_each_trading_date_gets_a_run(database: Database, tenant: UUID) -> None:
    """Dates that have such a run are passed over, other options do not count, a second job makes none."""
    portfolio = await _book(database, tenant)
    for request in (ReportRequest(days=60, as_of=RANGE[2]), ReportRequest(days=61, as_of=RANGE[3])):
        await start_run(database, tenant, portfolio_id=portfolio.id, request=request, created_by="x")
    done = await attempt(database, tenant, (await _put(database, tenant, portfolio.id)).id, 1)
    assert done is not None
    assert done.result == {"made": 5, "there": 1, "without": 0, "failed": 0, "reasons": {}}
    assert (done.progress_done, done.progress_total) == (6, 6)
    assert await _dates(database, tenant) == sorted([*RANGE, RANGE[3]])
    again = await attempt(database, tenant, (await _put(database, tenant, portfolio.id)).id, 2)
    assert again is not None
    assert again.result is not None
    assert (again.result["made"], again.result["there"]) == (0, 6)


async def test_dates_that_cannot_be_calculated_are_told(database: Database, tenant: UUID) -> None:
    """Where there was no position, or too short a history, there is no run, and the others are made."""
    portfolio = await _book(database, tenant)
    first = DATES[0].astype(object)
    done = await attempt(
        database, tenant, (await _put(database, tenant, portfolio.id, first, DATES[3].astype(object))).id, 1
    )
    assert done is not None
    assert done.result is not None
    before = sum(date < FIRST_DAY for date in DATES[:4].astype(object))
    assert done.result["without"] == before
    assert done.result["failed"] + done.result["made"] == 4 - before
    assert done.result["failed"] == len(done.result["reasons"]) >= 1


async def test_two_attempts_make_each_run_once(database: Database, tenant: UUID) -> None:
    """The attempt that has lost the job stores no further run, whatever it has calculated."""
    portfolio = await _book(database, tenant)
    job = await _put(database, tenant, portfolio.id)
    async with database.session(tenant) as session:
        first = await job_steps.begin(session, job.id, 1)
    assert first is not None
    losing = asyncio.create_task(_lost(JobRun(database, tenant, first)))
    await asyncio.sleep(0.1)
    done = await attempt(database, tenant, job.id, 1)
    assert await losing
    assert done is not None
    assert done.result is not None
    assert await _dates(database, tenant) == RANGE
    assert done.deaths == 1


async def _lost(run: JobRun) -> bool:
    with pytest.raises(JobCancelledError):
        await backfill(run)
    return True


async def test_it_is_cancelled_in_the_middle(database: Database, tenant: UUID) -> None:
    """Runs that were made stay; no further ones are made."""
    portfolio = await _book(database, tenant)
    job = await _put(database, tenant, portfolio.id, DATES[-60].astype(object), RANGE[-1])
    going = asyncio.create_task(attempt(database, tenant, job.id, 1))
    async with asyncio.timeout(20):
        made = 0
        while made == 0:
            await asyncio.sleep(0.02)
            made = len(await _dates(database, tenant))
    await cancel(database, tenant, job.id)
    assert await going is None
    assert 0 < len(await _dates(database, tenant)) < 60
    assert (await get(database, tenant, job.id)).status == "cancelled"


async def test_what_makes_no_sense_is_refused(database: Database, tenant: UUID) -> None:
    """Dates in the wrong order, a portfolio that is not there, and an archived one."""
    portfolio = await _book(database, tenant)
    with pytest.raises(UsageError):
        await _put(database, tenant, portfolio.id, RANGE[1], RANGE[0])
    with pytest.raises(NotFoundError):
        await _put(database, tenant, uuid4())
    async with database.session(tenant) as session:
        await portfolios.archive(session, portfolio.id, expected_version=1)
    with pytest.raises(ConflictError):
        await _put(database, tenant, portfolio.id)
