"""From positions and prices to a risk report."""

from dataclasses import replace

import numpy as np

from plimsoll.data.history import HistoryResult, build_history
from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.errors import DataError, UsageError
from plimsoll.reporting.report import Coverage, PositionRisk, RiskReport
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.attribution import diversification
from plimsoll.risk.cube import Cube, Valuation, build_cube
from plimsoll.risk.failures import Failure
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.portfolio import Portfolio
from plimsoll.risk.scenarios.historical import historical
from plimsoll.risk.scenarios.monte_carlo import monte_carlo
from plimsoll.risk.scenarios.parametric import parametric
from plimsoll.risk.scenarios.path import past_levels
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.volatility import realised_volatility
from plimsoll.workflows.figures import Figures, Tail
from plimsoll.workflows.identity import identify
from plimsoll.workflows.inputs import (
    doubted_prices,
    factor_names,
    in_order,
    known_value,
    needed_currencies,
    needed_symbols,
    state_currencies,
)
from plimsoll.workflows.request import Method, ReportRequest

__all__ = ["risk_report"]

_USUAL_CUTS = ("desk", "book", "sector", "currency")


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
    """
    portfolio, disagreements, stated = state_currencies(imported.portfolio, prices, request.base_currency)
    portfolio = in_order(portfolio)
    cuts = _cuts(portfolio, request.by)
    market = _market(portfolio, prices, request)
    scenarios = _scenarios(market.history, request)
    cube = _cube(portfolio, market, scenarios, request)
    explained = _explained(cube.failures, portfolio, market, request.base_currency)
    failures = tuple(
        sorted((*imported.failures, *disagreements, *explained), key=lambda failure: failure.row or 0)
    )
    if not cube.positions:
        raise DataError(
            f"no position of {portfolio.name} can be valued{_first(failures)}",
            remedy="Give prices for its symbols with --prices, or correct the portfolio file.",
        )
    equal = bool(np.ptp(scenarios.weights) == 0)
    tail = Tail(request, None if equal else scenarios.weights, scenarios.observations)
    figures = Figures(cube, market, tail, request.base_currency)
    path = _cube(portfolio, market, past_levels(market.history, market.snapshot), request)
    value = float(cube.values.sum())
    return RiskReport(
        portfolio=portfolio.name,
        as_of=market.snapshot.as_of,
        base_currency=request.base_currency,
        prices=prices.source,
        method=scenarios.method,
        confidence=request.confidence,
        horizon_days=request.horizon_days,
        value=value,
        gross_value=float(np.abs(cube.values).sum()),
        var=figures.var,
        es=figures.es,
        volatility_daily=figures.volatility / request.horizon_days**0.5,
        diversification_var=diversification(np.array([p.var for p in figures.positions]), figures.var.value),
        diversification_es=diversification(np.array([p.es for p in figures.positions]), figures.es.value),
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
                f"--by {name}: {portfolio.name} has no such attribute", remedy=f"It has {', '.join(known)}."
            )
    return tuple(dict.fromkeys(asked))


def _market(portfolio: Portfolio, prices: PriceTable, request: ReportRequest) -> HistoryResult:
    return build_history(
        prices,
        needed_symbols(portfolio),
        needed_currencies(portfolio),
        request.base_currency,
        as_of=request.as_of,
        observations=_observations(request),
    )


def _observations(request: ReportRequest) -> int:
    """Return how many dates the scenarios need: parametric ones and Monte Carlo scale moves of one day."""
    if request.method is not Method.HISTORICAL:
        return request.days + 1
    if request.overlapping:
        return request.days + request.horizon_days
    return request.days * request.horizon_days + 1


def _scenarios(history: MarketHistory, request: ReportRequest) -> ScenarioSet:
    try:
        scenarios = _drawn(history, request)
    except ValueError as error:
        remedy = "Give a longer price history, a shorter --horizon, fewer --days or a larger --decay."
        raise DataError(f"no scenarios can be made: {error}", remedy=remedy) from error
    if len(scenarios) < 2:
        raise DataError("one scenario says nothing about risk", remedy="Give a longer price history.")
    return scenarios


def _drawn(history: MarketHistory, request: ReportRequest) -> ScenarioSet:
    if request.method is Method.PARAMETRIC:
        return parametric(history, count=request.days, horizon_days=request.horizon_days, decay=request.decay)
    if request.method is Method.MONTE_CARLO:
        return monte_carlo(
            history,
            count=request.days,
            draws=request.draws,
            horizon_days=request.horizon_days,
            decay=request.decay,
            distribution=request.distribution,
            degrees_of_freedom=request.degrees_of_freedom,
            seed=request.seed,
        )
    return historical(
        history,
        count=request.days,
        horizon_days=request.horizon_days,
        overlapping=request.overlapping,
        decay=request.decay,
    )


def _cube(
    portfolio: Portfolio, market: HistoryResult, scenarios: ScenarioSet, request: ReportRequest
) -> Cube:
    linear = request.method is Method.PARAMETRIC and scenarios.horizon_days > 0
    return build_cube(
        portfolio,
        market.snapshot,
        scenarios,
        base_currency=request.base_currency,
        valuation=Valuation.DELTA if linear else Valuation.FULL,
        proxy_volatility=_proxy_volatilities(portfolio, market.history),
    )


def _proxy_volatilities(portfolio: Portfolio, history: MarketHistory) -> dict[str, float]:
    underlyings = {
        position.instrument.option.underlying
        for position in portfolio.positions
        if position.instrument.option is not None
    }
    levels = {factor.name: history.levels[:, j] for j, factor in enumerate(history.factors)}
    return {
        name: realised_volatility(levels[name])
        for name in sorted(underlyings & set(levels))
        if len(levels[name]) > 2 and (levels[name] > 0).all()
    }


def _explained(
    failures: tuple[Failure, ...], portfolio: Portfolio, market: HistoryResult, base_currency: str
) -> tuple[Failure, ...]:
    """Say of each failure what the history knows: why a price or a rate was not there."""
    positions = {(position.instrument.symbol, position.row): position for position in portfolio.positions}
    explained = []
    for failure in failures:
        position = positions[failure.item, failure.row]
        names = factor_names(position, base_currency)
        reason, message = next(
            (market.failures[name] for name in names if name in market.failures),
            (failure.reason, failure.message),
        )
        value = known_value(position, market, base_currency) if failure.value is None else failure.value
        explained.append(replace(failure, reason=reason, message=message, value=value))
    return tuple(explained)


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
