"""The cube: every position in every scenario, what is left out of it, and its nodes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.risk.cube import Cube, Valuation, build_cube
from plimsoll.risk.factors import RiskFactor
from plimsoll.risk.failures import Reason
from plimsoll.risk.market import MarketSnapshot, Quality, Quote
from plimsoll.risk.portfolio import Instrument, Kind, OptionTerms, OptionType, Portfolio, Position
from plimsoll.risk.pricing.european import price
from plimsoll.risk.scenarios.scenario_set import ScenarioSet

TODAY = dt.date(2026, 6, 30)
SYMBOLS = ("A", "B", "C", "EURUSD")
SHOCKS = np.random.default_rng(5).normal(0.0, 0.02, (50, len(SYMBOLS)))
SCENARIOS = ScenarioSet(
    factors=tuple(RiskFactor(symbol) for symbol in SYMBOLS),
    shocks=SHOCKS,
    weights=np.full(50, 0.02),
    labels=[str(k) for k in range(50)],
    horizon_days=1,
    method="random",
    observations=50.0,
)
QUOTES = {"A": 100.0, "B": 50.0, "C": 8.0, "EURUSD": 1.25, "BROKEN": float("nan")}
SNAPSHOT = MarketSnapshot(TODAY, {name: Quote(q, Quality.OBSERVED, TODAY) for name, q in QUOTES.items()})
CALL = OptionTerms(
    type=OptionType.CALL, underlying="A", strike=105.0, expiry=dt.date(2026, 12, 30), volatility=0.3
)


def held(
    symbol: str, quantity: float, currency: str = "USD", stated: float | None = None, **attributes: str
) -> Position:
    """Return a position in an equity."""
    instrument = Instrument(symbol=symbol, currency=currency)
    return Position(instrument=instrument, quantity=quantity, price=stated, attributes=attributes)


def held_option(quantity: float, terms: OptionTerms = CALL, **attributes: str) -> Position:
    """Return a position in an option."""
    instrument = Instrument(symbol="A 105 C", currency="USD", kind=Kind.OPTION, option=terms)
    return Position(instrument=instrument, quantity=quantity, attributes=attributes)


def cube_of(
    positions: Sequence[Position], valuation: Valuation = Valuation.FULL, dtype: type = np.float64
) -> Cube:
    """Return the cube of positions in dollars."""
    return build_cube(
        Portfolio("test", tuple(positions)),
        SNAPSHOT,
        SCENARIOS,
        base_currency="USD",
        valuation=valuation,
        dtype=dtype,
    )


BOOK = (
    held("A", 10.0, sector="Tech", desk="one"),
    held("B", -20.0, "EUR", sector="Food", desk="one"),
    held_option(-3.0, sector="Tech", desk="two"),
    held("C", 5.0, sector="Tech", desk="two"),
    held("A", -4.0, desk="one"),
)


def test_values_and_vectors_are_those_of_the_positions() -> None:
    """By hand: quantity times price times exchange rate, before and in every scenario."""
    cube = cube_of(BOOK[:2])
    euro = 1.25 * (1 + SHOCKS[:, 3])
    assert cube.values.tolist() == [1000.0, -1250.0]
    assert cube.prices.tolist() == [100.0, 50.0]
    np.testing.assert_allclose(cube.pnl[0], 1000 * SHOCKS[:, 0], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(cube.pnl[1], -20 * (50 * (1 + SHOCKS[:, 1]) * euro - 62.5), atol=1e-10)


def test_options_stand_in_their_place_among_the_others() -> None:
    """The row of the option is its own revaluation, three contracts short."""
    cube = cube_of(BOOK)
    years = (CALL.expiry - TODAY).days / 365
    now, then = (price(1, spot, 105.0, years, 0.3, 0.0, 0.0) for spot in (100.0, 100 * (1 + SHOCKS[:, 0])))
    np.testing.assert_allclose(cube.pnl[2], -300 * (then - now), rtol=1e-9, atol=1e-9)
    assert cube.values[2] == pytest.approx(-300 * float(now), rel=1e-12)
    assert [one.topic for one in cube.assumptions] == ["options"]


def test_a_linear_cube_is_linear_in_the_shocks() -> None:
    """Each P&L is a fixed combination of the shocks, so least squares leaves nothing over."""
    cube = cube_of(BOOK, Valuation.DELTA)
    _, residuals, rank, _ = np.linalg.lstsq(SHOCKS, cube.pnl.T, rcond=None)
    assert rank == len(SYMBOLS)
    assert residuals.max() < 1e-18 * np.abs(cube.pnl).max() ** 2 + 1e-18


def test_full_revaluation_and_delta_agree_for_small_moves() -> None:
    """Shocks a thousand times smaller: what is left is of second order."""
    small = replace(SCENARIOS, shocks=SHOCKS / 1000)
    full, linear = (
        build_cube(Portfolio("", BOOK), SNAPSHOT, small, base_currency="USD", valuation=valuation).pnl
        for valuation in Valuation
    )
    np.testing.assert_allclose(full, linear, atol=1e-3 * np.abs(full).max())


def test_the_total_is_the_sum_of_the_parts() -> None:
    """To rounding, for both storage types."""
    for dtype in (np.float64, np.float32):
        cube = cube_of(BOOK, dtype=dtype)
        assert cube.pnl.dtype == dtype
        np.testing.assert_allclose(cube.total(), cube.pnl.astype(np.float64).sum(axis=0), rtol=1e-12)


def test_float32_storage_is_as_good_as_its_seven_digits() -> None:
    """Against the same cube in float64."""
    np.testing.assert_allclose(cube_of(BOOK, dtype=np.float32).pnl, cube_of(BOOK).pnl, rtol=1e-6)


@pytest.mark.parametrize("by", [[], ["desk"], ["desk", "sector"], ["sector", "currency", "symbol"]])
def test_nodes_at_every_depth_add_up_to_the_total(by: list[str]) -> None:
    """Every depth of the tree holds every position once."""
    cube = cube_of(BOOK)
    nodes = cube.nodes(by)
    for depth in range(len(by) + 1):
        level = list(nodes.at(depth))
        np.testing.assert_allclose(nodes.pnl[level].sum(axis=0), cube.total(), rtol=1e-11, atol=1e-11)
        assert nodes.values[level].sum() == pytest.approx(cube.values.sum())
        assert sorted(row for node in level for row in nodes.members[node]) == list(range(len(BOOK)))


def test_a_node_is_the_sum_of_its_members() -> None:
    """Second implementation: fancy indexing."""
    cube = cube_of(BOOK)
    nodes = cube.nodes(["desk", "sector"])
    for rows, pnl, value in zip(nodes.members, nodes.pnl, nodes.values, strict=True):
        np.testing.assert_allclose(pnl, cube.pnl[rows].sum(axis=0), rtol=1e-11, atol=1e-11)
        assert value == pytest.approx(cube.values[rows].sum())


def test_nodes_are_named_and_ordered_as_the_tree() -> None:
    """Parents before children, children by label, the missing label as a dash."""
    nodes = cube_of(BOOK).nodes(["desk", "sector"])
    assert nodes.paths == (
        (),
        ("one",),
        ("one", "Food"),
        ("one", "Tech"),
        ("one", "—"),
        ("two",),
        ("two", "Tech"),
    )
    assert nodes.names == ("total", "one", "Food", "Tech", "—", "two", "Tech")
    assert nodes.parents == (-1, 0, 1, 1, 1, 0, 5)
    assert nodes.counts == (5, 3, 1, 1, 1, 2, 2)


@settings(max_examples=20)
@given(st.permutations(BOOK))
def test_the_order_of_positions_is_irrelevant(positions: list[Position]) -> None:
    """Nodes and total are the same to 1e-12 of the gross size."""
    one, other = (cube_of(book).nodes(["sector", "desk"]) for book in (BOOK, positions))
    assert one.paths == other.paths
    np.testing.assert_allclose(one.pnl, other.pnl, rtol=0, atol=1e-12 * np.abs(one.pnl).max() * 10)


def test_a_flat_position_changes_nothing() -> None:
    """Quantity zero is valued, listed and worth nothing."""
    cube = cube_of([*BOOK, held("B", 0.0, sector="Tech")])
    assert len(cube.positions) == 6
    assert not cube.pnl[5].any()
    assert (cube.total() == cube_of(BOOK).total()).all()


@given(st.floats(-1e6, 1e6))
def test_a_vector_scales_with_the_quantity(quantity: float) -> None:
    """Homogeneity of degree one, what Euler's theorem rests on."""
    scaled = cube_of([held("A", quantity), held_option(quantity)])
    unit = cube_of([held("A", 1.0), held_option(1.0)])
    np.testing.assert_allclose(scaled.pnl, quantity * unit.pnl, rtol=1e-12)


