"""How a series would have moved: with the others as it usually does, otherwise as it did on other days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Average", "ProxyPath", "average_of_others", "proxy_path"]

_NO_SIZE = 1e-9  # of an average of standardised moves; opposite series, such as EURUSD and USDEUR, cancel
_NO_REST = 1e-12  # of a variance of one; below it is rounding
_GOLDEN = np.uint32(2654435769)  # 2**32 over the golden ratio: products with it modulo 2**32 look shuffled


@dataclass(frozen=True, slots=True)
class Average:
    """What the other series did, for each series and move.

    Parameters
    ----------
    value
        Shape (T-1, N), NaN where no other series moved. Its variance is `strength`.
    strength
        Shape (T-1, N), between 1 and the number of series in the average: how many independent ones it is
        worth.
    """

    value: NDArray[np.float64]
    strength: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProxyPath:
    """The moves that a series is given where it has none.

    Parameters
    ----------
    moves
        Shape (T-1,), NaN where no other series moved; of use only where the series itself has none.
    correlation
        Of its own moves with the average of the others, where both are known.
    compared
        How many moves that rests on.
    """

    moves: NDArray[np.float64]
    correlation: float
    compared: int


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Moves of a series between its own observations, and of the average meanwhile, per root of a date."""

    own: NDArray[np.float64]
    other: NDArray[np.float64]
    strength: NDArray[np.float64]
    end: NDArray[np.int64]  # row of the observation that ends the move


