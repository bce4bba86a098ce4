"""Options of a book: their volatility, its origin, and their value in every scenario."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor
from plimsoll.risk.failures import Reason
from plimsoll.risk.market import MarketSnapshot, Quality, Quote
from plimsoll.risk.option_valuation import OptionBook, Origin, option_book, value_options
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Position
from plimsoll.risk.pricing.european import price
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.valuation import Levels, UnitValue

TODAY = dt.date(2026, 6, 30)
NEXT_YEAR = dt.date(2027, 6, 30)
CALL = OptionTerms(
    type=OptionType.CALL,
    underlying="SPX",
    strike=100.0,
    expiry=NEXT_YEAR,
    volatility=0.2,
    rate_continuous=0.03,
)
PUT = replace(CALL, type=OptionType.PUT, strike=90.0)
SHOCKS = np.array([[-0.2, 0.1], [0.0, 0.0], [0.3, -0.1]])
SPOTS = 100.0 * (1 + SHOCKS[:, 0])


def market(*, exact: bool = True, spot: float = 100.0, shocks: NDArray[np.float64] = SHOCKS) -> Levels:
    """Return three scenarios of an index and of the euro."""
    quotes = {"SPX": spot, "EURUSD": 1.25}
    snapshot = MarketSnapshot(TODAY, {name: Quote(q, Quality.OBSERVED, TODAY) for name, q in quotes.items()})
    scenarios = ScenarioSet(
        factors=(RiskFactor("SPX"), RiskFactor("EURUSD")),
        shocks=shocks,
        weights=np.full(3, 1 / 3),
        labels=["down", "flat", "up"],
        horizon_days=1,
        method="three",
        observations=3.0,
    )
    return Levels(snapshot, scenarios, base_currency="USD", exact=exact)


def option(
    terms: OptionTerms = CALL, *, symbol: str = "O", currency: str = "USD", stated: float | None = None
) -> Position:
    """Return one contract."""
    instrument = Instrument(symbol=symbol, currency=currency, kind=Kind.OPTION, option=terms)
    return Position(instrument=instrument, quantity=1.0, price=stated, row=3)


def values(book: OptionBook, levels: Levels) -> dict[int, UnitValue]:
    """Return the values of all contracts by index."""
    return dict(value_options(book.contracts, levels))


def one_value(position: Position, levels: Levels) -> UnitValue:
    """Return the value of an option that has one."""
    return values(option_book([position], levels, {}), levels)[0]


def reason(position: Position, levels: Levels) -> tuple[Reason, str]:
    """Return why an option has no value, and the column to blame."""
    failure = option_book([position], levels, {}).failures[0]
    return failure.reason, failure.column


@pytest.mark.parametrize(("terms", "sign"), [(CALL, 1), (PUT, -1)])
def test_an_option_is_revalued_on_the_moved_underlying(terms: OptionTerms, sign: int) -> None:
    """The plain price function, one scenario at a time, times a hundred."""
    unit = one_value(option(terms), market())
    now = float(price(sign, 100.0, terms.strike, 1.0, 0.2, 0.03, 0.0))
    then = price(sign, SPOTS, terms.strike, 1.0, 0.2, 0.03, 0.0)
    assert unit.price == pytest.approx(now, rel=1e-12)
    assert unit.worth.now == pytest.approx(100 * now, rel=1e-12)
    assert unit.worth.move == pytest.approx(100 * (then - now), rel=1e-10)


def test_the_multiplier_and_the_exchange_rate_scale_the_value() -> None:
    """By hand: ten units at 1.25 USD per EUR, at 1.375 in the first scenario and 1.125 in the last."""
    unit = one_value(option(replace(CALL, multiplier=10.0), currency="EUR"), market())
    then = price(1, SPOTS, 100.0, 1.0, 0.2, 0.03, 0.0)
    assert unit.worth.shocked == pytest.approx(10 * then * np.array([1.375, 1.25, 1.125]), rel=1e-10)


def test_a_linear_value_is_delta_times_the_move() -> None:
    """Delta by a central finite difference of the price function."""
    unit = one_value(option(), market(exact=False))
    up, down = (float(price(1, spot, 100.0, 1.0, 0.2, 0.03, 0.0)) for spot in (100.01, 99.99))
    delta = (up - down) / 0.02
    assert unit.worth.move == pytest.approx(100 * delta * 100 * SHOCKS[:, 0], rel=1e-6)


def test_a_stated_price_is_kept_and_moves_as_the_model_does() -> None:
    """With price and volatility the value is the price, and the P&L that of the volatility."""
    kept, model = (one_value(option(stated=stated), market()) for stated in (9.0, None))
    assert (kept.price, kept.worth.now) == (9.0, 900.0)
    assert kept.worth.move == pytest.approx(model.worth.move, rel=1e-12)


@pytest.mark.parametrize("terms", [CALL, replace(CALL, expiry=TODAY)])
def test_a_stated_price_far_from_the_model_is_said_and_a_loss_ends_at_it(terms: OptionTerms) -> None:
    """An option at a stated price loses at most that price, and the disagreement is an assumption."""
    levels = market()
    book = option_book([option(terms, stated=0.5 if terms is CALL else 5.0)], levels, {})
    unit = values(book, levels)[0]
    assert unit.worth.shocked.min() >= 0.0
    assert any("correct the price or the volatility" in note.text for note in book.assumptions)
    fair = one_value(option(CALL), levels).price
    agreed = option_book([option(CALL, stated=1.05 * fair)], levels, {})
    assert not any("correct the price" in note.text for note in agreed.assumptions)


def test_a_stated_price_implies_the_volatility() -> None:
    """The price at 35 % gives 35 % back, and the report says that it was implied."""
    stated = float(price(1, 100.0, 100.0, 1.0, 0.35, 0.03, 0.0))
    book = option_book([option(replace(CALL, volatility=None), stated=stated)], market(), {"SPX": 0.2})
    assert book.contracts[0].origin is Origin.IMPLIED
    assert book.contracts[0].volatility == pytest.approx(0.35, rel=1e-10)
    assert any("implies" in one.text and one.items == ("O",) for one in book.assumptions)


def test_a_proxy_is_the_last_resort_and_names_its_number() -> None:
    """Without volatility or price that of the underlying is taken and recorded, once for each underlying."""
    bare = replace(CALL, volatility=None)
    positions = [option(bare, symbol="A"), option(bare, symbol="B"), option(symbol="C")]
    book = option_book(positions, market(), {"SPX": 0.243})
    assert [one.origin for one in book.contracts] == [Origin.PROXY, Origin.PROXY, Origin.STATED]
    proxied = [one for one in book.assumptions if "24.3%" in one.text]
    assert [one.items for one in proxied] == [("A", "B")]
    assert proxied[0].topic == "options"


def test_what_stays_still_is_said_once() -> None:
    """Any number of options, one sentence; none without options."""
    book = option_book([option(), option(PUT)], market(), {})
    assert len([one for one in book.assumptions if "stay as they are" in one.text]) == 1
    assert option_book([], market(), {}) == OptionBook((), {})


def test_a_linear_valuation_says_that_it_leaves_curvature_out() -> None:
    """The report must not look like full revaluation."""
    book = option_book([option()], market(exact=False), {})
    assert any("delta" in one.text for one in book.assumptions)


def test_without_any_volatility_an_option_fails() -> None:
    """The remedy names all three ways out."""
    book = option_book([option(replace(CALL, volatility=None))], market(), {"NDX": 0.2})
    failure = book.failures[0]
    assert (failure.reason, failure.column, failure.row) == (Reason.MISSING_VOLATILITY, "volatility", 3)
    assert "volatility or a price" in failure.message
    assert book.contracts == ()


@pytest.mark.parametrize("stated", [0.0, 150.0, -1.0, 2.0])
def test_a_price_that_no_volatility_gives_fails(stated: float) -> None:
    """The message states the bounds: for this call 100 - 100·exp(-0.03) = 2.95545 and 100."""
    book = option_book([option(replace(CALL, volatility=None), stated=stated)], market(), {"SPX": 0.2})
    failure = book.failures[0]
    assert (failure.reason, failure.column) == (Reason.MISSING_VOLATILITY, "price")
    assert "between 2.95545 and 100" in failure.message
    assert failure.value == 100 * stated


@pytest.mark.parametrize("volatility", [-0.1, float("nan"), float("inf")])
def test_a_stated_volatility_must_make_sense(volatility: float) -> None:
    """It is refused, not replaced by a proxy."""
    position = option(replace(CALL, volatility=volatility))
    assert reason(position, market()) == (Reason.MISSING_VOLATILITY, "volatility")


def test_an_expired_option_fails_the_day_after_its_expiry() -> None:
    """Yesterday's expiry is refused, with the stated value of 100 · 4 recorded."""
    position = option(replace(CALL, expiry=dt.date(2026, 6, 29)), stated=4.0)
    failure = option_book([position], market(), {}).failures[0]
    assert (failure.reason, failure.column, failure.value) == (Reason.EXPIRED, "expiry", 400.0)


