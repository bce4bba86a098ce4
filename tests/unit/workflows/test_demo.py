"""The demo in a database that has nothing yet."""

import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import text

from plimsoll.data.store import holdings, portfolios, price_sets
from plimsoll.data.store.database import Database
from plimsoll.workflows.demo import load_demo
from plimsoll.workflows.portfolios import create_portfolio
from plimsoll.workflows.runs import list_runs

pytestmark = pytest.mark.anyio


async def test_the_demo_is_loaded_once(database: Database, tenant: UUID) -> None:
    """Three books under one root, their prices, and a run of each; the second time nothing happens."""
    assert await load_demo(database, tenant, created_by="a test")
    assert not await load_demo(database, tenant, created_by="a test")
    runs = await list_runs(database, tenant, after=None, limit=10)
    assert len(runs) == 3
    assert all(run.var > 0 and run.created_by == "a test" for run in runs)
    async with database.session(tenant) as session:
        root, *books = await portfolios.page(session, after=None, limit=10)
        assert {book.parent_id for book in books} == {root.id}
        early = await holdings.effective(session, books[0].id, as_of=dt.date(1990, 1, 2), known_at=None)
    assert early.portfolio.portfolio.name == "Long only"


async def test_what_is_there_stays_alone(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """A tenant with anything at all, archived included, gets no demo; another tenant does."""
    async with database.session(tenant) as session:
        made = await create_portfolio(session, name="Mine")
        await portfolios.archive(session, made.id, expected_version=1)
    assert not await load_demo(database, tenant, created_by="a test")
    assert await load_demo(database, other_tenant, created_by="a test")
    async with database.session(tenant) as session:
        assert await price_sets.page(session, after=None, limit=1) == []


async def test_a_start_that_was_broken_off_is_finished(database: Database, tenant: UUID) -> None:
    """Books without any run get theirs at the next start; if there is one run, nothing is made up for."""
    assert await load_demo(database, tenant, created_by="a test")
    async with database.engine.begin() as connection:  # as the owner: the application cannot delete runs
        for table in ("limit_checks", "breach_events", "breaches", "runs"):
            await connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - constants
    assert await load_demo(database, tenant, created_by="a test")
    runs = await list_runs(database, tenant, after=None, limit=10)
    assert len({run.portfolio_id for run in runs}) == 3
    assert not await load_demo(database, tenant, created_by="a test")
