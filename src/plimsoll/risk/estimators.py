"""Estimators of VaR and ES, each one a weighting of scenarios.

Line the scenarios up from the worst to the best, so that scenario i ends at the cumulative probability `c_i`.
An estimator is then a curve `share(c)` that climbs from 0 to 1: how much of the measure lies in the worst `c`
of the probability. Scenario i gets the weight `share(c_i) - share(c_{i-1})`, and the measure is
`-(weights @ pnl)`. The curve sees nothing but cumulative probabilities, so equal and unequal scenario weights
share one definition. Only `normal` is different: it weighs every scenario by its P&L.
"""

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from plimsoll.risk.worst_first import (
    WorstFirst,
    checked_pnl,
    checked_probabilities,
    tail_probability,
    worst_first,
)

__all__ = ["EsEstimator", "VarEstimator", "es_weights", "tail_measures", "var_weights"]


class VarEstimator(StrEnum):
    """Estimators of value at risk: which quantile of the losses.

    `type_4` to `type_9` and `nearest` (type 3) are those of Hyndman and Fan (1996), applied to losses at the
    confidence level, as in `numpy.quantile(losses, confidence)`.
    """

    ORDER_STATISTIC = "order_statistic"
    NEAREST = "nearest"
    TYPE_4 = "type_4"
    TYPE_5 = "type_5"
    TYPE_6 = "type_6"
    TYPE_7 = "type_7"
    TYPE_8 = "type_8"
    TYPE_9 = "type_9"
    HARRELL_DAVIS = "harrell_davis"
    KERNEL = "kernel"
    NORMAL = "normal"


class EsEstimator(StrEnum):
    """Estimators of expected shortfall: which average of the worst losses."""

    ACERBI_TASCHE = "acerbi_tasche"
    TAIL_MEAN = "tail_mean"
    HARRELL_DAVIS = "harrell_davis"
    KERNEL = "kernel"
    NORMAL = "normal"

    @property
    def partner(self) -> VarEstimator:
        """The VaR estimator that this one averages; ES is never below the VaR of its partner.

        Examples
        --------
        >>> EsEstimator.TAIL_MEAN.partner.value
        'order_statistic'
        """
        if self in (EsEstimator.ACERBI_TASCHE, EsEstimator.TAIL_MEAN):
            return VarEstimator.ORDER_STATISTIC
        return VarEstimator(self.value)


# Hyndman and Fan's plotting position of the k-th of n is (k - a) / (n + 1 - a - b).
_PLOTTING: Mapping[VarEstimator, tuple[float, float]] = MappingProxyType(
    {
        VarEstimator.TYPE_4: (0.0, 1.0),
        VarEstimator.TYPE_5: (0.5, 0.5),
        VarEstimator.TYPE_6: (0.0, 0.0),
        VarEstimator.TYPE_7: (1.0, 1.0),
        VarEstimator.TYPE_8: (1 / 3, 1 / 3),
        VarEstimator.TYPE_9: (3 / 8, 3 / 8),
    }
)


def var_weights(
    pnl: ArrayLike,
    confidence: float,
    *,
    probabilities: ArrayLike | None = None,
    estimator: VarEstimator = VarEstimator.ORDER_STATISTIC,
) -> NDArray[np.float64]:
    """Return the weights of scenarios whose `-(weights @ pnl)` is the value at risk.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive, in any one currency; finite.
    confidence
        Fraction above 0.5 and below 1 (0.99).
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones.
    estimator
        Which quantile of the losses. The default is the largest loss such that losses at least as large have
        a probability of at least `1 - confidence`: the ⌈n(1 - confidence)⌉-th worst of n equal scenarios.

    Returns
    -------
    numpy.ndarray
        Shape (S,). They add up to one, except those of `normal`, which are proportional to p * pnl.

    Raises
    ------
    ValueError
        If P&L is not a finite vector, probabilities are none, or confidence is out of range.

    Notes
    -----
    With unequal probabilities, n in the formulas is Kish's effective number `1 / sum(p ** 2)`, and the curves
    are read at cumulative probabilities (Akinshin 2023). Equal probabilities give the published definitions.
    `kernel` is the Gaussian kernel quantile of Sheather and Marron (1990) with bandwidth
    `sqrt(q (1 - q) / (n + 1))`, q = 1 - confidence, renormalised on [0, 1]. `normal` has mean zero:
    VaR = z * sigma, sigma² = sum(p * pnl²). Ties go to the earlier scenario.

    References
    ----------
    Hyndman and Fan, "Sample quantiles in statistical packages", American Statistician 50 (1996).
    Harrell and Davis, "A new distribution-free quantile estimator", Biometrika 69 (1982).
    Akinshin, "Weighted quantile estimators", arXiv:2304.07265 (2023).

    Examples
    --------
    >>> var_weights([3.0, -5.0, 1.0, -2.0], 0.75)
    array([0., 1., 0., 0.])
    """
    tail = tail_probability(confidence)
    if estimator is VarEstimator.NORMAL:
        return _normal_weights(pnl, probabilities, float(special.ndtri(confidence)))
    scenarios = worst_first(pnl, probabilities)
    return scenarios.weights(_var_share(estimator, scenarios, tail))


