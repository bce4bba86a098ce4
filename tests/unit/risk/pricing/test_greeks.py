"""Greeks against QuantLib, finite differences and the identities that tie them together."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np
import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plimsoll.risk.pricing.european import black76, price
from plimsoll.risk.pricing.greeks import Greeks, greeks

KIND = {1: QuantLib.Option.Call, -1: QuantLib.Option.Put}


class Terms(NamedTuple):
    """The arguments of `greeks`, one array each."""

    sign: Any
    spot: Any
    strike: Any
    years: Any
    volatility: Any
    rate: Any
    dividend_yield: Any


ATM = Terms(1, 100.0, 100.0, 1.0, 0.2, 0.0, 0.0)


def random_terms(count: int) -> Terms:
    """Return options whose time value is at least 1e-4 of the strike, where no greek has lost its digits."""
    rng = np.random.default_rng(count)
    spot = rng.uniform(1.0, 500.0, count)
    terms = Terms(
        sign=rng.choice([-1, 1], count),
        spot=spot,
        strike=spot * np.exp(rng.normal(0.0, 0.5, count)),
        years=rng.integers(2, 3650, count) / 365,
        volatility=rng.uniform(0.02, 1.5, count),
        rate=rng.uniform(-0.05, 0.15, count),
        dividend_yield=rng.uniform(-0.05, 0.15, count),
    )
    forward = terms.spot * np.exp((terms.rate - terms.dividend_yield) * terms.years)
    outside = terms._replace(sign=np.where(forward > terms.strike, -1, 1))
    conditioned = price(*outside) > 1e-4 * terms.strike
    return Terms(*(values[conditioned] for values in terms))


def greeks_by_calculator(terms: Terms) -> dict[str, NDArray[np.float64]]:
    """Return what QuantLib's BlackCalculator says, option by option."""
    rows = []
    for sign, spot, strike, years, vol, rate, dividend_yield in zip(
        *(values.tolist() for values in terms), strict=True
    ):
        forward = spot * np.exp((rate - dividend_yield) * years)
        payoff = QuantLib.PlainVanillaPayoff(KIND[sign], strike)
        calculator = QuantLib.BlackCalculator(payoff, forward, vol * np.sqrt(years), np.exp(-rate * years))
        rows.append(
            (
                calculator.delta(spot),
                calculator.gamma(spot),
                calculator.vega(years),
                calculator.theta(spot, years),
                calculator.rho(years),
                calculator.dividendRho(years),
                calculator.vanna(spot, years),
                # QuantLib 1.44 divides by the deviation, not the volatility: its volga lacks a root of time.
                calculator.volga(years) * np.sqrt(years),
                calculator.strikeSensitivity(),
                calculator.strikeGamma(),
            )
        )
    names = ("delta", "gamma", "vega", "theta", "rho", "dividend_rho", "vanna", "volga", "dual_delta")
    return dict(zip((*names, "dual_gamma"), np.array(rows).T, strict=True))


def test_quantlib_calculator_agrees() -> None:
    """QuantLib's calculator gives the same ten greeks to 1e-10, zeros of vanna and volga aside."""
    terms = random_terms(3_000)
    ours = greeks(*terms)
    assert len(ours.delta) > 2_000
    for name, theirs in greeks_by_calculator(terms).items():
        nearly_zero = 1e-12 * np.median(np.abs(theirs))
        np.testing.assert_allclose(getattr(ours, name), theirs, rtol=1e-10, atol=nearly_zero, err_msg=name)


def test_quantlib_engine_agrees() -> None:
    """QuantLib's analytic European engine, dates and curves and all, gives the same greeks to 1e-10."""
    terms = random_terms(150)
    today, day_count = QuantLib.Date(2, 1, 2025), QuantLib.Actual365Fixed()
    QuantLib.Settings.instance().evaluationDate = today
    rows = []
    for sign, spot, strike, years, vol, rate, dividend_yield in zip(
        *(values.tolist() for values in terms), strict=True
    ):
        process = QuantLib.BlackScholesMertonProcess(
            QuantLib.QuoteHandle(QuantLib.SimpleQuote(spot)),
            QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, dividend_yield, day_count)),
            QuantLib.YieldTermStructureHandle(QuantLib.FlatForward(today, rate, day_count)),
            QuantLib.BlackVolTermStructureHandle(
                QuantLib.BlackConstantVol(today, QuantLib.NullCalendar(), vol, day_count)
            ),
        )
        expiry = QuantLib.EuropeanExercise(today + round(years * 365))
        option = QuantLib.VanillaOption(QuantLib.PlainVanillaPayoff(KIND[sign], strike), expiry)
        option.setPricingEngine(QuantLib.AnalyticEuropeanEngine(process))
        rows.append(
            (
                option.NPV(),
                option.delta(),
                option.gamma(),
                option.vega(),
                option.theta(),
                option.rho(),
                option.dividendRho(),
                option.strikeSensitivity(),
            )
        )
    theirs = np.array(rows).T
    ours = greeks(*terms)
    np.testing.assert_allclose(price(*terms), theirs[0], rtol=1e-10)
    names = ("delta", "gamma", "vega", "theta", "rho", "dividend_rho", "dual_delta")
    for name, values in zip(names, theirs[1:], strict=True):
        np.testing.assert_allclose(getattr(ours, name), values, rtol=1e-10, err_msg=name)


