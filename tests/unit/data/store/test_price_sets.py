"""Price sets, each stored once."""

import asyncio
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import price_sets
from plimsoll.data.store.database import Database
from plimsoll.data.store.price_sets import PriceSetRecord
from plimsoll.errors import DataError, NotFoundError
from small_book import DATES, SYMBOLS, small_market

pytestmark = pytest.mark.anyio


async def _store(database: Database, tenant: UUID, table: PriceTable, name: str = "prices") -> PriceSetRecord:
    async with database.session(tenant) as session:
        return await price_sets.store(session, table, name=name)


async def test_what_is_stored_can_be_loaded(database: Database, tenant: UUID) -> None:
    """The prices come back bit by bit, and what is known about them says what they are."""
    table = small_market()
    made = await _store(database, tenant, table)
    async with database.session(tenant) as session:
        assert await price_sets.get(session, made.id) == made
        loaded = await price_sets.load(session, made.id)
    assert loaded.prices.tobytes() == table.prices.tobytes()
    assert (loaded.sha256, loaded.symbols) == (table.sha256, table.symbols)
    assert (made.name, made.sha256, made.source, made.symbols) == (
        "prices",
        table.sha256,
        "a test",
        len(SYMBOLS),
    )
    assert (made.first_date, made.last_date) == (DATES[0].item(), DATES[-1].item())


async def test_the_same_content_is_the_same_record(database: Database, tenant: UUID) -> None:
    """Prices that are stored again, under another name and by sixteen at once, are stored once."""
    table = small_market()
    made = await asyncio.gather(*(_store(database, tenant, table, f"name {n}") for n in range(16)))
    assert len(set(made)) == 1
    async with database.session(tenant) as session:
        assert await price_sets.page(session, after=None, limit=10) == [made[0]]


async def test_two_tenants_may_have_the_same_prices(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Each tenant has its own record of the same prices, and does not see the other one's."""
    mine = await _store(database, tenant, small_market())
    theirs = await _store(database, other_tenant, small_market())
    assert mine.id != theirs.id
    async with database.session(other_tenant) as session:
        assert await price_sets.page(session, after=None, limit=10) == [theirs]
        with pytest.raises(NotFoundError):
            await price_sets.get(session, mine.id)
        with pytest.raises(NotFoundError):
            await price_sets.load(session, mine.id)


async def test_pages_follow_each_other(database: Database, tenant: UUID) -> None:
    """Pages of two give all price sets once, in the order of their ids."""
    made = [await _store(database, tenant, small_market(AAA=100.0 + n)) for n in range(5)]
    seen: list[PriceSetRecord] = []
    async with database.session(tenant) as session:
        while page := await price_sets.page(session, after=seen[-1].id if seen else None, limit=2):
            seen += page
    assert seen == sorted(made, key=lambda record: record.id)


async def test_the_latest_ends_last(database: Database, tenant: UUID) -> None:
    """The latest is the one with the last date; of several, the one stored last; of none, there is none."""
    async with database.session(tenant) as session:
        with pytest.raises(NotFoundError, match="no prices"):
            await price_sets.latest(session)
    table = small_market()
    full = await _store(database, tenant, table)
    await asyncio.sleep(0.002)  # ids sort by millisecond
    shorter = PriceTable(table.dates[:-1], table.symbols, table.prices[:-1], table.currencies, "shorter")
    await _store(database, tenant, shorter)
    async with database.session(tenant) as session:
        assert await price_sets.latest(session) == full
    await asyncio.sleep(0.002)
    again = await _store(database, tenant, small_market(AAA=7.0))
    async with database.session(tenant) as session:
        assert await price_sets.latest(session) == again


async def test_a_set_from_the_future_is_never_the_latest(database: Database, tenant: UUID) -> None:
    """A mistyped year is kept, but does not take the place of the others."""
    table = small_market()
    sound = await _store(database, tenant, table)
    dates = np.array([*table.dates[:-1], np.datetime64("9999-12-31")])
    mistyped = PriceTable(dates, table.symbols, table.prices, table.currencies, "mistyped")
    wrong = await _store(database, tenant, mistyped)
    async with database.session(tenant) as session:
        assert await price_sets.latest(session) == sound
        assert await price_sets.get(session, wrong.id) == wrong


async def test_what_cannot_be_stored_is_refused(database: Database, tenant: UUID) -> None:
    """A table without dates is bad data."""
    empty = PriceTable(np.array([], "datetime64[D]"), (), np.ones((0, 0)), (), "nothing")
    with pytest.raises(DataError):
        await _store(database, tenant, empty)


@pytest.mark.parametrize("statement", ["UPDATE price_sets SET name = 'x'", "DELETE FROM price_sets"])
async def test_prices_are_never_overwritten(database: Database, tenant: UUID, statement: str) -> None:
    """The application's role can neither change nor delete what was stored."""
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.session(tenant) as session:
            await session.execute(text(statement))
