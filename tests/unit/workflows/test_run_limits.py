"""What limits need of a run that is about to be stored."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import runs
from plimsoll.data.store.database import Database
from plimsoll.risk.limits import Limit, LimitMeasure
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_report import calculate
from plimsoll.workflows.run_limits import Held, figures_of, known_before
from plimsoll.workflows.runs import start_run
from small_book import DATES, book, share, small_market
from stored_book import stored_portfolio, stored_positions, stored_prices
from stored_limits import limit_in_force

pytestmark = pytest.mark.anyio

REQUEST = ReportRequest(days=30)
LAST, BEFORE = (DATES[k].astype(dt.date) for k in (-1, -2))
MOVE = small_market().prices[-1, 0] - small_market().prices[-2, 0]


async def test_the_day_belongs_to_what_was_held_at_its_start(database: Database, tenant: UUID) -> None:
    """Positions bought on the day have not gained from it; what was not recorded is missing."""
    await stored_prices(database, tenant, small_market())
    portfolio = (await stored_portfolio(database, tenant, [share("AAA", 3.0)])).id
    cases = [(None, 3.0), (LAST, 3.0), (BEFORE, 5.0)]
    for valid_from, quantity in cases:
        if valid_from is not None:
            await stored_positions(database, tenant, portfolio, [share("AAA", 5.0)], valid_from=valid_from)
        run = await start_run(database, tenant, portfolio_id=portfolio, request=REQUEST, created_by="me")
        assert run.day_pnl == pytest.approx(quantity * MOVE)
        assert run.day_start == BEFORE
        async with database.session(tenant) as session:
            assert await runs.get(session, run.id) == run


async def test_what_began_today_has_no_day(database: Database, tenant: UUID) -> None:
    """A portfolio whose first positions begin on the date of the run has no P&L of the day: null."""
    await stored_prices(database, tenant, small_market())
    portfolio = (await stored_portfolio(database, tenant, [])).id
    held = Held(book(share("AAA", 1.0)), LAST, small_market())
    calculation = calculate(held.imported, held.prices, REQUEST)
    await limit_in_force(database, tenant, portfolio, Limit(measure=LimitMeasure.ES, hard=1.0))
    async with database.session(tenant) as session:
        known = await known_before(
            session, portfolio, held, calculation, known_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
        )
        assert known.before is None
        assert known.limits == (Limit(measure=LimitMeasure.ES, hard=1.0),)
    figures = figures_of(held, known, calculation, REQUEST)
    assert figures.day is None
    assert figures.measured(known.limits[0]).value == calculation.report.es.value
