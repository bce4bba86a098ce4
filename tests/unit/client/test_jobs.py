"""Jobs through the clients, beside a worker."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from plimsoll.client import AsyncRiskClient, RiskClient
from plimsoll.errors import ConflictError, DataError, UnavailableError
from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.worker.options import WorkerOptions
from plimsoll.services.worker.worker import Worker
from plimsoll.wire.jobs import Job, JobStatus
from plimsoll.wire.portfolios import Portfolio
from risk_api_world import BOOK, prices_file

DRAWS: dict[str, Any] = {"method": "monte-carlo", "draws": 100_001, "days": 60}


@pytest.fixture
def worker(database_url: str) -> Iterator[None]:
    """Let a worker do the jobs of the test."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    def work() -> None:
        options = WorkerOptions(stop_seconds=1.0, poll_seconds=0.1)
        loop.run_until_complete(Worker(database_url, metrics=Metrics(), options=options).run(stop))
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)


def _book(client: RiskClient) -> Portfolio:
    book = client.create_portfolio("Book")
    client.import_positions(book.id, BOOK)
    client.upload_prices(prices_file())
    return book


@pytest.mark.usefixtures("worker")
def test_a_run_is_submitted_and_waited_for(api_url: str, key: str) -> None:
    """The job comes back at once, and leads to the run; a large run is waited for without a word."""
    with RiskClient(api_url, key) as client:
        book = _book(client)
        job = client.submit_run(book.id, confidence=0.95)
        done = client.wait(job.id, seconds=30)
        assert (job.status, done.status) == (JobStatus.QUEUED, JobStatus.SUCCEEDED)
        assert client.run_of(done).options.confidence == 0.95
        assert client.wait(done) == done
        large = client.start_run(book.id, **DRAWS)
        assert large.options.draws == 100_001
        assert [found.status for found in client.jobs(kind="risk-run", status="succeeded")] == [
            "succeeded"
        ] * 2


def test_a_job_is_cancelled_and_tried_again(api_url: str, key: str) -> None:
    """Without a worker it waits: the wait ends in time, and the job is the client's to cancel."""
    with RiskClient(api_url, key) as client:
        job = client.submit_run(_book(client).id)
        with pytest.raises(UnavailableError, match="not finished yet"):
            client.wait(job, seconds=0.3)
        with pytest.raises(ConflictError, match="queued"):
            client.run_of(job)
        assert client.cancel_job(job.id).status is JobStatus.CANCELLED
        assert client.retry_job(job.id).status is JobStatus.QUEUED
        assert client.job(job.id).attempts == 0


def test_a_failed_job_says_why(api_url: str, key: str) -> None:
    """Its reason is the message of the error."""
    example = Job.model_json_schema()["examples"][0]
    failed = Job.model_validate({**example, "status": "failed", "reason": "no prices"})
    with RiskClient(api_url, key) as client, pytest.raises(DataError, match="no prices"):
        client.run_of(failed)


@pytest.mark.usefixtures("worker")
def test_the_same_on_an_event_loop(api_url: str, key: str) -> None:
    """The other client has the same methods."""
    with RiskClient(api_url, key) as client:
        book = _book(client)

    async def main() -> None:
        async with AsyncRiskClient(api_url, key) as client:
            job = await client.submit_run(book.id)
            done = await client.wait(job.id, seconds=30)
            run = await client.run_of(done)
            assert run == await client.run(run.id)
            assert [found.id async for found in client.jobs()] == [job.id]
            assert await client.job(job.id) == done
            for forbidden in (client.retry_job, client.cancel_job):
                with pytest.raises(ConflictError, match="succeeded"):
                    await forbidden(job.id)

    asyncio.run(main())
