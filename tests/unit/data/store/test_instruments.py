"""Instruments: registered when they are first seen, changed by compare-and-set, found where they are held."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import holdings, instruments, portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.instruments import InstrumentRecord
from plimsoll.data.store.models import new_id
from plimsoll.errors import NotFoundError, PreconditionError
from plimsoll.risk.portfolio import Instrument, Kind
from small_book import book, share

pytestmark = pytest.mark.anyio

DAY = dt.date(2024, 3, 1)


def _named(symbol: str, name: str = "", kind: Kind = Kind.EQUITY) -> Instrument:
    return Instrument(symbol=symbol, currency="USD", kind=kind, name=name)


async def _all(database: Database, tenant: UUID, **query: str) -> list[InstrumentRecord]:
    async with database.session(tenant) as session:
        return await instruments.page(session, after=None, limit=100, **query)


async def test_an_instrument_is_registered_once(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """What was seen first stays; another tenant has instruments of its own."""
    async with database.session(tenant) as session:
        await instruments.register(session, [_named("BBB", "Bee"), _named("AAA"), _named("AAA")])
        await instruments.register(session, [_named("BBB", "Other", Kind.ETF), _named("CCC")])
        await instruments.register(session, [])
    found = await _all(database, tenant)
    assert [(one.symbol, one.name, one.kind) for one in found] == [
        ("AAA", "", "equity"),
        ("BBB", "Bee", "equity"),
        ("CCC", "", "equity"),
    ]
    assert await _all(database, other_tenant) == []


async def test_several_imports_at_once_register_each_instrument_once(
    database: Database, tenant: UUID
) -> None:
    """Eight imports of the same symbols in other orders never wait for each other for ever."""
    symbols = [f"S{n}" for n in range(30)]

    async def register(turn: int) -> None:
        async with database.session(tenant) as session:
            await instruments.register(session, [_named(one) for one in symbols[turn:] + symbols[:turn]])

    await asyncio.gather(*(register(turn) for turn in range(8)))
    assert len(await _all(database, tenant)) == len(symbols)


async def test_lists_come_by_symbol_and_can_be_searched(database: Database, tenant: UUID) -> None:
    """Part of symbol or name is enough, whatever the case; signs of patterns mean themselves."""
    async with database.session(tenant) as session:
        wanted = [_named("AAPL", "Apple"), _named("MSFT", "Microsoft"), _named("SPY", "100% index", Kind.ETF)]
        await instruments.register(session, wanted)
        first, second = await instruments.page(session, after=None, limit=2)
        assert [one.symbol for one in await instruments.page(session, after=second.id, limit=2)] == ["SPY"]
        assert first.symbol == "AAPL"
    for search, symbols in (
        ("micro", ["MSFT"]),
        ("aap", ["AAPL"]),
        ("%", ["SPY"]),
        ("_", []),
        ("x", ["SPY"]),
    ):
        assert [one.symbol for one in await _all(database, tenant, search=search)] == symbols
    assert [one.symbol for one in await _all(database, tenant, kind="etf")] == ["SPY"]


async def test_a_change_is_compared_and_remembered(database: Database, tenant: UUID) -> None:
    """Of two editors one wins; what was left out stays; the history says who made what of it."""
    async with database.session(tenant) as session:
        await instruments.register(session, [_named("AAA", "A")])
        (made,) = await instruments.page(session, after=None, limit=2)

    async def edit(**changes: object) -> InstrumentRecord:
        async with database.session(tenant) as session:
            return await instruments.change(session, made.id, changed_by="ada", **changes)  # type: ignore[arg-type] # checked below

    named = await edit(expected_version=1, name="Alpha")
    labelled = await edit(expected_version=2, attributes={"sector": "Tech"})
    assert (named.version, labelled.name, labelled.attributes) == (2, "Alpha", {"sector": "Tech"})
    with pytest.raises(PreconditionError, match="version 3"):
        await edit(expected_version=2, name="Late")
    async with database.session(tenant) as session:
        with pytest.raises(NotFoundError):
            await instruments.change(session, new_id(), expected_version=1, changed_by="ada")
        history = await instruments.history(session, made.id)
        assert await instruments.get(session, made.id) == labelled
    assert [(one.version, one.name, one.changed_by) for one in history] == [
        (3, "Alpha", "ada"),
        (2, "Alpha", "ada"),
    ]


async def test_it_is_held_where_the_last_positions_say_so(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Rows of one portfolio add up; what is superseded, to come, archived or foreign does not count."""
    async with database.session(tenant) as session:
        ids = []
        for name in ("one", "two", "gone", "sold"):
            made = await portfolios.create(session, name=name, base_currency="USD", parent_id=None)
            ids.append(made.id)
            rows = (
                share("AAA", 2.0, "USD", row=1),
                share("AAA", 3.0, "USD", row=2),
                share("BBB", 1.0, "USD"),
            )
            for held in [rows] + [rows[2:]] * (name == "sold"):
                await holdings.record(
                    session, made.id, book(*held), valid_from=DAY, source_name="book.csv", source=b""
                )
        far = dt.date(2999, 1, 1)
        await holdings.record(session, ids[1], book(), valid_from=far, source_name="book.csv", source=b"")
        await portfolios.archive(session, ids[2], expected_version=1)
        found = await instruments.where_held(session, "AAA")
    assert [(one.portfolio_id, one.portfolio, one.quantity, one.positions) for one in found] == [
        (ids[0], "one", 5.0, 2),
        (ids[1], "two", 5.0, 2),
    ]
    async with database.session(other_tenant) as session:
        assert await instruments.where_held(session, "AAA") == []
