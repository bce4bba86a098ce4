"""Implied volatility: round trips, an exact oracle in the corners, QuantLib, and what has no answer."""

from decimal import Decimal, localcontext
from math import sqrt

import numpy as np
import pytest
import QuantLib
from hypothesis import assume, given
from hypothesis import strategies as st

from plimsoll.risk.pricing.european import price
from plimsoll.risk.pricing.greeks import greeks
from plimsoll.risk.pricing.implied_volatility import implied_volatility

EPSILON = float(np.finfo(float).eps)
rates = st.floats(-0.05, 0.20)


def exact_pi() -> Decimal:
    """Return π by Machin's formula, to the precision of the context."""

    def arctan_of_inverse(n: int) -> Decimal:
        term, total, k = Decimal(1) / n, Decimal(0), 0
        while total + term != total:
            total += term / (2 * k + 1) * (-1) ** k
            term /= n * n
            k += 1
        return total

    return 16 * arctan_of_inverse(5) - 4 * arctan_of_inverse(239)


def exact_normal(d: Decimal, pi: Decimal) -> Decimal:
    """Return the normal distribution function: ½ + φ(d) · (d + d³/3 + d⁵/15 + …)."""
    term = total = d
    odd = 1
    while total + term != total:
        odd += 2
        term *= d * d / odd
        total += term
    return Decimal("0.5") + (-d * d / 2).exp() / (2 * pi).sqrt() * total


def exact_call(forward: float, strike: float, deviation: float) -> float:
    """Return the undiscounted Black price of a call from 800 digits, correctly rounded."""
    with localcontext() as context:
        context.prec = 800
        f, k, s = Decimal(forward), Decimal(strike), Decimal(deviation)
        d1 = (f / k).ln() / s + s / 2
        pi = exact_pi()
        return float(f * exact_normal(d1, pi) - k * exact_normal(d1 - s, pi))


# Forward, strike and deviation of calls out of the money or at it, with what they cost.
CORNERS = [
    (100.0, 100.0, 1e-9),  # 4e-8: no time left
    (100.0, 100.0, 0.5),
    (100.0, 100.0, 4.0),  # 95.4: close to its bound
    (100.0, 100.0 * (1 + 1e-12), 1e-9),
    (100.0, 100.0001, 1e-6),  # a millionth away with a deviation of a millionth
    (100.0, 100.0001, 2e-7),  # five deviations away
    (100.0, 105.0, 0.01),
    (100.0, 105.0, 0.002),  # 24 deviations away
    (100.0, 150.0, 0.05),
    (100.0, 150.0, 0.011),  # 37 deviations away: 1e-297
    (100.0, 200.0, 0.8),
    (100.0, 200.0, 3.0),
    (1.0, 1e6, 0.5),  # 1e-165
    (1.0, 1e6, 6.0),
    (1e-3, 1e9, 8.0),
]


@pytest.mark.parametrize(("forward", "strike", "deviation"), CORNERS)
def test_corners(forward: float, strike: float, deviation: float) -> None:
    """A correctly rounded price, however small, gives its volatility back to 14 digits, if it holds them."""
    value = exact_call(forward, strike, deviation)
    assert value > 0
    found = implied_volatility(1, value, forward, strike, 0.25, 0.0, 0.0)
    # What it cannot hold: forward over strike is known to an ulp, and so is the price against its bound.
    lost = EPSILON * (1 / max(abs(np.log(forward / strike)), deviation) + 1 / (1 - value / forward))
    assert found / 2 == pytest.approx(deviation, rel=1e-14 + 4 * lost)


@pytest.mark.parametrize(("forward", "strike", "deviation"), CORNERS)
def test_price_error_is_as_documented(forward: float, strike: float, deviation: float) -> None:
    """The plain formula is within 2e-15 of forward and strike of the exact price."""
    value = price(1, forward, strike, 1.0, deviation, 0.0, 0.0)
    assert value == pytest.approx(exact_call(forward, strike, deviation), abs=2e-15 * (forward + strike))


