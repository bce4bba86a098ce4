"""European options: Black–Scholes–Merton, Black-76, and the kernel that revalues a book under scenarios."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from plimsoll.risk.pricing.arguments import refuse_negative, refuse_unsigned

__all__ = ["black76", "price", "revalue"]

# Evaluations per block. Three float64 arrays of this size stay in a core's cache, and a block is long enough
# that threads rarely wait for each other.
_BLOCK = 32_768

_NO_DEVIATION = 1e-150  # stands for zero: so small that the distribution is a step, yet 1 / x is finite


def price(
    sign: ArrayLike,
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
) -> NDArray[np.float64]:
    """Return the Black–Scholes–Merton price of European options on a spot.

    Parameters
    ----------
    sign
        +1 for a call, -1 for a put.
    spot
        Price of the underlying; zero or above.
    strike
        In the currency of the spot; zero or above.
    years
        Time to expiry; zero or above.
    volatility
        Standard deviation of the log return per square root of a year (0.20); zero or above.
    rate
        Continuous interest rate per year of the currency of the price; any sign.
    dividend_yield
        Continuous yield of the underlying per year: dividends, foreign interest, borrow cost; any sign.

    Returns
    -------
    NDArray[np.float64]
        Price of one unit in the currency of the spot, never negative, in the broadcast shape.

    Raises
    ------
    ValueError
        If a sign is not ±1, or spot, strike, years or volatility is negative anywhere.

    Notes
    -----
    ``F = spot · exp((rate − dividend_yield) · years)`` is priced with :func:`black76` at the discount factor
    ``exp(−rate · years)``. NaN in any argument gives NaN in that element, without a warning.

    References
    ----------
    R. C. Merton, Theory of Rational Option Pricing, Bell Journal of Economics 4 (1973), 141–183.

    Examples
    --------
    Haug, The Complete Guide to Option Pricing Formulas (1998):

    >>> print(f"{price(1, 60.0, 65.0, 0.25, 0.30, 0.08, 0.0):.4f}")
    2.1334
    """
    refuse_negative(spot=spot, years=years)
    time, interest = np.asarray(years, dtype=np.float64), np.asarray(rate, dtype=np.float64)
    carry = (interest - np.asarray(dividend_yield, dtype=np.float64)) * time
    forward = np.asarray(spot, dtype=np.float64) * np.exp(carry)
    return black76(sign, forward, strike, time, volatility, np.exp(-interest * time))


def black76(
    sign: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    discount: ArrayLike,
) -> NDArray[np.float64]:
    """Return the Black-76 price of European options on a forward.

    Parameters
    ----------
    sign
        +1 for a call, -1 for a put.
    forward
        Forward or futures price for the expiry; zero or above.
    strike
        In the currency of the forward; zero or above.
    years
        Time to expiry; zero or above.
    volatility
        Standard deviation of the forward's log return per square root of a year; zero or above.
    discount
        Present value of one unit of currency paid at expiry; zero or above.

    Returns
    -------
    NDArray[np.float64]
        Present value of one unit in the currency of the forward, never negative, in the broadcast shape.

    Raises
    ------
    ValueError
        If a sign is not ±1, or any other argument is negative anywhere.

    Notes
    -----
    ``discount · sign · (F · N(sign · d1) − K · N(sign · d2))`` with ``d1, d2 = ln(F / K) / s ± s / 2`` and
    ``s = volatility · √years``. Where s or the forward is zero this is its limit, the discounted intrinsic
    value. NaN in any argument gives NaN in that element, without a warning.

    The error is below 2e-15 of the discounted forward and strike. The relative error is therefore largest for
    small prices: about 1e-12 for an option at 1e-4 of its strike, 1e-11 at 1e-8.

    References
    ----------
    F. Black, The Pricing of Commodity Contracts, Journal of Financial Economics 3 (1976), 167–179.

    Examples
    --------
    >>> print(f"{black76(-1, 19.0, 19.0, 0.75, 0.28, 0.9277434863):.4f}")
    1.7011
    """
    refuse_unsigned(sign)
    refuse_negative(forward=forward, strike=strike, years=years, volatility=volatility, discount=discount)
    side = np.asarray(sign, dtype=np.float64)
    ahead, exercise = np.asarray(forward, dtype=np.float64), np.asarray(strike, dtype=np.float64)
    deviation = np.asarray(volatility, dtype=np.float64) * np.sqrt(np.asarray(years, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        distance = np.where(ahead == exercise, 0.0, np.log(ahead / exercise) / deviation)
        expected_receipt = ahead * scipy.special.ndtr(side * (distance + deviation / 2))
        expected_payment = exercise * scipy.special.ndtr(side * (distance - deviation / 2))
        return np.asarray(np.maximum(side * (expected_receipt - expected_payment), 0.0) * discount)


def revalue(
    sign: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    rate: ArrayLike,
    dividend_yield: ArrayLike,
    spots: ArrayLike,
    *,
    underlying: ArrayLike,
    out: NDArray[np.floating] | None = None,
    threads: int | None = None,
) -> NDArray[np.floating]:
    """Return the Black–Scholes–Merton prices of N options in S scenarios: :func:`price`, fast.

    Parameters
    ----------
    sign, strike, years, volatility, rate, dividend_yield
        As for :func:`price`; each of shape (N,) or a number.
    spots
        Shape (U, S): U underlyings in S scenarios. Unlike in :func:`price` a spot below zero, the work of an
        absolute shock, is allowed and valued as a spot of zero.
    underlying
        Shape (N,), integers: the row of `spots` that each option is written on.
    out
        Shape (N, S), float64 or float32: where to put the prices; a new float64 array where None. The
        calculation is in float64 either way.
    threads
        How many threads share the work; None leaves it to the machine. The bits do not depend on it.

    Returns
    -------
    NDArray[np.floating]
        `out`: unit prices in the currency of the spots, shape (N, S).

    Raises
    ------
    ValueError
        If a sign is not ±1, strike, years or volatility is negative anywhere, or a shape does not fit.
    IndexError
        If `underlying` names a row that `spots` does not have.

    Notes
    -----
    A NaN among the terms of an option makes its row NaN; a NaN spot, its elements. Nothing warns. An
    evaluation costs two normal distribution functions and nothing else that is slow: the logarithm is taken
    once for each underlying and scenario, relative to a level of that underlying so that no digits are lost.

    Examples
    --------
    A call and a put on the same underlying, in a fall of 10 % and a rise of 10 %:

    >>> spots = [[90.0, 110.0]]
    >>> revalue([1, -1], 100.0, 0.5, 0.25, 0.10, 0.10, spots, underlying=[0, 0]).round(4)
    array([[ 2.7026, 12.7857],
           [12.2149,  3.2734]])
    """
    refuse_unsigned(sign)
    refuse_negative(strike=strike, years=years, volatility=volatility)
    rows = np.asarray(underlying, dtype=np.intp)
    if (rows < 0).any():
        raise IndexError("underlying counts the rows of spots from zero")
    paths = _Paths.of(np.asarray(spots, dtype=np.float64))
    book = _Book.of(rows, paths.anchors[rows], sign, strike, years, volatility, rate, dividend_yield)
    shape = (len(rows), paths.levels.shape[1])
    prices: NDArray[np.floating] = np.empty(shape) if out is None else out
    if prices.shape != shape:
        raise ValueError(f"out has shape {prices.shape}, but {shape} is needed")

    def fill(block: tuple[slice, slice]) -> None:
        _revalue_block(book, paths, block, prices)

    blocks = list(_blocks(*shape))
    if threads == 1 or len(blocks) <= 1:
        for block in blocks:
            fill(block)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, blocks))  # the list asks for each result, so that no error is lost
    return prices


@dataclass(frozen=True, slots=True)
class _Paths:
    """The underlyings in all scenarios: levels, and their logarithms relative to one anchor each."""

    anchors: NDArray[np.float64]  # (U,)
    levels: NDArray[np.float64]  # (U, S), zero or above
    moves: NDArray[np.float64]  # (U, S), ln(level / anchor)

    @classmethod
    def of(cls, spots: NDArray[np.float64]) -> Self:
        """Return the paths of `spots`, a spot below zero taken as zero."""
        levels = np.maximum(spots, 0.0)
        highest = np.fmax.reduce(np.where(np.isfinite(levels), levels, 0.0), axis=1, initial=0.0)
        anchors = np.where(highest > 0, highest, 1.0)
        with np.errstate(divide="ignore", under="ignore"):
            return cls(anchors, levels, np.log(levels / anchors[:, np.newaxis]))


@dataclass(frozen=True, slots=True)
class _Book:
    """What the kernel needs of N options, in columns of shape (N, 1).

    ``price = spot_weight · level · N(z) − strike_weight · N(z − deviation)``, ``z = slope · move + start``.
    Each coefficient carries the sign of its option, which makes calls and puts one formula.
    """

    underlying: NDArray[np.intp]  # (N,)
    slope: NDArray[np.float64]
    start: NDArray[np.float64]
    deviation: NDArray[np.float64]
    spot_weight: NDArray[np.float64]
    strike_weight: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        underlying: NDArray[np.intp],
        anchors: NDArray[np.float64],
        *terms: ArrayLike,
    ) -> Self:
        """Return the coefficients of options whose underlyings are measured against `anchors`, shape (N,)."""
        sign, strike, years, volatility, rate, dividend_yield = (
            np.broadcast_to(np.asarray(term, dtype=np.float64), underlying.shape)[:, np.newaxis]
            for term in terms
        )
        deviation = np.maximum(volatility * np.sqrt(years), _NO_DEVIATION)
        distance = np.log(anchors[:, np.newaxis] / np.maximum(strike, np.finfo(np.float64).tiny))
        slope = sign / deviation
        return cls(
            underlying=underlying,
            slope=slope,
            start=(distance + (rate - dividend_yield) * years) * slope + sign * deviation / 2,
            deviation=sign * deviation,
            spot_weight=sign * np.exp(-dividend_yield * years),
            strike_weight=sign * strike * np.exp(-rate * years),
        )


def _blocks(options: int, scenarios: int) -> Iterator[tuple[slice, slice]]:
    """Cut options × scenarios into blocks of about the size of the cache, none much smaller than the rest."""
    pieces = max(1, -(-scenarios // _BLOCK))
    width = max(1, -(-scenarios // pieces))
    height = max(1, _BLOCK // width)
    for top in range(0, options, height):
        for left in range(0, scenarios, width):
            yield slice(top, top + height), slice(left, left + width)


def _revalue_block(
    book: _Book, paths: _Paths, block: tuple[slice, slice], prices: NDArray[np.floating]
) -> None:
    """Fill one block of `prices`, in place wherever it can be."""
    rows, columns = block
    underlying = book.underlying[rows]
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        z = paths.moves[underlying, columns]
        z *= book.slope[rows]
        z += book.start[rows]
        receipt = scipy.special.ndtr(z)
        z -= book.deviation[rows]
        payment = scipy.special.ndtr(z, out=z)
        payment *= book.strike_weight[rows]
        receipt *= paths.levels[underlying, columns]
        receipt *= book.spot_weight[rows]
        receipt -= payment
        np.maximum(receipt, 0.0, out=prices[block], casting="same_kind")
