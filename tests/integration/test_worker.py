"""The worker as a process: several at once, stopped in the middle, and inside of the platform."""

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from platform_process import PROGRAM, environment, platform, plimsoll
from plimsoll.client import RiskClient
from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobRecord, JobStatus
from plimsoll.data.store.tenants import LOCAL_TENANT, ensure
from plimsoll.workflows.jobs import page
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_run_jobs import enqueue_run
from plimsoll.workflows.runs import list_runs
from small_book import share, small_market
from stored_book import stored_portfolio, stored_prices

JOBS = 30


@contextmanager
def _worker(home: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with (home / "worker.log").open("a") as log:
        process = subprocess.Popen(
            [PROGRAM, "worker", *arguments], cwd=home, env=environment(home), stderr=log, text=True
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


async def _jobs(database: Database) -> list[JobRecord]:
    return await page(database, LOCAL_TENANT, after=None, limit=2 * JOBS)


@pytest.mark.anyio
async def test_two_workers_and_a_stop_in_the_middle(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """Each job is done once; the one that is told to stop ends in good order and loses nothing."""
    async with database.session(LOCAL_TENANT) as session:
        await ensure(session, LOCAL_TENANT, "local")
    book = await stored_portfolio(database, LOCAL_TENANT, [share("AAA", 1.0)])
    await stored_prices(database, LOCAL_TENANT, small_market())
    async with database.session(LOCAL_TENANT) as session:
        for days in range(JOBS):
            request = ReportRequest(days=60 + days)
            await enqueue_run(session, portfolio_id=book.id, request=request, created_by="me")
    where = ("--database-url", database_url)
    with _worker(tmp_path, *where) as first, _worker(tmp_path, *where):
        stopped = None
        deadline = time.monotonic() + 150
        while any(job.status in ("queued", "running") for job in await _jobs(database)):
            await asyncio.sleep(0.1)
            assert time.monotonic() < deadline, (tmp_path / "worker.log").read_text()
            done = [job for job in await _jobs(database) if job.status is JobStatus.SUCCEEDED]
            if len(done) > JOBS // 4 and stopped is None:
                first.send_signal(signal.SIGTERM)
                stopped = first.wait(30)
    ended = await _jobs(database)
    runs = await list_runs(database, LOCAL_TENANT, after=None, limit=2 * JOBS)
    assert stopped == 0
    assert {job.status for job in ended} == {JobStatus.SUCCEEDED}
    assert len(runs) == len({run.run_id for run in runs}) == JOBS
    assert {job.failures + job.deaths for job in ended} == {0}


def test_the_platform_does_jobs_by_itself(tmp_path: Path) -> None:
    """A run is put down, done, and found by the command line; a second worker may help beside it."""
    with platform(tmp_path, "--no-demo") as running, RiskClient(running.url, running.key) as client:
        book = client.create_portfolio("Book")
        client.import_positions(book.id, b"symbol,quantity\nAAA,1\n")
        days = "".join(f"2024-01-{day:02d},{100 + day % 3}\n" for day in range(1, 29))
        client.upload_prices(f"date,AAA\n{days}".encode())
        job = client.wait(client.submit_run(book.id, days=20), seconds=30)
        assert job.status == "succeeded", job.reason
        listed = json.loads(plimsoll(tmp_path, "jobs", "list", "--kind", "risk-run", "--json").stdout)
        assert [found["id"] for found in listed] == [str(job.id)]
        metrics = 'plimsoll_job_attempts_total{kind="risk-run",status="succeeded"} 1.0'
        assert metrics in httpx2.get(running.told["metrics"]).text
        with _worker(tmp_path, "--calculations", "0"):
            deadline = time.monotonic() + 60
            while "The worker runs." not in (tmp_path / "worker.log").read_text():
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert "Stopped." in (tmp_path / "worker.log").read_text()
        assert running.stop()[0] == 0
