"""Measurements of the database, as they are published."""

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from plimsoll.data.store.database import Database
from plimsoll.monitoring.database_metrics import DatabaseMetrics


def test_the_pool_is_asked_when_the_metrics_are() -> None:
    """The gauge follows the pool; an engine without a pool of connections has none."""
    registry = CollectorRegistry()
    metrics = DatabaseMetrics(registry)
    metrics.watch_pool(create_engine("postgresql+psycopg://127.0.0.1:9/nowhere"))
    metrics.watch_pool(create_engine("postgresql+psycopg://127.0.0.1:9/nowhere", poolclass=NullPool))
    assert registry.get_sample_value("plimsoll_pool_connections", {"state": "in-use"}) == 0


@pytest.mark.anyio
async def test_each_transaction_says_how_long_it_waited(database: Database) -> None:
    """Two transactions, two waits."""
    registry = CollectorRegistry()
    database.watch_waits(DatabaseMetrics(registry).pool_wait_seconds.observe)
    await database.check()
    await database.check()
    assert registry.get_sample_value("plimsoll_pool_wait_seconds_count") == 2
