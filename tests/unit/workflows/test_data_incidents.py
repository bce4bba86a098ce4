"""What a run lacked is an incident of its data: raised once, counted, and over when nothing is missing."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import pytest

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import alerts
from plimsoll.data.store.alerts import AlertRecord
from plimsoll.data.store.database import Database
from plimsoll.risk.portfolio import Position
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from small_book import DATES, SYMBOLS, share, small_market
from stored_book import stored_portfolio, stored_positions, stored_prices

pytestmark = pytest.mark.anyio


async def _run(
    database: Database, tenant: UUID, portfolio: UUID, holds: Sequence[Position], as_of: dt.date | None = None
) -> AlertRecord | None:
    """Run a portfolio that holds this, and return the alert about its data."""
    await stored_positions(database, tenant, portfolio, holds)
    request = ReportRequest(days=60, as_of=as_of)
    await start_run(database, tenant, portfolio_id=portfolio, request=request, created_by="x")
    async with database.session(tenant) as session:
        return await alerts.latest(session, f"data/{portfolio}")


async def test_a_run_that_lacks_data_raises_one_alert(database: Database, tenant: UUID) -> None:
    """Unknown symbols and old prices are named, once; a past date says nothing; a whole run settles it."""
    whole = [share("AAA", 10.0)]
    lacking = [*whole, share("BBB", 5.0), *(share(f"Z{number}", 1.0) for number in range(7))]
    portfolio = (await stored_portfolio(database, tenant, whole)).id
    prices = small_market().prices.copy()
    prices[-2:, SYMBOLS.index("BBB")] = np.nan
    await stored_prices(database, tenant, PriceTable(DATES, SYMBOLS, prices, (None, "EUR", None), "a test"))

    assert await _run(database, tenant, portfolio, whole) is None
    first = await _run(database, tenant, portfolio, lacking)
    assert first is not None
    assert (first.kind.value, first.severity.value, first.status.value) == ("data", "warning", "open")
    assert first.title == "small: of 9 positions 7 without a value and 1 with an old price"
    assert "Without a value: Z0, Z1, Z2, Z3, Z4 and 2 more. With an old price: BBB." in first.detail
    again = await _run(database, tenant, portfolio, lacking)
    assert again is not None
    assert (again.id, again.count) == (first.id, 2)
    assert await _run(database, tenant, portfolio, whole, DATES[200].astype(object)) == again
    settled = await _run(database, tenant, portfolio, whole)
    assert settled is not None
    assert (settled.id, settled.status.value) == (first.id, "resolved")
    assert await _run(database, tenant, portfolio, lacking, DATES[200].astype(object)) == settled
