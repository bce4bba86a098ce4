"""Parametric scenarios: sets whose second moment is a covariance matrix, exactly."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.scenarios.covariance import root_of_covariance
from plimsoll.risk.scenarios.moves import days_in_words, historical_moves
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.scenarios.weights import age_weights, effective_number, weighting_in_words

__all__ = ["from_covariance", "parametric"]


def parametric(
    history: MarketHistory, *, count: int = 500, horizon_days: int = 1, decay: float | None = None
) -> ScenarioSet:
    """Return scenarios that carry the covariance of the newest `count` one-day moves and no drift.

    With moves x, weights p and their mean m = Σ p x, the covariance is the unbiased weighted one,
    Σ p (x - m)(x - m)' / (1 - Σ p²); for equal weights that is division by n - 1. Scenario t is
    (x_t - m) √(horizon_days / (1 - Σ p²)) with weight p_t: the weighted mean is zero and the weighted second
    moment is horizon_days times the covariance. On a P&L that is linear in the shocks, with sensitivities d,
    the normal VaR z √(Σ p pnl²) therefore equals z √(d' Σ d).

    Parameters
    ----------
    history
        Levels of F factors on T dates; a date is a trading day.
    count
        Most one-day moves to use; fewer where the history is shorter.
    horizon_days
        Trading days to which one-day moves are scaled by the square root of time.
    decay
        Exponential age weight per trading day; None for equal weights.

    Returns
    -------
    ScenarioSet
        Its `observations` are Kish's effective number.

    Raises
    ------
    ValueError
        If the history holds fewer than two moves, a move is not a finite number, or an argument makes no
        sense.

    Notes
    -----
    Meant for the normal estimator and linear (delta) valuation. Scaled relative shocks may lie below -1: the
    scenarios stand for a covariance, not for markets that could be seen.

    Examples
    --------
    >>> history = MarketHistory(
    ...     dates=np.array(["2024-01-02", "2024-01-03", "2024-01-04"], dtype="datetime64[D]"),
    ...     factors=(RiskFactor("ABC"),),
    ...     levels=np.array([[100.0], [110.0], [99.0]]),
    ...     quality=np.zeros((3, 1), np.uint8),
    ... )
    >>> scenarios = parametric(history)  # moves of 0.1 and -0.1: variance 0.02 with n - 1
    >>> float((scenarios.weights @ scenarios.shocks**2)[0].round(12))
    0.02
    """
    if horizon_days < 1:
        raise ValueError(f"horizon_days must be at least 1, not {horizon_days}")
    moves = historical_moves(history, count=count)
    number = len(moves.labels)
    if number < 2:
        raise ValueError(
            "a covariance takes at least two one-day moves, that is three dates: "
            f"count is {count}, the history has {len(history.dates)} dates"
        )
    weights = age_weights(number, decay)
    mean = (weights[:, np.newaxis] * moves.values).sum(axis=0)
    unbiased = 1.0 - (weights**2).sum()
    return ScenarioSet(
        factors=moves.factors,
        shocks=(moves.values - mean) * np.sqrt(horizon_days / unbiased),
        weights=weights,
        labels=moves.labels,
        horizon_days=horizon_days,
        method=(
            f"parametric, covariance of {number:,} one-day moves, {weighting_in_words(decay)}, zero drift"
            + _scaling_in_words(horizon_days)
        ),
        observations=effective_number(weights),
    )


def from_covariance(
    factors: Sequence[RiskFactor], covariance: NDArray[np.float64], *, horizon_days: int = 1
) -> ScenarioSet:
    """Return 2 F equally likely scenarios whose second moment is horizon_days × `covariance`, without drift.

    They are the sigma points ±√F l_k, with l_k the columns of a square root of the covariance matrix.

    Parameters
    ----------
    factors
        F risk factors, at least one.
    covariance
        Shape (F, F), of one-day moves in the units of each factor's shock type; symmetric, positive
        semi-definite.
    horizon_days
        Trading days to which one-day moves are scaled by the square root of time.

    Returns
    -------
    ScenarioSet
        Labelled ``component 1 up``, ``component 1 down`` and so on, by eigenvalue, smallest first. Its
        `observations` are 2 F: no sample stands behind a stated matrix, so an interval means nothing here.

    Raises
    ------
    ValueError
        If the matrix does not fit the factors or is not a covariance matrix, or `horizon_days` is below one.

    Notes
    -----
    Meant for the normal estimator and linear (delta) valuation; quantiles of 2 F points mean nothing.

    Examples
    --------
    >>> scenarios = from_covariance([RiskFactor("ABC")], np.array([[0.0004]]), horizon_days=4)
    >>> scenarios.shocks[:, 0].round(12).tolist()
    [0.04, -0.04]
    """
    number = len(factors)
    if number == 0 or covariance.shape != (number, number):
        raise ValueError(f"{number} factors, but a covariance matrix of shape {covariance.shape}")
    if horizon_days < 1:
        raise ValueError(f"horizon_days must be at least 1, not {horizon_days}")
    points = np.sqrt(number * horizon_days) * root_of_covariance(covariance).T
    return ScenarioSet(
        factors=tuple(factors),
        shocks=np.stack([points, -points], axis=1).reshape(2 * number, number),
        weights=np.full(2 * number, 0.5 / number),
        labels=tuple(f"component {k} {way}" for k in range(1, number + 1) for way in ("up", "down")),
        horizon_days=horizon_days,
        method="parametric, stated covariance, zero drift" + _scaling_in_words(horizon_days),
        observations=float(2 * number),
    )


def _scaling_in_words(horizon_days: int) -> str:
    """Return how one day became `horizon_days`; nothing where it stayed one."""
    return "" if horizon_days == 1 else f", {days_in_words(horizon_days)} horizon by the square root of time"
