"""How much each scenario counts: equal or by age, and how many equal ones that is worth."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["age_weights", "effective_number", "half_life", "weighting_in_words"]


def age_weights(count: int, decay: float | None = None, *, days_apart: int = 1) -> NDArray[np.float64]:
    """Return the probability of each of `count` scenarios, oldest first.

    A scenario that ended k trading days before the newest weighs in proportion to ``decay ** k``; None
    weighs all alike.

    Parameters
    ----------
    count
        Number of scenarios, at least one.
    decay
        Weight of a day relative to the day after it, between 0 and 1, both excluded; None for equal weights.
    days_apart
        Trading days between the ends of neighbouring scenarios.

    Returns
    -------
    NDArray[np.float64]
        Shape (count,), above zero, adding up to one, never falling.

    Raises
    ------
    ValueError
        If `decay` is not between 0 and 1, or so small that the oldest scenario would weigh nothing.

    References
    ----------
    Boudoukh, Richardson and Whitelaw, "The Best of Both Worlds", Risk 11 (1998), 64-67.

    Examples
    --------
    >>> age_weights(3, 0.5).round(4).tolist()
    [0.1429, 0.2857, 0.5714]
    >>> age_weights(4).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if decay is None:
        return np.full(count, 1.0 / count)
    if not 0.0 < decay < 1.0:
        raise ValueError(f"decay must lie between 0 and 1, not {decay}; leave it out for equal weights")
    ages = days_apart * np.arange(count - 1, -1, -1, dtype=np.float64)
    relative = decay**ages
    weights: NDArray[np.float64] = relative / relative.sum()
    if weights[0] == 0.0:
        raise ValueError(f"decay {decay} leaves no weight for the oldest of {count} scenarios; take fewer")
    return weights


def effective_number(weights: NDArray[np.float64]) -> float:
    """Return Kish's effective number of observations, (sum w)² / sum w².

    Parameters
    ----------
    weights
        Shape (S,), none negative, not all zero; they need not add up to one.

    Returns
    -------
    float
        From 1, where one scenario has all the weight, to exactly S, where all weigh alike.

    References
    ----------
    Kish, "Survey Sampling", Wiley (1965), section 11.7.

    Examples
    --------
    >>> effective_number(age_weights(500)), round(effective_number(age_weights(500, 0.98)), 1)
    (500.0, 99.0)
    """
    relative = weights / weights.max()  # so that equal weights become ones, and the result exact
    return float(relative.sum() ** 2 / (relative**2).sum())


def half_life(decay: float) -> float:
    """Return the trading days after which an age weight has halved, ln 2 / -ln(decay).

    Examples
    --------
    >>> round(half_life(0.98), 1)
    34.3
    """
    return float(-np.log(2.0) / np.log(decay))


def weighting_in_words(decay: float | None) -> str:
    """Return how scenarios are weighted, for the report.

    Examples
    --------
    >>> weighting_in_words(None), weighting_in_words(0.98)
    ('equal weights', 'weights halve every 34.3 days (decay 0.98)')
    """
    if decay is None:
        return "equal weights"
    return f"weights halve every {half_life(decay):.3g} days (decay {decay:g})"