@pytest.mark.parametrize("exact", [True, False])
def test_on_the_day_of_expiry_an_option_is_worth_its_intrinsic_value(exact: bool) -> None:
    """Closed form: max(S - K, 0), without any volatility; deep in the money its delta is one."""
    terms = replace(CALL, strike=60.0, expiry=TODAY, volatility=None)
    unit = one_value(option(terms), market(exact=exact))
    assert unit.price == pytest.approx(40.0)
    assert unit.worth.move == pytest.approx([-2000.0, 0.0, 3000.0], abs=1e-9)


def test_an_option_out_of_the_money_dies_on_its_last_day() -> None:
    """Worth nothing, and only a rise above the strike gives it value."""
    terms = replace(CALL, strike=120.0, expiry=TODAY)
    unit = one_value(option(terms), market())
    assert unit.worth.now == 0.0
    assert unit.worth.move == pytest.approx([0.0, 0.0, 1000.0])


def test_an_unknown_underlying_is_named() -> None:
    """The item is the option, the message says which name has no prices."""
    book = option_book([option(replace(CALL, underlying="NOPE"))], market(), {})
    failure = book.failures[0]
    assert (failure.reason, failure.item, failure.column) == (Reason.UNKNOWN_SYMBOL, "O", "underlying")
    assert "NOPE" in failure.message


