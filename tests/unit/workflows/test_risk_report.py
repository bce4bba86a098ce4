"""From positions and prices to a report: against a plain second calculation, and laws that hold for any."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from plimsoll.errors import DataError, UsageError
from plimsoll.reporting.report import NodeRisk, PositionRisk, RiskReport
from plimsoll.risk.estimators import EsEstimator, VarEstimator
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Position
from plimsoll.risk.scenarios.monte_carlo import Distribution
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.risk_report import risk_report
from small_book import DATES, book, cash, share, small_market

BOOK = (
    share("AAA", 10.0, sector="one", row=2),
    share("BBB", -7.0, sector="two", row=3),
    cash("USD", 100.0, sector="cash"),
)


def _report(*positions: Position, **options: object) -> RiskReport:
    return risk_report(book(*(positions or BOOK)), small_market(), ReportRequest(**options))  # type: ignore[arg-type]  # options of the test


def _slow_pnl(days: int) -> list[float]:
    aaa, bbb, eurusd = small_market().prices.T.tolist()
    pnl = []
    for i in range(len(aaa) - days, len(aaa)):
        shares = 10 * aaa[-1] * (aaa[i] / aaa[i - 1] - 1)
        abroad = -7 * (
            bbb[-1] * bbb[i] / bbb[i - 1] * eurusd[-1] * eurusd[i] / eurusd[i - 1] - bbb[-1] * eurusd[-1]
        )
        pnl.append(shares + abroad)
    return pnl


def test_historical_figures_match_a_plain_calculation() -> None:
    """Value, VaR and ES equal those of a loop over days that converts euros at each day's rate."""
    report = _report(days=250, confidence=0.98)
    losses = sorted((-p for p in _slow_pnl(250)), reverse=True)
    aaa, bbb, eurusd = small_market().prices[-1]
    assert report.value == pytest.approx(10 * aaa - 7 * bbb * eurusd + 100)
    assert report.gross_value == pytest.approx(10 * aaa + 7 * bbb * eurusd + 100)
    assert report.var.value == pytest.approx(losses[4], rel=1e-12)
    assert report.es.value == pytest.approx(sum(losses[:5]) / 5, rel=1e-12)
    assert [worst.pnl for worst in report.worst_scenarios] == pytest.approx([-loss for loss in losses[:5]])
    assert (report.var.scenarios, report.var.tail_count) == (250, 5)


def test_parametric_figures_match_the_covariance_formula() -> None:
    """Parametric VaR is z √(d' Σ d), Σ the sample covariance; ES is σ φ(z) / (1 - α)."""
    report = _report(days=250, method=Method.PARAMETRIC, horizon_days=4)
    prices = small_market().prices[-251:]
    returns = prices[1:] / prices[:-1] - 1
    aaa, bbb, eurusd = prices[-1]
    delta = np.array([10 * aaa, -7 * bbb * eurusd, -7 * bbb * eurusd])
    sigma = math.sqrt(delta @ np.cov(returns.T) @ delta) * 2
    assert report.var.value == pytest.approx(2.3263478740408408 * sigma, rel=1e-9)
    assert report.es.value == pytest.approx(
        sigma * math.exp(-(2.3263478740408408**2) / 2) / math.sqrt(2 * math.pi) / 0.01
    )
    assert report.var.estimator == "normal"


def test_monte_carlo_comes_close_to_parametric() -> None:
    """With normal draws, Monte Carlo VaR lies within its interval of the parametric one."""
    exact = _report(days=250, method=Method.PARAMETRIC).var.value
    drawn = _report(days=250, method=Method.MONTE_CARLO, draws=20_000).var
    assert drawn.low is not None
    assert drawn.high is not None
    assert drawn.low * 0.97 < exact < drawn.high * 1.03


@pytest.mark.parametrize("options", [
    {"method": Method.HISTORICAL, "decay": 0.98},
    {"method": Method.PARAMETRIC},
    {"method": Method.MONTE_CARLO, "distribution": Distribution.STUDENT_T},
    {"horizon_days": 5},
    {"horizon_days": 5, "overlapping": False, "days": 40},
])  # fmt: skip
def test_parts_add_up(options: dict[str, object]) -> None:
    """Components of positions and of nodes add up to VaR and ES; values add up to the value."""
    report = _report(by=("sector", "currency"), **options)
    cuts: list[Sequence[NodeRisk] | Sequence[PositionRisk]] = [report.positions, *report.nodes.values()]
    for parts in cuts:
        assert sum(part.component_var for part in parts) == pytest.approx(report.var.value, rel=1e-10)
        assert sum(part.component_es for part in parts) == pytest.approx(report.es.value, rel=1e-10)
        assert sum(part.value for part in parts) == pytest.approx(report.value)
    assert report.es.value >= report.var.value
    assert report.diversification_es >= 0


