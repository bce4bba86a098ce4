"""What one unit of a linear instrument is worth in base currency, and why some are worth nothing known."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pytest

from plimsoll.risk.factors import RiskFactor, Shock
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.market import MarketSnapshot, Quality, Quote
from plimsoll.risk.portfolio import Instrument, Kind, Position
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.valuation import (
    FactorMoves,
    Levels,
    UnitValue,
    refused,
    unpriced,
    value_linear,
    without_rate,
)

TODAY = dt.date(2026, 6, 30)
SHOCKS = {"AAPL": [-0.1, 0.2], "VOD": [0.05, -0.04], "EURUSD": [0.25, -0.2], "GBPUSD": [0.0, 0.1]}
QUOTES = {"AAPL": 200.0, "VOD": 80.0, "EURUSD": 1.25, "GBPUSD": 1.5}


def scenario_set(shocks: Mapping[str, list[float]], shock: Shock = Shock.RELATIVE) -> ScenarioSet:
    """Return two scenarios with equal weights."""
    return ScenarioSet(
        factors=tuple(RiskFactor(name, shock) for name in shocks),
        shocks=np.array(list(shocks.values())).reshape(-1, 2).T,
        weights=np.array([0.5, 0.5]),
        labels=["one", "two"],
        horizon_days=1,
        method="two",
        observations=2.0,
    )


def levels(
    base: str = "USD",
    *,
    exact: bool = True,
    quotes: Mapping[str, float] = QUOTES,
    shocks: Mapping[str, list[float]] = SHOCKS,
    shock: Shock = Shock.RELATIVE,
) -> Levels:
    """Return a market of two scenarios."""
    snapshot = MarketSnapshot(TODAY, {name: Quote(q, Quality.OBSERVED, TODAY) for name, q in quotes.items()})
    return Levels(snapshot, scenario_set(shocks, shock), base_currency=base, exact=exact)


def holding(
    symbol: str, currency: str = "USD", kind: Kind = Kind.EQUITY, price: float | None = None
) -> Position:
    """Return ten units."""
    instrument = Instrument(symbol=symbol, currency=currency, kind=kind)
    return Position(instrument=instrument, quantity=10.0, price=price, row=7)


def valued(position: Position, market: Levels) -> UnitValue:
    """Return the value of a position that has one."""
    unit = value_linear(position, market)
    assert isinstance(unit, UnitValue)
    return unit


def failed(position: Position, market: Levels) -> Failure:
    """Return the failure of a position that has none."""
    failure = value_linear(position, market)
    assert isinstance(failure, Failure)
    return failure


@pytest.mark.parametrize("shock", Shock)
def test_a_small_shock_moves_a_large_price(shock: Shock) -> None:
    """Closed form: to first order 1e8 · 1e-18, or the 1e-18 itself, though 1e8 + 1e-10 is 1e8 in floats."""
    market = levels(quotes={"AAPL": 1e8}, shocks={"AAPL": [1e-18, -1e-18]}, shock=shock)
    size = 1e-18 if shock is Shock.ABSOLUTE else 1e-10
    assert valued(holding("AAPL"), market).worth.move == pytest.approx([size, -size], rel=1e-14, abs=0.0)


@pytest.mark.parametrize("kind", [Kind.EQUITY, Kind.ETF, Kind.CRYPTO])
def test_a_price_in_base_currency_moves_with_its_factor(kind: Kind) -> None:
    """By hand: 200 falls by a tenth, rises by a fifth."""
    unit = valued(holding("AAPL", kind=kind), levels())
    assert (unit.price, unit.worth.now) == (200.0, 200.0)
    assert unit.worth.move == pytest.approx([-20.0, 40.0])


def test_a_stated_price_takes_the_place_of_the_quote() -> None:
    """The shock applies to the stated 100, not to the market's 200."""
    unit = valued(holding("AAPL", price=100.0), levels())
    assert unit.worth.now == 100.0
    assert unit.worth.move == pytest.approx([-10.0, 20.0])


def test_a_foreign_price_moves_with_the_exchange_rate_too() -> None:
    """By hand: 200 EUR at 1.25; 180 at 1.5625; 240 at 1.00."""
    unit = valued(holding("AAPL", "EUR"), levels())
    assert unit.worth.now == 250.0
    assert unit.worth.shocked == pytest.approx([281.25, 240.0])