def es_weights(
    pnl: ArrayLike,
    confidence: float,
    *,
    probabilities: ArrayLike | None = None,
    estimator: EsEstimator = EsEstimator.ACERBI_TASCHE,
) -> NDArray[np.float64]:
    """Return the weights of scenarios whose `-(weights @ pnl)` is the expected shortfall.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive, in any one currency; finite.
    confidence
        Fraction above 0.5 and below 1 (0.975).
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones.
    estimator
        Which average of the worst losses. The default is the exact one: the worst `1 - confidence` of the
        probability, with a fraction of the scenario on the boundary.

    Returns
    -------
    numpy.ndarray
        Shape (S,). They add up to one, except those of `normal`, which are proportional to p * pnl.

    Raises
    ------
    ValueError
        If P&L is not a finite vector, probabilities are none, or confidence is out of range.

    Notes
    -----
    `tail_mean` is the mean of losses at or above the order-statistic VaR, ties included. `harrell_davis` and
    `kernel` average their VaR over all levels of the tail, `ES = 1/q ∫₀^q VaR(u) du`, by Gauss-Legendre
    quadrature; the kernel's bandwidth is that of level q throughout. `normal`: sigma * phi(z) / q.

    References
    ----------
    Acerbi and Tasche, "On the coherence of expected shortfall", J. Banking & Finance 26 (2002).
    Rockafellar and Uryasev, "Conditional value-at-risk for general loss distributions", same volume.

    Examples
    --------
    >>> es_weights([3.0, -5.0, 1.0, -2.0], 0.6)
    array([0.   , 0.625, 0.   , 0.375])
    """
    tail = tail_probability(confidence)
    if estimator is EsEstimator.NORMAL:
        z = float(special.ndtri(confidence))
        return _normal_weights(pnl, probabilities, float(np.exp(-z * z / 2) / np.sqrt(2 * np.pi) / tail))
    scenarios = worst_first(pnl, probabilities)
    return scenarios.weights(_es_share(estimator, scenarios, tail))


