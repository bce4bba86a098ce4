"""Last prices in the database: the later one stays, whoever writes first."""

import asyncio
import datetime as dt
import random
from itertools import permutations
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.data.store.live_levels import LiveLevelRecord, keep, load

pytestmark = pytest.mark.anyio
NOON = dt.datetime(2026, 6, 30, 12, 0, 0, 123456, tzinfo=dt.UTC)


def level(price: float, seconds: float = 0.0, stamp: int = 1, symbol: str = "aapl") -> LiveLevelRecord:
    """Return a level some seconds after noon."""
    return LiveLevelRecord(symbol, price, NOON + dt.timedelta(seconds=seconds), stamp, "a feed")


async def test_a_level_comes_back_bit_for_bit(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Price, microseconds and nanoseconds are as they were; another tenant has none."""
    kept = [level(0.1 + 0.2, stamp=2**62 + 1), level(5e-324, symbol="b")]
    async with database.session(tenant) as session:
        await keep(session, kept)
    async with database.session(tenant) as session:
        assert await load(session) == kept
    async with database.session(other_tenant) as session:
        assert await load(session) == []


async def test_the_latest_stays_in_any_order(database: Database, tenant: UUID) -> None:
    """By time, then by stamp, then by price."""
    levels = ((1.0, 0.0, 1), (2.0, 1.0, 1), (3.0, 1.0, 2), (4.0, 1.0, 2))
    orders = {f"s{k}": order for k, order in enumerate(permutations(levels))}
    for step in range(len(levels)):
        async with database.session(tenant) as session:
            await keep(session, [level(*order[step], symbol=name) for name, order in orders.items()])
    async with database.session(tenant) as session:
        assert {(one.price, one.stamp) for one in await load(session)} == {(4.0, 2)}


async def test_writers_do_not_get_in_each_others_way(database: Database, tenant: UUID) -> None:
    """Four at once, each with many symbols in an order of its own: all end, and the last price stays."""
    names = [f"s{k}" for k in range(1500)]

    async def write(seconds: int) -> None:
        shuffled = random.Random(seconds).sample(names, len(names))  # noqa: S311 - an order, not a secret
        async with database.session(tenant) as session:
            await keep(session, [level(float(seconds), seconds, symbol=name) for name in shuffled])

    await asyncio.gather(*map(write, range(4)))
    async with database.session(tenant) as session:
        assert {one.price for one in await load(session)} == {3.0}
