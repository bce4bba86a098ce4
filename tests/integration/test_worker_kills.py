"""A worker may die at any moment: nothing is lost and nothing is done twice."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobRecord, JobStatus
from plimsoll.workflows.jobs import page
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_run_jobs import enqueue_run
from plimsoll.workflows.runs import list_runs
from small_book import share, small_market
from stored_book import stored_portfolio, stored_prices

pytestmark = pytest.mark.anyio

JOBS = 90
STATEMENTS = range(2, 27)  # a risk run of a job takes about twenty, and several run at once
MOMENTS = 25
SECONDS = 1.6  # from the start of a worker: up to some jobs done
PROGRAM = Path(__file__).parents[1] / "killable_worker.py"


class Killer:
    """Starts workers and kills them."""

    def __init__(self, url: str) -> None:
        self._program = subprocess.Popen(
            [sys.executable, PROGRAM, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, statement: int = 0) -> int:
        """Start a worker and return its process id."""
        assert self._program.stdin is not None
        self._program.stdin.write(f"{statement}\n")
        self._program.stdin.flush()
        return int(self._line())

    def kill(self, process: int, *, after: float) -> None:
        """Wait until the worker is gone, and kill it if it is not after so many seconds."""
        timer = threading.Timer(after, os.kill, (process, signal.SIGKILL))
        timer.start()
        assert self._line() == "gone\n"
        timer.cancel()

    def close(self) -> None:
        """End the program."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.close()
        self._program.wait(20)
        self._program.stdout.close()

    def _line(self) -> str:
        assert self._program.stdout is not None
        return self._program.stdout.readline()


@pytest.fixture
def killer(database_url: str) -> Iterator[Killer]:
    """Yield somebody who starts and kills workers on the test's database."""
    killer = Killer(database_url)
    yield killer
    killer.close()


async def test_a_batch_survives_fifty_kills(database: Database, tenant: UUID, killer: Killer) -> None:
    """Killed before each of its statements and at random moments, a batch ends with one run for each job."""
    portfolio = await stored_portfolio(database, tenant, [share("AAA", 10.0), share("BBB", -4.0)])
    await stored_prices(database, tenant, small_market())
    async with database.session(tenant) as session:
        for days in range(JOBS):
            request = ReportRequest(days=60 + days)
            await enqueue_run(session, portfolio_id=portfolio.id, request=request, created_by="me")
    chance = random.Random(20080915)  # noqa: S311 - the same moments each time
    plan = [(statement, 20.0) for statement in STATEMENTS]
    plan += [(0, chance.uniform(0.0, SECONDS)) for _ in range(MOMENTS)]
    chance.shuffle(plan)
    for statement, seconds in plan:
        killer.kill(killer.start(statement), after=seconds)
    before = await page(database, tenant, after=None, limit=2 * JOBS, statuses=[JobStatus.SUCCEEDED])
    last = killer.start()
    try:
        ended = await _ended(database, tenant)
    finally:
        os.kill(last, signal.SIGTERM)
        killer.kill(last, after=20.0)
    stored = await list_runs(database, tenant, after=None, limit=2 * JOBS)
    assert {job.status for job in ended} == {JobStatus.SUCCEEDED}
    assert len(stored) == len(ended) == JOBS
    assert {str(run.id) for run in stored} == {(job.result or {})["risk_run"] for job in ended}
    assert len({run.run_id for run in stored}) == JOBS
    assert sum(job.deaths for job in ended) >= len(STATEMENTS) // 2
    assert len(before) < JOBS, "the batch was done before the last kill"


async def _ended(database: Database, tenant: UUID) -> list[JobRecord]:
    async with asyncio.timeout(60):
        while True:
            found = await page(database, tenant, after=None, limit=2 * JOBS)
            if not {JobStatus.QUEUED, JobStatus.RUNNING} & {job.status for job in found}:
                return found
            await asyncio.sleep(0.1)
