"""VaR and ES of a P&L vector: an estimate, its interval and its estimator."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plimsoll.risk.estimators import EsEstimator, VarEstimator, es_weights, var_weights
from plimsoll.risk.intervals import es_interval, normal_interval, var_interval
from plimsoll.risk.scenarios.weights import effective_number
from plimsoll.risk.weighted_sums import weighted_sum
from plimsoll.risk.worst_first import WorstFirst, checked_pnl, checked_probabilities, worst_first

__all__ = ["Estimate", "expected_shortfall", "value_at_risk", "volatility", "worst"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A tail measure with its error bar.

    Parameters
    ----------
    value
        The estimate, in the currency of the P&L; a loss is positive.
    low, high
        Confidence interval; None where the sample cannot bound it on that side.
    confidence
        Confidence level of the measure, as a fraction (0.99).
    horizon_days
        Trading days that the P&L spans.
    estimator
        Name of the estimator.
    tail_count
        Scenarios whose loss is at least VaR.
    scenarios
        Number of scenarios.
    interval
        Name of the interval method, and what error it covers.
    interval_confidence
        Nominal coverage of the interval, as a fraction.
    note
        What the reader must know about the interval (too few tail points …); may be empty.
    """

    value: float
    low: float | None
    high: float | None
    confidence: float
    horizon_days: int
    estimator: str
    tail_count: int
    scenarios: int
    interval: str
    interval_confidence: float = 0.95
    note: str = ""


def value_at_risk(
    pnl: ArrayLike | WorstFirst,
    confidence: float,
    *,
    probabilities: ArrayLike | None = None,
    estimator: VarEstimator = VarEstimator.ORDER_STATISTIC,
    horizon_days: int = 1,
    observations: float | None = None,
    interval_confidence: float = 0.95,
) -> Estimate:
    """Return value at risk: the loss that is exceeded with probability `1 - confidence`.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive, in any one currency; finite. Or the scenarios lined up already, so that
        several measures share one sort: see :func:`~plimsoll.risk.worst_first.worst_first`.
    confidence
        Fraction above 0.5 and at most 0.9999 (0.99).
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones.
    estimator
        Which quantile of the losses; see :class:`~plimsoll.risk.estimators.VarEstimator`.
    horizon_days
        Trading days that the P&L spans; passed on, nothing is scaled.
    observations
        Independent observations that the interval may count on; None for S, or Kish's number where
        probabilities are unequal.
    interval_confidence
        Nominal coverage of the interval, above 0 and below 1.

    Returns
    -------
    Estimate
        A loss positive; negative where even this quantile is a gain. The interval is the exact binomial one,
        widened where the estimator lies outside; chi-square for `normal`.

    Raises
    ------
    ValueError
        If P&L is not a finite vector, probabilities are none, or a level is out of range.

    Examples
    --------
    >>> estimate = value_at_risk([i - 50.0 for i in range(500)], 0.99)
    >>> estimate.value, estimate.low, estimate.high, estimate.tail_count
    (46.0, 40.0, 50.0, 5)
    """
    scenarios = worst_first(pnl, probabilities)
    value = scenarios.measure(var_weights(scenarios, confidence, estimator=estimator))
    if estimator is VarEstimator.NORMAL:
        interval = normal_interval(
            scenarios, value, observations=observations, interval_confidence=interval_confidence
        )
    else:
        interval = var_interval(
            scenarios, confidence, observations=observations, interval_confidence=interval_confidence
        ).around(value)
    return Estimate(
        value=value,
        low=interval.low,
        high=interval.high,
        confidence=confidence,
        horizon_days=horizon_days,
        estimator=estimator.value,
        tail_count=int(np.count_nonzero(scenarios.losses >= value)),
        scenarios=scenarios.pnl.size,
        interval=interval.method,
        interval_confidence=interval_confidence,
        note=interval.note,
    )


