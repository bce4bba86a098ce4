"""Estimators of VaR and ES, each one a weighting of scenarios.

Line the scenarios up from the worst to the best, so that scenario i ends at the cumulative probability `c_i`.
An estimator is then a curve `share(c)` that climbs from 0 to 1: how much of the measure lies in the worst `c`
of the probability. Scenario i gets the weight `share(c_i) - share(c_{i-1})`, and the measure is
`-(weights @ pnl)`. The curve (:mod:`plimsoll.risk.curves`) sees nothing but cumulative probabilities, so
equal and unequal scenarios share one definition. The weights of equal scenarios depend on their number alone:
they are computed once for any number of vectors. Two estimators are different: `tail_mean` also looks at
ties, and `normal` weighs every scenario by its P&L.
"""

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache, partial
from types import MappingProxyType

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from plimsoll.risk.curves import averaged, bandwidth, harrell_davis, interpolated, kernel, step
from plimsoll.risk.weighted_sums import weighted_sum, weighted_sums
from plimsoll.risk.worst_first import (
    WorstFirst,
    checked_probabilities,
    equal_steps,
    first_reaching,
    tail_probability,
    worst_first,
)

__all__ = ["EsEstimator", "VarEstimator", "es_weights", "tail_measures", "var_weights"]

_BLOCK = 1 << 18  # P&L of many vectors that is sorted at a time


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

_Estimator = VarEstimator | EsEstimator
_NORMAL = (VarEstimator.NORMAL, EsEstimator.NORMAL)


def var_weights(
    pnl: ArrayLike | WorstFirst,
    confidence: float,
    *,
    probabilities: ArrayLike | None = None,
    estimator: VarEstimator = VarEstimator.ORDER_STATISTIC,
) -> NDArray[np.float64]:
    """Return the weights of scenarios whose `-(weights @ pnl)` is the value at risk.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive, in any one currency; finite. Or the scenarios lined up already.
    confidence
        Fraction above 0.5 and at most 0.9999 (0.99).
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
    return _weights(worst_first(pnl, probabilities), VarEstimator(estimator), tail_probability(confidence))


def es_weights(
    pnl: ArrayLike | WorstFirst,
    confidence: float,
    *,
    probabilities: ArrayLike | None = None,
    estimator: EsEstimator = EsEstimator.ACERBI_TASCHE,
) -> NDArray[np.float64]:
    """Return the weights of scenarios whose `-(weights @ pnl)` is the expected shortfall.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive, in any one currency; finite. Or the scenarios lined up already.
    confidence
        Fraction above 0.5 and at most 0.9999 (0.975).
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
    return _weights(worst_first(pnl, probabilities), EsEstimator(estimator), tail_probability(confidence))


