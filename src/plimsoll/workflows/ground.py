"""What a cube was made from, kept so that a trade can be valued in the same market and scenarios."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from plimsoll.data.history import HistoryResult, build_history
from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.failures import Reason
from plimsoll.risk.market import MarketHistory, MarketSnapshot
from plimsoll.risk.portfolio import Portfolio
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.workflows.inputs import (
    factor_names,
    in_order,
    needed_currencies,
    needed_symbols,
    state_currencies,
)
from plimsoll.workflows.request import Method, ReportRequest
from plimsoll.workflows.revaluation import market_of, scenarios_of

__all__ = ["Ground", "ground_from", "with_factors_of"]

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Ground:
    """What a cube was made from.

    Parameters
    ----------
    portfolio
        The book, every instrument with its currency.
    prices
        The whole price set, of which the market has what the book needs.
    request
        The options of the run.
    market, scenarios
        As the cube saw them.
    notes
        What was taken for granted in widening them.
    """

    portfolio: Portfolio
    prices: PriceTable
    request: ReportRequest
    market: HistoryResult
    scenarios: ScenarioSet
    notes: tuple[Assumption, ...] = ()


def ground_from(imported: ImportedPortfolio, prices: PriceTable, request: ReportRequest) -> Ground:
    """Return the ground of the cube that :func:`plimsoll.workflows.risk_report.calculate` makes of the same.

    Raises
    ------
    DataError
        If the history is too short for one scenario.
    """
    portfolio = in_order(state_currencies(imported.portfolio, prices, request.base_currency)[0])
    market = market_of(portfolio, prices, request)
    return Ground(portfolio, prices, request, market, scenarios_of(market.history, request))


def with_factors_of(basket: Portfolio, ground: Ground) -> Ground:
    """Return the ground with the factors that trades need and the book does not.

    They are added on the dates of the book, so that every scenario stays what it was. Where the price set
    does not give them, or the scenarios are drawn at random, the market says why they are not there.

    Parameters
    ----------
    basket
        The trades, every instrument with its currency.
    ground
        Of the book.

    Returns
    -------
    Ground
        The same one where nothing is missing.
    """
    history = ground.market.history
    known = {factor.name for factor in history.factors} | set(ground.market.failures)
    wanted = {name for one in basket.positions for name in factor_names(one, ground.request.base_currency)}
    missing = wanted - known
    if not missing:
        return ground
    if ground.request.method is Method.MONTE_CARLO:
        text = "the run drew no moves of {}; hold it in the portfolio, zero will do, and run again"
        return _without(missing, text, ground)
    both = Portfolio("", (*ground.portfolio.positions, *basket.positions))
    wider = _on_the_same_dates(both, ground)
    if wider is None or len(wider.history.dates) != len(history.dates):
        text = (
            "{} has too few prices on the trading dates of the book; hold it in the portfolio and run again"
        )
        return _without(missing, text, ground)
    market = _joined(ground.market, wider, missing)
    notes = tuple(note for note in wider.assumptions if missing & set(note.items))
    scenarios = scenarios_of(market.history, ground.request)
    return replace(ground, market=market, scenarios=scenarios, notes=notes)


def _on_the_same_dates(portfolio: Portfolio, ground: Ground) -> HistoryResult | None:
    """Return the market of a portfolio as far as it trades on the dates of the ground; None where never."""
    dates, prices = ground.market.history.dates, ground.prices
    rows = np.isin(prices.dates, dates)
    try:
        return build_history(
            replace(prices, dates=prices.dates[rows], prices=prices.prices[rows]),
            needed_symbols(portfolio),
            needed_currencies(portfolio),
            ground.request.base_currency,
            observations=len(dates),
        )
    except DataError:
        return None


def _joined(book: HistoryResult, wider: HistoryResult, missing: set[str]) -> HistoryResult:
    """Return the book's market as it is, with the missing factors of the wider one."""
    new = [j for j, factor in enumerate(wider.history.factors) if factor.name in missing]
    history = MarketHistory(
        dates=book.history.dates,
        factors=(*book.history.factors, *(wider.history.factors[j] for j in new)),
        levels=np.hstack([book.history.levels, wider.history.levels[:, new]]),
        quality=np.hstack([book.history.quality, wider.history.quality[:, new]]),
    )
    return HistoryResult(
        history=history,
        snapshot=MarketSnapshot(
            book.snapshot.as_of, {**_only(wider.snapshot.quotes, missing), **book.snapshot.quotes}
        ),
        failures={**_only(wider.failures, missing), **book.failures},
        assumptions=book.assumptions,
    )


def _without(missing: Iterable[str], text: str, ground: Ground) -> Ground:
    why = {name: (Reason.UNKNOWN_SYMBOL, text.format(name)) for name in missing}
    failures = {**ground.market.failures, **why}
    return replace(ground, market=replace(ground.market, failures=failures))


def _only(found: Mapping[str, _Value], names: set[str]) -> dict[str, _Value]:
    return {name: value for name, value in found.items() if name in names}
