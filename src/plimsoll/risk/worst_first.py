"""Scenarios lined up from the worst to the best: what every tail measure reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plimsoll.risk.scenarios.weights import effective_number
from plimsoll.risk.weighted_sums import weighted_sum

__all__ = [
    "CONFIDENCE_ABOVE",
    "CONFIDENCE_AT_MOST",
    "WorstFirst",
    "checked_pnl",
    "checked_probabilities",
    "equal_steps",
    "first_reaching",
    "tail_probability",
    "worst_first",
]

CONFIDENCE_ABOVE = 0.5
"""A confidence level lies above this: 0.05 meant as 95 % would silently give the good tail."""

CONFIDENCE_AT_MOST = 0.9999
"""The highest confidence level; beyond one case in ten thousand no sample has anything to say."""

# Cumulative probabilities carry rounding errors: 500 * (1 - 0.99) is 5.000000000000004, and must count as 5.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class WorstFirst:
    """Scenarios from the worst to the best.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive, in the order of the scenarios.
    probabilities
        Shape (S,), in the order of the scenarios; None for equal ones.
    order
        Shape (S,), the scenario at each place; equal P&L keep the order of the scenarios.
    losses
        Shape (S,), falling, a loss positive.
    cumulative
        Shape (S,), probability of this place and all before it; the last is 1.
    """

    pnl: NDArray[np.float64]
    probabilities: NDArray[np.float64] | None
    order: NDArray[np.intp]
    losses: NDArray[np.float64]
    cumulative: NDArray[np.float64]

    @property
    def observations(self) -> float:
        """Kish's effective number of scenarios; S for equal probabilities."""
        return float(self.pnl.size) if self.probabilities is None else effective_number(self.probabilities)

    def first_reaching(self, probability: float) -> int:
        """Return the place of the first scenario whose cumulative probability reaches `probability`.

        Examples
        --------
        >>> worst_first([3.0, -5.0, 1.0, -2.0]).first_reaching(0.5)
        1
        """
        return first_reaching(self.cumulative, probability)

    def weights(self, by_place: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight of each scenario, in the order of the scenarios, from those of the worst places.

        Parameters
        ----------
        by_place
            Shape (K,), K ≤ S: weights of the K worst scenarios, the worst first; the others weigh nothing.

        Examples
        --------
        >>> worst_first([3.0, -5.0, 1.0, -2.0]).weights(np.array([0.75, 0.25])).tolist()
        [0.0, 0.75, 0.0, 0.25]
        """
        weights = np.zeros_like(self.pnl)
        weights[self.order[: by_place.size]] = by_place
        return weights

    def measure(self, weights: NDArray[np.float64]) -> float:
        """Return the measure that scenario weights stand for, a loss positive; zero is never -0.

        Examples
        --------
        >>> worst_first([3.0, -5.0, 1.0]).measure(np.array([0.0, 1.0, 0.0]))
        5.0
        """
        return 0.0 - weighted_sum(self.pnl, weights)


def worst_first(pnl: ArrayLike | WorstFirst, probabilities: ArrayLike | None = None) -> WorstFirst:
    """Return the scenarios from the worst to the best.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive; finite. Scenarios that are lined up already come back as they are, so that
        several measures of one vector can share one sort.
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones, and for scenarios lined up already.

    Raises
    ------
    ValueError
        If P&L is not a finite vector, the probabilities are none, or the scenarios have theirs already.

    Examples
    --------
    >>> worst_first([3.0, -5.0, 1.0, -2.0]).losses.tolist()
    [5.0, 2.0, -1.0, -3.0]
    """
    if isinstance(pnl, WorstFirst):
        if probabilities is not None:
            raise ValueError("scenarios that are lined up have their probabilities already")
        return pnl
    gains = checked_pnl(pnl)
    unequal = checked_probabilities(probabilities, gains.size)
    order = np.argsort(gains, kind="stable")
    if unequal is None:
        cumulative = equal_steps(gains.size)
    else:
        cumulative = np.cumsum(unequal[order])
        cumulative /= cumulative[-1]
    return WorstFirst(gains, unequal, order, -gains[order], cumulative)


def equal_steps(count: int) -> NDArray[np.float64]:
    """Return the cumulative probabilities of `count` equal scenarios.

    Examples
    --------
    >>> equal_steps(4).tolist()
    [0.25, 0.5, 0.75, 1.0]
    """
    return np.arange(1, count + 1) / count


def first_reaching(cumulative: NDArray[np.float64], probability: float) -> int:
    """Return the first place whose cumulative probability reaches `probability`, but for rounding errors.

    Examples
    --------
    >>> first_reaching(equal_steps(500), 5.000000000000004 / 500)
    4
    """
    place = int(np.searchsorted(cumulative, probability - _ROUNDING))
    return min(place, cumulative.size - 1)


def checked_pnl(pnl: ArrayLike) -> NDArray[np.float64]:
    """Return P&L as a vector of floats.

    Raises
    ------
    ValueError
        If it is empty, not a vector, or holds NaN or infinity: a missing P&L has no place in a tail.
    """
    gains = np.asarray(pnl, dtype=np.float64)
    if gains.ndim != 1 or gains.size == 0 or not np.isfinite(gains).all():
        raise ValueError("P&L must be a vector of finite numbers with at least one scenario")
    return gains


def checked_probabilities(probabilities: ArrayLike | None, count: int) -> NDArray[np.float64] | None:
    """Return scenario probabilities as a vector of floats; None where all are equal.

    Raises
    ------
    ValueError
        If their number is not `count`, one is negative or NaN, or they do not add up to one within 1e-9.
    """
    if probabilities is None:
        return None
    given = np.asarray(probabilities, dtype=np.float64)
    if given.shape != (count,) or not (given >= 0).all() or abs(given.sum() - 1.0) > 1e-9:
        raise ValueError(f"probabilities must be {count} numbers, none negative, that add up to one")
    return None if (given == given[0]).all() else given


def tail_probability(confidence: float) -> float:
    """Return `1 - confidence`, free of the rounding error of the subtraction.

    Raises
    ------
    ValueError
        If confidence is not above 0.5 and at most 0.9999.

    Examples
    --------
    >>> tail_probability(0.99)
    0.01
    """
    if not CONFIDENCE_ABOVE < confidence <= CONFIDENCE_AT_MOST:
        raise ValueError(
            f"confidence must be above {CONFIDENCE_ABOVE} and at most {CONFIDENCE_AT_MOST}, such as 0.99; "
            f"got {confidence}"
        )
    return round(1.0 - confidence, 14)