def tail_measures(
    pnl_rows: ArrayLike,
    confidence: float,
    *,
    probabilities: ArrayLike | None = None,
    var_estimator: VarEstimator = VarEstimator.ORDER_STATISTIC,
    es_estimator: EsEstimator = EsEstimator.ACERBI_TASCHE,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return VaR and ES of many P&L vectors at once.

    Parameters
    ----------
    pnl_rows
        Shape (N, S), gain positive; finite. float32 rows are summed in float64.
    confidence
        Fraction above 0.5 and at most 0.9999.
    probabilities
        Shape (S,), shared by all rows; None for equal ones, which are faster.
    var_estimator, es_estimator
        As for :func:`var_weights` and :func:`es_weights`.

    Returns
    -------
    tuple of numpy.ndarray
        VaR and ES, each of shape (N,), a loss positive. A row has the same bits, whatever rows are beside it.

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
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(f"P&L rows must be a finite matrix (vectors, scenarios); got shape {rows.shape}")
    tail = tail_probability(confidence)
    unequal = checked_probabilities(probabilities, rows.shape[1])
    estimators = VarEstimator(var_estimator), EsEstimator(es_estimator)
    measures = np.empty((2, len(rows)))
    height = max(1, _BLOCK // rows.shape[1])
    for first in range(0, len(rows), height):
        block = rows[first : first + height]
        if not np.isfinite(block).all():
            raise ValueError("P&L rows must be a finite matrix; there is NaN or infinity in them")
        if unequal is None:
            measures[:, first : first + height] = _of_equal(block, tail, estimators)
        else:
            measures[:, first : first + height] = _of_unequal(block, unequal, tail, estimators)
    return measures[0], measures[1]


def _of_equal(
    rows: NDArray[np.floating], tail: float, estimators: Sequence[_Estimator]
) -> list[NDArray[np.float64]]:
    """Return the measures of each row, one array per estimator, from one sort of the losses that count."""
    by_place = [_equal_weights(estimator, rows.shape[1], tail) for estimator in estimators]
    needed = max(weights.size for weights in by_place)
    gains = np.partition(rows, needed - 1, axis=1)[:, :needed] if needed else rows[:, :0]
    worst = np.sort(gains, axis=1).astype(np.float64)
    measures = []
    for estimator, weights in zip(estimators, by_place, strict=True):
        if estimator in _NORMAL:
            measures.append(_normal_multiple(estimator, tail) * _deviations(rows))
        elif estimator is EsEstimator.TAIL_MEAN:
            measures.append(_tail_means(rows, worst[:, : weights.size]))
        else:
            measures.append(0.0 - weighted_sums(worst[:, : weights.size], weights))
    return measures


def _of_unequal(
    rows: NDArray[np.floating],
    probabilities: NDArray[np.float64],
    tail: float,
    estimators: Sequence[_Estimator],
) -> list[list[float]]:
    """Return the measures of each row, one list per estimator; every row is sorted once."""
    lined_up = [worst_first(row, probabilities) for row in rows]
    return [[row.measure(_weights(row, estimator, tail)) for row in lined_up] for estimator in estimators]


def _weights(scenarios: WorstFirst, estimator: _Estimator, tail: float) -> NDArray[np.float64]:
    """Return the weight of each scenario, in the order of the P&L."""
    if estimator in _NORMAL:
        return _normal_weights(scenarios, _normal_multiple(estimator, tail))
    if estimator is EsEstimator.TAIL_MEAN:
        value_at_risk = scenarios.losses[scenarios.first_reaching(tail)]
        reached = scenarios.cumulative[np.count_nonzero(scenarios.losses >= value_at_risk) - 1]
        by_place = _steps(np.minimum(scenarios.cumulative / reached, 1.0))
    elif scenarios.probabilities is None:
        by_place = _equal_weights(estimator, scenarios.pnl.size, tail)
    else:
        by_place = _steps(_share(estimator, scenarios.cumulative, scenarios.observations, tail))
    return scenarios.weights(by_place)


@lru_cache(maxsize=8, typed=True)  # typed, as estimators of VaR and ES with the same name are equal strings
def _equal_weights(estimator: _Estimator, count: int, tail: float) -> NDArray[np.float64]:
    """Return the weights of the worst of `count` equal scenarios, up to the last that is not zero.

    Those of `tail_mean` know of no ties; `normal` has none, as it does not look at places.
    """
    if estimator in _NORMAL:
        return np.empty(0)
    by_place = _steps(_share(estimator, equal_steps(count), float(count), tail))
    weights = by_place[: np.flatnonzero(by_place)[-1] + 1].copy()
    weights.flags.writeable = False
    return weights


def _steps(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each place adds to a curve."""
    steps = share.copy()
    steps[1:] -= share[:-1]
    return steps


def _share(
    estimator: _Estimator, cumulative: NDArray[np.float64], count: float, tail: float
) -> NDArray[np.float64]:
    """Return the curve of an estimator at each place."""
    if isinstance(estimator, VarEstimator):
        return _var_share(estimator, cumulative, count, tail)
    return _es_share(estimator, cumulative, count, tail)


def _var_share(
    estimator: VarEstimator, cumulative: NDArray[np.float64], count: float, tail: float
) -> NDArray[np.float64]:
    match estimator:
        case VarEstimator.ORDER_STATISTIC:
            return step(cumulative, tail)
        case VarEstimator.NEAREST:
            rank = max(1.0, float(np.rint(round(count * (1.0 - tail), 9))))
            return step(cumulative, (count - rank + 0.5) / count)
        case VarEstimator.HARRELL_DAVIS:
            return harrell_davis(cumulative, tail, count)
        case VarEstimator.KERNEL:
            return kernel(cumulative, tail, bandwidth(tail, count))
        case _:
            return interpolated(cumulative, tail, count, _PLOTTING[estimator])


def _es_share(
    estimator: EsEstimator, cumulative: NDArray[np.float64], count: float, tail: float
) -> NDArray[np.float64]:
    match estimator:
        case EsEstimator.ACERBI_TASCHE:
            return np.minimum(cumulative / tail, 1.0)
        case EsEstimator.TAIL_MEAN:
            return np.minimum(cumulative / float(cumulative[first_reaching(cumulative, tail)]), 1.0)
        case EsEstimator.HARRELL_DAVIS:
            return averaged(partial(harrell_davis, count=count), cumulative, tail, count)
        case _:
            return averaged(partial(kernel, width=bandwidth(tail, count)), cumulative, tail, count)


def _tail_means(rows: NDArray[np.floating], worst: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean loss at or beyond VaR, the last of the `worst`; ties may lie beyond them."""
    boundary = worst[:, -1]
    reached = np.count_nonzero(rows <= boundary[:, np.newaxis], axis=1)
    means: NDArray[np.float64] = (worst.sum(axis=1) + (reached - worst.shape[1]) * boundary) / reached
    return 0.0 - means


def _normal_weights(scenarios: WorstFirst, multiple: float) -> NDArray[np.float64]:
    """Return weights that give `multiple` standard deviations around zero, sqrt(sum(p * pnl²))."""
    gains, unequal = scenarios.pnl, scenarios.probabilities
    moments = gains / gains.size if unequal is None else gains * unequal
    deviation = math.sqrt(weighted_sum(gains, moments))
    return np.zeros_like(gains) if deviation == 0.0 else -multiple / deviation * moments


def _normal_multiple(estimator: _Estimator, tail: float) -> float:
    """Return how many standard deviations the normal VaR or ES is."""
    z = -float(scipy.special.ndtri(tail))
    if isinstance(estimator, VarEstimator):
        return z
    return math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi) / tail


def _deviations(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the standard deviation around zero of each row."""
    squares = np.einsum("ns,ns->n", rows, rows, dtype=np.float64)
    return np.asarray(np.sqrt(squares / rows.shape[1]))
