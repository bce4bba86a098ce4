"""Prices that stop."""

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from live_hubs import QUICK, book_run, hub, next_update, tick
from plimsoll.data.store import alerts, breaches
from plimsoll.data.store.database import Database

pytestmark = pytest.mark.anyio


async def test_a_symbol_that_stops_while_others_tick_is_an_incident(database: Database, tenant: UUID) -> None:
    """Of the data and not of the risk; it is settled when the price comes again."""
    run = await book_run(database, tenant)
    pace = replace(QUICK, silent_seconds=0.4)
    async with hub(database, pace=pace).running() as live:
        await next_update((await live.open(tenant, run.portfolio_id)).feed.listen())
        await live.push(tenant, [tick("AAA", 101.0), tick("BBB", 50.0)])
        found = await _alert(database, tenant, live, "open", AAA=101.0)
        assert (found.kind.value, found.portfolio_id) == ("data", run.portfolio_id)
        assert "BBB" in found.detail
        assert "EURUSD" not in found.detail
        await _alert(database, tenant, live, "resolved", AAA=101.0, BBB=50.0)
    async with database.session(tenant) as session:
        assert await breaches.page(session, after=None, limit=1) == []


async def test_silence_of_all_wakes_nobody(database: Database, tenant: UUID) -> None:
    """At night no price comes: the age of the newest tick says so, no alert does."""
    run = await book_run(database, tenant)
    later = dt.timedelta(0)
    pace = replace(QUICK, silent_seconds=0.1)
    async with hub(database, pace=pace, clock=lambda: dt.datetime.now(dt.UTC) + later).running() as live:
        await live.open(tenant, run.portfolio_id)
        await live.push(tenant, [tick("AAA", 101.0)])
        later = dt.timedelta(hours=8)
        await asyncio.sleep(0.4)
    async with database.session(tenant) as session:
        assert await alerts.page(session, after=None, limit=1) == []


async def _alert(database: Database, tenant: UUID, live: Any, status: str, **prices: float) -> Any:
    """Send prices until the one alert has a status."""
    for k in range(200):
        await live.push(tenant, [tick(symbol, price + k / 1000) for symbol, price in prices.items()])
        async with database.session(tenant) as session:
            found = await alerts.page(session, after=None, limit=2)
        if [one.status.value for one in found] == [status]:
            return found[0]
        await asyncio.sleep(0.05)
    raise TimeoutError
