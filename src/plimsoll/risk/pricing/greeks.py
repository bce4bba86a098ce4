"""Greeks of European options: how the Black–Scholes–Merton price answers to each of its arguments."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from plimsoll.risk.pricing.arguments import refuse_negative, refuse_unsigned

__all__ = ["Greeks", "greeks"]

_BEYOND = (
    40.0  # at 40 standard deviations the normal density is zero in float64, so further out is no further
)


@dataclass(frozen=True, slots=True)
class Greeks:
    """Partial derivatives V of the price of one unit, each of the broadcast shape of the arguments.

    Per unit of each argument: vega is per 1.00 of volatility (divide by 100 for a vol point), rho per 1.00 of
    rate (divide by 10,000 for a basis point), and whatever has to do with time per year (divide by 365 for a
    calendar day). Time runs forward: theta, charm, veta and color say what changes as the calendar moves on,
    with the spot, volatility and rates held still.

    Parameters
    ----------
    delta
        ∂V/∂spot.
    gamma
        ∂²V/∂spot².
    vega
        ∂V/∂volatility.
    theta
        −∂V/∂years.
    rho
        ∂V/∂rate, at a constant spot and dividend yield.
    dividend_rho
        ∂V/∂dividend_yield, also called phi or epsilon.
    vanna
        ∂²V/∂spot ∂volatility.
    volga
        ∂²V/∂volatility², also called vomma.
    charm
        −∂delta/∂years.
    veta
        −∂vega/∂years.
    speed
        ∂³V/∂spot³.
    zomma
        ∂gamma/∂volatility.
    color
        −∂gamma/∂years.
    ultima
        ∂³V/∂volatility³.
    dual_delta
        ∂V/∂strike.
    dual_gamma
        ∂²V/∂strike²: the discounted risk-neutral density of the spot at expiry.
    """

    delta: NDArray[np.float64]
    gamma: NDArray[np.float64]
    vega: NDArray[np.float64]
    theta: NDArray[np.float64]
    rho: NDArray[np.float64]
    dividend_rho: NDArray[np.float64]
    vanna: NDArray[np.float64]
    volga: NDArray[np.float64]
    charm: NDArray[np.float64]
    veta: NDArray[np.float64]
    speed: NDArray[np.float64]
    zomma: NDArray[np.float64]
    color: NDArray[np.float64]
    ultima: NDArray[np.float64]
    dual_delta: NDArray[np.float64]
    dual_gamma: NDArray[np.float64]


def greeks(
    sign: ArrayLike,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
) -> Greeks:
    """Return all greeks of European options on a spot.

    Parameters
    ----------
    sign
        +1 for a call, -1 for a put.
    spot, strike
        In one currency; zero or above.
    years
        Time to expiry; zero or above.
    volatility
        Per square root of a year (0.20); zero or above.
    rate, dividend_yield
        Continuous, per year; any sign.

    Returns
    -------
    Greeks
        Of one unit; units and signs are stated there.

    Raises
    ------
    ValueError
        If a sign is not ±1, or spot, strike, years or volatility is negative anywhere.

    Notes
    -----
    NaN in any argument gives NaN, without a warning. Without time or volatility the greeks are their limits:
    those of a forward or of nothing. Exactly at the forward that limit has a kink, where delta is half of
    either side and what is not finite is infinite or NaN.

    For an option on a forward (Black-76) pass the forward as the spot and the rate as the dividend yield.
    Delta, gamma and the rest are then per unit of forward, theta keeps the forward still, and the sensitivity
    to the discount rate alone is ``rho + dividend_rho``.

    References
    ----------
    E. G. Haug, The Complete Guide to Option Pricing Formulas, 2nd edition (2007), chapter 2.

    Examples
    --------
    A call at the money for half a year, a spot move of 1 and a vol point:

    >>> of = greeks(1, 100.0, 100.0, 0.5, 0.20, 0.03, 0.01)
    >>> print(f"{of.delta:.4f} {of.gamma:.4f} {of.vega / 100:.4f} {of.theta / 365:.4f}")
    0.5535 0.0278 0.2779 -0.0178
    """
    refuse_unsigned(sign)
    refuse_negative(spot=spot, strike=strike, years=years, volatility=volatility)
    terms = (sign, spot, strike, years, volatility, rate, dividend_yield)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        return _greeks(*np.broadcast_arrays(*(np.asarray(term, dtype=np.float64) for term in terms)))


def _greeks(
    sign: NDArray[np.float64],
    spot: NDArray[np.float64],
    strike: NDArray[np.float64],
    years: NDArray[np.float64],
    volatility: NDArray[np.float64],
    rate: NDArray[np.float64],
    dividend_yield: NDArray[np.float64],
) -> Greeks:
    """Return the greeks of arguments that have one shape and have been checked."""
    root, carry = np.sqrt(years), rate - dividend_yield
    deviation = volatility * root
    d1, d2 = _distances(spot * np.exp(carry * years), strike, deviation)
    density = np.exp(-d1 * d1 / 2 - dividend_yield * years) / np.sqrt(2 * np.pi)
    # What a unit of spot received, and of strike paid, is worth today where the option is exercised.
    received = sign * np.exp(-dividend_yield * years) * scipy.special.ndtr(sign * d1)
    paid = sign * np.exp(-rate * years) * scipy.special.ndtr(sign * d2)

    gamma = _over(density, spot * deviation)
    vega = spot * density * root
    product = d1 * d2
    volga = _over(vega * product, volatility)
    # The density's own decay, and its drift along the curve, in each derivative by time.
    drift, double = _over(density * carry, deviation), 2 * years
    return Greeks(
        delta=received,
        gamma=gamma,
        vega=vega,
        theta=dividend_yield * spot * received
        - rate * strike * paid
        - _over(spot * density * volatility, 2 * root),
        rho=years * strike * paid,
        dividend_rho=-years * spot * received,
        vanna=-_over(density * d2, volatility),
        volga=volga,
        charm=dividend_yield * received - drift + _over(density * d2, double),
        veta=vega * dividend_yield + spot * root * (drift * d1 - _over(density * (product + 1), double)),
        speed=-_over(gamma, spot) - _over(gamma * d1, spot * deviation),
        zomma=_over(gamma * (product - 1), volatility),
        color=gamma * dividend_yield
        + _over(drift * d1, spot * deviation)
        - _over(gamma * (product - 1), double),
        ultima=_over(vega * (product * (product - 1) - d1 * d1 - d2 * d2), volatility * volatility),
        dual_delta=-paid,
        dual_gamma=_over(spot * density, strike * strike * deviation),
    )


def _distances(
    forward: NDArray[np.float64], strike: NDArray[np.float64], deviation: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return d1 and d2, clipped where nothing changes any more; zero at the forward without deviation."""
    distance = np.where(forward == strike, 0.0, np.log(forward / strike) / deviation)
    return (
        np.clip(distance + deviation / 2, -_BEYOND, _BEYOND),
        np.clip(distance - deviation / 2, -_BEYOND, _BEYOND),
    )


def _over(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ratio, zero where the numerator is: the density vanishes faster than any power of time."""
    return np.where(numerator == 0, 0.0, numerator / denominator)
