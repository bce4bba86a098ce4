"""The live book: after any ticks it is what a full recompute would be, bit for bit."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from live_books import (
    BOOKS,
    KINDS,
    LEVELS,
    PROXIES,
    SNAPSHOT,
    TREES,
    scenarios,
    scenarios_of,
    wide_portfolio,
)
from plimsoll.risk.cube import Nodes, Valuation, build_cube
from plimsoll.risk.live import LiveBook
from plimsoll.risk.portfolio import Portfolio, Position
from plimsoll.risk.pricing.greeks import greeks

_BAD = [math.nan, math.inf, -math.inf, -1.0, 0.0, 1e308, 5e-324]
_LEVELS = st.one_of(st.floats(0.2, 5.0), st.just(1.0), st.sampled_from(_BAD))
_TICKS = st.tuples(st.sampled_from(sorted(LEVELS)), _LEVELS)
_BATCHES = st.lists(st.lists(_TICKS, max_size=6), min_size=1, max_size=4)


def live(portfolio: Portfolio, by: list[str], size: int, valuation: Valuation = Valuation.FULL) -> LiveBook:
    """Return a live book in the market of the tests."""
    return LiveBook(
        portfolio,
        SNAPSHOT,
        scenarios(size),
        base_currency="USD",
        by=by,
        valuation=valuation,
        proxy_volatility=PROXIES,
    )


def assert_equal_to_a_full_recompute(book: LiveBook, valuation: Valuation = Valuation.FULL) -> None:
    """Compare every vector and value with those of build_cube on the book's snapshot."""
    cube = build_cube(
        book.portfolio,
        book.snapshot,
        book.scenarios,
        base_currency="USD",
        valuation=valuation,
        proxy_volatility=PROXIES,
    )
    assert cube.failures == ()
    expected, found = cube.nodes(book.by), book.nodes
    assert_same_nodes(found, expected)
    assert np.array_equal(book.values, cube.values)
    assert np.array_equal(book.total(), cube.total())


def assert_same_nodes(found: Nodes, expected: Nodes) -> None:
    """Compare all that nodes consist of."""
    assert found.paths == expected.paths
    assert found.parents == expected.parents
    assert all(map(np.array_equal, found.members, expected.members))
    assert np.array_equal(found.values, expected.values)
    assert np.array_equal(found.pnl, expected.pnl)


@settings(max_examples=60, deadline=None)
@given(BOOKS, TREES, st.sampled_from([1, 2, 7, 40]), st.sampled_from(Valuation), _BATCHES, st.booleans())
def test_ticks_lead_to_what_a_full_recompute_gives(
    portfolio: Portfolio,
    by: list[str],
    size: int,
    valuation: Valuation,
    batches: list[list[tuple[str, float]]],
    arrays: bool,
) -> None:
    """Any book, tree, order and batch of ticks, good and bad: equal to build_cube and nodes, bit for bit.

    Whether somebody reads between them makes no difference.
    """
    try:
        book, unread = live(portfolio, by, size, valuation), live(portfolio, by, size, valuation)
    except ValueError:
        reject()
    assert_equal_to_a_full_recompute(book, valuation)
    for batch in batches:
        before, levels = book.nodes, {name: q.level for name, q in book.snapshot.quotes.items()}
        known = [
            (name, factor * levels[name] if math.isfinite(factor) else factor)
            for name, factor in batch
            if name in book.names
        ]
        if arrays:
            touched = book.tick_many([book.names.index(n) for n, _ in known], [level for _, level in known])
        else:
            touched = book.tick(dict(known))
        unread.tick_many([book.names.index(n) for n, _ in known], [level for _, level in known])
        assert_equal_to_a_full_recompute(book, valuation)
        now = {name: quote.level for name, quote in book.snapshot.quotes.items()}
        for name, level in now.items():
            wanted = [level for ticked, level in known if ticked == name]
            if name in book.refused:
                assert level in (levels[name], *wanted)
            else:
                assert level == [levels[name], *wanted][-1]
        changed = np.flatnonzero((book.nodes.pnl != before.pnl).any(axis=1)).tolist()
        assert set(changed) <= touched
    if arrays:  # of several ticks of one factor a mapping holds the last, good or bad
        assert_same_nodes(unread.nodes, book.nodes)
        assert np.array_equal(unread.total(), book.total())


def _moved(book: LiveBook, seed: int, size: int) -> tuple[list[int], list[float]]:
    generator = np.random.default_rng(seed)
    indices = generator.integers(0, len(book.names), size)
    return indices.tolist(), generator.uniform(50, 150, size).tolist()


@pytest.mark.parametrize(("size", "count", "by"), [(700, 2000, ["desk"]), (300, 5000, [])])
def test_large_leaves_are_added_up_in_the_same_pieces(size: int, count: int, by: list[str]) -> None:
    """Hundreds of rows in a leaf and thousands of scenarios: sums are cut as in a full recompute."""
    portfolio, snapshot = wide_portfolio(size)
    names = tuple(snapshot.quotes)
    book = LiveBook(portfolio, snapshot, scenarios_of(names, count), base_currency="USD", by=by)
    for seed, ticks in enumerate((1, 9, 400)):
        book.tick_many(*_moved(book, seed, ticks))
        assert_equal_to_a_full_recompute(book)


