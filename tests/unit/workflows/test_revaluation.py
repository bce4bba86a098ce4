"""Market, scenarios and cube of a request."""

from dataclasses import replace

import numpy as np
import pytest

from plimsoll.errors import DataError
from plimsoll.risk.failures import Reason
from plimsoll.risk.scenarios.path import past_levels
from plimsoll.workflows.inputs import state_currencies
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.revaluation import cube_of, explained, market_of, scenarios_of
from plimsoll.workflows.risk_report import risk_report
from random_books import option
from small_book import book, share, small_market

PORTFOLIO = state_currencies(book(share("AAA", 10.0), share("BBB", 5.0)).portfolio, small_market(), "USD")[0]


@pytest.mark.parametrize(
    ("options", "scenarios"),
    [
        ({"days": 60}, 60),
        ({"days": 60, "horizon_days": 5}, 60),
        ({"days": 40, "horizon_days": 5, "overlapping": False}, 40),
        ({"days": 60, "method": Method.PARAMETRIC}, 60),
        ({"days": 60, "method": Method.MONTE_CARLO, "draws": 200}, 200),
    ],
)
def test_the_market_is_as_long_as_the_scenarios_take(options: dict[str, object], scenarios: int) -> None:
    """Each method finds exactly the scenarios that were asked for."""
    request = ReportRequest(**options)  # type: ignore[arg-type]  # options of the test
    market = market_of(PORTFOLIO, small_market(), request)
    assert len(scenarios_of(market.history, request)) == scenarios


def test_too_short_a_history_names_the_remedy() -> None:
    """A horizon that the history cannot hold is an error of the data."""
    prices = small_market()
    short = replace(prices, dates=prices.dates[:4], prices=prices.prices[:4])
    request = ReportRequest(horizon_days=10)
    with pytest.raises(DataError, match="longer price history"):
        scenarios_of(market_of(PORTFOLIO, short, request).history, request)


def test_the_parametric_method_is_linear_but_for_the_path() -> None:
    """Options move by delta in parametric scenarios, and are revalued in full along the past."""
    portfolio = replace(PORTFOLIO, positions=(option(100.0), option(100.0, -1.0)))
    request = ReportRequest(method=Method.PARAMETRIC, days=60)
    market = market_of(portfolio, small_market(), request)
    scenarios = scenarios_of(market.history, request)
    moves = scenarios.shocks[:, scenarios.column("AAA") or 0]
    pnl = cube_of(portfolio, market, scenarios, request).pnl[0]
    assert np.allclose(pnl / moves, pnl[0] / moves[0], rtol=1e-9)
    path = past_levels(market.history, market.snapshot)
    curved = cube_of(portfolio, market, path, request).pnl[0]
    assert np.array_equal(curved, cube_of(portfolio, market, path, ReportRequest(days=60)).pnl[0])


def test_a_failure_is_explained_by_the_history() -> None:
    """What the history knows of a missing price takes the place of what the engine could see."""
    portfolio = replace(PORTFOLIO, positions=(share("XXX", 1.0, "USD"), share("AAA", 1.0, "USD")))
    request = ReportRequest(days=60)
    market = market_of(portfolio, small_market(), request)
    cube = cube_of(portfolio, market, scenarios_of(market.history, request), request)
    (failure,) = explained(cube.failures, portfolio, market, "USD")
    assert (failure.reason, failure.item) == (Reason.UNKNOWN_SYMBOL, "XXX")
    assert failure.message == market.failures["XXX"][1]


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("quantity", [1e119, -1e200, 1e303])
def test_money_that_no_variance_can_hold_is_refused(method: Method, quantity: float) -> None:
    """A quantity whose square overflows is a failure with its row; the rest is measured as without it."""
    held = book(share("AAA", 1.0), share("AAA", quantity, row=7))
    request = ReportRequest(days=60, method=method, draws=100)
    report = risk_report(held, small_market(), request)
    assert [(failure.reason, failure.row) for failure in report.failures] == [(Reason.NOT_A_NUMBER, 7)]
    alone = risk_report(book(share("AAA", 1.0)), small_market(), request)
    assert (report.value, report.var, report.es) == (alone.value, alone.var, alone.es)
    assert np.array_equal(report.book_values, alone.book_values)


def test_much_money_is_measured() -> None:
    """Up to there, VaR grows with the quantity."""
    large, small = (
        risk_report(book(share("AAA", quantity)), small_market(), ReportRequest(days=60)).var.value
        for quantity in (1e117, 1.0)
    )
    assert large == pytest.approx(1e117 * small, rel=1e-12)
