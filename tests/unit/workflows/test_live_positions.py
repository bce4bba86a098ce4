"""Runs of positions that have changed."""

import asyncio
from uuid import UUID

import pytest

from live_hubs import BOOK, book_run
from plimsoll.data.store import runs
from plimsoll.data.store.database import Database
from plimsoll.data.store.standings import Standing, standings
from plimsoll.workflows.live_positions import run_of_new_positions
from small_book import share
from stored_book import stored_positions

pytestmark = pytest.mark.anyio


async def standing(database: Database, tenant: UUID, portfolio: UUID) -> Standing:
    """Return where a portfolio stands."""
    async with database.session(tenant) as session:
        return (await standings(session, [portfolio]))[portfolio]


async def test_however_many_ask_there_is_one_run(database: Database, tenant: UUID) -> None:
    """With the options of the last run and the positions of now; who comes second has nothing to do."""
    run = await book_run(database, tenant)
    await stored_positions(database, tenant, run.portfolio_id, [*BOOK, share("AAA", 1, "USD")])
    before = await standing(database, tenant, run.portfolio_id)
    assert before.has_new_positions
    made = await asyncio.gather(*(run_of_new_positions(database, tenant, before) for _ in range(3)))
    now = await standing(database, tenant, run.portfolio_id)
    assert not now.has_new_positions
    assert [one for one in made if one is not None] in ([now], [now] * 2, [now] * 3)
    assert await run_of_new_positions(database, tenant, before) == now
    async with database.session(tenant) as session:
        stored = await runs.page(session, run.portfolio_id, after=None, limit=9)
    assert [(one.created_by, one.request) for one in stored] == [
        ("live", run.request),
        ("a test", run.request),
    ]
