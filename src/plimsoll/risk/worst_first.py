"""Scenarios lined up from the worst to the best: what every tail measure reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["WorstFirst", "checked_pnl", "checked_probabilities", "tail_probability", "worst_first"]

# Cumulative probabilities carry rounding errors: 500 * (1 - 0.99) is 5.000000000000004, and must count as 5.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class WorstFirst:
    """Scenarios from the worst to the best.

    Parameters
    ----------
    order
        Shape (S,), index of each scenario in the P&L vector; equal P&L keep the order of the vector.
    losses
        Shape (S,), falling, a loss positive.
    cumulative
        Shape (S,), probability of this scenario and all before it; the last is 1.
    observations
        Kish's effective number of scenarios, `1 / sum(p ** 2)`; S for equal probabilities.
    """

    order: NDArray[np.intp]
    losses: NDArray[np.float64]
    cumulative: NDArray[np.float64]
    observations: float

    def first_reaching(self, probability: float) -> int:
        """Return the place of the first scenario whose cumulative probability reaches `probability`.

        Examples
        --------
        >>> worst_first([3.0, -5.0, 1.0, -2.0]).first_reaching(0.5)
        1
        """
        place = int(np.searchsorted(self.cumulative, probability - _ROUNDING))
        return min(place, self.cumulative.size - 1)

    def weights(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight of each scenario, in the order of the P&L, from the shares up to each place.

        Parameters
        ----------
        share
            Shape (S,), what part of the measure lies at this place or before; not falling.
        """
        weights = np.empty_like(share)
        weights[self.order] = np.diff(share, prepend=0.0)
        return weights


def worst_first(pnl: ArrayLike, probabilities: ArrayLike | None = None) -> WorstFirst:
    """Return the scenarios from the worst to the best.

    Parameters
    ----------
    pnl
        Shape (S,), gain positive; finite.
    probabilities
        Shape (S,), not negative, adding up to one; None for equal ones.

    Raises
    ------
    ValueError
        If P&L is not a finite vector or the probabilities are none.

    Examples
    --------
    >>> worst_first([3.0, -5.0, 1.0, -2.0]).losses.tolist()
    [5.0, 2.0, -1.0, -3.0]
    """
    gains = checked_pnl(pnl)
    chances = checked_probabilities(probabilities, gains.size)
    order = np.argsort(gains, kind="stable")
    if chances is None:
        cumulative, observations = np.arange(1, gains.size + 1) / gains.size, float(gains.size)
    else:
        cumulative, observations = np.cumsum(chances[order]), float(1.0 / (chances @ chances))
        cumulative /= cumulative[-1]
    return WorstFirst(order, -gains[order], cumulative, observations)


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
    chances = np.asarray(probabilities, dtype=np.float64)
    if chances.shape != (count,) or not (chances >= 0).all() or abs(chances.sum() - 1.0) > 1e-9:
        raise ValueError(f"probabilities must be {count} numbers, none negative, that add up to one")
    return None if (chances == chances[0]).all() else chances


def tail_probability(confidence: float) -> float:
    """Return `1 - confidence`, free of the rounding error of the subtraction.

    Raises
    ------
    ValueError
        If confidence is not above 0.5 and below 1: 0.05 meant as 95 % would silently give the good tail.

    Examples
    --------
    >>> tail_probability(0.99)
    0.01
    """
    if not 0.5 < confidence < 1.0 - 1e-14:
        raise ValueError(f"confidence must be above 0.5 and below 1, such as 0.99; got {confidence}")
    return round(1.0 - confidence, 14)
