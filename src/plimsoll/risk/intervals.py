"""Confidence intervals of VaR and ES: how far the sample can be trusted."""

import math
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from plimsoll.risk.tail_fit import FEWEST_EXCEEDANCES, shortfall_quantiles
from plimsoll.risk.worst_first import WorstFirst, tail_probability, worst_first

__all__ = ["Interval", "binomial_ranks", "es_interval", "normal_interval", "var_interval"]

# Below this many expected tail points the interval of ES is a fitted curve rather than data: see
# docs/INTERVAL_COVERAGE.md for what that does to tails that end in rare crashes.
_FEW_TAIL_POINTS = 10.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Parameters
    ----------
    low, high
        Ends, in the currency of the P&L, a loss positive; None where the sample cannot bound that side.
    method
        Name of the method, and what error it covers.
    note
        What the reader must know; may be empty.
    """

    low: float | None
    high: float | None
    method: str
    note: str = ""

    def around(self, value: float) -> "Interval":
        """Return this interval, widened where it leaves out the estimate `value`."""
        low = None if self.low is None else min(self.low, value)
        high = None if self.high is None else max(self.high, value)
        return Interval(low, high, self.method, self.note)


def binomial_ranks(
    count: int, confidence: float, *, interval_confidence: float = 0.95
) -> tuple[int | None, int | None]:
    """Return the ranks of the losses that bound VaR, counted from the worst as 1.

    The number of losses beyond the true VaR is binomial, whatever the distribution of losses. So the interval
    from the low to the high loss covers VaR with at least the stated probability (exactly: no approximation),
    with at most half of the rest on each side.

    Parameters
    ----------
    count
        Independent observations, at least 1.
    confidence
        Confidence level of VaR, above 0.5 and at most 0.9999.
    interval_confidence
        Nominal coverage, above 0 and below 1.

    Returns
    -------
    tuple
        Rank of the low end and rank of the high end; None where even the mildest or the worst loss does not
        bound VaR.

    Raises
    ------
    ValueError
        If a level is out of range or there is no observation.

    References
    ----------
    David and Nagaraja, "Order Statistics", 3rd ed. (2003), section 7.1.

    Examples
    --------
    >>> binomial_ranks(500, 0.99)
    (11, 1)
    >>> binomial_ranks(250, 0.99)
    (7, None)
    """
    tail = tail_probability(confidence)
    miss = _miss(interval_confidence)
    if count < 1:
        raise ValueError(f"an interval needs at least one observation; got {count}")
    plenty = math.ceil(count * tail + 10.0 * math.sqrt(count * tail) + 50.0)
    fewer = scipy.special.bdtr(np.arange(min(count, plenty), dtype=np.float64), count, tail)
    high = int(np.searchsorted(fewer, miss, side="right"))
    low = int(np.searchsorted(fewer, 1.0 - miss)) + 1
    return (low if low <= count else None), (high or None)


def var_interval(
    pnl: ArrayLike | WorstFirst,
    confidence: float,
    *,
    probabilities: ArrayLike | None = None,
    observations: float | None = None,
    interval_confidence: float = 0.95,
) -> Interval:
    """Return the interval of VaR between two losses of the sample.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive; finite. Or the scenarios lined up already.
    confidence
        Confidence level of VaR, above 0.5 and at most 0.9999.
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones.
    observations
        Independent observations behind the scenarios; None for S, or Kish's number where probabilities are
        unequal. With fewer than S, the ranks of :func:`binomial_ranks` for that number (rounded down) become
        probabilities, rank / number, and the ends are read off the scenarios there.
    interval_confidence
        Nominal coverage, above 0 and below 1.

    Raises
    ------
    ValueError
        If P&L is not a finite vector, probabilities are none, or a level is out of range.

    Examples
    --------
    >>> var_interval([i - 50 for i in range(500)], 0.99)
    Interval(low=40.0, high=50.0, method='exact binomial order statistics (sampling error)', note='')
    """
    scenarios = worst_first(pnl, probabilities)
    number = max(int(_independent(observations, scenarios) + 1e-9), 1)
    low, high = (
        None if rank is None else float(scenarios.losses[scenarios.first_reaching(rank / number)])
        for rank in binomial_ranks(number, confidence, interval_confidence=interval_confidence)
    )
    method = "exact binomial order statistics (sampling error)"
    if number != scenarios.losses.size:
        method = (
            f"binomial order statistics at {number} independent observations (sampling error, approximate)"
        )
    return Interval(low, high, method, _open_note(low, high, number, confidence))


def es_interval(
    pnl: ArrayLike | WorstFirst,
    confidence: float,
    *,
    probabilities: ArrayLike | None = None,
    observations: float | None = None,
    interval_confidence: float = 0.95,
) -> Interval:
    """Return the interval of ES from the posterior of a generalised Pareto tail.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive; finite. Or the scenarios lined up already.
    confidence
        Confidence level of ES, above 0.5 and at most 0.9999.
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones.
    observations
        Independent observations behind the scenarios; None for S, or Kish's number where probabilities are
        unequal. With fewer than S, the likelihood counts each scenario by probability times observations.
    interval_confidence
        Nominal coverage, above 0 and below 1.

    Returns
    -------
    Interval
        Open on both sides where too few losses differ; a point where ten or more are all the same. The note
        says where the interval rests on few tail points.

    Raises
    ------
    ValueError
        If P&L is not a finite vector, probabilities are none, or a level is out of range.

    Notes
    -----
    See :func:`~plimsoll.risk.tail_fit.shortfall_quantiles` for the model and docs/INTERVAL_COVERAGE.md for
    its simulated coverage beside that of the bootstrap and of the asymptotic variance.

    Examples
    --------
    >>> interval = es_interval([i - 500 for i in range(1000)], 0.975)
    >>> round(interval.low), round(interval.high), interval.note
    (478, 493, '')
    """
    tail = tail_probability(confidence)
    miss = _miss(interval_confidence)
    scenarios = worst_first(pnl, probabilities)
    count = _independent(observations, scenarios)
    method = "generalised Pareto tail fit (sampling error, if the tail is regular)"
    if scenarios.losses[0] == scenarios.losses[-1] and count >= FEWEST_EXCEEDANCES:
        level = float(scenarios.losses[0])
        return Interval(level, level, method, "P&L is the same in every scenario")
    ends = shortfall_quantiles(scenarios, tail, count, (miss, 1.0 - miss))
    if ends is None:
        return Interval(None, None, method, "too few different losses to bound ES")
    return Interval(float(ends[0]), float(ends[1]), method, _few_note(count * tail, confidence))


def normal_interval(
    pnl: ArrayLike | WorstFirst,
    value: float,
    *,
    probabilities: ArrayLike | None = None,
    observations: float | None = None,
    interval_confidence: float = 0.95,
) -> Interval:
    """Return the interval of a multiple of the standard deviation, under normality.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive; finite. Or the scenarios lined up already.
    value
        VaR or ES of the `normal` estimator, not negative.
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones.
    observations
        Independent observations behind the standard deviation; None for S, or Kish's number where
        probabilities are unequal.
    interval_confidence
        Nominal coverage, above 0 and below 1.

    Raises
    ------
    ValueError
        If P&L is not a finite vector, probabilities are none, or `interval_confidence` is out of range.

    Notes
    -----
    The estimate of the variance over the true one is chi-square with `observations - 1` degrees of freedom,
    divided by them. Fat tails make the true interval wider.

    Examples
    --------
    >>> interval = normal_interval([-1.0, 1.0], 1.0, observations=1.5)
    >>> interval.high > 1.0 > interval.low
    True
    """
    miss = _miss(interval_confidence)
    freedom = _independent(observations, worst_first(pnl, probabilities)) - 1.0
    method = "chi-square of the variance, under normality (sampling error)"
    if freedom <= 0.0:
        return Interval(None, None, method, "one observation cannot bound a standard deviation")
    low = value * math.sqrt(freedom / scipy.special.chdtri(freedom, miss))
    high = value * math.sqrt(freedom / scipy.special.chdtri(freedom, 1.0 - miss))
    return Interval(low, high, method)


def _miss(interval_confidence: float) -> float:
    """Return the chance to miss on each side."""
    if not 0.0 < interval_confidence < 1.0:
        raise ValueError(f"interval confidence must be above 0 and below 1; got {interval_confidence}")
    return (1.0 - interval_confidence) / 2.0


def _independent(observations: float | None, scenarios: WorstFirst) -> float:
    """Return the independent observations that an interval may count on, at most one per scenario."""
    if observations is None:
        return scenarios.observations
    if not observations > 0:
        raise ValueError(f"observations must be above zero; got {observations}")
    return min(float(observations), float(scenarios.losses.size))


def _open_note(low: float | None, high: float | None, number: int, confidence: float) -> str:
    """Say why a side is open; the low end is open only where the high end is. Empty where neither is."""
    if high is not None:
        return ""
    side = "above" if low is not None else "on both sides"
    chance = 100 * confidence**number
    return f"open {side}: {number} observations all stay within the true VaR {chance:.2g} % of the time"


def _few_note(tail_points: float, confidence: float) -> str:
    """Say that few observations lie in the tail; empty where they suffice."""
    if tail_points >= _FEW_TAIL_POINTS:
        return ""
    return (
        f"few observations are expected beyond {100 * confidence:.4g} % ({tail_points:.3g}): the interval "
        "rests on a fitted tail, and misses crashes that do not follow the law of the worst tenth"
    )