def tail_measures(
    pnl_rows: ArrayLike, confidence: float, *, probabilities: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return VaR and ES of many P&L vectors at once, by the default estimators.

    Parameters
    ----------
    pnl_rows
        Shape (N, S), gain positive; finite. float32 rows are summed in float64.
    confidence
        Fraction above 0.5 and below 1.
    probabilities
        Shape (S,), shared by all rows; None for equal ones.

    Returns
    -------
    tuple of numpy.ndarray
        VaR and ES, each of shape (N,), a loss positive.

    Raises
    ------
    ValueError
        If the rows are not finite, probabilities are none, or confidence is out of range.

    Examples
    --------
    >>> var, es = tail_measures([[3.0, -5.0, 1.0, -2.0], [0.0, -1.0, -2.0, -3.0]], 0.6)
    >>> var.tolist(), es.tolist()
    ([2.0, 2.0], [3.875, 2.625])
    """
    rows = np.asarray(pnl_rows)
    if rows.ndim != 2 or rows.shape[1] == 0 or not np.isfinite(rows).all():
        raise ValueError("P&L rows must be a finite matrix (nodes, scenarios) with at least one scenario")
    tail = tail_probability(confidence)
    chances = checked_probabilities(probabilities, rows.shape[1])
    if chances is not None:
        return _weighted_tail_measures(rows, chances, tail)
    in_tail = rows.shape[1] * tail
    rank = math.ceil(in_tail - 1e-9)
    worst = np.partition(rows, rank - 1, axis=1)[:, :rank].astype(np.float64)
    boundary = worst[:, -1]
    return 0.0 - boundary, 0.0 - (worst.sum(axis=1) - (rank - in_tail) * boundary) / in_tail


def _weighted_tail_measures(
    rows: NDArray[np.floating], chances: NDArray[np.float64], tail: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return VaR and ES of rows whose scenarios have unequal probabilities."""
    pairs = [worst_first(row, chances) for row in rows]
    var = [scenarios.losses[scenarios.first_reaching(tail)] for scenarios in pairs]
    shares = [np.diff(np.minimum(scenarios.cumulative, tail), prepend=0.0) for scenarios in pairs]
    es = [share @ scenarios.losses / tail for share, scenarios in zip(shares, pairs, strict=True)]
    return np.array(var), np.array(es)


def _normal_weights(pnl: ArrayLike, probabilities: ArrayLike | None, multiple: float) -> NDArray[np.float64]:
    """Return weights that give `multiple` standard deviations around zero, sqrt(sum(p * pnl²))."""
    gains = checked_pnl(pnl)
    chances = checked_probabilities(probabilities, gains.size)
    moments = gains / gains.size if chances is None else gains * chances
    sigma = math.sqrt(moments @ gains)
    return np.zeros_like(gains) if sigma == 0.0 else -multiple / sigma * moments


def _var_share(estimator: VarEstimator, scenarios: WorstFirst, tail: float) -> NDArray[np.float64]:
    """Return the curve of a VaR estimator at each place."""
    count, cumulative = scenarios.observations, scenarios.cumulative
    match estimator:
        case VarEstimator.ORDER_STATISTIC:
            return _step(scenarios, tail)
        case VarEstimator.NEAREST:
            rank = max(1.0, float(np.rint(round(count * (1.0 - tail), 9))))
            return _step(scenarios, (count - rank + 0.5) / count)
        case VarEstimator.HARRELL_DAVIS:
            return _harrell_davis(cumulative, tail, count)
        case VarEstimator.KERNEL:
            return _kernel(cumulative, tail, _bandwidth(tail, count))
        case _:
            return _interpolated(cumulative, tail, count, _PLOTTING[estimator])


def _es_share(estimator: EsEstimator, scenarios: WorstFirst, tail: float) -> NDArray[np.float64]:
    """Return the curve of an ES estimator at each place."""
    count, cumulative = scenarios.observations, scenarios.cumulative
    match estimator:
        case EsEstimator.ACERBI_TASCHE:
            return np.minimum(cumulative / tail, 1.0)
        case EsEstimator.TAIL_MEAN:
            value_at_risk = scenarios.losses[scenarios.first_reaching(tail)]
            at_least = int(np.count_nonzero(scenarios.losses >= value_at_risk))
            return np.minimum(cumulative / float(cumulative[at_least - 1]), 1.0)
        case EsEstimator.HARRELL_DAVIS:
            return _averaged(lambda level: _harrell_davis(cumulative, level, count), tail, count)
        case _:
            bandwidth = _bandwidth(tail, count)
            return _averaged(lambda level: _kernel(cumulative, level, bandwidth), tail, count)


def _step(scenarios: WorstFirst, level: float) -> NDArray[np.float64]:
    """Return the curve of a single order statistic: the first to reach `level`."""
    share = np.zeros_like(scenarios.cumulative)
    share[scenarios.first_reaching(level) :] = 1.0
    return share


def _interpolated(
    cumulative: NDArray[np.float64], tail: float, count: float, plotting: tuple[float, float]
) -> NDArray[np.float64]:
    """Return the curve of two neighbouring order statistics: a ramp of width 1 / n."""
    a, b = plotting
    rank = min(max(a + (1.0 - tail) * (count + 1.0 - a - b), 1.0), count)
    return np.clip(count * (cumulative - 1.0) + rank, 0.0, 1.0)


def _harrell_davis(cumulative: NDArray[np.float64], level: float, count: float) -> NDArray[np.float64]:
    """Return the beta distribution of the order statistic expected at `level`."""
    spread = special.betainc((count + 1.0) * level, (count + 1.0) * (1.0 - level), cumulative)
    return np.asarray(spread, dtype=np.float64)


def _kernel(cumulative: NDArray[np.float64], level: float, bandwidth: float) -> NDArray[np.float64]:
    """Return a normal distribution around `level`, cut off and renormalised on [0, 1]."""
    low = special.ndtr(-level / bandwidth)
    high = special.ndtr((1.0 - level) / bandwidth)
    spread = (special.ndtr((cumulative - level) / bandwidth) - low) / (high - low)
    return np.asarray(spread, dtype=np.float64)


def _bandwidth(tail: float, count: float) -> float:
    """Return the standard error of the cumulative probability at the quantile."""
    return math.sqrt(tail * (1.0 - tail) / (count + 1.0))


def _averaged(
    curve: Callable[[float], NDArray[np.float64]], tail: float, count: float
) -> NDArray[np.float64]:
    """Return the mean of a curve over all levels between zero and `tail`."""
    # The curve changes over sqrt(tail / count) of the level, so a tail of sqrt(tail * count) such steps.
    nodes, weights = np.polynomial.legendre.leggauss(24 + 2 * math.ceil(math.sqrt(tail * count)))
    mean = np.zeros(1)
    for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
        mean = mean + weight / 2.0 * curve((node + 1.0) * tail / 2.0)
    return mean
