"""The small book in a real database: a portfolio, its positions, its prices and a run."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import holdings, portfolios, price_sets, runs
from plimsoll.data.store.database import Database
from plimsoll.data.store.portfolios import PortfolioRecord
from plimsoll.data.store.price_sets import PriceSetRecord
from plimsoll.data.store.runs import RunRecord
from plimsoll.risk.portfolio import Position
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from small_book import book, small_market

FIRST_DAY = dt.date(2024, 1, 1)


async def stored_portfolio(
    database: Database, tenant: UUID, positions: Sequence[Position], *, name: str = "small"
) -> PortfolioRecord:
    """Store a portfolio that holds `positions` from the first day of the small market on."""
    async with database.session(tenant) as session:
        portfolio = await portfolios.create(session, name=name, base_currency="USD", parent_id=None)
    await stored_positions(database, tenant, portfolio.id, positions)
    return portfolio


async def stored_positions(
    database: Database,
    tenant: UUID,
    portfolio_id: UUID,
    positions: Sequence[Position],
    *,
    valid_from: dt.date = FIRST_DAY,
) -> None:
    """Record what a portfolio holds from `valid_from` on."""
    async with database.session(tenant) as session:
        await holdings.record(
            session,
            portfolio_id,
            book(*positions),
            valid_from=valid_from,
            source_name="small.csv",
            source=b"of the test",
        )


async def stored_prices(database: Database, tenant: UUID, prices: PriceTable) -> PriceSetRecord:
    """Store a price set."""
    async with database.session(tenant) as session:
        return await price_sets.store(session, prices, name="of the test")


async def stored_run(
    database: Database, tenant: UUID, positions: Sequence[Position], request: ReportRequest
) -> RunRecord:
    """Store a portfolio and the prices of the small market, and run."""
    portfolio = await stored_portfolio(database, tenant, positions)
    await stored_prices(database, tenant, small_market())
    return await start_run(database, tenant, portfolio_id=portfolio.id, request=request, created_by="a test")


async def stored_again(
    database: Database,
    tenant: UUID,
    run: RunRecord,
    *,
    report: bytes | None = None,
    vectors: bytes | None = None,
) -> RunRecord:
    """Store a run like `run` with another report or other vectors, as other code would have made it."""
    async with database.session(tenant) as session:
        return await runs.store(
            session,
            portfolio_id=run.portfolio_id,
            holdings_id=run.holdings_id,
            price_set_id=run.price_set_id,
            run_id=run.run_id,
            request=run.request,
            as_of=run.as_of,
            created_by="other code",
            var=run.var,
            es=run.es,
            value=run.value,
            base_currency=run.base_currency,
            report_json=await runs.report(session, run.id) if report is None else report,
            vectors=await runs.vectors(session, run.id) if vectors is None else vectors,
        )


async def documents(database: Database, tenant: UUID, run: RunRecord) -> tuple[bytes, bytes]:
    """Return the report and the vectors of a run, as stored."""
    async with database.session(tenant) as session:
        return await runs.report(session, run.id), await runs.vectors(session, run.id)
