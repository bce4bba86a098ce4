"""Risk runs."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from plimsoll.data.store import holdings, portfolios, price_sets, runs
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import new_id
from plimsoll.data.store.runs import RunRecord
from plimsoll.errors import NotFoundError
from small_book import book, share, small_market

pytestmark = pytest.mark.anyio

DAY = dt.date(2024, 10, 27)
REPORT = '{\n  "value": 1.10,\n  "name": "Société"\n}\n'.encode()
VECTORS = bytes(range(256)) * 64


async def _inputs(database: Database, tenant: UUID, name: str = "book") -> dict[str, Any]:
    async with database.session(tenant) as session:
        portfolio = await portfolios.create(session, name=name, base_currency="USD", parent_id=None)
        held = await holdings.record(
            session, portfolio.id, book(share("AAA", 1)), valid_from=DAY, source_name="b.csv", source=b""
        )
        prices = await price_sets.store(session, small_market(), name="prices")
    return {"portfolio_id": portfolio.id, "holdings_id": held.id, "price_set_id": prices.id}


async def _store(database: Database, tenant: UUID, inputs: dict[str, Any], **changes: Any) -> RunRecord:
    fields = {
        "run_id": "ab" * 32,
        "request": {"confidence": 0.99, "by": ["desk"], "as_of": None},
        "as_of": DAY,
        "created_by": "tester",
        "var": 12.5,
        "es": 0.1 + 0.2,
        "value": -1e9,
        "base_currency": "USD",
        "report_json": REPORT,
        "vectors": VECTORS,
    }
    async with database.session(tenant) as session:
        return await runs.store(session, **{**fields, **inputs, **changes})


async def test_what_is_stored_can_be_read(database: Database, tenant: UUID) -> None:
    """Record, report and vectors come back as they went in, numbers and documents to the last bit."""
    inputs = await _inputs(database, tenant)
    made = await _store(database, tenant, inputs)
    async with database.session(tenant) as session:
        assert await runs.get(session, made.id) == made
        assert await runs.report(session, made.id) == REPORT
        assert await runs.vectors(session, made.id) == VECTORS
    assert (made.portfolio_id, made.holdings_id, made.price_set_id) == tuple(inputs.values())
    assert (made.var, made.es, made.value) == (12.5, 0.1 + 0.2, -1e9)
    assert made.request == {"confidence": 0.99, "by": ["desk"], "as_of": None}
    assert (made.run_id, made.as_of, made.created_by, made.base_currency) == ("ab" * 32, DAY, "tester", "USD")
    assert made.created_at.utcoffset() == dt.timedelta(0)


async def test_the_same_inputs_may_run_again(database: Database, tenant: UUID) -> None:
    """Two runs of equal inputs share their hash and are two runs."""
    inputs = await _inputs(database, tenant)
    one, two = await _store(database, tenant, inputs), await _store(database, tenant, inputs)
    assert one.run_id == two.run_id
    assert one.id != two.id


async def test_pages_begin_with_the_last_run(database: Database, tenant: UUID) -> None:
    """Pages of two give the runs of one portfolio, or of all, once each, the last one first."""
    first, second = await _inputs(database, tenant, "one"), await _inputs(database, tenant, "two")
    made = []
    for n in range(6):
        made.append(await _store(database, tenant, (first, second)[n % 2]))
        await asyncio.sleep(0.002)  # ids sort by millisecond
    for portfolio, expected in ((None, made[::-1]), (first["portfolio_id"], made[::-1][1::2])):
        seen: list[RunRecord] = []
        async with database.session(tenant) as session:
            while page := await runs.page(session, portfolio, after=seen[-1].id if seen else None, limit=2):
                assert len(page) <= 2
                seen += page
        assert seen == expected


async def test_an_unknown_id_is_not_found(database: Database, tenant: UUID) -> None:
    """A run that is not there has no record, no report and no vectors."""
    async with database.session(tenant) as session:
        for read in (runs.get, runs.report, runs.vectors):
            with pytest.raises(NotFoundError):
                await read(session, new_id())


@pytest.mark.parametrize("field", ["portfolio_id", "holdings_id", "price_set_id"])
async def test_a_run_is_made_of_what_is_there(
    database: Database, tenant: UUID, other_tenant: UUID, field: str
) -> None:
    """Inputs that are not there, or are another tenant's, are not found."""
    inputs, foreign = await _inputs(database, tenant), await _inputs(database, other_tenant)
    for wrong in (new_id(), foreign[field]):
        with pytest.raises(NotFoundError):
            await _store(database, tenant, inputs, **{field: wrong})


async def test_another_tenant_sees_nothing(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """To another tenant the run is not there."""
    made = await _store(database, tenant, await _inputs(database, tenant))
    async with database.session(other_tenant) as session:
        assert await runs.page(session, None, after=None, limit=10) == []
        assert await runs.page(session, made.portfolio_id, after=None, limit=10) == []
        for read in (runs.get, runs.report, runs.vectors):
            with pytest.raises(NotFoundError):
                await read(session, made.id)


@pytest.mark.parametrize("statement", ["UPDATE runs SET var = 0", "DELETE FROM runs"])
async def test_runs_are_never_overwritten(database: Database, tenant: UUID, statement: str) -> None:
    """The application's role can neither change nor delete a run."""
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.session(tenant) as session:
            await session.execute(text(statement))