def expected_shortfall(
    pnl: ArrayLike | WorstFirst,
    confidence: float,
    *,
    probabilities: ArrayLike | None = None,
    estimator: EsEstimator = EsEstimator.ACERBI_TASCHE,
    horizon_days: int = 1,
    observations: float | None = None,
    interval_confidence: float = 0.95,
) -> Estimate:
    """Return expected shortfall: the mean loss in the worst `1 - confidence` of the probability.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive, in any one currency; finite. Or the scenarios lined up already, so that
        several measures share one sort: see :func:`~plimsoll.risk.worst_first.worst_first`.
    confidence
        Fraction above 0.5 and at most 0.9999 (0.975).
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones.
    estimator
        Which average of the worst losses; see :class:`~plimsoll.risk.estimators.EsEstimator`.
    horizon_days
        Trading days that the P&L spans; passed on, nothing is scaled.
    observations
        Independent observations that the interval may count on; None for S, or Kish's number where
        probabilities are unequal.
    interval_confidence
        Nominal coverage of the interval, above 0 and below 1.

    Returns
    -------
    Estimate
        A loss positive. `tail_count` refers to the VaR that the estimator averages. The interval is that of a
        generalised Pareto tail, widened where the estimate lies outside; chi-square for `normal`.

    Raises
    ------
    ValueError
        If P&L is not a finite vector, probabilities are none, or a level is out of range.

    Examples
    --------
    >>> estimate = expected_shortfall([i - 500.0 for i in range(1000)], 0.975)
    >>> estimate.value, round(estimate.low), round(estimate.high), estimate.tail_count
    (488.0, 478, 493, 25)
    """
    scenarios = worst_first(pnl, probabilities)
    value = scenarios.measure(es_weights(scenarios, confidence, estimator=estimator))
    boundary = scenarios.measure(var_weights(scenarios, confidence, estimator=estimator.partner))
    if estimator is EsEstimator.NORMAL:
        interval = normal_interval(
            scenarios, value, observations=observations, interval_confidence=interval_confidence
        )
    else:
        interval = es_interval(
            scenarios, confidence, observations=observations, interval_confidence=interval_confidence
        ).around(value)
    return Estimate(
        value=value,
        low=interval.low,
        high=interval.high,
        confidence=confidence,
        horizon_days=horizon_days,
        estimator=estimator.value,
        tail_count=int(np.count_nonzero(scenarios.losses >= boundary)),
        scenarios=scenarios.pnl.size,
        interval=interval.method,
        interval_confidence=interval_confidence,
        note=interval.note,
    )


def volatility(pnl: ArrayLike, probabilities: ArrayLike | None = None) -> float:
    """Return the standard deviation of P&L over its horizon; it is not annualised.

    Parameters
    ----------
    pnl
        Shape (S,), in any one currency; finite.
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones.

    Raises
    ------
    ValueError
        If P&L is not a finite vector, probabilities are none, or fewer than two scenarios have a probability.

    Notes
    -----
    About the mean, variance without bias: sqrt(sum(p (x - mean)²) / (1 - sum(p²))); for equal probabilities
    the denominator of the variance is n - 1.

    Examples
    --------
    >>> volatility([1.0, 2.0, 3.0])
    1.0
    """
    gains = checked_pnl(pnl)
    unequal = checked_probabilities(probabilities, gains.size)
    freedom = 1.0 - 1.0 / (gains.size if unequal is None else effective_number(unequal))
    if freedom < 1e-12:
        raise ValueError("volatility needs at least two scenarios")
    if unequal is None:
        return float(gains.std(ddof=1))
    squares = (gains - weighted_sum(gains, unequal)) ** 2
    return math.sqrt(weighted_sum(squares, unequal) / freedom)


def worst(pnl: ArrayLike | WorstFirst, count: int) -> NDArray[np.intp]:
    """Return the places of the worst scenarios, the worst first; ties in the order of the vector.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive; finite. Or the scenarios lined up already.
    count
        How many; all S where it is larger.

    Returns
    -------
    numpy.ndarray
        Shape (min(count, S),), indices into `pnl`.

    Raises
    ------
    ValueError
        If P&L is not a finite vector or `count` is negative.

    Examples
    --------
    >>> worst([3.0, -5.0, 1.0, -2.0], 2).tolist()
    [1, 3]
    """
    if count < 0:
        raise ValueError(f"count must not be negative; got {count}")
    return worst_first(pnl).order[:count]
