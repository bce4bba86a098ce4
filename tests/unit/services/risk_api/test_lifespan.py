"""Start and stop, against a real database."""

from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.monitoring.metrics import Metrics
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.lifespan import lifespan_of
from probe_api import client_of, probe_app, sign_in

pytestmark = pytest.mark.anyio


async def test_each_request_gets_what_was_started(database: Database) -> None:
    """The state holds the context and what belongs to one run of the API."""
    context = ApiContext(database=database, sign_in=sign_in())
    async with lifespan_of(context)(probe_app(database)) as state:
        assert state["context"] is context
        assert await state["readiness"].ask() == {"database": True, "migrations": True}


async def test_connections_are_closed_at_the_end_and_measured_until_then(
    database: Database, tenant: UUID
) -> None:
    """After the stop no connection of the pool is left; its statements were counted."""
    metrics = Metrics()
    app = probe_app(database, local=sign_in(tenant), metrics=metrics)
    async with client_of(app) as client:
        assert (await client.get("/api/v1/portfolios")).status_code == 200
        assert b'plimsoll_pool_connections{state="idle"} 1.0' in metrics.exposition()
    assert b'plimsoll_pool_connections{state="in-use"} 0.0' in metrics.exposition()
    assert b"plimsoll_query_seconds_count 0.0" not in metrics.exposition()


async def test_an_empty_database_is_not_ready(empty_database_url: str) -> None:
    """Without its tables the database answers, but the API is not started."""
    async with client_of(probe_app(Database(empty_database_url))) as client:
        assert (await client.get("/startupz")).status_code == 503
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/livez")).status_code == 200
