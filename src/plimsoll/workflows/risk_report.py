"""From positions and prices to a risk report."""

from dataclasses import dataclass

import numpy as np

from plimsoll.data.history import HistoryResult
from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.errors import DataError, UsageError
from plimsoll.monitoring.stages import stage
from plimsoll.reporting.report import Coverage, PositionRisk, RiskReport
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.attribution import diversification
from plimsoll.risk.cube import Cube
from plimsoll.risk.failures import Failure
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.portfolio import Portfolio
from plimsoll.risk.scenarios.path import past_levels
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.workflows.figures import Figures, Tail
from plimsoll.workflows.identity import identify
from plimsoll.workflows.inputs import doubted_prices, in_order, state_currencies
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.revaluation import cube_of, explained, market_of, scenarios_of

__all__ = ["Calculation", "calculate", "risk_report"]

_USUAL_CUTS = ("desk", "book", "sector", "currency")


@dataclass(frozen=True)
class Calculation:
    """A report with the vectors that it was read off.

    Parameters
    ----------
    report
        Every figure.
    cube
        P&L of every valued position in every scenario.
    tail
        How VaR and ES were measured.
    book
        All positions that could be read, every instrument with its currency.
    market
        What they were valued in.
    """

    report: RiskReport
    cube: Cube
    tail: Tail
    book: Portfolio
    market: HistoryResult


def risk_report(imported: ImportedPortfolio, prices: PriceTable, request: ReportRequest) -> RiskReport:
    """Return the risk report of a portfolio.

    Parameters
    ----------
    imported
        Positions, refused rows and what the reader assumed.
    prices
        Price histories, FX among them.
    request
        The options.

    Raises
    ------
    DataError
        If not one position can be valued or the history is too short for one scenario.
    UsageError
        If an attribute is asked for that no position has.

    See Also
    --------
    calculate : the same with the vectors behind it.
    """
    return calculate(imported, prices, request).report


def calculate(imported: ImportedPortfolio, prices: PriceTable, request: ReportRequest) -> Calculation:
    """Return the risk report of a portfolio and the cube behind it.

    Parameters
    ----------
    imported, prices, request
        As for :func:`risk_report`.

    Raises
    ------
    DataError
        If not one position can be valued or the history is too short for one scenario.
    UsageError
        If an attribute is asked for that no position has.
    """
    with stage("inputs"):
        portfolio, disagreements, stated = state_currencies(imported.portfolio, prices, request.base_currency)
        portfolio = in_order(portfolio)
        cuts = _cuts(portfolio, request.by)
    with stage("market"):
        market = market_of(portfolio, prices, request)
    with stage("scenarios"):
        scenarios = scenarios_of(market.history, request)
    with stage("cube"):
        cube = cube_of(portfolio, market, scenarios, request)
    unvalued = explained(cube.failures, portfolio, market, request.base_currency)
    failures = tuple(
        sorted((*imported.failures, *disagreements, *unvalued), key=lambda failure: failure.row or 0)
    )
    if not cube.positions:
        raise DataError(
            f"no position of {portfolio.name} can be valued{_first(failures)}",
            remedy="Give prices that have its symbols, or correct the portfolio file.",
        )
    tail = Tail.of(request, scenarios)
    figures = Figures(cube, market, tail, request.base_currency)
    with stage("tail"):
        var, es = figures.var, figures.es
    with stage("measures"):
        path = cube_of(portfolio, market, past_levels(market.history, market.snapshot), request)
        value = float(cube.values.sum())
        report = RiskReport(
            portfolio=portfolio.name,
            as_of=market.snapshot.as_of,
            base_currency=request.base_currency,
            prices=prices.source,
            method=scenarios.method,
            confidence=request.confidence,
            horizon_days=request.horizon_days,
            value=value,
            gross_value=float(np.abs(cube.values).sum()),
            var=var,
            es=es,
            volatility_daily=figures.volatility / request.horizon_days**0.5,
            diversification_var=diversification(np.array([p.var for p in figures.positions]), var.value),
            diversification_es=diversification(np.array([p.es for p in figures.positions]), es.value),
            nodes={attribute: figures.nodes(attribute) for attribute in cuts},
            positions=figures.positions,
            worst_scenarios=figures.worst_scenarios(),
            scenario_labels=tuple(scenarios.labels),
            pnl=figures.total,
            weights=scenarios.weights,
            book_dates=market.history.dates,
            book_values=value + path.total(),
            failures=failures,
            coverage=_coverage(figures.positions, failures),
            assumptions=(
                *imported.assumptions,
                *prices.assumptions,
                *stated,
                *market.assumptions,
                *_window(scenarios, market.history, request),
                *_mixed_estimators(request),
                *doubted_prices(cube.positions, market.snapshot),
                *cube.assumptions,
            ),
            proxied_share_es=figures.proxied_share(),
            run=identify(portfolio.positions, (*imported.failures, *disagreements), market, request),
        )
    return Calculation(report, cube, tail, portfolio, market)


def _first(failures: tuple[Failure, ...]) -> str:
    return f"; {failures[0].item}: {failures[0].message}" if failures else ": it has no positions"


def _cuts(portfolio: Portfolio, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    known = portfolio.attribute_names()
    if asked is None:
        usual = [name for name in _USUAL_CUTS if name in known]
        return tuple(name for name in usual if len(portfolio.tree([name]).children) > 1)
    for name in asked:
        if name not in known:
            raise UsageError(
                f"{portfolio.name} has no attribute {name} to cut by", remedy=f"It has {', '.join(known)}."
            )
    return tuple(dict.fromkeys(asked))


def _coverage(positions: tuple[PositionRisk, ...], failures: tuple[Failure, ...]) -> Coverage:
    known = [abs(failure.value) for failure in failures if failure.value is not None]
    gross = sum(abs(position.value) for position in positions) + sum(known)
    return Coverage(
        positions=len(positions) + len(failures),
        valued=len(positions),
        proxied=sum(position.quality == "proxied" for position in positions),
        stale=sum(position.quality == "stale" for position in positions),
        failed_value=sum(known),
        failed_share=sum(known) / gross if gross and len(known) == len(failures) else None,
    )


def _mixed_estimators(request: ReportRequest) -> tuple[Assumption, ...]:
    var, es = request.estimators
    if es.partner is var:
        return ()
    text = f"ES by {es} is not the average of VaR by {var}, and can lie below it."
    return (Assumption("estimators", text),)


def _window(scenarios: ScenarioSet, history: MarketHistory, request: ReportRequest) -> tuple[Assumption, ...]:
    found = len(history.dates) - 1
    first, last = history.dates[0], history.dates[-1]
    text = f"The history runs from {first} to {last}, {found} daily moves."
    wanted = request.days
    if request.method is Method.HISTORICAL and len(scenarios) < wanted:
        text += f" {wanted} scenarios were asked for; it gives {len(scenarios)}."
    return (Assumption("window", text),)