@given(
    sign=st.sampled_from([1, -1]),
    spot=st.floats(0.01, 10_000.0),
    log_moneyness=st.floats(-2.0, 2.0),
    years=st.floats(1e-4, 30.0),
    volatility=st.floats(0.01, 3.0),
    rate=rates,
    dividend_yield=rates,
)
def test_round_trip(
    sign: int,
    spot: float,
    log_moneyness: float,
    years: float,
    volatility: float,
    rate: float,
    dividend_yield: float,
) -> None:
    """A price implies the volatility it was made with, up to what the rounding of the price has erased."""
    strike = spot * float(np.exp(log_moneyness))
    value = price(sign, spot, strike, years, volatility, rate, dividend_yield)
    vega = greeks(sign, spot, strike, years, volatility, rate, dividend_yield).vega
    received, owed = spot * np.exp(-dividend_yield * years), strike * np.exp(-rate * years)
    erased = 8 * EPSILON * (received + owed)
    assume(erased < 1e-3 * volatility * vega)
    found = implied_volatility(sign, value, spot, strike, years, rate, dividend_yield)
    assert found == pytest.approx(volatility, rel=1e-13, abs=2 * erased / vega)


def test_round_trip_where_listed_options_live() -> None:
    """For options worth a ten-thousandth of their strike or more the round trip closes to 1e-12 relative."""
    rng = np.random.default_rng(5)
    count = 20_000
    spot, sign = rng.uniform(1.0, 500.0, count), rng.choice([-1, 1], count)
    terms = (spot * np.exp(0.2 * sign * rng.random(count)), rng.uniform(0.02, 3.0, count))
    vol, rest = rng.uniform(0.05, 1.0, count), (0.03, 0.01)
    value = price(sign, spot, *terms, vol, *rest)
    traded = value > 1e-4 * terms[0]
    assert traded.sum() > 15_000
    found = implied_volatility(sign, value, spot, *terms, *rest)
    np.testing.assert_allclose(found[traded], vol[traded], rtol=1e-12)


def test_quantlib_agrees() -> None:
    """QuantLib's Newton search finds the same deviation, as far as it searches."""
    rng = np.random.default_rng(8)
    for _ in range(300):
        sign, strike = int(rng.choice([-1, 1])), 100.0
        forward, deviation = float(100.0 * np.exp(rng.normal(0.0, 0.3))), float(rng.uniform(0.1, 1.0))
        kind = QuantLib.Option.Call if sign > 0 else QuantLib.Option.Put
        value = QuantLib.blackFormula(kind, strike, forward, deviation, 0.95)
        theirs = QuantLib.blackFormulaImpliedStdDev(
            kind, strike, forward, value, 0.95, 0.0, deviation, 1e-13, 500
        )
        rate = -np.log(0.95) / 2
        found = implied_volatility(sign, value, forward, strike, 2.0, rate, rate)
        assert found * sqrt(2.0) == pytest.approx(theirs, rel=1e-8)


def test_haug() -> None:
    """Haug's printed price of 2.1334 (see test_european) implies his volatility of 30 %, to his digits."""
    assert implied_volatility(1, 2.1334, 60.0, 65.0, 0.25, 0.08, 0.0) == pytest.approx(0.30, abs=1e-5)


def test_in_the_money_like_out_of_it() -> None:
    """A call and a put at the same strike imply the same volatility, by parity."""
    strikes = np.linspace(60.0, 160.0, 11)
    call, put = (price(sign, 100.0, strikes, 0.5, 0.4, 0.05, 0.02) for sign in (1, -1))
    for sign, value in ((1, call), (-1, put)):
        found = implied_volatility(sign, value, 100.0, strikes, 0.5, 0.05, 0.02)
        np.testing.assert_allclose(found, 0.4, rtol=1e-12)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_lower_bound_is_zero(sign: int) -> None:
    """The discounted intrinsic value, in the money and out of it, implies a volatility of zero."""
    spots = np.array([50.0, 90.0, 110.0, 400.0])
    bound = price(sign, spots, 100.0, 2.0, 0.0, 0.05, 0.02)
    np.testing.assert_array_equal(implied_volatility(sign, bound, spots, 100.0, 2.0, 0.05, 0.02), 0.0)


