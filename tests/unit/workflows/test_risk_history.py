"""Risk history of a portfolio."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_history import risk_history
from plimsoll.workflows.runs import start_run
from small_book import DATES, share, small_market
from stored_book import stored_portfolio, stored_prices

pytestmark = pytest.mark.anyio


async def test_each_day_is_the_run_of_that_day(database: Database, tenant: UUID) -> None:
    """VaR, ES, value and P&L of each date, like the last run; the P&L adds up to the change of value."""
    await stored_prices(database, tenant, small_market())
    portfolio = (await stored_portfolio(database, tenant, [share("AAA", 10.0)])).id
    made = []
    for day in (-3, -2, -1):
        for confidence in (0.95, 0.99):
            request = ReportRequest(days=60, confidence=confidence, as_of=DATES[day].astype(dt.date))
            made.append(
                await start_run(database, tenant, portfolio_id=portfolio, request=request, created_by="me")
            )
    async with database.session(tenant) as session:
        assert await risk_history(session, portfolio, limit=9) == made[1::2]
        assert await risk_history(session, portfolio, confidence=0.95, limit=9) == made[::2]
        assert await risk_history(session, portfolio, confidence=0.9, limit=9) == []
        assert await risk_history(session, portfolio, after=made[1].id, limit=1) == [made[3]]
        with pytest.raises(NotFoundError):
            await risk_history(session, uuid4(), limit=1)
        with pytest.raises(NotFoundError):
            await risk_history(session, portfolio, after=uuid4(), limit=1)
    gains = [run.day_pnl or 0.0 for run in made[3::2]]
    assert sum(gains) == pytest.approx(made[5].value - made[1].value)
