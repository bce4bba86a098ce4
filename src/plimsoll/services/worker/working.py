"""A worker beside something else on the same event loop, as in the platform of one machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.worker.options import WorkerOptions
from plimsoll.workflows.audit_sealing import AuditKeeping
from plimsoll.workflows.outward import Outward

__all__ = ["working"]


@asynccontextmanager
async def working(
    url: str,
    *,
    metrics: Metrics,
    options: WorkerOptions,
    outward: Outward | None = None,
    audit: AuditKeeping | None = None,
) -> AsyncIterator[None]:
    """Do jobs for as long as the block lasts; the block begins at once, the worker as soon as it can.

    Calculations run in threads, so that the event loop stays free for those beside it.

    Parameters
    ----------
    url, metrics, options, outward, audit
        See :class:`plimsoll.services.worker.worker.Worker`.
    """
    stop = asyncio.Event()

    async def work() -> None:
        # Its packages take half a second to import, in which nobody beside it should have to wait.
        module = await asyncio.to_thread(import_module, "plimsoll.services.worker.worker")
        worker = module.Worker(url, metrics=metrics, options=options, outward=outward, audit=audit)
        await worker.run(stop)

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        stop.set()
        await task