def test_incremental_figures_are_recomputed_without_the_slice() -> None:
    """Incremental VaR of a slice is the VaR of the book less that of the book without it."""
    report = _report(by=("sector",))
    without = _report(*BOOK[1:])
    one = next(node for node in report.nodes["sector"] if node.name == "one")
    assert one.incremental_var == pytest.approx(report.var.value - without.var.value)
    assert one.incremental_es == pytest.approx(report.es.value - without.es.value)
    alone = _report(BOOK[0])
    assert (one.var.value, one.es.value) == pytest.approx((alone.var.value, alone.es.value))


def test_order_of_rows_does_not_matter() -> None:
    """The same rows in another order give the same figures and the same run."""
    forward, backward = _report(), _report(*reversed(BOOK))
    assert backward.run == forward.run
    assert (backward.value, backward.var, backward.es) == (forward.value, forward.var, forward.es)
    assert backward.pnl.tolist() == forward.pnl.tolist()
    assert [p.symbol for p in backward.positions] == [p.symbol for p in forward.positions]


def test_a_flat_position_changes_nothing() -> None:
    """A position of quantity zero leaves every figure of the book as it was."""
    flat = _report(*BOOK, share("AAA", 0.0, sector="one"))
    assert (flat.value, flat.var, flat.es) == (_report().value, _report().var, _report().es)


def test_failures_leave_the_rest_standing() -> None:
    """What cannot be valued is listed with the reason that the history knows, and counted."""
    refused = Failure(Reason.REFUSED_ROW, "CCC", "quantity is not a number", row=5, column="quantity")
    unknown = share("XXX", 5.0, row=6)
    foreign = share("AAA", 1.0, currency="SEK", row=7)
    disagreeing = share("BBB", 1.0, currency="USD", row=8)
    report = risk_report(
        book(*BOOK, unknown, foreign, disagreeing, refused=[refused]), small_market(), ReportRequest()
    )
    assert [(failure.reason, failure.row) for failure in report.failures] == [
        (Reason.REFUSED_ROW, 5),
        (Reason.UNKNOWN_SYMBOL, 6),
        (Reason.MISSING_FX, 7),
        (Reason.CURRENCY_MISMATCH, 8),
    ]
    assert (report.coverage.positions, report.coverage.valued, report.coverage.failed_share) == (7, 3, None)
    assert report.var.value == pytest.approx(_report().var.value, rel=1e-12)


def test_share_of_a_failed_position_with_a_price_is_known() -> None:
    """A failed position whose file states a price counts with it."""
    failed = replace(share("XXX", 5.0, currency="USD"), price=20.0)
    coverage = _report(*BOOK, failed).coverage
    assert coverage.failed_value == pytest.approx(100.0)
    assert coverage.failed_share == pytest.approx(100.0 / (_report().gross_value + 100.0))


def test_nothing_to_value_is_an_error() -> None:
    """A book of which nothing can be valued is refused with the first reason."""
    with pytest.raises(DataError, match=r"XXX is not among the prices"):
        _report(share("XXX", 5.0))


def test_too_short_a_history_is_an_error() -> None:
    """A horizon that the history cannot hold is refused."""
    prices = small_market()
    short = replace(prices, dates=DATES[:4], prices=prices.prices[:4])
    with pytest.raises(DataError, match="no scenarios can be made"):
        risk_report(book(*BOOK), short, ReportRequest(horizon_days=10))


def test_fewer_scenarios_than_asked_for_are_announced() -> None:
    """When the history is shorter than the window asked for, the report says both numbers."""
    (window,) = [assumption for assumption in _report().assumptions if assumption.topic == "window"]
    assert "from 2024-01-01 to 2024-10-27, 300 daily moves" in window.text
    assert "500 scenarios were asked for; it gives 300" in window.text