def average_of_others(moves: NDArray[np.float64], kinds: NDArray[np.int64]) -> Average:
    """Return the average move of the other series of the same kind.

    Parameters
    ----------
    moves
        Shape (T-1, N), NaN where not known. A series that never moves is in no average.
    kinds
        Shape (N,), equal for series of one kind.

    Notes
    -----
    With moves z in units of their root mean square, k of them known, and r the mean correlation of the pairs
    among them over all dates, at least 0, the strength is ``w = k / (1 + (k - 1) r)`` and the value
    ``w · mean(z)``. So an average of one series and an average of twenty are on one scale: the covariance of
    the value with another series is w times that series' mean covariance with the single ones.

    Examples
    --------
    >>> moves = np.array([[1.0, 1.0, 2.0], [-1.0, -1.0, np.nan]])
    >>> average = average_of_others(moves, np.zeros(3, np.int64))
    >>> average.value[:, 0].tolist(), average.strength[:, 0].tolist()
    ([1.0, -1.0], [1.0, 1.0])
    """
    known = np.isfinite(moves)
    squares = np.where(known, moves, 0.0) ** 2
    size = np.sqrt(squares.sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    usable = known & (size > 0)
    standard = np.divide(moves, size, out=np.zeros_like(moves), where=usable)
    value, strength = np.empty_like(moves), np.empty_like(moves)
    for kind in np.unique(kinds):
        own = kinds == kind
        value[:, own], strength[:, own] = _others(standard[:, own], usable[:, own])
    return Average(value, strength)


def _others(
    standard: NDArray[np.float64], usable: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return value and strength of the average of the other columns, for each."""
    total = standard.sum(axis=1, keepdims=True) - standard
    squares = (standard**2).sum(axis=1, keepdims=True) - standard**2
    count = usable.sum(axis=1, keepdims=True) - usable
    pairs = (count * (count - 1)).sum(axis=0)
    correlation = np.clip((total**2 - squares).sum(axis=0) / np.maximum(pairs, 1), 0, 1)
    at_least_one = np.maximum(count, 1)
    strength = at_least_one / (1 + (at_least_one - 1) * correlation)
    return np.where(count > 0, strength * total / at_least_one, np.nan), strength


def proxy_path(
    point: NDArray[np.float64],
    dates: NDArray[np.datetime64],
    averages: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    *,
    least: int,
) -> ProxyPath | None:
    """Return how a series would have moved, from its own observations and the average of the others.

    Parameters
    ----------
    point
        Shape (T,), logarithms or levels; NaN where not observed.
    dates
        Shape (T,), ``datetime64[D]``.
    averages
        Value and strength, shape (T-1,) each, in order of preference; a later one serves where the earlier
        ones say nothing.
    least
        Own moves, above zero, that must be comparable with an average for it to serve.

    Returns
    -------
    ProxyPath or None
        None if no average serves.

    Notes
    -----
    Own moves run from observation to observation, those of the average over the same dates; both are divided
    by the root of the number of dates, so that daily, weekly and monthly prices are treated alike. With own
    volatility σ (root mean square), the average a in units of its own size, their correlation ρ and the
    residual e of the own moves on the average in units of its size, a move of date t is ::

        σ · (ρ(t) · a(t) + √(ρ² - ρ(t)²) · a(s) + √(1 - ρ²) · e(s)),   ρ(t) = ρ · √(w(t) / mean w)

    where w is the strength of the average: fewer series make an average that says less. What it does not say
    is replayed from another date s on which the series was observed. (Where ρ(t) is above ρ, the second term
    is zero and the third √(1 - ρ(t)²) · e(s).)

    Each date t has its own fixed order of all dates, and s is the first in it on which the series was
    observed. So there is no chance in it, and series that were observed together replay the same date as a
    rule: what they have in common beyond the average of date t is kept.

    Proxied moves have the volatility of the series and its correlation with the others.
    """
    missing = np.isnan(point)
    found = None
    for value, strength in averages:
        compared = _comparison(point, value, strength)
        size = _size(compared.other)
        if len(compared.own) < least or size < _NO_SIZE:
            continue
        path = _path(compared, (value / size, strength), dates, missing[1:] | missing[:-1])
        if found is None:
            found = path
        else:
            moves = np.where(np.isnan(found.moves), path.moves, found.moves)
            found = ProxyPath(moves, found.correlation, found.compared)
    return found


def _comparison(
    point: NDArray[np.float64], value: NDArray[np.float64], strength: NDArray[np.float64]
) -> _Comparison:
    """Compare each own move over which the average is known throughout."""
    observed = np.flatnonzero(np.isfinite(point))
    dates = np.diff(observed)
    known = np.isfinite(value)

    def over(steps: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.diff(np.concatenate([[0.0], np.cumsum(np.where(known, steps, 0.0))])[observed])

    there = over(np.ones_like(value)) == dates
    root = np.sqrt(dates[there])
    return _Comparison(
        np.diff(point[observed])[there] / root,
        over(value)[there] / root,
        over(strength)[there] / dates[there],
        observed[1:][there],
    )


def _path(
    compared: _Comparison,
    average: tuple[NDArray[np.float64], NDArray[np.float64]],
    dates: NDArray[np.datetime64],
    wanted: NDArray[np.bool_],
) -> ProxyPath:
    """Return the path along one average, which is in units of its size over the compared moves."""
    value, strength = average
    other = compared.other / _size(compared.other)
    volatility = _size(compared.own)
    own = compared.own / (volatility or 1.0)
    correlation = float((own * other).mean())
    residual = own - correlation * other
    relative = np.sqrt(strength / compared.strength.mean())
    seen = np.clip(correlation * relative, -1, 1)
    moves = seen * value / relative
    source = _sources(dates[compared.end], dates[1:][wanted])
    hidden = np.sign(correlation) * _root(correlation**2 - seen**2)
    alone = _root(1 - np.maximum(correlation**2, seen**2))
    moves[wanted] += (
        hidden[wanted] * other[source] + (alone[wanted] / (_size(residual) or 1.0)) * residual[source]
    )
    return ProxyPath(volatility * moves, correlation, len(own))


def _root(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the root of a share of variance, zero where there is nothing but rounding."""
    return np.sqrt(np.where(share > _NO_REST, share, 0.0))


def _size(numbers: NDArray[np.float64]) -> float:
    """Return the root mean square; zero of nothing."""
    return float(np.sqrt((numbers**2).sum() / max(len(numbers), 1)))


def _sources(seen: NDArray[np.datetime64], wanted: NDArray[np.datetime64]) -> NDArray[np.intp]:
    """Return for each wanted date which date in `seen` is the first in the order that it has of all."""
    order = wanted.astype("i8").astype(np.uint32)[:, None] * (seen.astype("i8").astype(np.uint32) * _GOLDEN)
    return np.asarray(order.argmin(axis=1))
