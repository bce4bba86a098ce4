"""Live risk of all tenants."""

import asyncio
import math
from uuid import UUID

import pytest

from live_hubs import book_run, hub, next_update, tick
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, UnavailableError

pytestmark = pytest.mark.anyio


async def test_tenants_share_nothing(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Neither ticks nor portfolios of one reach the other."""
    run, other = await book_run(database, tenant), await book_run(database, other_tenant)
    async with hub(database).running() as live:
        listener = (await live.open(tenant, run.portfolio_id)).feed.listen()
        foreign = (await live.open(other_tenant, other.portfolio_id)).feed.listen()
        await next_update(listener)
        await next_update(foreign)
        with pytest.raises(NotFoundError):
            await live.open(other_tenant, run.portfolio_id)
        assert math.isnan(live.tick_age())
        await live.push(tenant, [tick("AAA", 101.0)])
        await next_update(listener)
        with pytest.raises(TimeoutError):
            await next_update(foreign, 0.1)
        assert live.portfolios() == 2
        assert 0.0 <= live.tick_age() < 10.0


async def test_a_database_that_comes_back_is_asked_again(tenant: UUID) -> None:
    """A room that could not be entered is no room."""
    nowhere = Database("postgresql://127.0.0.1:9/nowhere", connect_seconds=2)
    async with hub(nowhere).running() as live:
        for _ in range(2):
            with pytest.raises(UnavailableError):
                await live.room(tenant)
        assert live.rooms == ()


async def test_it_outlives_a_database_that_goes_away(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """Levels that could not be written are written later; numbers go on meanwhile."""
    from postgres import execute

    run = await book_run(database, tenant)
    name = database_url.partition("?")[0].rpartition("/")[2]
    async with hub(database).running() as live:
        listener = (await live.open(tenant, run.portfolio_id)).feed.listen()
        await next_update(listener)
        await live.push(tenant, [tick("AAA", 101.0)])
        execute(
            database_url.replace(name, "postgres", 1),
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608 - ours
        )
        await next_update(listener)
        await asyncio.sleep(0.2)
        await live.push(tenant, [tick("AAA", 102.0)])
        assert (await next_update(listener))["nodes"][0]["value"] > 0
    again = hub(database)
    async with again.running():
        assert (await again.room(tenant)).board.levels["aaa"].price == 102.0
