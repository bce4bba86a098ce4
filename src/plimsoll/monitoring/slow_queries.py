"""Time of each database statement: all of them measured, the slow ones logged."""

import time
from typing import Any

import structlog
from sqlalchemy import Engine, event

from plimsoll.monitoring.database_metrics import DatabaseMetrics
from plimsoll.monitoring.tracing import finished_span

__all__ = ["SLOW_SECONDS", "watch_queries"]

SLOW_SECONDS = 0.2
_STARTED = "plimsoll_started"
_LONGEST = 2000


def watch_queries(engine: Engine, metrics: DatabaseMetrics, *, slow_seconds: float = SLOW_SECONDS) -> None:
    """Measure each statement, and log those that take long: their text, never what they were given.

    Parameters
    ----------
    engine
        Of an asynchronous engine, its ``sync_engine``.
    metrics
        Takes the times, and counts the slow ones.
    slow_seconds
        From here on a statement is logged.
    """
    log = structlog.get_logger("plimsoll.queries")

    def start(connection: Any, *_: object) -> None:
        connection.info[_STARTED] = time.perf_counter()

    def stop(connection: Any, _: object, statement: str, *__: object) -> None:
        taken = time.perf_counter() - connection.info.pop(_STARTED)
        metrics.query_seconds.observe(taken)
        finished_span(
            "query", taken, **{"db.system.name": "postgresql", "db.query.text": statement[:_LONGEST]}
        )
        if taken >= slow_seconds:
            metrics.slow_queries.inc()
            log.warning(
                "slow query",
                milliseconds=round(taken * 1000, 1),
                statement=" ".join(statement.split())[:_LONGEST],
            )

    event.listen(engine, "before_cursor_execute", start)
    event.listen(engine, "after_cursor_execute", stop)
