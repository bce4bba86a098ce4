"""Levels and their moves: the product rule and the inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.pricing.linear import Level, inverse, product, scaled

NOW = st.floats(0.01, 1e4)
SHOCK = st.floats(-0.9, 3.0)


def level(now: float, shock: float) -> Level:
    """Return a level with one scenario."""
    return Level(now, np.array([now * shock]))


@given(NOW, SHOCK, NOW, SHOCK)
def test_a_product_with_its_cross_term_is_the_product_of_the_shocked_levels(
    price: float, price_shock: float, rate: float, rate_shock: float
) -> None:
    """Closed form: (p + dp)(r + dr)."""
    converted = product(level(price, price_shock), level(rate, rate_shock), cross=True)
    expected = price * (1 + price_shock) * rate * (1 + rate_shock)
    assert converted.shocked[0] == pytest.approx(expected, rel=1e-12)


@given(NOW, SHOCK, NOW, SHOCK)
def test_without_the_cross_term_a_product_is_linear(
    price: float, price_shock: float, rate: float, rate_shock: float
) -> None:
    """The moves of a price and of a rate add up, each with the other held still."""
    both = product(level(price, price_shock), level(rate, rate_shock), cross=False)
    apart = [
        product(level(price, price_shock), level(rate, 0.0), cross=True),
        product(level(price, 0.0), level(rate, rate_shock), cross=True),
    ]
    assert both.move[0] == pytest.approx(apart[0].move[0] + apart[1].move[0], rel=1e-12, abs=1e-9)


@given(NOW, SHOCK)
def test_an_exact_inverse_is_one_over_the_shocked_level(now: float, shock: float) -> None:
    """Closed form: 1 / (x + dx); and twice inverted is where it began."""
    start = level(now, shock)
    there = inverse(start, exact=True)
    assert there.shocked[0] == pytest.approx(1 / start.shocked[0], rel=1e-12)
    assert inverse(there, exact=True).shocked[0] == pytest.approx(start.shocked[0], rel=1e-12)


def test_a_first_order_inverse_has_the_slope_of_the_exact_one() -> None:
    """Central finite difference of 1/x at 1.25."""
    up, down = (inverse(level(1.25, h), exact=True).shocked[0] for h in (1e-5, -1e-5))
    linear = inverse(level(1.25, 2e-5), exact=False).move[0]
    assert linear == pytest.approx(up - down, rel=1e-9)


def test_scaling_scales_the_level_and_its_move() -> None:
    """A pence price is a hundredth of pounds, and so is its move."""
    pounds = scaled(Level(250.0, np.array([-50.0])), 0.01)
    assert (pounds.now, pounds.move.tolist()) == (2.5, [-0.5])
