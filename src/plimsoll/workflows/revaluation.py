"""The market, the scenarios and the cube of a request: what a report, a replay and a what-if share."""

from dataclasses import replace

import numpy as np

from plimsoll.data.history import HistoryResult, build_history
from plimsoll.data.price_table import PriceTable
from plimsoll.errors import DataError
from plimsoll.risk.cube import Cube, Valuation, build_cube
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.portfolio import Portfolio, Position
from plimsoll.risk.scenarios.historical import historical
from plimsoll.risk.scenarios.monte_carlo import monte_carlo
from plimsoll.risk.scenarios.parametric import parametric
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.volatility import realised_volatility
from plimsoll.workflows.inputs import factor_names, known_value, needed_currencies, needed_symbols
from plimsoll.workflows.request import Method, ReportRequest

__all__ = [
    "cube_of",
    "explained",
    "market_of",
    "proxy_volatilities",
    "scenarios_of",
    "valuation_of",
]

_MOST_MONEY = 1e120


def market_of(portfolio: Portfolio, prices: PriceTable, request: ReportRequest) -> HistoryResult:
    """Return the market history that a portfolio needs, as long as the request's scenarios take.

    Parameters
    ----------
    portfolio
        Every instrument with its currency.
    prices
        Price histories, FX among them.
    request
        Date, window and base currency.

    Raises
    ------
    DataError
        If the prices start after the date or hold fewer than two trading dates of the book.
    """
    return build_history(
        prices,
        needed_symbols(portfolio),
        needed_currencies(portfolio),
        request.base_currency,
        as_of=request.as_of,
        observations=_observations(request),
    )


def scenarios_of(history: MarketHistory, request: ReportRequest) -> ScenarioSet:
    """Return the scenarios that the request's method makes of a history.

    Raises
    ------
    DataError
        If the history is too short for two scenarios, or its moves cannot be used.
    """
    try:
        scenarios = _drawn(history, request)
    except ValueError as error:
        remedy = "Give a longer price history, a shorter --horizon, fewer --days or a larger --decay."
        raise DataError(f"no scenarios can be made: {error}", remedy=remedy) from error
    if len(scenarios) < 2:
        raise DataError("one scenario says nothing about risk", remedy="Give a longer price history.")
    return scenarios


def cube_of(
    portfolio: Portfolio, market: HistoryResult, scenarios: ScenarioSet, request: ReportRequest
) -> Cube:
    """Value every position now and in every scenario, as the request's method needs.

    Parameters
    ----------
    portfolio
        Every instrument with its currency.
    market
        Of :func:`market_of`.
    scenarios
        Of :func:`scenarios_of`, or any others; those of no horizon are always revalued in full.
    request
        Method and base currency.

    Returns
    -------
    Cube
        Without positions that are worth, gain or lose so much that no variance could hold it: failures.
    """
    return _measurable(
        build_cube(
            portfolio,
            market.snapshot,
            scenarios,
            base_currency=request.base_currency,
            valuation=valuation_of(request, scenarios),
            proxy_volatility=proxy_volatilities(portfolio, market.history),
        )
    )


def valuation_of(request: ReportRequest, scenarios: ScenarioSet) -> Valuation:
    """Return how positions are valued in scenarios: by delta where they are parametric, else in full."""
    linear = request.method is Method.PARAMETRIC and scenarios.horizon_days > 0
    return Valuation.DELTA if linear else Valuation.FULL


def proxy_volatilities(portfolio: Portfolio, history: MarketHistory) -> dict[str, float]:
    """Return the annual volatility of each underlying of the book whose history gives one."""
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


def explained(
    failures: tuple[Failure, ...], portfolio: Portfolio, market: HistoryResult, base_currency: str
) -> tuple[Failure, ...]:
    """Say of each failure what the history knows: why a price or a rate was not there.

    Parameters
    ----------
    failures
        Positions of `portfolio` that could not be valued.
    portfolio, market
        What was valued, and in which market.
    base_currency
        Of the request.
    """
    positions = {(position.instrument.symbol, position.row): position for position in portfolio.positions}
    told = []
    for failure in failures:
        position = positions[failure.item, failure.row]
        names = factor_names(position, base_currency)
        reason, message = next(
            (market.failures[name] for name in names if name in market.failures),
            (failure.reason, failure.message),
        )
        value = known_value(position, market, base_currency) if failure.value is None else failure.value
        told.append(replace(failure, reason=reason, message=message, value=value))
    return tuple(told)


def _observations(request: ReportRequest) -> int:
    """Return how many dates the scenarios need: parametric ones and Monte Carlo scale moves of one day."""
    if request.method is not Method.HISTORICAL:
        return request.days + 1
    if request.overlapping:
        return request.days + request.horizon_days
    return request.days * request.horizon_days + 1


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


def _measurable(cube: Cube) -> Cube:
    """Return the cube without sums of money whose squares overflow."""
    largest = np.maximum(np.abs(cube.values), np.maximum(cube.pnl.max(axis=1), -cube.pnl.min(axis=1)))
    kept = np.flatnonzero(largest <= _MOST_MONEY)
    if len(kept) == len(cube.positions):
        return cube
    refused = [cube.positions[k] for k in np.flatnonzero(largest > _MOST_MONEY)]
    return replace(
        cube,
        positions=tuple(cube.positions[k] for k in kept),
        values=cube.values[kept],
        prices=cube.prices[kept],
        pnl=cube.pnl[kept],
        failures=(*cube.failures, *map(_immeasurable, refused)),
    )


def _immeasurable(position: Position) -> Failure:
    text = f"{position.quantity:g} units are too much money to be measured; correct its quantity or price"
    return Failure(Reason.NOT_A_NUMBER, position.instrument.symbol, text, position.row, "quantity")
