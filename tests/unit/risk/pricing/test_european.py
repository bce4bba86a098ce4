"""European prices against published values, QuantLib and the laws of options; the kernel against prices."""

from typing import NamedTuple

import numpy as np
import pytest
import QuantLib
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plimsoll.risk.pricing.european import black76, price, revalue

# E. G. Haug, The Complete Guide to Option Pricing Formulas (1998), as collected in testValues of QuantLib's
# test-suite/europeanoption.cpp: sign, strike, spot, dividend yield, rate, years, volatility, value.
HAUG = [
    (+1, 65.0, 60.0, 0.00, 0.08, 0.25, 0.30, 2.1334),
    (-1, 19.0, 19.0, 0.10, 0.10, 0.75, 0.28, 1.7011),
    (+1, 1.6, 1.56, 0.08, 0.06, 0.50, 0.12, 0.0291),
    (+1, 100.0, 90.0, 0.10, 0.10, 0.10, 0.15, 0.0205),
    (+1, 100.0, 110.0, 0.10, 0.10, 0.10, 0.15, 9.9413),
    (+1, 100.0, 100.0, 0.10, 0.10, 0.10, 0.25, 3.1217),
    (+1, 100.0, 90.0, 0.10, 0.10, 0.10, 0.35, 0.9474),
    (+1, 100.0, 110.0, 0.10, 0.10, 0.10, 0.35, 11.1381),
    (+1, 100.0, 100.0, 0.10, 0.10, 0.50, 0.15, 4.0232),
    (+1, 100.0, 90.0, 0.10, 0.10, 0.50, 0.25, 2.7026),
    (+1, 100.0, 110.0, 0.10, 0.10, 0.50, 0.25, 12.7857),
    (+1, 100.0, 100.0, 0.10, 0.10, 0.50, 0.35, 9.3679),
    (-1, 100.0, 90.0, 0.10, 0.10, 0.10, 0.15, 9.9210),
    (-1, 100.0, 110.0, 0.10, 0.10, 0.10, 0.15, 0.0408),
    (-1, 100.0, 100.0, 0.10, 0.10, 0.10, 0.25, 3.1217),
    (-1, 100.0, 90.0, 0.10, 0.10, 0.10, 0.35, 10.8479),
    (-1, 100.0, 110.0, 0.10, 0.10, 0.10, 0.35, 1.2376),
    (-1, 100.0, 100.0, 0.10, 0.10, 0.50, 0.15, 4.0232),
    (-1, 100.0, 90.0, 0.10, 0.10, 0.50, 0.25, 12.2149),
    (-1, 100.0, 110.0, 0.10, 0.10, 0.50, 0.25, 3.2734),
    (-1, 100.0, 100.0, 0.10, 0.10, 0.50, 0.35, 9.3679),
    (+1, 40.0, 42.0, 0.08, 0.04, 0.75, 0.35, 5.0975),
]

signs = st.sampled_from([1.0, -1.0])
amounts = st.floats(0.01, 10_000.0)
times = st.floats(0.001, 30.0)
volatilities = st.floats(0.01, 2.0)
rates = st.floats(-0.05, 0.20)
ARGUMENTS = ("sign", "spot", "strike", "years", "volatility", "rate", "dividend_yield")


class Terms(NamedTuple):
    """The arguments of `price`."""

    sign: float
    spot: float
    strike: float
    years: float
    volatility: float
    rate: float
    dividend_yield: float

    @property
    def received(self) -> float:
        """The value today of the spot at expiry."""
        return float(self.spot * np.exp(-self.dividend_yield * self.years))

    @property
    def owed(self) -> float:
        """The value today of the strike at expiry."""
        return float(self.strike * np.exp(-self.rate * self.years))

    @property
    def rounding(self) -> float:
        """What the documented error of a price can amount to."""
        return 2e-15 * (self.received + self.owed)


options = st.builds(Terms, signs, amounts, amounts, times, volatilities, rates, rates)
ATM = Terms(1.0, 100.0, 100.0, 1.0, 0.2, 0.0, 0.0)


