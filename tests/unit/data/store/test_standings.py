"""Where portfolios stand."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.standings import alone, standings
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from small_book import share
from stored_book import stored_portfolio, stored_positions, stored_run

pytestmark = pytest.mark.anyio
BOOK = (share("AAA", 10, "USD"),)


async def test_the_run_of_the_latest_date_counts(database: Database, tenant: UUID) -> None:
    """A run made later for an earlier date is a look back: live risk does not go there."""
    run = await stored_run(database, tenant, BOOK, ReportRequest(days=20))
    past = ReportRequest(days=20, as_of=dt.date(2024, 6, 3))
    await start_run(database, tenant, portfolio_id=run.portfolio_id, request=past, created_by="a test")
    async with database.session(tenant) as session:
        found = (await standings(session, [run.portfolio_id, uuid4()]))[run.portfolio_id]
    assert (found.run_id, found.as_of, found.has_new_positions) == (run.id, run.as_of, False)
    again = await start_run(
        database, tenant, portfolio_id=run.portfolio_id, request=ReportRequest(days=30), created_by="a test"
    )
    async with database.session(tenant) as session:
        assert (await standings(session, [run.portfolio_id]))[run.portfolio_id].run_id == again.id


async def test_new_positions_are_seen(database: Database, tenant: UUID) -> None:
    """Those that would go into the same run now: not those of a day to come, or after that asked for."""
    run = await stored_run(database, tenant, BOOK, ReportRequest(days=20))
    await stored_positions(database, tenant, run.portfolio_id, BOOK, valid_from=dt.date(2999, 1, 1))
    async with database.session(tenant) as session:
        assert not (await standings(session, [run.portfolio_id]))[run.portfolio_id].has_new_positions
    await stored_positions(database, tenant, run.portfolio_id, BOOK, valid_from=dt.date(2024, 9, 1))
    async with database.session(tenant) as session:
        assert (await standings(session, [run.portfolio_id]))[run.portfolio_id].has_new_positions
    dated = ReportRequest(days=20, as_of=run.as_of)
    await start_run(database, tenant, portfolio_id=run.portfolio_id, request=dated, created_by="a test")
    await stored_positions(
        database, tenant, run.portfolio_id, BOOK, valid_from=run.as_of + dt.timedelta(days=1)
    )
    async with database.session(tenant) as session:
        assert not (await standings(session, [run.portfolio_id]))[run.portfolio_id].has_new_positions


async def test_what_has_no_run_has_no_standing(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Nor has what is archived, or another tenant's."""
    bare = await stored_portfolio(database, tenant, BOOK, name="bare")
    run = await stored_run(database, tenant, BOOK, ReportRequest(days=20))
    async with database.session(other_tenant) as session:
        assert await standings(session, [run.portfolio_id]) == {}
    async with database.session(tenant) as session:
        assert (await standings(session, [bare.id, run.portfolio_id])).keys() == {run.portfolio_id}
        await portfolios.archive(session, run.portfolio_id, expected_version=1)
        assert await standings(session, [run.portfolio_id]) == {}


async def test_one_at_a_time_is_alone(database: Database, tenant: UUID) -> None:
    """Who says it second is not, until the first one's transaction ends; another portfolio is free."""
    one, other = uuid4(), uuid4()
    async with database.session(tenant) as first, database.session(tenant) as second:
        assert await alone(first, one)
        assert not await alone(second, one)
        assert await alone(second, other)
    async with database.session(tenant) as third:
        assert await alone(third, one)
