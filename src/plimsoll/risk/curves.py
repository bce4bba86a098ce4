"""The curves behind the estimators: how much of a measure lies in the worst `c` of the probability.

A curve climbs from 0 to 1. It is read at cumulative probabilities, so equal and unequal scenarios share one
definition. Every function takes `cumulative` of shape (S,), rising to 1, and returns the curve at each of its
places, shape (S,).
"""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import scipy
from numpy.typing import NDArray

from plimsoll.risk.worst_first import first_reaching

__all__ = ["averaged", "bandwidth", "harrell_davis", "interpolated", "kernel", "step"]

_Array = NDArray[np.float64]


def step(cumulative: _Array, level: float) -> _Array:
    """Return the curve of a single scenario: the first that reaches `level`.

    Examples
    --------
    >>> step(np.array([0.25, 0.5, 0.75, 1.0]), 0.5).tolist()
    [0.0, 1.0, 1.0, 1.0]
    """
    share = np.zeros_like(cumulative)
    share[first_reaching(cumulative, level) :] = 1.0
    return share


def interpolated(cumulative: _Array, tail: float, count: float, plotting: tuple[float, float]) -> _Array:
    """Return the curve of two neighbouring order statistics: a ramp of width 1 / n.

    Parameters
    ----------
    tail
        One minus the confidence level.
    count
        Scenarios, or Kish's number of them.
    plotting
        a and b of the plotting position (k - a) / (n + 1 - a - b) of Hyndman and Fan.
    """
    a, b = plotting
    rank = min(max(a + (1.0 - tail) * (count + 1.0 - a - b), 1.0), count)
    return np.clip(count * (cumulative - 1.0) + rank, 0.0, 1.0)


def harrell_davis(cumulative: _Array, level: float, count: float) -> _Array:
    """Return the beta distribution of the order statistic expected at `level`, of `count` scenarios."""
    spread = scipy.special.betainc((count + 1.0) * level, (count + 1.0) * (1.0 - level), cumulative)
    return np.asarray(spread, dtype=np.float64)


def kernel(cumulative: _Array, level: float, width: float) -> _Array:
    """Return a normal distribution of deviation `width` around `level`, cut off to [0, 1]."""
    low = scipy.special.ndtr(-level / width)
    high = scipy.special.ndtr((1.0 - level) / width)
    spread = (scipy.special.ndtr((cumulative - level) / width) - low) / (high - low)
    return np.asarray(spread, dtype=np.float64)


def bandwidth(tail: float, count: float) -> float:
    """Return the standard error of the cumulative probability at a quantile.

    Examples
    --------
    >>> bandwidth(0.5, 24)
    0.1
    """
    return math.sqrt(tail * (1.0 - tail) / (count + 1.0))


def averaged(
    curve: Callable[[_Array, float], _Array], cumulative: _Array, tail: float, count: float
) -> _Array:
    """Return the mean of a curve over all levels between zero and `tail`.

    Parameters
    ----------
    curve
        From cumulative probabilities and a level to the curve there; the lower the level, the higher it is.
    cumulative
        Shape (S,).
    tail
        The highest level.
    count
        Scenarios, or Kish's number of them: the curve changes over about sqrt(level / count).
    """
    # Where the curve of the highest level has arrived at one, all the others have: most of a large sample.
    short_of_one = cumulative[: int(np.count_nonzero(curve(cumulative, tail) < 1.0))]
    share = np.ones_like(cumulative)
    share[: short_of_one.size] = 0.0
    nodes, weights = _quadrature(24 + 2 * math.ceil(math.sqrt(tail * count)))
    for node, weight in zip(nodes, weights, strict=True):
        share[: short_of_one.size] += weight / 2.0 * curve(short_of_one, (node + 1.0) * tail / 2.0)
    return share


@lru_cache(maxsize=16)
def _quadrature(points: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the nodes and weights of Gauss and Legendre on [-1, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return tuple(nodes.tolist()), tuple(weights.tolist())
