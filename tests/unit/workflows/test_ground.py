"""The ground of a cube, and the factors that trades add to it."""

from dataclasses import replace

import numpy as np
import pytest

from plimsoll.risk.failures import Reason
from plimsoll.risk.portfolio import Portfolio
from plimsoll.workflows.ground import Ground, ground_from, with_factors_of
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.revaluation import cube_of
from plimsoll.workflows.risk_report import calculate
from random_books import option
from small_book import book, cash, share, small_market

BOOK = book(share("AAA", 10.0, "USD"), cash("USD", 50.0))
ABROAD = Portfolio("trades", (share("BBB", 1.0, "EUR"),))


def _ground(**options: object) -> Ground:
    return ground_from(BOOK, small_market(), ReportRequest(days=60, **options))  # type: ignore[arg-type]  # options of the test


@pytest.mark.parametrize("method", Method)
def test_the_ground_is_that_of_the_report(method: Method) -> None:
    """Valuing the book on its ground gives the vectors of its report, to the last bit."""
    ground = _ground(method=method, draws=200)
    again = cube_of(ground.portfolio, ground.market, ground.scenarios, ground.request)
    cube = calculate(BOOK, small_market(), ground.request).cube
    assert again.pnl.tobytes() == cube.pnl.tobytes()


def test_known_factors_need_nothing_new() -> None:
    """Trades in what the book moves with leave the ground as it is."""
    ground = _ground()
    assert with_factors_of(Portfolio("trades", (share("AAA", 1.0, "USD"), option())), ground) is ground


@pytest.mark.parametrize("method", [Method.HISTORICAL, Method.PARAMETRIC])
def test_new_factors_leave_the_old_ones_as_they_were(method: Method) -> None:
    """Price and exchange rate join; the levels and shocks of the book keep every bit."""
    ground = _ground(method=method)
    wider = with_factors_of(ABROAD, ground)
    before, after = ground.market.history, wider.market.history
    assert [factor.name for factor in after.factors] == ["AAA", "BBB", "EURUSD"]
    assert np.array_equal(after.dates, before.dates)
    assert np.array_equal(after.levels[:, :1], before.levels)
    assert np.array_equal(wider.scenarios.shocks[:, :1], ground.scenarios.shocks)
    assert list(wider.scenarios.labels) == list(ground.scenarios.labels)
    assert wider.market.snapshot.quotes["BBB"].level == small_market().prices[-1, 1]


def test_a_gap_in_a_new_factor_is_noted() -> None:
    """A price that is missing inside the window is bridged, and the note reaches who asks."""
    market = small_market()
    prices = market.prices.copy()
    prices[-20, 1] = np.nan
    ground = ground_from(BOOK, replace(market, prices=prices), ReportRequest(days=60))
    wider = with_factors_of(ABROAD, ground)
    assert [(note.topic, note.items) for note in wider.notes] == [("gaps", ("BBB",))]


def test_random_draws_are_not_widened() -> None:
    """Monte Carlo keeps its draws; the missing factors say why they are missing."""
    ground = _ground(method=Method.MONTE_CARLO, draws=200)
    wider = with_factors_of(ABROAD, ground)
    assert wider.scenarios is ground.scenarios
    assert set(wider.market.failures) == {"BBB", "EURUSD"}
    assert wider.market.failures["BBB"][0] is Reason.UNKNOWN_SYMBOL


def test_prices_on_other_dates_do_not_join() -> None:
    """Where a trade would take dates from the book, it is left out and says so."""
    market = small_market()
    prices = market.prices.copy()
    prices[-40::2, 1:] = np.nan
    prices[-40::2, 0] = np.nan
    dense = np.column_stack([market.prices[:, 0], prices])
    table = replace(market, symbols=("AAA", "CCC", "BBB", "EURUSD"), prices=dense, currencies=(None,) * 4)
    ground = ground_from(BOOK, table, ReportRequest(days=60))
    basket = Portfolio("trades", (share("CCC", 1.0, "USD"), share("BBB", 1.0, "USD")))
    wider = with_factors_of(basket, ground)
    assert wider.scenarios is ground.scenarios
    assert set(wider.market.failures) == {"CCC", "BBB"}
    assert "too few prices on the trading dates" in wider.market.failures["CCC"][1]


def test_a_symbol_without_prices_is_a_failure() -> None:
    """A symbol that the price set lacks is not there, in the words of the history."""
    wider = with_factors_of(Portfolio("trades", (share("XXX", 1.0, "USD"),)), _ground())
    assert wider.market.failures["XXX"][0] is Reason.UNKNOWN_SYMBOL
    assert "XXX is not among the prices" in wider.market.failures["XXX"][1]


def test_a_book_of_cash_gets_no_dates_from_a_series_without_any() -> None:
    """Where the trade has one price alone, nothing is widened and nothing breaks."""
    market = small_market()
    prices = market.prices.copy()
    prices[:-1, 0] = np.nan
    table = replace(market, prices=prices)
    ground = ground_from(book(cash("USD", 1.0)), table, ReportRequest(days=60))
    wider = with_factors_of(Portfolio("trades", (share("AAA", 1.0, "USD"),)), ground)
    assert set(wider.market.failures) == {"AAA"}
    assert wider.scenarios is ground.scenarios