def test_beyond_the_bounds_there_is_none() -> None:
    """No volatility gives less than the intrinsic value, or as much as the spot or the strike."""
    low, spots = [19.999, 9.999, -1e-9, -1.0], [120.0, 90.0, 90.0, 120.0]
    below = implied_volatility([1, -1, 1, -1], low, spots, 100.0, 1.0, 0.0, 0.0)
    above = implied_volatility([1, 1, -1, -1], [90.0, 91.0, 100.0, 101.0], 90.0, 100.0, 1.0, 0.0, 0.0)
    assert np.isnan(below).all()
    assert np.isnan(above).all()


def test_just_below_the_upper_bound() -> None:
    """A price an ulp below the spot still has a finite volatility, and the price of that is the price."""
    value = np.nextafter(100.0, 0.0)
    found = implied_volatility(1, value, 100.0, 100.0, 1.0, 0.0, 0.0)
    assert 16.0 < found < 17.0
    assert price(1, 100.0, 100.0, 1.0, found, 0.0, 0.0) == pytest.approx(value, rel=2 * EPSILON)


def test_the_smallest_price() -> None:
    """Even a price at the edge of the number range has a volatility, and the price of that is the price."""
    found = implied_volatility(1, 1e-305, 100.0, 200.0, 1.0, 0.0, 0.0)
    assert exact_call(100.0, 200.0, float(found)) == pytest.approx(1e-305, rel=1e-11)


def test_prices_without_information() -> None:
    """Without time, spot or strike every volatility gives the same price, so none is implied."""
    assert np.isnan(implied_volatility(1, [0.0, 5.0, 20.0], 120.0, 100.0, 0.0, 0.0, 0.0)).all()
    assert np.isnan(implied_volatility(-1, 100.0, 0.0, 100.0, 1.0, 0.0, 0.0))
    assert np.isnan(implied_volatility(1, 100.0, 100.0, 0.0, 1.0, 0.0, 0.0))
    assert np.isnan(implied_volatility(1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))


@pytest.mark.parametrize("position", range(1, 7))
def test_nan_stays_nan(position: int) -> None:
    """NaN in one element makes that element NaN, without a warning, and no other."""
    arguments = [np.array([value, value]) for value in (1.0, 10.0, 100.0, 100.0, 1.0, 0.01, 0.0)]
    arguments[position][1] = np.nan
    found = implied_volatility(*arguments)
    np.testing.assert_array_equal(np.isnan(found), [False, True])


@given(
    value=st.floats(allow_nan=True, allow_infinity=True),
    spot=st.floats(0.0, 1e9),
    strike=st.floats(0.0, 1e9),
    years=st.floats(0.0, 100.0),
)
def test_any_price_is_answered(value: float, spot: float, strike: float, years: float) -> None:
    """Whatever the price, the answer is a volatility of zero or above, or NaN; and there is no warning."""
    found = implied_volatility(1, value, spot, strike, years, 0.01, 0.02)
    assert np.isnan(found) or found >= 0


def test_shapes() -> None:
    """Arguments broadcast, to nothing as well."""
    assert implied_volatility([[1], [-1]], 10.0, 100.0, [95.0, 100.0, 105.0], 1.0, 0.0, 0.0).shape == (2, 3)
    assert implied_volatility(1, np.empty(0), 100.0, 100.0, 1.0, 0.0, 0.0).shape == (0,)


def test_negatives_are_refused() -> None:
    """A negative spot, strike or time is an error, and so is a sign that is none."""
    with pytest.raises(ValueError, match="spot must not be negative"):
        implied_volatility(1, 10.0, -100.0, 100.0, 1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="strike must not be negative"):
        implied_volatility(1, 10.0, 100.0, -100.0, 1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="years must not be negative"):
        implied_volatility(1, 10.0, 100.0, 100.0, -1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="sign must be"):
        implied_volatility(0, 10.0, 100.0, 100.0, 1.0, 0.0, 0.0)
