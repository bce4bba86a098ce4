"""Measurements of the database."""

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["DatabaseMetrics"]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)


class DatabaseMetrics:
    """How long statements take and how long callers wait for a connection.

    Parameters
    ----------
    registry
        Where they are published.

    Attributes
    ----------
    query_seconds
        Histogram of statements; seconds. Its sum over its count is the mean.
    slow_queries
        Counter of statements that were slow enough to be logged.
    pool_connections
        Gauge by ``state``: connections in use and idle.
    pool_wait_seconds
        Histogram of the time until a transaction had its connection and had begun; seconds.

    Examples
    --------
    >>> metrics = DatabaseMetrics(CollectorRegistry())
    >>> metrics.query_seconds.observe(0.01)
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.query_seconds = Histogram(
            "plimsoll_query_seconds", "Time of a database statement", buckets=_BUCKETS, registry=registry
        )
        self.slow_queries = Counter(
            "plimsoll_slow_queries", "Statements slow enough to be logged", registry=registry
        )
        self.pool_connections = Gauge(
            "plimsoll_pool_connections", "Connections to the database", ("state",), registry=registry
        )
        self.pool_wait_seconds = Histogram(
            "plimsoll_pool_wait_seconds",
            "Time until a transaction has begun",
            buckets=_BUCKETS,
            registry=registry,
        )

    def watch_pool(self, engine: "Engine") -> None:
        """Publish how many connections of an engine are in use and idle, as they are when asked."""
        from sqlalchemy.pool import QueuePool  # heavy, and here already where there is an engine

        pool = engine.pool
        if isinstance(pool, QueuePool):
            self.pool_connections.labels("in-use").set_function(pool.checkedout)
            self.pool_connections.labels("idle").set_function(pool.checkedin)
