"""The worker: fetches entries of the queue, attempts their jobs, and looks after those of dead workers."""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from procrastinate import JobContext
from procrastinate.jobs import DeleteJobCondition, Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker as Fetcher

from plimsoll.data.store.database import Database
from plimsoll.data.store.jobs import JobKind
from plimsoll.monitoring.metrics import Metrics
from plimsoll.monitoring.stages import measured
from plimsoll.services.worker.options import WorkerOptions
from plimsoll.services.worker.queue import Queue
from plimsoll.workflows.audit_sealing import AuditKeeping, AuditSealer
from plimsoll.workflows.job_attempts import Patience, attempt
from plimsoll.workflows.job_kinds import HANDLERS
from plimsoll.workflows.job_run import Handler
from plimsoll.workflows.jobs import CALCULATIONS, MESSAGES
from plimsoll.workflows.notifications import notify_handler
from plimsoll.workflows.outward import Outward
from plimsoll.workflows.resealing import reseal_handler
from plimsoll.workflows.schedules import fire
from plimsoll.workflows.webhook_delivery import webhook_handler

__all__ = ["Worker"]

_LOG = structlog.get_logger("plimsoll.worker")
_PAUSE_SECONDS = 2.0  # before another try when the database is gone


@dataclass(frozen=True)
class _Again(BaseRetryStrategy):
    """Keeps an entry that was broken off or whose attempt could not be noted: what it finds then decides."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002 - Procrastinate passes it
        stopped = isinstance(exception, asyncio.CancelledError)
        return RetryDecision(retry_in={"seconds": 0 if stopped else 2})


class Worker:
    """Does jobs until it is told to stop.

    Parameters
    ----------
    url
        Of the database; see :func:`plimsoll.data.store.database.database_url`.
    metrics
        Where measurements go.
    options
        How much at a time, and how patient.
    handlers, patience
        See :func:`plimsoll.workflows.job_attempts.attempt`.
    outward
        How what users name is reached; None leaves jobs that send there to other workers.
    audit
        With what the audit is sealed, beside the jobs; None leaves that to other workers.
    """

    def __init__(
        self,
        url: str,
        *,
        metrics: Metrics,
        options: WorkerOptions,
        handlers: Mapping[JobKind, Handler] = HANDLERS,
        patience: Patience | None = None,
        outward: Outward | None = None,
        audit: AuditKeeping | None = None,
    ) -> None:
        self._url = url
        self._metrics = metrics
        self._audit = audit
        self._options = options
        sends = {} if outward is None else _sending(outward)
        self._handlers = {**handlers, **sends}
        self._patience = patience or Patience()
        self._entries: set[int] = set()
        self._lost: set[int] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Do jobs until `stop` is set; then end those under way, or hand them back after a while.

        A database that is gone is waited for.
        """
        at_a_time = self._options.calculations + self._options.messages
        database = Database(self._url, pool_size=2 * at_a_time + 2)
        sealing = [] if self._audit is None else [AuditSealer(database, self._audit).run(stop)]
        try:
            async with _running(sealing):
                await self._work(database, stop)
        finally:
            await database.dispose()

    async def _work(self, database: Database, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._serve(database, stop)
            except Exception as error:  # noqa: BLE001 - a worker goes on whatever happens to its queue
                _LOG.warning("the queue is out of reach", error=f"{type(error).__name__}: {error}")
            if not stop.is_set():
                await _either(stop, _PAUSE_SECONDS)

    async def _serve(self, database: Database, stop: asyncio.Event) -> None:
        """Fetch and do jobs until told to stop, or until the queue is out of reach."""
        queue = Queue(self._url, connections=4)
        self._register(queue, database)
        async with queue.app.open_async():
            sizes = {CALCULATIONS: self._options.calculations, MESSAGES: self._options.messages}
            fetchers = [self._fetcher(queue, name, size) for name, size in sizes.items() if size]
            async with _running(map(_run, fetchers)) as fetching:
                upkeep = asyncio.create_task(self._look_after(queue, fetchers))
                waiting = asyncio.create_task(stop.wait())
                await asyncio.wait({*fetching, upkeep, waiting}, return_when=asyncio.FIRST_COMPLETED)
                for task in (upkeep, waiting):
                    task.cancel()
                for fetcher in fetchers:
                    fetcher.stop()  # type: ignore[no-untyped-call] # Procrastinate has no types there
                await asyncio.wait(fetching, timeout=self._options.stop_seconds + 5.0)
                for task in (*fetching, upkeep):
                    if task.done() and not task.cancelled():
                        task.result()

    def _register(self, queue: Queue, database: Database) -> None:
        async def do(context: JobContext, tenant: str, job: str) -> None:
            await self._do(database, UUID(tenant), UUID(job), context.job.id or 0)

        async def fire_due(tenant: str, schedule: str, at: str) -> None:
            due = dt.datetime.fromisoformat(at)
            await fire(database, UUID(tenant), UUID(schedule), due, now=dt.datetime.now(dt.UTC))

        queue.app.task(name="plimsoll.job", pass_context=True, retry=_Again())(do)
        queue.app.task(name="plimsoll.schedule", retry=_Again())(fire_due)

    def _fetcher(self, queue: Queue, name: str, size: int) -> Fetcher:
        return Fetcher(
            queue.app,
            queues=[name],
            concurrency=size,
            fetch_job_polling_interval=self._options.poll_seconds,
            shutdown_graceful_timeout=self._options.stop_seconds,
            delete_jobs=DeleteJobCondition.ALWAYS,
            install_signal_handlers=False,
            update_heartbeat_interval=self._options.heartbeat_seconds,
            stalled_worker_timeout=self._options.stalled_seconds,
        )

    async def _do(self, database: Database, tenant: UUID, job: UUID, entry: int) -> None:
        self._entries.add(entry)
        begun = time.perf_counter()
        try:
            with structlog.contextvars.bound_contextvars(job_id=str(job)), measured(self._metrics.runs):
                left = await attempt(
                    database, tenant, job, entry, handlers=self._handlers, patience=self._patience
                )
        finally:
            self._entries.discard(entry)
        if left is not None:
            seconds = time.perf_counter() - begun
            self._metrics.jobs.attempts.labels(left.kind, left.status.value).inc()
            self._metrics.jobs.seconds.labels(left.kind).observe(seconds)
            level = logging.INFO if left.reason is None else logging.WARNING
            _LOG.log(
                level,
                "job",
                job_id=str(job),
                kind=left.kind,
                status=left.status.value,
                attempt=left.attempts,
                reason=left.reason,
                seconds=round(seconds, 3),
            )

    async def _look_after(self, queue: Queue, fetchers: list[Fetcher]) -> None:
        """Free the entries of workers that are dead, and those that this one has lost; measure the queue."""
        while True:
            orphans = await queue.return_orphans(self._options.stalled_seconds)
            if orphans:
                _LOG.warning("jobs of a dead worker go on", entries=len(orphans))
            await self._return_lost(queue, [one.worker_id for one in fetchers if one.worker_id is not None])
            depth = await queue.depth()
            for name in (CALCULATIONS, MESSAGES):
                self._metrics.jobs.waiting.labels(name).set(depth.get(name, 0))
            await asyncio.sleep(self._options.heartbeat_seconds)

    async def _return_lost(self, queue: Queue, workers: list[int]) -> None:
        """Free entries that nobody here does: what ended while the database was gone could not be noted.

        Only those that were so the last time as well: an entry is fetched before its job begins.
        """
        unknown = await queue.held(workers) - self._entries
        lost = unknown & self._lost
        if lost:
            _LOG.warning("jobs were lost and go on", entries=len(lost))
            await queue.hand_back(workers, lost)
        self._lost = unknown - lost


async def _run(fetcher: Fetcher) -> None:
    await fetcher.run()  # type: ignore[no-untyped-call] # Procrastinate has no types there


@asynccontextmanager
async def _running(
    coroutines: Iterable[Coroutine[Any, Any, None]],
) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Run coroutines beside the block; whatever still runs at its end is broken off."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _either(stop: asyncio.Event, seconds: float) -> None:
    """Wait for the event, and no longer than so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


def _sending(outward: Outward) -> dict[JobKind, Handler]:
    """Return what does the jobs that need the secrets of tenants."""
    return {
        JobKind.NOTIFY: notify_handler(outward),
        JobKind.RESEAL: reseal_handler(outward.sealers),
        JobKind.WEBHOOK: webhook_handler(outward),
    }
