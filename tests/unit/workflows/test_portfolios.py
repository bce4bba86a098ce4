"""Portfolios: named and filled from files."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import holdings, portfolios
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, DataError, NotFoundError, PreconditionError, UsageError
from plimsoll.workflows.portfolios import change_portfolio, create_portfolio, import_positions

pytestmark = pytest.mark.anyio

DAY = dt.date(2024, 1, 2)
FILE = b"symbol,quantity,desk\nAAA,10,one\nBBB,many,two\nCCC,-3,two\n"


async def test_a_name_is_trimmed_and_a_currency_upper_case(database: Database, tenant: UUID) -> None:
    """Blanks around a name do not count, and codes are written in capitals."""
    async with database.session(tenant) as session:
        portfolio = await create_portfolio(session, name="  Desk 7 ä ", base_currency="eur")
        below = await create_portfolio(session, name="Book", parent_id=portfolio.id)
    assert (portfolio.name, portfolio.base_currency) == ("Desk 7 ä", "EUR")
    assert (below.parent_id, below.base_currency) == (portfolio.id, "USD")


@pytest.mark.parametrize("name", ["", "   ", "a\x00b", "line\nline", "x" * 201, "\u202egnp", "\ud800"])
async def test_names_that_cannot_be_shown_are_refused(database: Database, tenant: UUID, name: str) -> None:
    """An empty, endless or unprintable name is refused on creation and on change."""
    async with database.session(tenant) as session:
        portfolio = await create_portfolio(session, name="Desk")
        with pytest.raises(UsageError, match="name"):
            await create_portfolio(session, name=name)
        with pytest.raises(UsageError, match="name"):
            await change_portfolio(session, portfolio.id, expected_version=1, name=name)


@pytest.mark.parametrize("currency", ["", "EURO", "12A", "ÄBC"])
async def test_what_is_no_currency_is_refused(database: Database, tenant: UUID, currency: str) -> None:
    """A base currency is three plain letters."""
    async with database.session(tenant) as session:
        with pytest.raises(UsageError, match="currency"):
            await create_portfolio(session, name="Desk", base_currency=currency)


async def test_a_change_needs_the_version_that_was_read(database: Database, tenant: UUID) -> None:
    """Name and place change together; a second writer with the old version is turned away."""
    async with database.session(tenant) as session:
        top = await create_portfolio(session, name="Top")
        desk = await create_portfolio(session, name="Desk")
        moved = await change_portfolio(
            session, desk.id, expected_version=1, name=" Desk 8 ", parent_id=top.id
        )
        assert (moved.name, moved.parent_id, moved.version) == ("Desk 8", top.id, 2)
        back = await change_portfolio(session, desk.id, expected_version=2, parent_id=None)
        assert (back.name, back.parent_id) == ("Desk 8", None)
    with pytest.raises(PreconditionError):
        async with database.session(tenant) as session:
            await change_portfolio(session, desk.id, expected_version=1, name="Desk 9")


async def test_every_row_of_an_import_is_accounted_for(database: Database, tenant: UUID) -> None:
    """Good rows are positions, the bad one is a failure with its row, and the file is kept as it came."""
    async with database.session(tenant) as session:
        portfolio = await create_portfolio(session, name="Desk")
        found = await import_positions(
            session, portfolio.id, content=FILE, source_name="C:\\books\\desk.csv", valid_from=DAY
        )
        assert await holdings.source(session, found.id) == FILE
    imported = found.portfolio
    assert [(one.instrument.symbol, one.quantity) for one in imported.portfolio.positions] == [
        ("AAA", 10.0),
        ("CCC", -3.0),
    ]
    assert [(failure.row, failure.column) for failure in imported.failures] == [(3, "quantity")]
    assert (imported.portfolio.name, found.source_name, found.valid_from) == ("Desk", "desk.csv", DAY)
    assert imported.assumptions[0].text.startswith("desk.csv")
    async with database.session(tenant) as session:
        assert (await holdings.effective(session, portfolio.id, as_of=None, known_at=None)) == found


async def test_an_import_overwrites_nothing(database: Database, tenant: UUID) -> None:
    """The positions before an import are still those of the instant before it."""
    async with database.session(tenant) as session:
        portfolio = await create_portfolio(session, name="Desk")
        first = await import_positions(
            session, portfolio.id, content=FILE, source_name="a.csv", valid_from=DAY
        )
    async with database.session(tenant) as session:
        second = await import_positions(
            session, portfolio.id, content=b"symbol,quantity\nAAA,1\n", source_name="b.csv", valid_from=DAY
        )
        now = await holdings.effective(session, portfolio.id, as_of=DAY, known_at=None)
        then = await holdings.effective(session, portfolio.id, as_of=DAY, known_at=first.known_at)
    assert (now, then) == (second, first)


async def test_an_import_that_cannot_be_used_leaves_no_trace(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """A file without a usable row, an unknown, a foreign or an archived portfolio record nothing."""
    async with database.session(tenant) as session:
        portfolio = await create_portfolio(session, name="Desk")

    async def refused(error: type[Exception], whose: UUID, which: UUID, content: bytes) -> None:
        with pytest.raises(error):
            async with database.session(whose) as session:
                await import_positions(session, which, content=content, source_name="a.csv", valid_from=DAY)

    await refused(DataError, tenant, portfolio.id, b"symbol,weight\nAAA,1\n")
    await refused(NotFoundError, tenant, uuid4(), FILE)
    await refused(NotFoundError, other_tenant, portfolio.id, FILE)
    async with database.session(tenant) as session:
        await portfolios.archive(session, portfolio.id, expected_version=1)
    await refused(ConflictError, tenant, portfolio.id, FILE)
    async with database.session(tenant) as session:
        assert await holdings.history(session, portfolio.id) == []
