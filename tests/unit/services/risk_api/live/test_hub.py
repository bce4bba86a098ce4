"""Live risk as the API runs it."""

import asyncio
from uuid import UUID

import pytest

from live_hubs import QUICK, book_run, next_update, tick
from plimsoll.data.store.database import Database
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.live.hub import live_hub
from probe_api import sign_in

pytestmark = pytest.mark.anyio


async def test_what_it_does_is_measured(database: Database, tenant: UUID) -> None:
    """Latency, coalesced ticks, the age of the newest tick and the live portfolios."""
    run = await book_run(database, tenant)
    context = ApiContext(database=database, sign_in=sign_in(), live_pace=QUICK)
    async with live_hub(context).running() as live:
        with (await live.open(tenant, run.portfolio_id)).feed.listen() as listener:
            await next_update(listener)
            await live.push(tenant, [tick("AAA", 101.0)])
            await live.push(tenant, [tick("AAA", 102.0)])
            await next_update(listener)
            await asyncio.sleep(0)
        registry = context.metrics.registry
        assert registry.get_sample_value("plimsoll_live_latency_seconds_count") == 1
        assert registry.get_sample_value("plimsoll_live_ticks_total", {"outcome": "coalesced"}) == 1
        assert registry.get_sample_value("plimsoll_live_portfolios") == 1
        age = registry.get_sample_value("plimsoll_live_tick_age_seconds")
        assert age is not None
        assert 0.0 <= age < 10.0