def slope(function: Callable[[Terms], NDArray[np.float64]], terms: Terms, name: str) -> NDArray[np.float64]:
    """Return the derivative of a function of the terms by one of them: a fourth-order central difference."""
    at = getattr(terms, name)
    step = 1e-3 * (1.0 if name in {"rate", "dividend_yield"} else at)

    def moved(steps: float) -> NDArray[np.float64]:
        return function(terms._replace(**{name: at + steps * step}))

    return (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * step)


DERIVATIVES = [
    ("delta", "price", "spot", 1),
    ("gamma", "delta", "spot", 1),
    ("vega", "price", "volatility", 1),
    ("theta", "price", "years", -1),
    ("rho", "price", "rate", 1),
    ("dividend_rho", "price", "dividend_yield", 1),
    ("vanna", "delta", "volatility", 1),
    ("vanna", "vega", "spot", 1),
    ("volga", "vega", "volatility", 1),
    ("charm", "delta", "years", -1),
    ("charm", "theta", "spot", 1),
    ("veta", "vega", "years", -1),
    ("veta", "theta", "volatility", 1),
    ("speed", "gamma", "spot", 1),
    ("zomma", "gamma", "volatility", 1),
    ("zomma", "vanna", "spot", 1),
    ("color", "gamma", "years", -1),
    ("color", "charm", "spot", 1),
    ("ultima", "volga", "volatility", 1),
    ("dual_delta", "price", "strike", 1),
    ("dual_gamma", "dual_delta", "strike", 1),
]


@pytest.mark.parametrize(("greek", "of", "by", "direction"), DERIVATIVES)
def test_each_greek_is_a_derivative(greek: str, of: str, by: str, direction: int) -> None:
    """Each greek is the finite difference of the price or of a lower greek, whichever way it is reached."""
    rng = np.random.default_rng(3)
    count = 500
    terms = Terms(
        sign=rng.choice([-1, 1], count),
        spot=rng.uniform(70.0, 140.0, count),
        strike=np.full(count, 100.0),
        years=rng.uniform(0.1, 3.0, count),
        volatility=rng.uniform(0.15, 0.8, count),
        rate=rng.uniform(-0.05, 0.15, count),
        dividend_yield=rng.uniform(-0.05, 0.15, count),
    )

    def function(at: Terms) -> NDArray[np.float64]:
        return price(*at) if of == "price" else np.asarray(getattr(greeks(*at), of))

    expected = direction * slope(function, terms, by)
    np.testing.assert_allclose(
        getattr(greeks(*terms), greek), expected, rtol=1e-6, atol=1e-7 * np.abs(expected).max()
    )


def test_the_pricing_equation() -> None:
    """Time decay, drift and convexity add up to the interest on the price (Black, Scholes and Merton)."""
    terms = random_terms(1_000)
    of = greeks(*terms)
    drift = (terms.rate - terms.dividend_yield) * terms.spot * of.delta
    convexity = terms.volatility**2 * terms.spot**2 * of.gamma / 2
    interest = terms.rate * price(*terms)
    scale = np.abs(of.theta) + np.abs(drift) + convexity
    np.testing.assert_allclose((of.theta + drift + convexity - interest) / scale, 0.0, atol=1e-12)


def test_homogeneity() -> None:
    """Spot and strike share one unit: V = S·delta + K·dual_delta, and S²·gamma = K²·dual_gamma."""
    terms = random_terms(1_000)
    of = greeks(*terms)
    value = terms.spot * of.delta + terms.strike * of.dual_delta
    np.testing.assert_allclose(value / terms.strike, price(*terms) / terms.strike, atol=1e-13)
    np.testing.assert_allclose(terms.strike**2 * of.dual_gamma, terms.spot**2 * of.gamma, rtol=1e-12)


def test_calls_and_puts_differ_by_a_forward() -> None:
    """Convexity and vega are those of the put in every call; the other greeks differ by a forward's."""
    terms = random_terms(1_000)
    call, put = greeks(*terms._replace(sign=1)), greeks(*terms._replace(sign=-1))
    received = np.exp(-terms.dividend_yield * terms.years)
    owed = terms.strike * np.exp(-terms.rate * terms.years)
    for name in (
        "gamma",
        "vega",
        "vanna",
        "volga",
        "veta",
        "speed",
        "zomma",
        "color",
        "ultima",
        "dual_gamma",
    ):
        np.testing.assert_array_equal(getattr(call, name), getattr(put, name), err_msg=name)
    np.testing.assert_allclose(call.delta - put.delta, received, rtol=1e-13)
    np.testing.assert_allclose(call.rho - put.rho, terms.years * owed, rtol=1e-13)
    np.testing.assert_allclose(call.charm - put.charm, terms.dividend_yield * received, atol=1e-11)


