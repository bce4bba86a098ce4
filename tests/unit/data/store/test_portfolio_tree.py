"""The tree of portfolios with what is last known of each."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.portfolio_tree import tree
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from small_book import share
from stored_book import stored_run

pytestmark = pytest.mark.anyio


async def test_portfolios_stand_below_those_above_them(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Siblings by name, each before its own; archived ones on request; none of another tenant."""
    async with database.session(tenant) as session:
        made: dict[str, UUID] = {}
        for name, above in (("z", None), ("a", "z"), ("b", None), ("deep", "a"), ("gone", "z")):
            parent = made[above] if above else None
            one = await portfolios.create(session, name=name, base_currency="USD", parent_id=parent)
            made[name] = one.id
        await portfolios.archive(session, made["gone"], expected_version=1)
        found = await tree(session)
        everything = await tree(session, include_archived=True)
    assert [(one.portfolio.name, one.depth) for one in found] == [("b", 0), ("z", 0), ("a", 1), ("deep", 2)]
    assert {(one.last_run, one.open_breaches) for one in found} == {(None, 0)}
    assert [one.portfolio.name for one in everything] == ["b", "z", "a", "deep", "gone"]
    async with database.session(other_tenant) as session:
        assert await tree(session) == []


async def test_the_last_run_is_that_of_the_latest_date(database: Database, tenant: UUID) -> None:
    """A run of the past that is made later does not count."""
    run = await stored_run(database, tenant, (share("AAA", 10, "USD"),), ReportRequest(days=20))
    past = ReportRequest(days=20, as_of=run.as_of - dt.timedelta(days=1))
    await start_run(database, tenant, portfolio_id=run.portfolio_id, request=past, created_by="a test")
    async with database.session(tenant) as session:
        (found,) = await tree(session)
    assert found.last_run == run
