"""P&L of the day."""

import numpy as np
import pytest

from plimsoll.workflows.day_pnl import DayPnl, day_pnl, day_start
from plimsoll.workflows.inputs import state_currencies
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.revaluation import market_of
from small_book import DATES, book, cash, share, small_market

REQUEST = ReportRequest(days=20)


def _day(*positions: object, as_of: int = -1, refused: tuple[str, ...] = ()) -> DayPnl | None:
    prices = small_market()
    held = state_currencies(book(*positions).portfolio, prices, "USD")[0]  # type: ignore[arg-type] # positions
    request = ReportRequest(days=20, as_of=DATES[as_of].astype(object))
    return day_pnl(held, market_of(held, prices, request), request, refused=refused)


@pytest.mark.parametrize("as_of", [-1, 40, 2])
def test_it_is_the_change_of_value_from_price_to_price(as_of: int) -> None:
    """Quantity times price times exchange rate, after less before, and nothing else."""
    found = _day(share("AAA", 10.0), share("BBB", -7.0, "EUR"), cash("EUR", 100.0), as_of=as_of)
    assert found is not None
    aaa, bbb, eur = small_market().prices.T
    worth = 10.0 * aaa - 7.0 * bbb * eur + 100.0 * eur
    k = as_of % len(DATES)
    assert found.total == pytest.approx(worth[k] - worth[k - 1])
    assert found.start == DATES[k - 1].astype(object)
    assert found.pnl[0] == pytest.approx(10.0 * (aaa[k] - aaa[k - 1]))


def test_a_gap_is_missing_and_not_zero() -> None:
    """Where one position has no price, or one row could not be read, the total is not known."""
    for found in (_day(share("AAA", 1.0), share("ZZZ", 1.0)), _day(share("AAA", 1.0), refused=("row",))):
        assert found is not None
        assert found.total is None
        assert len(found.missing) == 1
        assert np.isfinite(found.pnl).all()


def test_the_day_starts_on_the_trading_date_before() -> None:
    """It is the last date but one of the market."""
    held = book(share("AAA", 1.0)).portfolio
    held = state_currencies(held, small_market(), "USD")[0]
    assert day_start(market_of(held, small_market(), REQUEST)) == DATES[-2].astype(object)
