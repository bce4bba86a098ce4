"""Measured and slow statements, against a real database."""

import pytest
import structlog
from sqlalchemy import text
from structlog.testing import capture_logs

from plimsoll.data.store.database import Database
from plimsoll.monitoring.metrics import Metrics
from plimsoll.monitoring.slow_queries import SLOW_SECONDS, watch_queries

pytestmark = pytest.mark.anyio


async def test_slow_statements_are_logged_without_their_values(database: Database) -> None:
    """A statement above the limit is logged as text; a quick one is measured only."""
    structlog.reset_defaults()
    metrics = Metrics()
    watch_queries(database.engine.sync_engine, metrics.database)
    with capture_logs() as logs:
        async with database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            await connection.execute(
                text("SELECT pg_sleep(:s),  cast(:secret AS text)"),
                {"s": SLOW_SECONDS + 0.02, "secret": "hunter2"},
            )
    (event,) = [log for log in logs if log["event"] == "slow query"]
    assert event["milliseconds"] >= SLOW_SECONDS * 1000
    assert event["statement"].startswith("SELECT pg_sleep(%(s)s")
    assert "hunter2" not in str(logs)
    assert b"plimsoll_query_seconds_count 2.0" in metrics.exposition()
    assert b"plimsoll_slow_queries_total 1.0" in metrics.exposition()
