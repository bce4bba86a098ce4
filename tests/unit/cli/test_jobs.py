"""``plimsoll jobs`` on a database of the test's own."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typer

from plimsoll.cli.jobs import backfill, cancel, list_jobs, retry, show
from plimsoll.data.store import job_steps
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobStatus
from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
from plimsoll.errors import ConflictError, UsageError
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_run_jobs import enqueue_run
from small_book import DATES, share, small_market
from stored_book import stored_portfolio, stored_prices


@pytest.fixture(autouse=True)
def _clean_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> dict[str, Any]:
    """Return the options that lead to the test's own platform."""
    return {"data_dir": tmp_path / "data", "database_url": database_url}


@pytest.fixture
def put(database_url: str) -> tuple[str, str]:
    """Put down a risk run and return the ids of its job and its portfolio."""

    async def make() -> tuple[str, str]:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            await ensure(session, LOCAL_TENANT, "local")
        book = await stored_portfolio(database, LOCAL_TENANT, [share("AAA", 1.0)])
        await stored_prices(database, LOCAL_TENANT, small_market())
        async with database.session(LOCAL_TENANT) as session:
            job = await enqueue_run(session, portfolio_id=book.id, request=ReportRequest(), created_by="me")
        await database.dispose()
        return str(job.id), str(book.id)

    return asyncio.run(make())


def _fail(database_url: str, job: str) -> None:
    async def end() -> None:
        database = Database(database_url)
        async with database.session(LOCAL_TENANT) as session:
            begun = await job_steps.begin(session, UUID(job), 1)
            assert begun is not None
            await job_steps.note_progress(session, begun, done=1, total=6, message="market")
            await job_steps.end(session, begun, JobStatus.PARKED, reason="out of luck")
        await database.dispose()

    asyncio.run(end())


def test_jobs_are_listed_and_shown(
    place: dict[str, Any], put: tuple[str, str], database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """A list names each with its reason; a job that has failed is exit code 1."""
    job, _ = put
    show(job, **place)
    assert "queued" in capfd.readouterr().out
    _fail(database_url, job)
    list_jobs(kind="risk-run", **place)
    listed = capfd.readouterr().out
    assert all(text in listed for text in (job, "parked", "1 of 6 market", "out of luck"))
    list_jobs(limit=1, json=True, **place)
    assert len(json.loads(capfd.readouterr().out)) == 1
    with pytest.raises(typer.Exit) as left:
        show(job, json=True, **place)
    assert left.value.exit_code == 1
    assert json.loads(capfd.readouterr().out)["reason"] == "out of luck"


def test_a_job_is_cancelled_and_tried_again(
    place: dict[str, Any], put: tuple[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    """Both say how the job then is; what cannot be tried again is said."""
    job, _ = put
    with pytest.raises(ConflictError):
        retry(job, **place)
    cancel(job, **place)
    assert "cancelled" in capfd.readouterr().out
    retry(job, json=True, **place)
    assert json.loads(capfd.readouterr().out)["status"] == "queued"
    with pytest.raises(UsageError, match="no id"):
        cancel("nonsense", **place)


def test_the_past_is_put_down(
    place: dict[str, Any], put: tuple[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    """A back-fill is a job; what is no date is refused."""
    _, portfolio = put
    backfill(portfolio, str(DATES[-2]), str(DATES[-1]), **place)
    assert "backfill" in capfd.readouterr().out
    with pytest.raises(UsageError, match="no date"):
        backfill(portfolio, "yesterday", "today", **place)
