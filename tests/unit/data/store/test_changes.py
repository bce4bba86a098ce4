"""A transaction says what it changed, to those who keep copies."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import portfolios
from plimsoll.data.store.changes import changed, note_change
from plimsoll.data.store.database import Database
from plimsoll.risk.portfolio import Instrument, Position
from stored_book import stored_portfolio, stored_positions

pytestmark = pytest.mark.anyio

CASH = Position(instrument=Instrument(symbol="AAA", currency="USD"), quantity=1.0)


async def test_changes_are_told_after_the_transaction(database: Database, tenant: UUID) -> None:
    """A new name, new positions and the end of a portfolio are told with its tenant; reading is not."""
    book = await stored_portfolio(database, tenant, [CASH])
    told: list[tuple[UUID, frozenset[UUID]]] = []
    database.watch_changes(lambda whose, what: told.append((whose, what)))
    async with database.session(tenant) as session:
        await portfolios.get(session, book.id)
    async with database.session(tenant) as session:
        await portfolios.update(session, book.id, expected_version=1, name="other")
        assert told == []
    await stored_positions(database, tenant, book.id, [CASH], valid_from=dt.date(2024, 2, 1))
    async with database.session(tenant) as session:
        await portfolios.archive(session, book.id, expected_version=2)
    assert told == [(tenant, frozenset({book.id}))] * 3


async def test_a_transaction_that_failed_may_have_changed_something(database: Database, tenant: UUID) -> None:
    """Where the commit is in doubt a copy is worth nothing, so failures are told as well."""
    told: list[UUID] = []
    database.watch_changes(lambda whose, _: told.append(whose))

    async def fail() -> None:
        async with database.session(tenant) as session:
            note_change(session, UUID(int=5))
            assert changed(session) == {UUID(int=5)}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert told == [tenant]