def test_what_cannot_be_valued_is_listed_and_the_rest_stands() -> None:
    """One failure of each kind, in the order of the file; the numbers are those of the good ones alone."""
    bad = [
        held("NOPE", 1.0, stated=3.0),
        held("A", 1.0, "CHF"),
        held_option(1.0, replace(CALL, expiry=dt.date(2020, 1, 1))),
        held_option(1.0, replace(CALL, volatility=None)),
        held("A", float("nan")),
        held("A", 1.0, stated=float("inf")),
        held("BROKEN", 1.0),
    ]
    cube = cube_of([bad[0], BOOK[0], *bad[1:4], BOOK[1], *bad[4:]])
    assert [one.reason for one in cube.failures] == [
        Reason.UNKNOWN_SYMBOL,
        Reason.MISSING_FX,
        Reason.EXPIRED,
        Reason.MISSING_VOLATILITY,
        Reason.NOT_A_NUMBER,
        Reason.NOT_A_NUMBER,
        Reason.NOT_A_NUMBER,
    ]
    assert [one.column for one in cube.failures[4:]] == ["quantity", "price", ""]
    assert [one.value for one in cube.failures[:2]] == [3.0, None]
    assert cube.positions == BOOK[:2]
    good = cube_of(BOOK[:2])
    assert (cube.pnl == good.pnl).all()
    assert (cube.values == good.values).all()