def test_a_linear_value_leaves_the_cross_term_out() -> None:
    """By hand: 250 · (-0.1 + 0.25) and 250 · (0.2 - 0.2)."""
    unit = valued(holding("AAPL", "EUR"), levels(exact=False))
    assert unit.worth.move == pytest.approx([37.5, 0.0])


def test_a_price_in_pence_is_worth_a_hundredth() -> None:
    """By hand: 80 GBX at 1.5 USD per GBP is 1.20 USD; the price stays in pence."""
    unit = valued(holding("VOD", "GBX"), levels())
    assert unit.price == 80.0
    assert unit.worth.now == pytest.approx(1.2)
    assert unit.worth.shocked == pytest.approx([1.26, 1.2672])


def test_the_other_side_of_a_pair_converts_as_well() -> None:
    """USD into EUR through EURUSD: 200 / 1.25, then 180 / 1.5625 and 240 / 1.00."""
    unit = valued(holding("AAPL"), levels("EUR"))
    assert unit.worth.now == pytest.approx(160.0)
    assert unit.worth.shocked == pytest.approx([115.2, 240.0])


@pytest.mark.parametrize(("exact", "moves"), [(True, [0.0, 0.1]), (False, [0.0, 0.1])])
def test_cash_moves_with_its_exchange_rate_alone(exact: bool, moves: list[float]) -> None:
    """One GBP is 1.5 USD and moves with the pound, whatever price is stated."""
    unit = valued(holding("GBP", "GBP", Kind.CASH, price=3.0), levels(exact=exact))
    assert (unit.price, unit.worth.now) == (1.0, 1.5)
    assert unit.worth.move == pytest.approx([1.5 * move for move in moves])


def test_cash_in_base_currency_stands_still() -> None:
    """Closed form: one is one."""
    unit = valued(holding("USD", "USD", Kind.CASH), levels())
    assert (unit.worth.now, unit.worth.move.tolist()) == (1.0, [0.0, 0.0])


@pytest.mark.parametrize("currency", ["USD", "EUR", ""])
def test_an_fx_position_is_worth_its_pair(currency: str) -> None:
    """One EUR in USD, whatever the file calls its currency."""
    unit = valued(holding("EURUSD", currency, Kind.FX), levels())
    assert unit.worth.now == 1.25
    assert unit.worth.move == pytest.approx([0.3125, -0.25])


@pytest.mark.parametrize("exact", [True, False])
def test_an_fx_position_in_the_base_currency_has_no_risk(exact: bool) -> None:
    """A holder of euros who counts in euros gains and loses nothing."""
    unit = valued(holding("EURUSD", "USD", Kind.FX), levels("EUR", exact=exact))
    assert (unit.price, unit.worth.now, unit.worth.move.tolist()) == (1.25, 1.0, [0.0, 0.0])


def test_an_fx_position_is_found_under_the_other_side_of_its_pair() -> None:
    """USDEUR is one over EURUSD: 0.8, then 0.64 and 1.0."""
    unit = valued(holding("USDEUR", "EUR", Kind.FX), levels("GBP", quotes={**QUOTES, "EURGBP": 0.8}))
    assert unit.price == pytest.approx(0.8)
    assert unit.worth.now == pytest.approx(0.64)
    assert unit.worth.shocked == pytest.approx([0.512, 0.8])


def test_a_stated_price_holds_for_the_other_side_of_a_pair() -> None:
    """The stated 0.5 moves as one over EURUSD does: to 0.4 and 0.625."""
    unit = valued(holding("USDEUR", "EUR", Kind.FX, price=0.5), levels("EUR", quotes={"EURUSD": 1.25}))
    assert unit.price == 0.5
    assert unit.worth.shocked == pytest.approx([0.4, 0.625])


def test_a_cross_position_goes_through_both_pairs() -> None:
    """One EUR in GBP: EURUSD over GBPUSD, 1.25/1.5, then 1.5625/1.5 and 1/1.65."""
    unit = valued(holding("EURUSD", "USD", Kind.FX), levels("GBP"))
    assert unit.worth.shocked == pytest.approx([1.5625 / 1.5, 1.0 / 1.65])


