"""Clocks that are wrong or jump: history keeps its order, and what was written last counts."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from postgres import execute
from risk_api_world import API, held, made, new_portfolio, refused, world_on

pytestmark = pytest.mark.anyio

DAY = dt.timedelta(days=1)


async def test_the_clock_of_the_database_goes_back(
    database: Database, database_url: str, tenant: UUID, other_tenant: UUID
) -> None:
    """What was recorded by a clock a day ahead is older than what is recorded now, and history says so.

    What is known at an instant to come is not answered before that instant.
    """
    async with world_on(database, tenant, other_tenant) as world:
        book = (await new_portfolio(world.owner))["id"]
        path = f"{API}/portfolios/{book}/positions"
        await held(world.owner, book, b"symbol,quantity\nAAA,1\n", valid_from="2024-01-01")
        execute(database_url, "UPDATE holdings SET known_at = known_at + interval '1 day'")
        await held(world.owner, book, b"symbol,quantity\nAAA,2\n", valid_from="2024-01-01")
        now = made(await world.owner.get(path), 200)
        assert [position["quantity"] for position in now["positions"]] == [2]
        later, earlier = made(await world.owner.get(f"{path}/history"), 200)["items"]
        assert later["known_at"] > earlier["known_at"]
        to_come = await world.owner.get(path, params={"known_at": earlier["known_at"]})
        refused(to_come, 422, "usage")


@pytest.mark.parametrize("skew", [-DAY, DAY], ids=["behind", "ahead"])
async def test_the_clock_of_the_api_is_wrong(
    skew: dt.timedelta, database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """It decides what "today" is for an import without a date, and nothing else: knowledge has one clock."""

    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC) + skew

    async with world_on(database, tenant, other_tenant, clock=clock) as world:
        book = (await new_portfolio(world.owner))["id"]
        before = dt.datetime.now(dt.UTC)
        await held(world.owner, book)
        known = made(await world.owner.get(f"{API}/portfolios/{book}/positions/history"), 200)["items"][0]
    assert dt.date.fromisoformat(known["valid_from"]) in {(before + skew).date(), clock().date()}
    assert abs(dt.datetime.fromisoformat(known["known_at"]) - before) < DAY / 24
