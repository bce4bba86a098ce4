"""Workers that are killed: a program that has everything imported and forks a worker whenever it is told to.

Each line of its input is the number of the statement before which the worker kills itself, or 0 for never. It
prints the worker's process id, and once the worker is gone a second line.
"""

import asyncio
import logging
import os
import signal
import sys
from typing import Any

import polars as pl  # noqa: F401 - what a run imports when it needs it, imported once for all workers
import pyarrow.parquet as pq  # noqa: F401 - as above
import scipy.stats  # noqa: F401 - as above
from sqlalchemy import Engine, event

from plimsoll.monitoring.logging import configure_logging
from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.worker.options import WorkerOptions
from plimsoll.services.worker.worker import Worker
from plimsoll.workflows.job_attempts import Patience

OPTIONS = WorkerOptions(stop_seconds=5.0, heartbeat_seconds=0.1, stalled_seconds=0.6, poll_seconds=0.05)


def work(url: str, statement: int) -> None:
    """Work until somebody stops or kills it, and no further than to a statement."""
    left = statement

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)

    async def run() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        patience = Patience(deaths=100)  # the same innocent job may be hit again and again
        await Worker(url, metrics=Metrics(), options=OPTIONS, patience=patience).run(stop)

    asyncio.run(run())


def main() -> None:
    """Fork one worker after another."""
    configure_logging(level=logging.CRITICAL)
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            work(sys.argv[1], int(line))
            os._exit(0)
        print(process, flush=True)  # noqa: T201 - this is how it answers
        os.waitpid(process, 0)
        print("gone", flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
