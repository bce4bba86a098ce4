"""What the sample says about expected shortfall: the posterior of a generalised Pareto tail.

Beyond a high threshold, losses of most distributions follow a generalised Pareto law with a shape and a
scale (Pickands 1975). Two or three points beyond a 99 % VaR cannot show how the tail goes on; the worst tenth
of the sample, with a weak opinion on the shape, can say how far it may.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from plimsoll.risk.weighted_sums import weighted_sum, weighted_sums
from plimsoll.risk.worst_first import WorstFirst

__all__ = ["FEWEST_EXCEEDANCES", "shortfall_quantiles"]

FEWEST_EXCEEDANCES = 10.0
"""Observations beyond the threshold below which no tail is fitted."""

# The shape is 0 for a normal tail and 1/4 for Student's t with four degrees of freedom; daily returns of
# stocks, currencies and rates lie between 0 and 0.4. Seen from a threshold at the worst tenth, a normal tail
# looks like -0.1. The prior covers all of them and leans to the fat side, where a miss costs more.
_SHAPE_MEAN = 0.1
_SHAPE_DEVIATION = 0.2
_SHAPE_RANGE = (-0.75, 0.9)

# The threshold: 25 of 250, 40 of 500, 63 of 1,000, 100 of 2,000. It moves outwards as n grows, so that the
# error of the law falls together with the error of the sample.
_EXCEEDANCES = 0.63
_EXCEEDANCES_POWER = 2 / 3
_FEWEST_WANTED = 25.0
_BEYOND_TAIL = 1.5

_PASSES = (17, 17, 21)
_RATES = 9
_KEPT = 128
_GROUPS = 384


@dataclass(frozen=True, slots=True)
class _Excesses:
    """Losses beyond the threshold, in multiples of their mean."""

    threshold: float
    mean: float
    sizes: NDArray[np.float64]
    counts: NDArray[np.float64]

    @property
    def count(self) -> float:
        """Independent observations beyond the threshold."""
        return float(self.counts.sum())


def shortfall_quantiles(
    scenarios: WorstFirst, tail: float, observations: float, levels: Sequence[float]
) -> NDArray[np.float64] | None:
    """Return quantiles of the posterior of expected shortfall.

    Parameters
    ----------
    scenarios
        S scenarios from the worst to the best.
    tail
        One minus the confidence level of ES, below 0.5.
    observations
        Independent observations behind the scenarios, at most S.
    levels
        Which quantiles, as fractions.

    Returns
    -------
    numpy.ndarray or None
        One quantile per level, in the currency of the P&L, a loss positive. None where fewer than ten
        observations lie strictly beyond the threshold (a short or mostly constant sample), or so little
        beyond it that no float holds their mean.

    Notes
    -----
    Threshold u: the 0.63 n^(2/3) worst observations lie beyond it, at least 25 and at least 1.5 times the
    tail, at most half. Shape ξ ~ N(0.1, 0.2²) on [-0.75, 0.9], log σ uniform, probability beyond u
    ~ Beta(k + 1, n - k), the exact law of an order statistic. With r = (probability beyond u) / tail,
    ES = u + σ/(1 - ξ) · (1 + (r^ξ - 1)/ξ); where r < 1, the rest of the tail lies at u. The posterior is
    summed on a grid that is refined twice around its moments: no random numbers.

    References
    ----------
    Pickands, "Statistical inference using extreme order statistics", Annals of Statistics 3 (1975).
    McNeil, Frey and Embrechts, "Quantitative Risk Management" (2015), section 5.2.3: ES of the law.

    Examples
    --------
    >>> from plimsoll.risk.worst_first import worst_first
    >>> scenarios = worst_first([i - 500.0 for i in range(1000)])
    >>> shortfall_quantiles(scenarios, 0.025, 1000.0, (0.025, 0.5, 0.975)).round().tolist()
    [478.0, 484.0, 493.0]
    """
    excesses = _excesses(scenarios, tail, observations)
    if excesses is None:
        return None
    shapes, scales, probabilities = _posterior(excesses)
    nodes = (np.arange(_RATES) + 0.5) / _RATES
    rates = scipy.special.betaincinv(excesses.count + 1.0, observations - excesses.count, nodes) / tail
    reach = np.expm1(shapes[:, None] * np.log(rates)) / shapes[:, None] + 1.0
    reach = np.where(rates < 1.0, rates, reach)
    beyond = (scales / (1.0 - shapes[:, None]))[:, :, None] * reach[:, None, :]
    order = np.argsort(beyond, axis=None)
    mass = np.repeat(probabilities.ravel() / _RATES, _RATES)[order]
    middle = np.cumsum(mass) - mass / 2.0
    return excesses.threshold + excesses.mean * np.interp(levels, middle, beyond.ravel()[order])


def _excesses(scenarios: WorstFirst, tail: float, observations: float) -> _Excesses | None:
    """Return the losses beyond the threshold; None where they are too few."""
    wanted = max(_EXCEEDANCES * observations**_EXCEEDANCES_POWER, _FEWEST_WANTED)
    fraction = min(max(round(wanted) / observations, _BEYOND_TAIL * tail), 0.5)
    place = min(scenarios.first_reaching(fraction) + 1, scenarios.losses.size - 1)
    threshold = float(scenarios.losses[place])
    beyond = int(np.searchsorted(-scenarios.losses, -threshold))
    counts = np.diff(scenarios.cumulative[:beyond], prepend=0.0) * observations
    if counts.sum() < FEWEST_EXCEEDANCES - 1e-9:
        return None
    possible = counts > 0.0
    sizes, counts = _grouped(scenarios.losses[:beyond][possible] - threshold, counts[possible])
    mean = weighted_sum(sizes, counts) / float(counts.sum())
    if mean == 0.0:
        return None  # excesses at the edge of what a float can hold have no mean
    return _Excesses(threshold, mean, sizes / mean, counts)


def _grouped(
    sizes: NDArray[np.float64], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return at most 512 sizes and counts: neighbours beyond the worst 128 replaced by their mean."""
    if sizes.size <= _KEPT + _GROUPS:
        return sizes, counts
    starts = np.concatenate(
        [np.arange(_KEPT), np.linspace(_KEPT, sizes.size, _GROUPS, endpoint=False).astype(np.intp)]
    )
    grouped = np.add.reduceat(counts, starts)
    return np.add.reduceat(sizes * counts, starts) / grouped, grouped


