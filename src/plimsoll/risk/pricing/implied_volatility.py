"""Implied volatility: the volatility at which the Black–Scholes–Merton price is the one observed."""

from math import factorial

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from plimsoll.risk.pricing.arguments import refuse_negative, refuse_unsigned

__all__ = ["implied_volatility"]

_EPSILON = float(np.finfo(np.float64).eps)
_LONGEST_SEARCH = 100  # Newton needs six steps at most; bisection, should it have to help, a few dozen
_CLOSE = 1e-9  # a relative step so small that the next would be lost in rounding
_WIDEST = 20.0  # so far above its inflection the normalised price is at its bound in float64
_NARROW, _TAYLOR_ORDER = 0.1, 11  # half deviations that small take the series, then exact to float64
_LOG_PRICE, _PRICE, _MISSING = range(3)  # what Newton's method makes zero


def implied_volatility(
    sign: ArrayLike,
    price: ArrayLike,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
) -> NDArray[np.float64]:
    """Return the Black–Scholes–Merton volatility implied by the prices of European options.

    Parameters
    ----------
    sign
        +1 for a call, -1 for a put.
    price
        Of one unit, in the currency of the spot.
    spot, strike
        In one currency; zero or above.
    years
        Time to expiry; zero or above.
    rate, dividend_yield
        Continuous, per year; any sign.

    Returns
    -------
    NDArray[np.float64]
        Volatility per square root of a year, in the broadcast shape of the arguments. Zero where the price is
        the discounted intrinsic value, to within the rounding of the intrinsic value. NaN where no volatility
        gives the price (below the intrinsic value, at or above the value of the spot or the strike received
        for certain), where every volatility gives it (no time, no spot, no strike), and where an argument is.

    Raises
    ------
    ValueError
        If a sign is not ±1, or spot, strike or years is negative anywhere.

    Notes
    -----
    Put–call parity leads to the option that is out of the money, which holds the time value without the
    intrinsic value, and its price relative to ``√(F · K)`` depends on ``x = −|ln(F / K)|`` and the deviation
    ``s = volatility · √years`` alone. This normalised price is monotone in s with one inflection, at
    ``√(2 |x|)``. Newton's method starts from the tangent there and works on what is nearly linear: the log
    price against 1 / s² below the inflection, the price above it, the log of what is missing to the upper
    bound in the upper half; bisection takes over should it leave its bracket.

    The result has all the digits that the price determines. Far in the money the intrinsic value has eaten
    some of them: an error of 1e-16 of the spot moves the volatility by that error over vega.

    References
    ----------
    P. Jäckel, Let's Be Rational, Wilmott 75 (2015), 40–53, for the normalisation and the division at the
    inflection.

    Examples
    --------
    Haug, The Complete Guide to Option Pricing Formulas (1998):

    >>> print(f"{implied_volatility(1, 2.1333684449, 60.0, 65.0, 0.25, 0.08, 0.0):.6f}")
    0.300000
    """
    refuse_unsigned(sign)
    refuse_negative(spot=spot, strike=strike, years=years)
    terms = (sign, price, spot, strike, years, rate, dividend_yield)
    arrays = np.broadcast_arrays(*(np.asarray(term, dtype=np.float64) for term in terms))
    side, paid, level, exercise, time, interest, income = arrays
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        received, owed = level * np.exp(-income * time), exercise * np.exp(-interest * time)
        log_moneyness = -np.abs(np.log(received / owed))
        time_value = _time_value(side, paid, received, owed) / (np.sqrt(received) * np.sqrt(owed))
        deviation = np.where(time_value == 0, 0.0, np.nan)
        solvable = (time_value > 0) & (time_value < np.exp(log_moneyness / 2))
        deviation[solvable] = _implied_deviation(log_moneyness[solvable], time_value[solvable])
        determined = (time > 0) & (level > 0) & (exercise > 0)
        return np.where(determined, deviation / np.sqrt(time), np.nan)


def _time_value(
    sign: NDArray[np.float64],
    price: NDArray[np.float64],
    received: NDArray[np.float64],
    owed: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return price less intrinsic value; a difference within the rounding of its terms is zero."""
    intrinsic = np.maximum(sign * (received - owed), 0.0)
    time_value = price - intrinsic
    rounding = np.where(intrinsic > 0, 4 * _EPSILON * np.maximum(received, owed), 0.0)
    return np.where(np.abs(time_value) <= rounding, 0.0, time_value)


def _implied_deviation(moneyness: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the deviations at which the normalised price of moneyness x <= 0 is `target`, shape (n,)."""
    inflection, bound = np.sqrt(-2.0 * moneyness), np.exp(moneyness / 2)
    # The tangent at the inflection reaches the target between the inflection and the root.
    tangent = target / bound * np.sqrt(2 * np.pi) - _mills_difference(-inflection / 2, inflection / 2)
    found: NDArray[np.float64] = inflection + tangent
    low = np.where(tangent > 0, inflection, 0.0)
    high = np.where(tangent > 0, inflection + _WIDEST, inflection)
    objective = np.where(tangent > 0, np.where(target > bound / 2, _MISSING, _PRICE), _LOG_PRICE)
    active = np.arange(len(target))
    for _ in range(_LONGEST_SEARCH):
        at = found[active]
        step = _newton_step(objective[active], moneyness[active], target[active], at)
        low[active] = np.where(step > 0, at, low[active])
        high[active] = np.where(step < 0, at, high[active])
        close = np.abs(step) <= _CLOSE * at
        inside = (at + step > low[active]) & (at + step < high[active])
        found[active] = np.where(close | inside, at + step, (low[active] + high[active]) / 2)
        active = active[~close]
        if not active.size:
            break
    found[active] = np.nan
    return found


def _newton_step(
    objective: NDArray[np.int_],
    moneyness: NDArray[np.float64],
    target: NDArray[np.float64],
    deviation: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how far Newton's method moves the deviation.

    With h = x / s and t = s / 2 the normalised price is its own slope φ(√(h² + t²)) times a difference of
    Mills ratios, and what it lacks to its bound is the slope times their sum: nothing underflows on the way.
    """
    h, t = moneyness / deviation, deviation / 2
    log_slope = -(h * h + t * t) / 2 - np.log(2 * np.pi) / 2
    price, missing = _mills_difference(h, t), _mills(-h - t) + _mills(h - t)  # in units of the slope
    excess = log_slope + np.log(price / target)
    shortage = log_slope + np.log(missing / (np.exp(moneyness / 2) - target))
    steps = {
        _LOG_PRICE: deviation / np.sqrt(1.0 + 2.0 * excess * price / deviation) - deviation,
        _PRICE: target * np.exp(-log_slope) - price,
        _MISSING: shortage * missing,
    }
    return np.asarray(np.choose(objective, [steps[choice] for choice in (_LOG_PRICE, _PRICE, _MISSING)]))


def _mills(d: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return N(d) / φ(d)."""
    return np.asarray(np.sqrt(np.pi / 2) * scipy.special.erfcx(-d / np.sqrt(2.0)))


def _mills_difference(h: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return N(d) / φ(d) at h + t less that at h - t; by Taylor's series where the two are close."""
    before, after = _mills(h), 1.0 + h * _mills(h)
    series = after * t
    for order in range(2, _TAYLOR_ORDER + 1):
        before, after = after, h * after + (order - 1) * before
        if order % 2:
            series = series + after * t**order / factorial(order)
    return np.where(t < _NARROW, 2 * series, _mills(h + t) - _mills(h - t))