def test_attributes_are_chosen() -> None:
    """Unasked, the usual attributes that divide the book are cut by; an unknown one is refused."""
    assert list(_report(by=("currency", "sector", "currency")).nodes) == ["currency", "sector"]
    assert list(_report().nodes) == ["sector", "currency"]
    assert list(_report(share("AAA", 1.0, book="only")).nodes) == []
    with pytest.raises(UsageError, match="colour"):
        _report(by=("colour",))


def test_the_path_of_the_book_is_that_of_its_holdings() -> None:
    """The value of today's holdings on each day is quantity times that day's price and rate."""
    report = _report(days=300)
    prices = small_market().prices
    assert report.book_values == pytest.approx(10 * prices[:, 0] - 7 * prices[:, 1] * prices[:, 2] + 100)
    assert report.book_dates.tolist() == DATES.tolist()


def test_options_without_volatility_take_that_of_their_underlying() -> None:
    """An option that states neither volatility nor price takes the realised one, and that is said."""
    terms = OptionTerms(
        type=OptionType.PUT,
        underlying="AAA",
        strike=100.0,
        expiry=DATES[-1].astype(object).replace(year=2025),
    )
    option = Instrument(symbol="AAA P100", currency="", kind=Kind.OPTION, option=terms)
    report = _report(*BOOK, Position(instrument=option, quantity=1.0))
    assert len(report.positions) == 4
    assert any(
        "AAA P100" in assumption.items for assumption in report.assumptions if assumption.topic == "options"
    )


def test_proxied_history_is_counted() -> None:
    """A share that began to trade inside the window is proxied, and its weight in ES is shown."""
    prices = small_market()
    late = prices.prices.copy()
    late[:150, 0] = np.nan
    report = risk_report(book(*BOOK), replace(prices, prices=late), ReportRequest(days=300))
    assert report.coverage.proxied == 1
    assert {p.symbol: p.quality for p in report.positions}["AAA"] == "proxied"
    assert 0 < report.proxied_share_es < 1
    assert _report().proxied_share_es == 0


def test_one_scenario_is_too_few() -> None:
    """A history of two dates is refused in words."""
    prices = small_market()
    short = replace(prices, dates=DATES[:2], prices=prices.prices[:2])
    with pytest.raises(DataError, match="one scenario says nothing"):
        risk_report(book(*BOOK), short, ReportRequest())


def test_an_empty_portfolio_is_refused() -> None:
    """A portfolio without positions says so."""
    with pytest.raises(DataError, match="it has no positions"):
        risk_report(book(), small_market(), ReportRequest())


def test_parametric_volatility_is_the_one_behind_var() -> None:
    """Parametric VaR is z times the volatility, whatever the age weights."""
    report = _report(method=Method.PARAMETRIC, decay=0.9, horizon_days=4)
    assert report.var.value == pytest.approx(2.3263478740408408 * report.volatility_daily * 2)


@pytest.mark.parametrize("method", [Method.PARAMETRIC, Method.MONTE_CARLO])
def test_scaled_methods_look_no_further_back_than_they_use(method: Method) -> None:
    """What lies before the moves that make the covariance is not in the report."""
    prices = small_market()
    late = prices.prices.copy()
    late[:150, 0] = np.nan
    report = risk_report(
        book(*BOOK),
        replace(prices, prices=late),
        ReportRequest(method=method, days=100, horizon_days=100, draws=200),
    )
    assert (report.coverage.proxied, report.proxied_share_es) == (0, 0)


def test_minor_and_major_unit_are_two_runs() -> None:
    """The same prices in pounds and in pence are different runs."""
    pounds, pence = (
        risk_report(
            book(share("AAA", 1.0)),
            replace(small_market(), currencies=(code, "EUR", None)),
            ReportRequest(base_currency="GBP"),
        )
        for code in ("GBP", "GBX")
    )
    assert pounds.value == pytest.approx(100 * pence.value)
    assert pounds.run.run_id != pence.run.run_id


def test_estimators_of_two_kinds_are_announced() -> None:
    """VaR and ES that do not belong together are named among the assumptions."""
    mixed = _report(var_estimator=VarEstimator.NORMAL, es_estimator=EsEstimator.ACERBI_TASCHE)
    assert [assumption.topic for assumption in mixed.assumptions].count("estimators") == 1
    assert "estimators" not in [assumption.topic for assumption in _report().assumptions]
