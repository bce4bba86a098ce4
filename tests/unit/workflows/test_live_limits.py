"""Limits held against live numbers."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from live_hubs import QUICK, book_run, hub, next_update, tick, until
from plimsoll.data.store import breaches
from plimsoll.data.store.breaches import BreachRecord
from plimsoll.data.store.database import Database
from plimsoll.risk.limits import Limit, LimitMeasure
from stored_limits import limit_in_force, var_limit

pytestmark = pytest.mark.anyio


async def opened(database: Database, tenant: UUID) -> list[BreachRecord]:
    """Return the breaches of a tenant."""
    async with database.session(tenant) as session:
        return await breaches.page(session, after=None, limit=10)


async def test_a_breach_is_seen_at_once_and_told_once(database: Database, tenant: UUID) -> None:
    """The update says it; one breach opens, however often the number moves, and closes below the band."""
    run = await book_run(database, tenant)
    limit = Limit(measure=LimitMeasure.GROSS_VALUE, hard=1800.0, hysteresis=0.05)
    await limit_in_force(database, tenant, run.portfolio_id, limit, name="Gross")
    async with hub(database).running() as live:
        listener = (await live.open(tenant, run.portfolio_id)).feed.listen()
        first = (await next_update(listener))["limits"]
        assert [(one["name"], one["state"]) for one in first] == [("Gross", "ok")]
        for price in (112.0, 113.0, 112.5):
            await live.push(tenant, [tick("AAA", price)])
            update = await next_update(listener)
        assert update["limits"][0]["state"] == "breached"
        assert update["limits"][0]["utilisation"] > 1.0
        (breach,) = await until(lambda: opened(database, tenant))
        assert (breach.severity.value, breach.last_run) == ("hard", run.id)
        await asyncio.sleep(0.3)
        assert [one.version for one in await opened(database, tenant)] == [breach.version]
        await live.push(tenant, [tick("AAA", 105.0)])
        assert (await next_update(listener))["limits"][0]["state"] == "breached"
        await live.push(tenant, [tick("AAA", 80.0)])
        assert (await next_update(listener))["limits"][0]["state"] == "ok"

        async def closed() -> bool:
            return (await opened(database, tenant))[0].status.value == "closed"

        await until(closed)
    assert len(await opened(database, tenant)) == 1


async def test_limits_are_watched_although_nobody_looks_on(database: Database, tenant: UUID) -> None:
    """While ticks come, a portfolio with limits is live; after a restart a breach that is open stays one."""
    run = await book_run(database, tenant)
    await limit_in_force(database, tenant, run.portfolio_id, var_limit(run.var * 1.05))
    async with hub(database).running() as live:
        await live.push(tenant, [tick("AAA", 125.0)])
        await until(lambda: opened(database, tenant))
    async with hub(database, pace=replace(QUICK, refresh_seconds=0.02)).running() as live:
        stream = await live.open(tenant, run.portfolio_id)
        assert (await next_update(stream.feed.listen()))["limits"][0]["state"] == "breached"
        await asyncio.sleep(0.3)
    assert len(await opened(database, tenant)) == 1
