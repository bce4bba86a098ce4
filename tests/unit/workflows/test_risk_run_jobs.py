"""Risk runs as jobs: stored exactly once."""

import datetime as dt
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from plimsoll.data.store import job_steps, portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobRecord, JobStatus
from plimsoll.errors import ConflictError, NotFoundError
from plimsoll.monitoring.run_metrics import RunMetrics
from plimsoll.monitoring.stages import measured
from plimsoll.workflows.job_attempts import attempt
from plimsoll.workflows.job_run import JobCancelledError, JobRun
from plimsoll.workflows.jobs import cancel
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_run_jobs import enqueue_run, run_risk
from plimsoll.workflows.runs import get_run, list_runs
from small_book import share, small_market
from stored_book import stored_portfolio, stored_prices

pytestmark = pytest.mark.anyio

REQUEST = ReportRequest(days=60, by=("desk",))


async def _put(database: Database, tenant: UUID, name: str = "book", **more: object) -> JobRecord:
    portfolio = await stored_portfolio(database, tenant, [share("AAA", 10.0, desk="one")], name=name)
    prices = await stored_prices(database, tenant, small_market())
    usual = {"portfolio_id": portfolio.id, "price_set_id": prices.id, "known_at": dt.datetime.now(dt.UTC)}
    async with database.session(tenant) as session:
        return await enqueue_run(session, request=REQUEST, created_by="ada", **{**usual, **more})  # type: ignore[arg-type] # - of the test


async def test_the_run_of_a_job(database: Database, tenant: UUID) -> None:
    """The job names the run, which is the one that was asked for, by whom it was asked for."""
    job = await _put(database, tenant)
    done = await attempt(database, tenant, job.id, 1)
    assert done is not None
    assert done.result is not None
    run = await get_run(database, tenant, UUID(done.result["risk_run"]))
    assert (run.portfolio_id, run.created_by) == (UUID(job.arguments["portfolio_id"]), "ada")
    assert (done.progress_done, done.progress_total) in ((0, None), (6, 6))  # it may be too quick for a note


async def test_the_latest_prices_do(database: Database, tenant: UUID) -> None:
    """Without a price set and an instant the run takes what there is when it begins."""
    job = await _put(database, tenant, price_set_id=None, known_at=None)
    done = await attempt(database, tenant, job.id, 1)
    assert done is not None
    assert done.status is JobStatus.SUCCEEDED


async def test_what_is_not_there_fails(database: Database, tenant: UUID) -> None:
    """Nothing is put down for what nobody has; what is gone when the job begins fails it for good."""
    for missing in ("portfolio_id", "price_set_id"):
        with pytest.raises(NotFoundError):
            await _put(database, tenant, f"without {missing}", **{missing: uuid4()})
    job = await _put(database, tenant)
    async with database.session(tenant) as session:
        portfolio = UUID(job.arguments["portfolio_id"])
        await portfolios.archive(session, portfolio, expected_version=1)
    with pytest.raises(ConflictError, match="archived"):
        await _put(database, tenant, "another", portfolio_id=portfolio)
    done = await attempt(database, tenant, job.id, 1)
    assert done is not None
    assert (done.status, str(done.reason).splitlines()[0]) == ("failed", "the portfolio is archived")


async def test_a_run_is_stored_once(database: Database, tenant: UUID) -> None:
    """Of two attempts that calculate the same job only the one that has it stores a run."""
    job = await _put(database, tenant)
    async with database.session(tenant) as session:
        first = await job_steps.begin(session, job.id, 1)
        second = await job_steps.begin(session, job.id, 1)
    assert first is not None
    assert second is not None
    with pytest.raises(JobCancelledError):
        await run_risk(JobRun(database, tenant, first))
    await run_risk(JobRun(database, tenant, second))
    with pytest.raises(JobCancelledError):
        await run_risk(JobRun(database, tenant, replace(second)))
    assert len(await list_runs(database, tenant, after=None, limit=9)) == 1


async def test_a_cancelled_job_stores_no_run(database: Database, tenant: UUID) -> None:
    """What was calculated after the job was cancelled is thrown away."""
    job = await _put(database, tenant)
    async with database.session(tenant) as session:
        begun = await job_steps.begin(session, job.id, 1)
    assert begun is not None
    await cancel(database, tenant, job.id)
    with pytest.raises(JobCancelledError):
        await run_risk(JobRun(database, tenant, begun))
    assert await list_runs(database, tenant, after=None, limit=9) == []


async def test_a_cancelled_calculation_ends_at_its_next_stage(database: Database, tenant: UUID) -> None:
    """The thread that it runs in hears of the end where it says how far it is."""
    job = await _put(database, tenant)
    async with database.session(tenant) as session:
        begun = await job_steps.begin(session, job.id, 1)
    assert begun is not None
    run = JobRun(database, tenant, begun)
    await cancel(database, tenant, job.id)
    with pytest.raises(JobCancelledError):
        await run.write_progress()
    registry = CollectorRegistry()
    with measured(RunMetrics(registry)), pytest.raises(JobCancelledError):
        await run_risk(run)
    assert registry.get_sample_value("plimsoll_run_stage_seconds_count", {"stage": "cube"}) is None