def _posterior(
    excesses: _Excesses,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return shapes (X,), scales (X, D) in mean excesses and posterior probabilities (X, D)."""
    low, high = np.array([_SHAPE_RANGE[0], -1.0]), np.array([_SHAPE_RANGE[1], 1.0])
    for size in _PASSES:
        shapes = np.linspace(low[0], high[0], size)
        shapes = np.where(np.abs(shapes) < 1e-6, 1e-6, shapes)
        shifts = np.linspace(low[1], high[1], size)
        scales = (1.0 - shapes)[:, None] * np.exp(shifts)
        heights = _log_density(shapes, scales, excesses)
        probabilities = np.exp(heights - heights.max())
        probabilities /= probabilities.sum()
        low, high = _window(shapes, shifts, probabilities)
    return shapes, scales, probabilities


def _log_density(
    shapes: NDArray[np.float64], scales: NDArray[np.float64], excesses: _Excesses
) -> NDArray[np.float64]:
    """Return the logarithm of prior times likelihood, -inf where the law ends before the worst loss."""
    slopes = shapes[:, None] / scales
    growth = 1.0 + slopes[:, :, None] * excesses.sizes
    logs = weighted_sums(np.log(np.maximum(growth, 1e-300)), excesses.counts)
    likelihood = -excesses.count * np.log(scales) - (1.0 / shapes[:, None] + 1.0) * logs
    prior = -0.5 * ((shapes[:, None] - _SHAPE_MEAN) / _SHAPE_DEVIATION) ** 2
    return np.where(growth[:, :, 0] > 0.0, likelihood + prior, -np.inf)


def _window(
    shapes: NDArray[np.float64], shifts: NDArray[np.float64], probabilities: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where the next grid begins and ends: five standard deviations around the mean."""
    ends = []
    for axis, mass in ((shapes, probabilities.sum(axis=1)), (shifts, probabilities.sum(axis=0))):
        mean = weighted_sum(axis, mass)
        spread = max(math.sqrt(weighted_sum((axis - mean) ** 2, mass)), (axis[1] - axis[0]) / 2.0)
        ends.append((mean - 5.0 * spread, mean + 5.0 * spread))
    shape, shift = ends
    shape = (max(shape[0], _SHAPE_RANGE[0]), min(shape[1], _SHAPE_RANGE[1]))
    return np.array([shape[0], shift[0]]), np.array([shape[1], shift[1]])