@pytest.mark.parametrize(("sign", "strike", "spot", "dividend_yield", "rate", "years", "vol", "value"), HAUG)
def test_published_values(
    sign: int,
    strike: float,
    spot: float,
    dividend_yield: float,
    rate: float,
    years: float,
    vol: float,
    value: float,
) -> None:
    """Haug's prices come out to the four digits that he prints."""
    assert price(sign, spot, strike, years, vol, rate, dividend_yield) == pytest.approx(value, abs=1e-4)


def test_quantlib_agrees() -> None:
    """QuantLib agrees to 1e-10 where the time value is above 1e-4 of the strike, and to 1e-14 of it below."""
    rng = np.random.default_rng(11)
    count = 5_000
    sign = rng.choice([-1.0, 1.0], count)
    spot = rng.uniform(1.0, 500.0, count)
    strike = spot * np.exp(rng.normal(0.0, 0.5, count))
    years, vol = rng.uniform(0.003, 10.0, count), rng.uniform(0.02, 1.5, count)
    rate, dividend_yield = rng.uniform(-0.05, 0.15, (2, count))
    forward, discount = spot * np.exp((rate - dividend_yield) * years), np.exp(-rate * years)
    kind = {1.0: QuantLib.Option.Call, -1.0: QuantLib.Option.Put}
    theirs = np.array(
        [
            QuantLib.blackFormula(kind[s], k, f, v, d)
            for s, k, f, v, d in zip(
                sign.tolist(),
                strike.tolist(),
                forward.tolist(),
                (vol * np.sqrt(years)).tolist(),
                discount.tolist(),
                strict=True,
            )
        ]
    )
    ours = price(sign, spot, strike, years, vol, rate, dividend_yield)
    time_value = price(np.where(forward > strike, -1.0, 1.0), spot, strike, years, vol, rate, dividend_yield)
    conditioned = time_value > 1e-4 * strike
    assert conditioned.sum() > 4_000
    np.testing.assert_allclose(ours[conditioned], theirs[conditioned], rtol=1e-10)
    np.testing.assert_allclose(ours / strike, theirs / strike, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(black76(sign, forward, strike, years, vol, discount), ours)


@given(options)
def test_put_call_parity(terms: Terms) -> None:
    """A call less a put is the spot received less the strike paid."""
    call, put = price(*terms._replace(sign=1.0)), price(*terms._replace(sign=-1.0))
    assert call - put == pytest.approx(terms.received - terms.owed, abs=3 * terms.rounding)


@given(options)
def test_a_call_is_the_put_seen_from_the_other_side(terms: Terms) -> None:
    """The right to buy the spot for the strike is the right to sell the strike for the spot."""
    mirrored = Terms(
        -terms.sign,
        terms.strike,
        terms.spot,
        terms.years,
        terms.volatility,
        terms.dividend_yield,
        terms.rate,
    )
    assert price(*terms) == pytest.approx(price(*mirrored), abs=2 * terms.rounding)


@given(options)
def test_bounds(terms: Terms) -> None:
    """An option is worth its discounted intrinsic value or more, and no more than what can be received."""
    value = price(*terms)
    most = terms.received if terms.sign > 0 else terms.owed
    assert max(terms.sign * (terms.received - terms.owed), 0.0) - terms.rounding <= value
    assert value <= most + terms.rounding


@given(options, st.floats(0.001, 1_000.0))
def test_homogeneity(terms: Terms, scale: float) -> None:
    """Spot and strike in another unit give the price in that unit."""
    scaled = terms._replace(spot=terms.spot * scale, strike=terms.strike * scale)
    # The logarithm of a ratio that moved by an ulp moves the price by at most a spot's ulp.
    assert price(*scaled) == pytest.approx(scale * price(*terms), abs=2 * scaled.rounding)


@given(options, st.floats(1.0, 2.0))
def test_monotonicity(terms: Terms, factor: float) -> None:
    """More volatility is worth more; a higher spot is worth more to a call, a higher strike to a put."""
    value = price(*terms)
    more_volatile = price(*terms._replace(volatility=terms.volatility * factor))
    higher_spot = terms._replace(spot=terms.spot * factor)
    higher_strike = terms._replace(strike=terms.strike * factor)
    assert more_volatile >= value - terms.rounding
    assert terms.sign * (price(*higher_spot) - value) >= -2 * higher_spot.rounding
    assert terms.sign * (price(*higher_strike) - value) <= 2 * higher_strike.rounding


@given(options, amounts)
def test_convexity_in_strike(terms: Terms, other: float) -> None:
    """A butterfly costs nothing or more."""
    wing = terms._replace(strike=other)
    middle = terms._replace(strike=(terms.strike + other) / 2)
    assert (price(*terms) + price(*wing)) / 2 >= price(*middle) - terms.rounding - wing.rounding


@given(options, st.floats(1.0, 4.0))
def test_time_is_variance(terms: Terms, factor: float) -> None:
    """Without rates, four times the time is twice the volatility."""
    flat = terms._replace(rate=0.0, dividend_yield=0.0)
    longer = flat._replace(years=flat.years * factor)
    wilder = flat._replace(volatility=flat.volatility * float(np.sqrt(factor)))
    assert price(*longer) == pytest.approx(price(*wilder), abs=2 * flat.rounding)


@given(options)
def test_no_volatility_leaves_the_forward(terms: Terms) -> None:
    """Without volatility an option is worth the discounted intrinsic value of the forward."""
    intrinsic = max(terms.sign * (terms.received - terms.owed), 0.0)
    assert price(*terms._replace(volatility=0.0)) == pytest.approx(intrinsic, abs=terms.rounding)


@given(options)
def test_no_time_leaves_the_spot(terms: Terms) -> None:
    """At expiry an option is worth what it pays, to the bit."""
    payoff = max(terms.sign * (terms.spot - terms.strike), 0.0)
    assert price(*terms._replace(years=0.0)) == payoff


@given(options)
def test_a_worthless_spot(terms: Terms) -> None:
    """At a spot of zero a call is worth nothing and a put the discounted strike."""
    worthless = terms._replace(spot=0.0)
    assert price(*worthless) == pytest.approx(terms.owed if terms.sign < 0 else 0.0, rel=1e-15)
    assert price(*worthless._replace(strike=0.0)) == 0.0


@given(options)
def test_a_strike_of_zero(terms: Terms) -> None:
    """The right to receive the spot for nothing is worth the spot received; the right to give it, nothing."""
    free = terms._replace(strike=0.0)
    assert price(*free) == pytest.approx(terms.received if terms.sign > 0 else 0.0, rel=1e-14)


def test_endless_volatility() -> None:
    """With volatility beyond all bounds a call tends to the spot and a put to the discounted strike."""
    assert price(1, 90.0, 100.0, 1.0, 1e9, 0.05, 0.02) == pytest.approx(90.0 * np.exp(-0.02))
    assert price(-1, 90.0, 100.0, 1.0, 1e9, 0.05, 0.02) == pytest.approx(100.0 * np.exp(-0.05))


@pytest.mark.parametrize("name", ARGUMENTS[1:])
def test_nan_stays_nan(name: str) -> None:
    """NaN in one element makes that element NaN, without a warning, and no other."""
    values = {field: np.array([value, value]) for field, value in ATM._asdict().items()}
    values[name][1] = np.nan
    result = price(*values.values())
    assert result[0] == price(*ATM)
    assert np.isnan(result[1])


@pytest.mark.parametrize("name", ["spot", "strike", "years", "volatility"])
def test_negatives_are_refused(name: str) -> None:
    """A negative spot, strike, time or volatility is an error that names it."""
    with pytest.raises(ValueError, match=f"{name} must not be negative"):
        price(*ATM._replace(**{name: -0.1}))


def test_black76_refuses_negatives() -> None:
    """So are a negative forward and discount factor, and a sign that is none."""
    with pytest.raises(ValueError, match="forward must not be negative"):
        black76(1, -1.0, 100.0, 1.0, 0.2, 1.0)
    with pytest.raises(ValueError, match="discount must not be negative"):
        black76(1, 1.0, 100.0, 1.0, 0.2, -1.0)
    with pytest.raises(ValueError, match="sign must be"):
        black76(0, 1.0, 100.0, 1.0, 0.2, 1.0)


def test_broadcasting() -> None:
    """Arguments broadcast against each other, as numpy's do."""
    grid = price([[1.0], [-1.0]], [90.0, 100.0, 110.0], 100.0, 0.5, 0.25, 0.10, 0.10)
    singly = [
        [price(sign, spot, 100.0, 0.5, 0.25, 0.10, 0.10) for spot in (90.0, 100.0, 110.0)] for sign in (1, -1)
    ]
    np.testing.assert_array_equal(grid, singly)


class Book(NamedTuple):
    """Random options on a few underlyings in many scenarios."""

    sign: NDArray[np.float64]
    strike: NDArray[np.float64]
    years: NDArray[np.float64]
    volatility: NDArray[np.float64]
    rate: NDArray[np.float64]
    dividend_yield: NDArray[np.float64]
    spots: NDArray[np.float64]
    underlying: NDArray[np.int64]

    def revalued(
        self, *, out: NDArray[np.floating] | None = None, threads: int | None = None
    ) -> NDArray[np.floating]:
        """Return the prices by the kernel."""
        return revalue(*self[:7], underlying=self.underlying, out=out, threads=threads)

    def reference(self) -> NDArray[np.float64]:
        """Return the prices by `price`, slowly and plainly, a spot below zero taken as zero."""
        sign, strike, years, volatility, rate, dividend_yield = (term[:, np.newaxis] for term in self[:6])
        spots = np.maximum(self.spots[self.underlying], 0.0)
        return price(sign, spots, strike, years, volatility, rate, dividend_yield)

    @property
    def scale(self) -> NDArray[np.float64]:
        """Return spot plus strike, the scale on which a price rounds."""
        return np.abs(self.spots[self.underlying]) + self.strike[:, np.newaxis]


def book(options: int, scenarios: int, *, wildness: float = 0.2) -> Book:
    """Return a random book: an hour to five years, 5 % to 80 % volatility, spots that move by a Student-t."""
    rng = np.random.default_rng(options + scenarios)
    today = rng.uniform(1.0, 500.0, 7)
    underlying = rng.integers(0, 7, options)
    return Book(
        sign=rng.choice([-1.0, 1.0], options),
        strike=today[underlying] * rng.uniform(0.5, 1.5, options),
        years=rng.uniform(1e-4, 5.0, options),
        volatility=rng.uniform(0.05, 0.8, options),
        rate=rng.uniform(-0.02, 0.1, options),
        dividend_yield=rng.uniform(-0.02, 0.1, options),
        spots=today[:, np.newaxis] * np.exp(wildness * rng.standard_t(4, (7, scenarios))),
        underlying=underlying,
    )


def test_the_kernel_is_price() -> None:
    """The kernel agrees with `price` to 1e-12 above 1e-4 of spot and strike, to 1e-15 of them anywhere."""
    some = book(1_000, 300)
    fast, slow, scale = some.revalued(), some.reference(), some.scale
    worth_something = slow > 1e-4 * scale
    assert worth_something.sum() > 100_000
    np.testing.assert_allclose(fast[worth_something], slow[worth_something], rtol=1e-12)
    np.testing.assert_allclose(fast / scale, slow / scale, rtol=0, atol=1e-15)


@pytest.mark.parametrize(("options", "scenarios"), [(40_000, 3), (3, 40_000), (200, 500)])
def test_same_bits_on_any_number_of_threads(options: int, scenarios: int) -> None:
    """However the work is cut and shared, the bits are those of one thread, and no element is left out."""
    some = book(options, scenarios)
    alone = some.revalued(threads=1)
    np.testing.assert_allclose(alone / some.scale, some.reference() / some.scale, rtol=0, atol=1e-15)
    for threads in (2, 3, None):
        np.testing.assert_array_equal(some.revalued(threads=threads), alone)


def test_float32_storage() -> None:
    """A float32 output holds the float64 prices, rounded, and is what comes back."""
    some = book(50, 40)
    out = np.empty((50, 40), dtype=np.float32)
    assert some.revalued(out=out) is out
    np.testing.assert_array_equal(out, some.revalued().astype(np.float32))


def test_a_spot_at_or_below_zero() -> None:
    """A shock through zero leaves a call worthless and a put at its discounted strike, without a warning."""
    spots = [[100.0, 0.0, -5.0]]
    prices = revalue([1.0, -1.0], 100.0, 0.5, 0.3, 0.04, 0.0, spots, underlying=[0, 0])
    np.testing.assert_array_equal(prices[0, 1:], 0.0)
    np.testing.assert_allclose(prices[1, 1:], 100.0 * np.exp(-0.02), rtol=1e-15)
    np.testing.assert_allclose(prices[:, 0], price([1, -1], 100.0, 100.0, 0.5, 0.3, 0.04, 0.0), rtol=1e-14)


def test_spots_all_at_zero() -> None:
    """An underlying that is worthless in every scenario is valued like any other, whatever the strike."""
    prices = revalue(-1, [100.0, 0.0], [1.0, 1.0], 0.2, 0.0, 0.0, [[0.0, -1.0]], underlying=[0, 0])
    np.testing.assert_array_equal(prices, [[100.0, 100.0], [0.0, 0.0]])


def test_the_kernel_without_time_or_volatility() -> None:
    """Expired options pay off, and without volatility they pay for certain, at the money too."""
    spots = np.array([[90.0, 100.0, 110.0]])
    for years, vol in ((0.0, 0.2), (0.0, 0.0), (1.0, 0.0)):
        prices = revalue([1.0, -1.0], 100.0, years, vol, 0.0, 0.0, spots, underlying=[0, 0])
        np.testing.assert_array_equal(prices, [[0.0, 0.0, 10.0], [10.0, 0.0, 0.0]])


def test_nan_in_the_kernel() -> None:
    """A NaN spot makes its elements NaN and a NaN term its row, without a warning and nothing else."""
    spots = np.array([[100.0, np.nan], [50.0, 60.0], [np.nan, np.nan]])
    vol = [0.2, np.nan, 0.2, 0.2]
    prices = revalue(1, 100.0, 1.0, vol, 0.0, 0.0, spots, underlying=[0, 0, 1, 2])
    np.testing.assert_array_equal(
        np.isnan(prices), [[False, True], [True, True], [False, False], [True, True]]
    )


def test_an_infinite_spot_leaves_the_others_alone() -> None:
    """One broken scenario does not touch the rest of its underlying."""
    prices = revalue(1, 100.0, 1.0, 0.2, 0.0, 0.0, [[100.0, np.inf]], underlying=[0])
    assert prices[0, 0] == pytest.approx(float(price(*ATM)), rel=1e-15)
    assert prices[0, 1] == np.inf


@pytest.mark.parametrize(("options", "scenarios"), [(0, 5), (5, 0), (0, 0)])
def test_nothing_to_do(options: int, scenarios: int) -> None:
    """No options or no scenarios give an empty result of the right shape."""
    assert book(options, scenarios).revalued().shape == (options, scenarios)


def test_shapes_that_do_not_fit() -> None:
    """An output of the wrong shape, a row that is not there and negative terms are errors."""
    spots = np.full((2, 4), 100.0)
    with pytest.raises(ValueError, match=r"out has shape \(1, 3\), but \(1, 4\) is needed"):
        revalue(1, 100.0, 1.0, 0.2, 0.0, 0.0, spots, underlying=[0], out=np.empty((1, 3)))
    for row in (2, -1):
        with pytest.raises(IndexError):
            revalue(1, 100.0, 1.0, 0.2, 0.0, 0.0, spots, underlying=[row])
    with pytest.raises(ValueError, match="volatility must not be negative"):
        revalue(1, 100.0, 1.0, -0.2, 0.0, 0.0, spots, underlying=[0])
    with pytest.raises(ValueError, match="sign must be"):
        revalue(0, 100.0, 1.0, 0.2, 0.0, 0.0, spots, underlying=[0])
    with pytest.raises(ValueError, match="broadcast"):
        revalue(1, [100.0, 90.0], 1.0, 0.2, 0.0, 0.0, spots, underlying=[0])


@given(options, st.lists(st.floats(-10.0, 20_000.0), min_size=1, max_size=5))
def test_the_kernel_is_price_anywhere(terms: Terms, spots: list[float]) -> None:
    """For any option and any spots, however far apart, the kernel gives the price."""
    assume(max(spots) > 0)
    prices = revalue(terms.sign, *terms[2:], [spots], underlying=[0])
    for value, spot in zip(prices[0], spots, strict=True):
        floored = terms._replace(spot=max(spot, 0.0))
        assert value == pytest.approx(price(*floored), abs=2 * floored.rounding)
