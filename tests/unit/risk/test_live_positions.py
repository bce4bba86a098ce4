"""What a position listens to, and what it is without its stated price."""

from dataclasses import replace

import pytest

from live_books import KINDS, SNAPSHOT, scenarios
from plimsoll.risk.cube import value_positions
from plimsoll.risk.live_positions import factors_of, following
from plimsoll.risk.market import MarketSnapshot
from plimsoll.risk.portfolio import Position
from plimsoll.risk.valuation import Levels

MARKET = Levels(SNAPSHOT, scenarios(3), base_currency="USD", exact=True)


@pytest.mark.parametrize(
    "position", KINDS, ids=lambda one: f"{one.instrument.symbol} {one.instrument.currency}"
)
def test_a_position_listens_to_what_moves_its_value(position: Position) -> None:
    """Second implementation: double each quote in turn and see whether the value is another."""
    free = replace(position, price=None)
    if free.instrument.option is not None and free.instrument.option.volatility is None:
        free = position
    names = {
        name
        for name, quote in SNAPSHOT.quotes.items()
        if _value(
            free,
            replace(SNAPSHOT, quotes={**SNAPSHOT.quotes, name: replace(quote, level=quote.level * 1.01)}),
        )
        != _value(free, SNAPSHOT)
    }
    assert names <= set(factors_of(position, MARKET))
    assert set(factors_of(position, MARKET)) - names <= {"AAA"}


def _value(position: Position, snapshot: MarketSnapshot) -> float:
    levels = Levels(snapshot, scenarios(3), base_currency="USD", exact=True)
    return float(value_positions([position], levels, {"BBB": 0.4}).values[0])


def test_positions_without_a_stated_price_have_nothing_to_let_go_of() -> None:
    """Nor has cash, whatever is stated for it."""
    assert [following(one, MARKET) for one in KINDS if one.price is None] == [None] * sum(
        one.price is None for one in KINDS
    )
    cash = next(one for one in KINDS if one.instrument.symbol == "EUR")
    assert following(replace(cash, price=2.0), MARKET) is None


def test_a_price_without_a_market_stays() -> None:
    """No tick will ever come for it."""
    share = replace(KINDS[0], price=7.0, instrument=replace(KINDS[0].instrument, symbol="NOPE"))
    assert following(share, MARKET) is None
    assert factors_of(share, MARKET) == ()