def test_an_option_in_a_currency_without_a_rate_fails() -> None:
    """As any other position does."""
    assert reason(option(currency="CHF"), market()) == (Reason.MISSING_FX, "currency")


@pytest.mark.parametrize(
    "terms",
    [
        replace(CALL, strike=float("nan")),
        replace(CALL, strike=0.0),
        replace(CALL, strike=-5.0),
        replace(CALL, multiplier=float("inf")),
        replace(CALL, rate_continuous=float("nan")),
        replace(CALL, dividend_yield=float("inf")),
    ],
)
def test_terms_that_are_no_sensible_numbers_fail(terms: OptionTerms) -> None:
    """They never reach the pricing function."""
    assert reason(option(terms), market())[0] is Reason.NOT_A_NUMBER


@pytest.mark.parametrize("spot", [0.0, -3.0, float("nan")])
def test_an_underlying_without_a_positive_price_fails(spot: float) -> None:
    """A lognormal underlying is above zero."""
    assert reason(option(), market(spot=spot))[0] is Reason.NOT_A_NUMBER


def test_a_shock_below_zero_is_valued_at_zero_and_said() -> None:
    """A put cannot gain more than its discounted strike: 90·exp(-0.03)."""
    levels = market(shocks=np.array([[-1.5, 0.0], [0.0, 0.0], [0.1, 0.0]]))
    book = option_book([option(PUT)], levels, {})
    unit = values(book, levels)[0]
    assert unit.worth.shocked[0] == pytest.approx(100 * 90 * np.exp(-0.03), rel=1e-10)
    assert any("below zero" in one.text and one.items == ("SPX",) for one in book.assumptions)


def test_other_kinds_are_passed_over_and_keep_their_places() -> None:
    """Indices are those of the portfolio."""
    share = Position(instrument=Instrument(symbol="SPX", currency="USD"), quantity=1.0)
    levels = market()
    book = option_book([share, option(), share, option(PUT)], levels, {})
    assert sorted(values(book, levels)) == [1, 3]


def test_options_on_a_pair_are_found_from_either_side() -> None:
    """A call on USDEUR is priced on one over EURUSD: 0.8."""
    terms = replace(CALL, underlying="USDEUR", strike=0.8, rate_continuous=0.0)
    unit = one_value(option(terms, currency="EUR"), market())
    assert unit.price == pytest.approx(float(price(1, 0.8, 0.8, 1.0, 0.2, 0.0, 0.0)), rel=1e-12)


def test_options_share_the_path_of_their_underlying() -> None:
    """A thousand options on one index hold one vector of it, not a thousand."""
    positions = [option(), option(PUT), option(replace(CALL, underlying="EURUSD", strike=1.2))]
    first, second, other = (one.spot for one in option_book(positions, market(), {}).contracts)
    assert first is second
    assert first is not other


def test_a_book_of_many_options_is_valued_like_each_alone() -> None:
    """A block of one option each, on 2,100,000 scenarios, gives what they give together on three."""
    many = 2_100_000
    shocks = np.zeros((many, 1))
    shocks[:3, 0] = SHOCKS[:, 0]
    snapshot = MarketSnapshot(TODAY, {"SPX": Quote(100.0, Quality.OBSERVED, TODAY)})
    wide = ScenarioSet(
        (RiskFactor("SPX"),), shocks, np.full(many, 1 / many), [""] * many, 1, "many", float(many)
    )
    levels = Levels(snapshot, wide, base_currency="USD", exact=True)
    found = values(option_book([option(), option(PUT), option()], levels, {}), levels)
    for index, terms in enumerate((CALL, PUT, CALL)):
        alone = one_value(option(terms), market())
        assert found[index].worth.move[:3] == pytest.approx(alone.worth.move, rel=1e-12)
