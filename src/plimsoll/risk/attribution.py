"""Where a tail measure comes from: Euler components, marginal and incremental figures, diversification.

A measure of a P&L vector is ``-(weights @ pnl)`` for the scenario weights of its estimator
(:mod:`plimsoll.risk.estimators`). Everything here works on vectors and weights, whatever the estimator.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.weighted_sums import weighted_sum, weighted_sums

__all__ = [
    "TailMeasures",
    "TradeImpact",
    "Weighting",
    "components",
    "diversification",
    "incremental",
    "marginal",
    "measures_of",
    "with_trade",
]

TailMeasures = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
Weighting = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_BLOCK = 1 << 18  # elements held in float64 at a time


def components(pnl_rows: NDArray[np.floating], scenario_weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Euler components of a measure: how much of it each row contributes.

    Parameters
    ----------
    pnl_rows
        Shape (N, S), P&L vectors of positions or nodes, gain positive; float32 is summed in float64.
    scenario_weights
        Shape (S,): the weights of the estimator at the vector that the rows add up to.

    Returns
    -------
    ndarray
        Shape (N,), in the currency of the P&L; what adds to the loss is positive. They add up to the measure
        of the sum of the rows, for every estimator.

    Notes
    -----
    A measure that is homogeneous of degree one in the size of the positions is the sum over positions of size
    times its derivative (Euler). The derivative of ``-(w @ Σ pnl)`` is ``-(w @ pnl)`` wherever the weights
    stay as they are under a small change: tail estimators, whose weights depend on the order of the scenarios
    alone. Those of the normal estimator change, but its component is the derivative too,
    ``z · cov(pnl, total) / sigma(total)``, by the same formula.

    References
    ----------
    D. Tasche, Capital allocation to business units and sub-portfolios: the Euler principle (2008).

    Examples
    --------
    >>> pnl = np.array([[-3.0, 1.0, 2.0], [-1.0, -2.0, 4.0]])
    >>> components(pnl, np.array([1.0, 0.0, 0.0])).tolist()
    [3.0, 1.0]
    """
    used = np.flatnonzero(scenario_weights)
    sparse = 4 * len(used) < len(scenario_weights)
    weights = scenario_weights[used] if sparse else scenario_weights
    found = np.empty(len(pnl_rows))
    height = max(1, _BLOCK // max(1, len(weights)))
    for first in range(0, len(pnl_rows), height):
        rows = pnl_rows[first : first + height]
        found[first : first + height] = weighted_sums(rows.take(used, axis=1) if sparse else rows, weights)
    return 0.0 - found


def marginal(component: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float | None, ...]:
    """Return how much a measure changes per unit of value added to each item.

    Parameters
    ----------
    component
        Shape (N,), of :func:`components`.
    values
        Shape (N,), signed values in the same currency.

    Returns
    -------
    tuple of float or None
        N ratios without a unit; None where the value is zero, as no multiple of nothing is something, or so
        close to it that the ratio is no finite number.

    Examples
    --------
    >>> marginal(np.array([3.0, 1.0]), np.array([60.0, 0.0]))
    (0.05, None)
    """
    pairs = zip(component.tolist(), values.tolist(), strict=True)
    ratios = (part / value if value else math.inf for part, value in pairs)
    return tuple(ratio if math.isfinite(ratio) else None for ratio in ratios)


def incremental(
    pnl_rows: NDArray[np.floating], total: NDArray[np.float64], measure: TailMeasures
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the measures of the total less those of the total without each row, computed anew.

    Parameters
    ----------
    pnl_rows
        Shape (N, S): vectors of positions or nodes.
    total
        Shape (S,): the vector that they are taken out of.
    measure
        VaR and ES of many vectors at once, such as :func:`plimsoll.risk.estimators.tail_measures` with its
        confidence bound, or :func:`measures_of`.

    Returns
    -------
    tuple of ndarray
        Incremental VaR and ES, each of shape (N,); negative where the row is a hedge.

    Examples
    --------
    >>> worst = measures_of(lambda pnl: np.eye(2)[pnl.argmin()], lambda pnl: np.eye(2)[pnl.argmin()])
    >>> var, es = incremental(np.array([[-3.0, 1.0], [2.0, -4.0]]), np.array([-1.0, -3.0]), worst)
    >>> var.tolist()
    [-1.0, 0.0]
    """
    var_of_total, es_of_total = measure(total[np.newaxis])
    var, es = np.empty(len(pnl_rows)), np.empty(len(pnl_rows))
    height = max(1, _BLOCK // max(1, len(total)))
    for first in range(0, len(pnl_rows), height):
        block = slice(first, first + height)
        var[block], es[block] = measure(total - pnl_rows[block])
    return var_of_total - var, es_of_total - es


def measures_of(var_weighting: Weighting, es_weighting: Weighting) -> TailMeasures:
    """Return VaR and ES of many vectors from the functions that weigh the scenarios of one.

    Parameters
    ----------
    var_weighting, es_weighting
        From a P&L vector to its scenario weights. For the estimators of :mod:`plimsoll.risk.estimators`,
        :func:`~plimsoll.risk.estimators.tail_measures` is faster.
    """

    def measure(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        var = [0.0 - weighted_sum(row, var_weighting(row)) for row in rows]
        es = [0.0 - weighted_sum(row, es_weighting(row)) for row in rows]
        return np.array(var, dtype=np.float64), np.array(es, dtype=np.float64)

    return measure


@dataclass(frozen=True, slots=True)
class TradeImpact:
    """VaR and ES of a book before and after a trade; a loss is positive.

    Parameters
    ----------
    var_before, var_after, es_before, es_after
        In the currency of the P&L.
    """

    var_before: float
    var_after: float
    es_before: float
    es_after: float

    @property
    def var_change(self) -> float:
        """VaR after less before; negative where the trade takes risk away."""
        return self.var_after - self.var_before

    @property
    def es_change(self) -> float:
        """ES after less before; negative where the trade takes risk away."""
        return self.es_after - self.es_before


def with_trade(total: NDArray[np.float64], trade: NDArray[np.floating], measure: TailMeasures) -> TradeImpact:
    """Return what a proposed trade does to the measures of a book.

    Parameters
    ----------
    total, trade
        Shape (S,): P&L of the book, and of the trade in its full size, in the same scenarios.
    measure
        As for :func:`incremental`.

    Examples
    --------
    >>> worst = measures_of(lambda pnl: np.eye(2)[pnl.argmin()], lambda pnl: np.eye(2)[pnl.argmin()])
    >>> with_trade(np.array([-3.0, 1.0]), np.array([2.0, -4.0]), worst)
    TradeImpact(var_before=3.0, var_after=3.0, es_before=3.0, es_after=3.0)
    """
    var, es = measure(np.stack([total, total + trade]))
    return TradeImpact(float(var[0]), float(var[1]), float(es[0]), float(es[1]))


def diversification(stand_alone: NDArray[np.float64], total: float) -> float:
    """Return the benefit of holding the parts together: the sum of their measures less that of the whole.

    Parameters
    ----------
    stand_alone
        Shape (N,), the measure of each part on its own.
    total
        The measure of the sum of the parts.

    Returns
    -------
    float
        Zero or above for ES; VaR is not sub-additive and can make it negative.

    Examples
    --------
    >>> diversification(np.array([3.0, 4.0]), 5.0)
    2.0
    """
    return float(stand_alone.sum()) - total
