"""Live rows: a price times an exchange rate at new levels, with the bits of a full valuation."""

import numpy as np
import pytest

from live_books import KINDS, LEVELS, SNAPSHOT, scenarios
from plimsoll.risk.cube import value_positions
from plimsoll.risk.live_rows import LARGEST, LiveRows
from plimsoll.risk.market import MarketSnapshot, Quality, Quote
from plimsoll.risk.portfolio import Instrument, Position
from plimsoll.risk.valuation import FactorMoves, Levels

MOVES = FactorMoves(scenarios(30))
NAMES = {name: place for place, name in enumerate(LEVELS)}


def market(levels: list[float], *, exact: bool) -> Levels:
    """Return the levels of the tests' factors."""
    quotes = {
        name: Quote(level, Quality.OBSERVED, SNAPSHOT.as_of)
        for name, level in zip(LEVELS, levels, strict=True)
    }
    return Levels(MarketSnapshot(SNAPSHOT.as_of, quotes), MOVES, base_currency="USD", exact=exact)


@pytest.mark.parametrize("exact", [True, False])
def test_vectors_and_values_follow_the_levels(exact: bool) -> None:
    """Every linear kind, at home and abroad, at the first levels and at others."""
    positions = [
        Position(instrument=one.instrument, quantity=float(k + 1), price=one.price)
        for k, one in enumerate(KINDS)
    ]
    quotes = np.array(list(LEVELS.values()))
    rows = list(np.empty((len(positions), 30)))
    linear = LiveRows(positions, market(quotes.tolist(), exact=exact), MOVES, NAMES, quotes, rows)
    symbols = [positions[k].instrument.symbol for k in linear.covered.tolist()]
    assert symbols == ["AAA", "BBB", "LOGS", "STILL", "AAA", "BBB", "LOGS", "EURUSD"]
    for factor in (1.0, 1.07):
        quotes *= factor
        levels = market(quotes.tolist(), exact=exact)
        linear.take_rates(["EUR", "GBX", "JPY", "CHF"], levels)
        linear.revalue(linear.covered.tolist())
        expected = value_positions(positions, levels, {})
        assert np.array_equal(linear.values(), expected.values[linear.covered])
        for k in linear.covered.tolist():
            assert np.array_equal(rows[k], expected.pnl[k])


def test_quantities_that_could_overflow_are_left_to_others() -> None:
    """Products with them are not finite for sure."""
    held = [
        Position(instrument=Instrument(symbol="AAA", currency="USD"), quantity=quantity)
        for quantity in (LARGEST, 2 * LARGEST)
    ]
    quotes = np.array(list(LEVELS.values()))
    rows = list(np.empty((2, 30)))
    linear = LiveRows(held, market(quotes.tolist(), exact=True), MOVES, NAMES, quotes, rows)
    assert linear.covered.tolist() == [0]