@pytest.mark.parametrize(
    ("shock", "move"), [(Shock.RELATIVE, -20.0), (Shock.LOG, -20.0), (Shock.ABSOLUTE, -0.1)]
)
def test_a_linear_move_is_the_first_order_of_the_shock(shock: Shock, move: float) -> None:
    """A relative and a log shock of -0.1 both begin with -0.1 of the level; an absolute one is -0.1."""
    unit = valued(holding("AAPL"), levels(exact=False, shock=shock))
    assert unit.worth.move[0] == pytest.approx(move)


@pytest.mark.parametrize("exact", [True, False])
def test_a_factor_that_no_scenario_moves_stays_where_it_is(exact: bool) -> None:
    """A quoted price that a hypothetical scenario does not name has no P&L."""
    unit = valued(holding("AAPL"), levels(exact=exact, shocks={}))
    assert (unit.worth.now, unit.worth.move.tolist()) == (200.0, [0.0, 0.0])


def test_an_unknown_symbol_is_refused_with_what_it_is_worth_as_far_as_known() -> None:
    """Ten units at a stated 5 EUR are 62.50 USD, although no scenario is known for them."""
    failure = failed(holding("NOPE", "EUR", price=5.0), levels())
    assert (failure.reason, failure.item, failure.row) == (Reason.UNKNOWN_SYMBOL, "NOPE", 7)
    assert (failure.column, failure.value) == ("symbol", 62.5)
    assert "NOPE" in failure.message


def test_without_any_price_the_value_is_unknown() -> None:
    """Missing is not zero."""
    assert failed(holding("NOPE"), levels()).value is None


def test_a_history_without_a_price_today_is_another_reason() -> None:
    """A symbol with shocks but no quote lacks a price, not a name."""
    failure = failed(holding("AAPL"), levels(quotes={}))
    assert failure.reason is Reason.MISSING_PRICE
    assert "2026-06-30" in failure.message


def test_a_missing_pair_is_named() -> None:
    """The remedy says which series to add; the value in base currency is unknown."""
    failure = failed(holding("AAPL", "CHF", price=5.0), levels())
    assert (failure.reason, failure.value) == (Reason.MISSING_FX, None)
    assert "CHFUSD" in failure.message


def test_a_pair_with_shocks_but_without_a_quote_converts_nothing() -> None:
    """A rate of today is needed, not only its moves."""
    assert failed(holding("AAPL", "EUR"), levels(quotes={"AAPL": 200.0})).reason is Reason.MISSING_FX


def test_a_value_that_is_no_number_is_unknown() -> None:
    """An infinite stated price gives no stated value."""
    record = refused(holding("X", price=float("inf")), Reason.NOT_A_NUMBER, "text", levels(), "price")
    assert (record.value, record.message, record.column) == (None, "text", "price")


def test_failures_name_what_is_missing() -> None:
    """The column and the missing name are those of the caller."""
    assert unpriced(holding("X"), levels(), "SPX", "underlying").column == "underlying"
    assert "JPYUSD" in without_rate(holding("X"), levels(), "JPY").message


def test_levels_know_both_sides_of_a_pair() -> None:
    """A name is known by its quote or its moves, a pair from either side."""
    market = levels(quotes={"EURUSD": 1.25}, shocks={"AAPL": [0.0, 0.0]})
    assert [market.knows(name) for name in ("EURUSD", "USDEUR", "AAPL", "VOD")] == [True, True, True, False]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("shock", list(Shock))
def test_moves_lined_up_are_the_moves_of_the_set(shock: Shock, exact: bool) -> None:
    """A factor at any level, and one that no scenario moves; the slow reference is the column itself."""
    moves = FactorMoves(scenario_set(SHOCKS, shock))
    column = np.array(SHOCKS["VOD"])
    grown = 8.0 * (np.expm1(column) if shock is Shock.LOG and exact else column)
    expected = column if shock is Shock.ABSOLUTE else grown
    assert moves.moved("VOD", 8.0, exact=exact).move.tolist() == expected.tolist()
    assert ("VOD" in moves, "NOPE" in moves, moves.shock("NOPE")) == (True, False, Shock.RELATIVE)
    assert moves.moved("NOPE", 3.0, exact=exact).move.tolist() == [0.0, 0.0]