def test_an_overflow_becomes_a_failure_without_a_warning() -> None:
    """Beyond float64 in value, beyond float32 in storage."""
    assert cube_of([held("A", 1e307)]).failures[0].reason is Reason.NOT_A_NUMBER
    assert cube_of([held("A", 1e39)], dtype=np.float32).failures[0].reason is Reason.NOT_A_NUMBER
    assert cube_of([held("A", 1e39)]).failures == ()


def test_an_exchange_rate_of_zero_is_a_failure() -> None:
    """One over zero converts nothing."""
    snapshot = MarketSnapshot(TODAY, {**SNAPSHOT.quotes, "EURUSD": Quote(0.0, Quality.OBSERVED, TODAY)})
    cube = build_cube(Portfolio("", (BOOK[0],)), snapshot, SCENARIOS, base_currency="EUR")
    assert [one.reason for one in cube.failures] == [Reason.NOT_A_NUMBER]


def test_a_price_stated_for_cash_is_not_used_and_said() -> None:
    """A price of one is no news; another one is."""
    usd = Instrument(symbol="USD", currency="USD", kind=Kind.CASH)
    euro = Instrument(symbol="EUR", currency="EUR", kind=Kind.CASH)
    cube = cube_of(
        [
            Position(instrument=usd, quantity=7.0, price=1.0),
            Position(instrument=euro, quantity=2.0, price=1.1),
        ]
    )
    assert cube.values.tolist() == [7.0, 2.5]
    assert [(one.topic, one.items) for one in cube.assumptions] == [("cash", ("EUR",))]


def test_an_empty_book_has_an_empty_cube() -> None:
    """No position, no value, no P&L, one node."""
    cube = cube_of([])
    assert cube.pnl.shape == (0, 50)
    assert not cube.total().any()
    assert cube.nodes(["desk"]).counts == (0,)


def test_a_cube_is_sealed() -> None:
    """Nothing reprices or edits in place."""
    cube = cube_of(BOOK)
    for array in (cube.pnl, cube.values, cube.prices):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_a_proxy_volatility_reaches_the_option() -> None:
    """The same value as with the volatility stated."""
    bare = Portfolio("", (held_option(1.0, replace(CALL, volatility=None)),))
    proxied = build_cube(bare, SNAPSHOT, SCENARIOS, base_currency="USD", proxy_volatility={"A": 0.3})
    assert (proxied.pnl == cube_of([held_option(1.0)]).pnl).all()


@pytest.mark.parametrize("valuation", Valuation)
@pytest.mark.parametrize("size", [5e-324, 1e-322, -1e-322, 1e-310])
def test_next_to_nothing_is_valued_like_anything(size: float, valuation: Valuation) -> None:
    """Subnormal quantities, prices and terms crash nothing: a position is valued or it is a failure."""
    positions = [
        held("A", size),
        held("A", size, "EUR"),
        held("A", 1.0, stated=size),
        held_option(size),
        held_option(1.0, replace(CALL, strike=size)),
        held_option(1.0, replace(CALL, volatility=size)),
        held_option(1.0, replace(CALL, multiplier=size)),
        held_option(1.0, replace(CALL, rate_continuous=size, dividend_yield=size)),
        replace(held_option(1.0, replace(CALL, volatility=None)), price=size),
    ]
    cube = cube_of(positions, valuation)
    assert len(cube.positions) + len(cube.failures) == len(positions)
    assert np.isfinite(cube.pnl).all()