def test_black76() -> None:
    """With the rate as dividend yield these are Black-76's: its discount rate moves only the discount."""
    forward, strike, years, vol, rate = 95.0, 100.0, 0.7, 0.3, 0.04
    of = greeks(1, forward, strike, years, vol, rate, rate)

    def value(at_forward: float, at_years: float, at_rate: float) -> float:
        return float(black76(1, at_forward, strike, at_years, vol, np.exp(-at_rate * at_years)))

    step = 1e-4
    delta = (value(forward + step, years, rate) - value(forward - step, years, rate)) / (2 * step)
    theta = -(value(forward, years + step, rate) - value(forward, years - step, rate)) / (2 * step)
    assert of.delta == pytest.approx(delta, rel=1e-7)
    assert of.theta == pytest.approx(theta, rel=1e-6)
    assert of.rho + of.dividend_rho == pytest.approx(-years * value(forward, years, rate), rel=1e-12)


@pytest.mark.parametrize(("years", "volatility"), [(0.0, 0.2), (1.0, 0.0), (0.0, 0.0)])
def test_nothing_random_is_left(years: float, volatility: float) -> None:
    """Without time or volatility every greek is a forward's in the money and zero out of it."""
    spots = np.array([120.0, 80.0])
    of = greeks(1, spots, 100.0, years, volatility, 0.05, 0.02)
    received, owed = np.exp(-0.02 * years), 100.0 * np.exp(-0.05 * years)
    expected = {
        "delta": received,
        "theta": 0.02 * 120.0 * received - 0.05 * owed,
        "rho": years * owed,
        "dividend_rho": -years * 120.0 * received,
        "charm": 0.02 * received,
        "dual_delta": -owed / 100.0,
    }
    for field in fields(Greeks):
        values = getattr(of, field.name)
        np.testing.assert_allclose(values, [expected.get(field.name, 0.0), 0.0], rtol=1e-14)


def test_the_kink() -> None:
    """At expiry at the money delta is half of either side, and gamma and time decay have no bound."""
    of = greeks([1, -1], 100.0, 100.0, 0.0, 0.2, 0.0, 0.0)
    np.testing.assert_array_equal(of.delta, [0.5, -0.5])
    np.testing.assert_array_equal(of.gamma, [np.inf, np.inf])
    np.testing.assert_array_equal(of.theta, [-np.inf, -np.inf])
    np.testing.assert_array_equal(of.vega, [0.0, 0.0])


def test_a_worthless_spot() -> None:
    """At a spot of zero a put is a bond and a short unit of the spot; a call is nothing."""
    of = greeks([-1, 1], 0.0, 100.0, 2.0, 0.3, 0.05, 0.02)
    for field in fields(Greeks):
        assert getattr(of, field.name)[1] == 0.0, field.name
    assert of.delta[0] == pytest.approx(-np.exp(-0.04))
    assert of.rho[0] == pytest.approx(-2.0 * 100.0 * np.exp(-0.1))
    assert of.gamma[0] == of.vega[0] == of.color[0] == 0.0


@pytest.mark.parametrize("name", Terms._fields[1:])
def test_nan_stays_nan(name: str) -> None:
    """NaN in one element makes all its greeks NaN, without a warning, and those of no other."""
    values = {field: np.array([value, value]) for field, value in ATM._asdict().items()}
    values[name] = np.array([getattr(ATM, name), np.nan])
    of = greeks(*values.values())
    for field in fields(Greeks):
        np.testing.assert_array_equal(np.isnan(getattr(of, field.name)), [False, True], err_msg=field.name)


@given(
    sign=st.sampled_from([1, -1]),
    spot=st.floats(0.0, 1e6),
    strike=st.floats(0.0, 1e6),
    years=st.floats(0.0, 50.0),
    volatility=st.floats(0.0, 5.0),
)
def test_signs_and_bounds(sign: int, spot: float, strike: float, years: float, volatility: float) -> None:
    """Anywhere, and without a warning, delta is a probability and convexity never negative."""
    of = greeks(sign, spot, strike, years, volatility, 0.03, 0.0)
    assert 0.0 <= sign * of.delta <= 1.0
    assert of.gamma >= 0.0
    assert of.vega >= 0.0
    assert of.dual_gamma >= 0.0
    assert sign * of.rho >= 0.0


@pytest.mark.parametrize("name", ["spot", "strike", "years", "volatility"])
def test_negatives_are_refused(name: str) -> None:
    """A negative spot, strike, time or volatility is an error that names it."""
    with pytest.raises(ValueError, match=f"{name} must not be negative"):
        greeks(*ATM._replace(**{name: -0.1}))


def test_a_sign_is_needed() -> None:
    """An option is a call or a put."""
    with pytest.raises(ValueError, match="sign must be"):
        greeks(*ATM._replace(sign=0))