def test_a_tick_touches_its_positions_and_the_nodes_above_them() -> None:
    """A share that is held twice and is the underlying of an option; an exchange rate of half the book."""
    held = tuple(
        one for one in KINDS if one.instrument.symbol in ("AAA", "AAA 105", "BBB") and one.price is None
    )
    book = live(Portfolio("", held), ["symbol", "currency"], 5)
    paths = book.nodes.paths
    assert {paths[k] for k in book.tick({"AAA": 101.0})} == {
        (),
        ("AAA",),
        ("AAA", "EUR"),
        ("AAA", "USD"),
        ("AAA 105",),
        ("AAA 105", "USD"),
    }
    assert {paths[k] for k in book.tick({"EURUSD": 1.2})} == {(), ("AAA",), ("AAA", "EUR")}
    assert book.tick({}) == frozenset()


def _refusals(levels: Mapping[str, float], symbols: tuple[str, ...]) -> dict[str, str]:
    book = live(Portfolio("", tuple(one for one in KINDS if one.instrument.symbol in symbols)), [], 5)
    before = book.nodes
    book.tick(levels)
    assert_same_nodes(book.nodes, before)
    return {name: one.message for name, one in book.refused.items()}


def test_a_price_that_cannot_be_is_refused_and_the_last_stands() -> None:
    """NaN, infinity, a negative share, a rate or an underlying of zero; each with its reason."""
    above = "it must be a number above zero"
    assert _refusals({"AAA": -1.0}, ("AAA", "AAA 105")) == {"AAA": above}
    assert _refusals({"LOGS": math.nan}, ("LOGS",)) == {"LOGS": "it must be a number, zero or above"}
    assert _refusals({"LOGS": -1.0}, ("LOGS",)) == {"LOGS": "it must be a number, zero or above"}
    assert _refusals({"USDJPY": 0.0}, ("LOGS",)) == {"USDJPY": above}
    assert _refusals({"AAA": 0.0}, ("AAA 105",)) == {"AAA": above}
    assert _refusals({"EURUSD": 0.0}, ("EURUSD",)) == {"EURUSD": above}


def test_a_level_at_which_a_position_has_no_value_is_refused() -> None:
    """A rate whose inverse is infinite, alone and beside a good price; the good one counts."""
    text = "a position could not be valued at it"
    assert _refusals({"USDJPY": 5e-324}, ("LOGS",)) == {"USDJPY": text}


def test_a_tick_takes_the_place_of_a_stated_price() -> None:
    """Until it comes the position stands where somebody put it; a refused tick changes nothing."""
    share = next(one for one in KINDS if one.price == 90.0)
    book = live(Portfolio("", (share,)), [], 5)
    book.tick({"AAA": math.nan})
    assert book.values.tolist() == [90.0]
    book.tick({"AAA": 101.0})
    assert book.values.tolist() == [101.0]
    assert book.portfolio.positions[0].price is None
    assert_equal_to_a_full_recompute(book)


def test_an_option_goes_on_from_its_stated_price() -> None:
    """At the first tick it keeps the volatility that the price implies: a small move is delta times it."""
    held = next(one for one in KINDS if one.price == 9.0)
    book = live(Portfolio("", (held,)), [], 5)
    book.tick({"AAA": 100.0})
    assert book.values.tolist() == pytest.approx([900.0], rel=1e-10)
    book.tick({"AAA": 100.01})
    terms = book.portfolio.positions[0].instrument.option
    assert terms is not None
    assert terms.volatility is not None
    delta = greeks(1, 100.0, 100.0, 183 / 365, terms.volatility, 0.03, 0.01).delta
    assert book.values[0] - 900.0 == pytest.approx(100 * 0.01 * float(delta), rel=1e-3)
    assert_equal_to_a_full_recompute(book)


def test_a_stated_price_that_no_volatility_gives_stays() -> None:
    """The option states both; its value is the stated one, and its moves follow the underlying."""
    terms = KINDS[16].instrument
    held = Position(instrument=terms, quantity=1.0, price=500.0)
    book = live(Portfolio("", (held,)), [], 5)
    before = book.nodes.pnl
    book.tick({"AAA": 90.0})
    assert book.values.tolist() == [500.0 * 100.0]
    assert not np.array_equal(book.nodes.pnl, before)
    assert_equal_to_a_full_recompute(book)


def test_a_price_that_moves_by_differences_may_be_negative() -> None:
    """Oil closed at -36.98 on 2020-04-20; its factor has absolute shocks."""
    book = live(Portfolio("", tuple(one for one in KINDS if one.instrument.symbol == "OIL")), [], 5)
    book.tick({"OIL": -36.98})
    assert book.refused == {}
    assert_equal_to_a_full_recompute(book)


def test_only_factors_that_a_position_depends_on_are_listened_to() -> None:
    """A stated price waits for the market's, dollars in a book in dollars need none; others are unknown."""
    book = live(Portfolio("", (KINDS[7], KINDS[14], KINDS[13], KINDS[10])), [], 3)
    assert book.names == ("AAA", "LOGS", "USDJPY")
    with pytest.raises(KeyError):
        book.tick({"BBB": 1.0})
    with pytest.raises(IndexError):
        book.tick_many([-1], [1.0])


def test_a_book_without_a_value_is_refused() -> None:
    """There would be nothing to add up."""
    with pytest.raises(ValueError, match="no position of live can be valued"):
        live(Portfolio("live", ()), [], 3)
