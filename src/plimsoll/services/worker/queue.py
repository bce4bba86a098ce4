"""The queue of Procrastinate as a worker sees it, through a role that reaches nothing else."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from procrastinate import App, PsycopgConnector

from plimsoll.data.store.database import database_url
from plimsoll.data.store.logins import fresh_conninfo
from plimsoll.data.store.schema import QUEUE_ROLE

__all__ = ["Queue"]

_SECONDS = 30  # of one statement
_ORPHANS = """
UPDATE procrastinate_jobs AS job SET status = 'todo', attempts = attempts + 1, worker_id = NULL
WHERE status = 'doing' AND NOT EXISTS (
    SELECT FROM procrastinate_workers AS worker
    WHERE worker.id = job.worker_id AND last_heartbeat > now() - %(seconds)s * interval '1 second'
)
RETURNING id
"""
_HELD = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = ANY(%(workers)s::bigint[])"
_HAND_BACK = """
UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, worker_id = NULL
WHERE status = 'doing' AND worker_id = ANY(%(workers)s::bigint[]) AND id = ANY(%(entries)s::bigint[])
"""
_DEPTH = """
SELECT queue_name, count(*) AS waiting FROM procrastinate_jobs
WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) GROUP BY queue_name
"""


class Queue:
    """Entries of the queue, each the id of a job.

    Parameters
    ----------
    url
        See :func:`plimsoll.data.store.database.database_url`; its user may become the role of the queue.
    connections
        Most at a time, without those that listen.
    """

    def __init__(self, url: str, *, connections: int) -> None:
        options = f"-c role={QUEUE_ROLE} -c search_path=procrastinate -c statement_timeout={_SECONDS}s"
        # Asked for each connection: the way to log in may be a token that is good for minutes.
        address = partial(fresh_conninfo, database_url(url))
        self._connector = PsycopgConnector(
            conninfo=address,
            kwargs={"options": options, "connect_timeout": 5, "application_name": "plimsoll-worker"},
            min_size=1,
            max_size=connections,
            timeout=10.0,
        )
        self.app = App(connector=self._connector)

    async def return_orphans(self, seconds: float) -> list[int]:
        """Make entries of workers that have given no sign of life for so long free again, and return them.

        Of two who do this at the same time one does: PostgreSQL looks at the row again after waiting for it.
        """
        rows = await self._rows(_ORPHANS, seconds=seconds)
        return [row["id"] for row in rows]

    async def held(self, workers: Iterable[int]) -> set[int]:
        """Return the entries that these workers are said to be doing."""
        return {row["id"] for row in await self._rows(_HELD, workers=list(workers))}

    async def hand_back(self, workers: Iterable[int], entries: Iterable[int]) -> None:
        """Make entries of these workers free again."""
        arguments = {"workers": list(workers), "entries": list(entries)}
        await self._connector.execute_query_async(_HAND_BACK, **arguments)

    async def depth(self) -> dict[str, int]:
        """Return how many entries are due in each queue that has any."""
        return {row["queue_name"]: row["waiting"] for row in await self._rows(_DEPTH)}

    async def _rows(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self._connector.execute_query_all_async(query, **arguments)
        return rows
