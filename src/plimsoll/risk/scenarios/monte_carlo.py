"""Monte Carlo: draws of a normal or Student-t distribution with the covariance of the history."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor, Shock
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.scenarios.covariance import root_of_sample
from plimsoll.risk.scenarios.moves import days_in_words
from plimsoll.risk.scenarios.parametric import parametric
from plimsoll.risk.scenarios.scenario_set import ScenarioSet
from plimsoll.risk.scenarios.weights import weighting_in_words

__all__ = ["Distribution", "monte_carlo"]

_BLOCK = 1_000  # draws per random stream; another size gives other numbers for the same seed


class Distribution(StrEnum):
    """The joint distribution of the risk factors."""

    NORMAL = "normal"
    STUDENT_T = "student-t"


def monte_carlo(
    history: MarketHistory,
    *,
    count: int = 500,
    draws: int = 10_000,
    horizon_days: int = 1,
    decay: float | None = None,
    distribution: Distribution = Distribution.NORMAL,
    degrees_of_freedom: float = 5.0,
    seed: int = 1,
    threads: int | None = None,
) -> ScenarioSet:
    """Return `draws` equally likely random scenarios with the covariance of the history and no drift.

    The covariance is that of :func:`~plimsoll.risk.scenarios.parametric.parametric`. A normal draw is R'z
    with R'R the covariance matrix and z standard normal; a Student-t draw is R'z √((ν - 2) / w), with one w
    per draw, chi-square with ν degrees of freedom and the same for all factors: extremes come together, and
    the covariance is kept.

    Parameters
    ----------
    history
        Levels of F factors on T dates; a date is a trading day. More factors than dates are fine.
    count
        Most one-day moves behind the covariance; fewer where the history is shorter.
    draws
        Scenarios to draw.
    horizon_days
        Trading days to which one-day moves are scaled by the square root of time. A Student-t draw is one
        draw over the horizon, not a sum of daily ones.
    decay
        Exponential age weight per trading day of the covariance; None for equal weights.
    distribution
        See :class:`Distribution`.
    degrees_of_freedom
        ν of the Student-t distribution, above 2; the normal distribution does not look at it.
    seed
        Seed of the random numbers, zero or above.
    threads
        Threads to draw on; None leaves it to the machine. The bits are the same on any number, and the first
        draws are the same for any `draws`.

    Returns
    -------
    ScenarioSet
        Relative factors come back as log factors: their log moves are estimated and drawn, so that no price
        falls below zero. The log drift is zero: a price keeps its median, and its mean rises by half the
        variance. Its `observations` are the draws.

    Raises
    ------
    ValueError
        If the history holds fewer than two moves, a move is not a finite number, or an argument makes no
        sense.

    References
    ----------
    McNeil, Frey and Embrechts, "Quantitative Risk Management", Princeton (2015), section 6.2.

    Examples
    --------
    >>> history = MarketHistory(
    ...     dates=np.array(["2024-01-02", "2024-01-03", "2024-01-04"], dtype="datetime64[D]"),
    ...     factors=(RiskFactor("ABC"),),
    ...     levels=np.array([[100.0], [110.0], [99.0]]),
    ...     quality=np.zeros((3, 1), np.uint8),
    ... )
    >>> scenarios = monte_carlo(history, draws=1_000, seed=7)
    >>> len(scenarios), scenarios.factors[0].shock.value
    (1000, 'log')
    >>> bool((scenarios.levels("ABC", 99.0) > 0.0).all())
    True
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    tail = _tail(distribution, degrees_of_freedom)
    logs = replace(history, factors=tuple(_in_logs(factor) for factor in history.factors))
    sample = parametric(logs, count=count, horizon_days=horizon_days, decay=decay)
    root = root_of_sample(sample.shocks * np.sqrt(sample.weights)[:, np.newaxis])
    words = (
        f"Monte Carlo, {draws:,} {days_in_words(horizon_days)} draws of a {_in_words(distribution, tail)}, "
        f"zero drift, relative factors in log moves; interval covers Monte Carlo error only; "
        f"covariance estimated from {len(sample):,} observations, {weighting_in_words(decay)}"
    )
    return ScenarioSet(
        factors=sample.factors,
        shocks=_draw(root, tail, draws, seed, threads),
        weights=np.full(draws, 1.0 / draws),
        labels=tuple(map(str, range(1, draws + 1))),
        horizon_days=horizon_days,
        method=words,
        observations=float(draws),
        seed=seed,
    )


def _tail(distribution: Distribution, degrees_of_freedom: float) -> float | None:
    """Return the degrees of freedom of the draws; None for the normal distribution."""
    if distribution is Distribution.NORMAL:
        return None
    if not 2.0 < degrees_of_freedom < np.inf:
        raise ValueError(f"degrees_of_freedom must be finite and above 2, not {degrees_of_freedom}")
    return degrees_of_freedom


def _in_words(distribution: Distribution, tail: float | None) -> str:
    """Return the name of the distribution, for the report."""
    shape = "" if tail is None else f" with {tail:g} degrees of freedom"
    return f"{distribution.value} distribution{shape}"


def _in_logs(factor: RiskFactor) -> RiskFactor:
    """Return a relative factor as a log factor, and any other as it is."""
    return replace(factor, shock=Shock.LOG) if factor.shock is Shock.RELATIVE else factor


def _draw(
    root: NDArray[np.float64], tail: float | None, draws: int, seed: int, threads: int | None
) -> NDArray[np.float64]:
    """Return (draws, F) random shocks; each block of draws has a random stream of its own."""
    shocks = np.empty((draws, root.shape[1]))

    def fill(start: int, stream: np.random.SeedSequence) -> None:
        block = _block(root, tail, np.random.default_rng(stream))
        shocks[start : start + _BLOCK] = block[: draws - start]

    starts = range(0, draws, _BLOCK)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, starts, np.random.SeedSequence(seed).spawn(len(starts))))
    return shocks


def _block(
    root: NDArray[np.float64], tail: float | None, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return one whole block of shocks, so that the last one begins like any other."""
    normals = generator.standard_normal((_BLOCK, len(root)))
    if tail is not None:
        normals *= np.sqrt((tail - 2.0) / generator.chisquare(tail, (_BLOCK, 1)))
    # BLAS adds in another order on another number of threads; einsum always in the same.
    shocks: NDArray[np.float64] = np.einsum("dk,kf->df", normals, root)
    return shocks
