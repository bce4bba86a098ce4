"""Monte Carlo: moments and tails within their own error, and the same bits however they are drawn."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from plimsoll.risk.factors import RiskFactor, Shock
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.scenarios.monte_carlo import Distribution, monte_carlo
from plimsoll.risk.scenarios.parametric import parametric

DRAWS = 100_000
SIGMAS = 5.0  # a right program fails one such comparison in two million seeds


def history_of(dates: int = 120, factors: int = 3, seed: int = 2) -> MarketHistory:
    """Return a random history: log factors, and the last one absolute."""
    random = np.random.default_rng(seed)
    steps = random.normal(0.0, 0.01, (dates, factors)) @ random.normal(0.0, 1.0, (factors, factors))
    kinds = [Shock.LOG] * (factors - 1) + [Shock.ABSOLUTE]
    return MarketHistory(
        dates=np.datetime64("2022-01-01") + np.arange(dates),
        factors=tuple(RiskFactor(f"F{j}", kind) for j, kind in enumerate(kinds)),
        levels=50.0 * np.exp(steps.cumsum(axis=0)),
        quality=np.zeros((dates, factors), np.uint8),
    )


def target(history: MarketHistory, horizon: int = 1, decay: float | None = None) -> NDArray[np.float64]:
    """Return the covariance that the draws are to have, as the parametric set carries it."""
    scenarios = parametric(history, horizon_days=horizon, decay=decay)
    covariance: NDArray[np.float64] = (scenarios.weights[:, None] * scenarios.shocks).T @ scenarios.shocks
    return covariance


def independent(dates: int = 60) -> MarketHistory:
    """Return two log factors whose one-day moves have covariance zero and variance v exactly."""
    first = np.tile([0.01, 0.01, -0.01, -0.01], dates // 4)
    second = np.tile([0.01, -0.01, 0.01, -0.01], dates // 4)
    moves = np.vstack([np.zeros(2), np.column_stack([first, second])])
    factors = (RiskFactor("A", Shock.LOG), RiskFactor("B", Shock.LOG))
    return MarketHistory(
        np.datetime64("2022-01-01") + np.arange(len(moves)),
        factors,
        100.0 * np.exp(moves.cumsum(axis=0)),
        np.zeros(moves.shape, np.uint8),
    )


def standardised(distribution: Distribution, degrees: float = 5.0) -> NDArray[np.float64]:
    """Return (DRAWS, 2) draws of independent factors, in standard deviations."""
    history = independent()
    scenarios = monte_carlo(
        history, draws=DRAWS, distribution=distribution, degrees_of_freedom=degrees, seed=42
    )
    draws: NDArray[np.float64] = scenarios.shocks / np.sqrt(target(history).diagonal())
    return draws


def furthest(sample: NDArray[np.float64], probabilities: NDArray[np.float64]) -> float:
    """Return the Kolmogorov-Smirnov distance of a sample; `probabilities` are those of the sorted sample."""
    steps = np.arange(len(sample) + 1) / len(sample)
    return float(max((steps[1:] - probabilities).max(), (probabilities - steps[:-1]).max()))


@pytest.mark.parametrize("horizon", [1, 10])
@pytest.mark.parametrize("decay", [None, 0.94])
def test_normal_draws_have_the_covariance_of_the_history(horizon: int, decay: float | None) -> None:
    """Each entry lies within five standard errors, Var = (σii σjj + σij²) / n; so does the mean, σii / n."""
    history = history_of()
    covariance = target(history, horizon, decay)
    shocks = monte_carlo(history, draws=DRAWS, horizon_days=horizon, decay=decay, seed=3).shocks
    variances = covariance.diagonal()
    error = np.sqrt((np.outer(variances, variances) + covariance**2) / DRAWS)
    assert (np.abs(shocks.T @ shocks / DRAWS - covariance) <= SIGMAS * error).all()
    assert (np.abs(shocks.mean(axis=0)) <= SIGMAS * np.sqrt(variances / DRAWS)).all()


def test_student_t_draws_have_the_covariance_of_the_history() -> None:
    """Within five standard errors: E[x⁴] = 3(ν-2)/(ν-4) bounds the variance of every product."""
    history = history_of()
    covariance = target(history)
    degrees = 12.0
    shocks = monte_carlo(
        history, draws=DRAWS, distribution=Distribution.STUDENT_T, degrees_of_freedom=degrees, seed=3
    ).shocks
    scale = np.sqrt(np.outer(covariance.diagonal(), covariance.diagonal()))
    error = scale * math.sqrt(3 * (degrees - 2) / (degrees - 4) / DRAWS)
    assert (np.abs(shocks.T @ shocks / DRAWS - covariance) <= SIGMAS * error).all()


def test_each_factor_has_the_distribution_asked_for() -> None:
    """Kolmogorov-Smirnov distance within the Dvoretzky-Kiefer-Wolfowitz bound at one in a million."""
    bound = math.sqrt(math.log(2e6) / (2 * DRAWS))
    normal = np.sort(standardised(Distribution.NORMAL)[:, 0])
    assert furthest(normal, ndtr(normal)) <= bound
    student = np.sort(standardised(Distribution.STUDENT_T, 3.0)[:, 1])
    heavy = np.asarray(
        stdtr(3.0, student * math.sqrt(3.0)), np.float64
    )  # a standard t has variance ν / (ν - 2)
    assert furthest(student, heavy) <= bound
    assert furthest(student, ndtr(student)) > 10 * bound


def test_student_t_kurtosis() -> None:
    """E[x⁴] = 3(ν-2)/(ν-4); its standard error follows from E[x⁸] = 105(ν-2)³/((ν-4)(ν-6)(ν-8))."""
    v = 12.0
    fourth = 3 * (v - 2) / (v - 4)
    eighth = 105 * (v - 2) ** 3 / ((v - 4) * (v - 6) * (v - 8))
    sample = (standardised(Distribution.STUDENT_T, v) ** 4).mean(axis=0)
    error = math.sqrt((eighth - fourth**2) / DRAWS)
    assert (np.abs(sample - fourth) <= SIGMAS * error).all()
    assert SIGMAS * error < fourth - 3.0  # the test can tell it from a normal


def test_extremes_of_student_t_come_together() -> None:
    """One mixing variable for all: E[x²y²] = (ν-2)/(ν-4) of uncorrelated factors, and 1 of normal ones."""
    v = 12.0
    both = (v - 2) / (v - 4)
    eighth = 9 * (v - 2) ** 3 / ((v - 4) * (v - 6) * (v - 8))  # E[x⁴y⁴]
    student = (standardised(Distribution.STUDENT_T, v) ** 2).prod(axis=1).mean()
    normal = (standardised(Distribution.NORMAL) ** 2).prod(axis=1).mean()
    assert abs(student - both) <= SIGMAS * math.sqrt((eighth - both**2) / DRAWS)
    assert abs(normal - 1.0) <= SIGMAS * math.sqrt((9 - 1) / DRAWS)


def test_one_block_equals_a_plain_loop() -> None:
    """Random numbers times a root, mixed by √((ν-2)/w), each block from a child stream of the seed."""
    history = history_of(dates=3, factors=3)  # two moves, three factors: the moves are their own root
    scenarios = monte_carlo(
        history, draws=1_002, distribution=Distribution.STUDENT_T, degrees_of_freedom=4.0, seed=9
    )
    sample = parametric(history)
    for block, stream in enumerate(np.random.SeedSequence(9).spawn(2)):
        random = np.random.default_rng(stream)
        normals = random.standard_normal((1_000, 2))
        mixing = random.chisquare(4.0, 1_000)
        for row in (0, 1):
            for j in range(3):
                move = sum(
                    normals[row, t] * math.sqrt(sample.weights[t]) * sample.shocks[t, j] for t in range(2)
                )
                expected = move * math.sqrt(2.0 / mixing[row])
                assert scenarios.shocks[1_000 * block + row, j] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("distribution", list(Distribution))
def test_the_same_bits_on_any_number_of_threads(distribution: Distribution) -> None:
    """One, two, three threads, or as many as the machine likes: not a bit differs."""
    history = history_of(factors=7)
    sets = [
        monte_carlo(history, draws=5_500, distribution=distribution, seed=8, threads=threads)
        for threads in (1, 2, 3, None)
    ]
    assert len({scenarios.shocks.tobytes() for scenarios in sets}) == 1


_FINGERPRINT = """
import hashlib
import numpy as np
from plimsoll.risk.factors import RiskFactor, Shock
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.scenarios.monte_carlo import monte_carlo
levels = np.exp(np.random.default_rng(1).normal(0.0, 0.01, (501, 300)).cumsum(axis=0))
dates = np.datetime64("2022-01-01") + np.arange(501)
factors = tuple(RiskFactor(str(j)) for j in range(300))
history = MarketHistory(dates, factors, levels, np.zeros(levels.shape, np.uint8))
print(hashlib.sha256(monte_carlo(history, draws=1_000, decay=0.99).shocks.tobytes()).hexdigest())
"""


def test_the_same_bits_on_any_number_of_blas_threads() -> None:
    """300 factors, where BLAS products on one thread and on two do differ, give the same bits."""
    prints = set()
    for threads in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", _FINGERPRINT],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        )
        prints.add(done.stdout)
    assert len(prints) == 1


@settings(max_examples=20)
@given(fewer=st.integers(1, 3_500), seed=st.integers(0, 2**63))
def test_more_draws_begin_with_the_same_ones(fewer: int, seed: int) -> None:
    """The first draws do not depend on how many follow."""
    history = history_of(dates=20)
    short = monte_carlo(history, draws=fewer, distribution=Distribution.STUDENT_T, seed=seed)
    long = monte_carlo(history, draws=3_500, distribution=Distribution.STUDENT_T, seed=seed)
    assert (short.shocks == long.shocks[:fewer]).all()


def test_seeds_and_blocks_differ() -> None:
    """Another seed gives other numbers, and no block repeats another."""
    history = history_of()
    one, other = (monte_carlo(history, draws=2_000, seed=seed).shocks for seed in (1, 2))
    assert (one != other).all()
    assert (one[:1_000] != one[1_000:]).all()


@settings(max_examples=20)
@given(horizon=st.integers(1, 250), distribution=st.sampled_from(Distribution))
def test_shocks_scale_with_the_square_root_of_time(horizon: int, distribution: Distribution) -> None:
    """The same seed over h days draws the one-day shocks times √h."""
    history = history_of(dates=30)
    one = monte_carlo(history, draws=50, distribution=distribution)
    more = monte_carlo(history, draws=50, distribution=distribution, horizon_days=horizon)
    assert more.shocks == pytest.approx(math.sqrt(horizon) * one.shocks, rel=1e-9, abs=1e-12)


def test_prices_stay_above_zero() -> None:
    """A relative factor of 40 % a day over a year comes back as a log factor, and no price is below zero."""
    levels = np.array([[1.0], [1.4], [0.9], [1.3], [0.8]])
    history = MarketHistory(
        np.datetime64("2022-01-01") + np.arange(5), (RiskFactor("A"),), levels, np.zeros((5, 1), np.uint8)
    )
    scenarios = monte_carlo(history, draws=2_000, horizon_days=250)
    assert scenarios.factors == (RiskFactor("A", Shock.LOG),)
    assert (scenarios.levels("A", 0.8) > 0.0).all()
    logs = np.diff(np.log(levels[:, 0]))
    error = SIGMAS * math.sqrt(2 / 2_000)
    assert (scenarios.shocks**2).mean() == pytest.approx(250 * np.var(logs, ddof=1), rel=error)


def test_more_factors_than_dates() -> None:
    """Forty factors from nine moves: a portfolio that never moved in the history never moves in a draw."""
    history = history_of(dates=10, factors=40)
    sample = parametric(history).shocks
    still = np.linalg.svd(sample)[2][-1]
    draws = monte_carlo(history, draws=1_000).shocks
    assert np.abs(sample @ still).max() < 1e-12
    assert np.abs(draws @ still).max() < 1e-12
    assert (draws.std(axis=0) > 0.0).all()


def test_a_copy_moves_with_its_original() -> None:
    """Rank-deficient covariance: a factor that equals another is drawn equal, a constant one stays."""
    levels = history_of().levels[:, :1] * np.array([1.0, 2.0, 0.0]) + np.array([0.0, 0.0, 7.0])
    factors = (RiskFactor("A"), RiskFactor("B"), RiskFactor("C"))
    history = MarketHistory(history_of().dates, factors, levels, np.zeros(levels.shape, np.uint8))
    shocks = monte_carlo(history, draws=1_000).shocks
    assert shocks[:, 1] == pytest.approx(shocks[:, 0], rel=1e-9)
    assert (shocks[:, 2] == 0.0).all()


def test_a_market_that_never_moved() -> None:
    """Zero covariance gives draws of zero, not an error."""
    levels = np.full((5, 2), 3.0)
    history = MarketHistory(
        np.datetime64("2022-01-01") + np.arange(5),
        (RiskFactor("A"), RiskFactor("B")),
        levels,
        np.zeros((5, 2), np.uint8),
    )
    assert (monte_carlo(history, draws=10).shocks == 0.0).all()


def test_what_the_set_says_of_itself() -> None:
    """Draws are numbered and equally likely; the words name the distribution and the interval's reach."""
    scenarios = monte_carlo(
        history_of(), draws=1_500, horizon_days=10, distribution=Distribution.STUDENT_T, decay=0.94, seed=6
    )
    assert scenarios.labels[0] == "1"
    assert scenarios.labels[-1] == "1500"
    assert scenarios.weights == pytest.approx(1 / 1_500, rel=1e-15)
    assert (scenarios.observations, scenarios.seed, scenarios.horizon_days) == (1_500.0, 6, 10)
    assert scenarios.method == (
        "Monte Carlo, 1,500 10-day draws of a student-t distribution with 5 degrees of freedom, zero drift, "
        "relative factors in log moves; interval covers Monte Carlo error only; "
        "covariance estimated from 119 observations, weights halve every 11.2 days (decay 0.94)"
    )


def test_a_normal_has_no_degrees_of_freedom() -> None:
    """The normal distribution neither names nor checks them."""
    scenarios = monte_carlo(history_of(), draws=1, degrees_of_freedom=1.0)
    assert "1 one-day draws of a normal distribution, zero drift" in scenarios.method


@pytest.mark.parametrize("degrees", [2.0, 0.0, -1.0, math.inf, math.nan])
def test_degrees_of_freedom_without_a_variance_are_refused(degrees: float) -> None:
    """At two and below a Student-t has no covariance to match."""
    with pytest.raises(ValueError, match="degrees_of_freedom"):
        monte_carlo(history_of(), distribution=Distribution.STUDENT_T, degrees_of_freedom=degrees)


def test_no_draws_are_refused() -> None:
    """A set without scenarios is no set."""
    with pytest.raises(ValueError, match="draws must be at least 1"):
        monte_carlo(history_of(), draws=0)


def test_a_history_without_two_moves_is_refused() -> None:
    """The covariance takes two moves."""
    with pytest.raises(ValueError, match="at least two one-day moves"):
        monte_carlo(history_of(dates=2))


def test_negative_log_levels_are_refused_by_name() -> None:
    """A relative factor below zero has no log moves; it takes absolute ones."""
    history = MarketHistory(
        np.datetime64("2022-01-01") + np.arange(3),
        (RiskFactor("WTI"),),
        np.array([[18.31], [-36.98], [8.91]]),
        np.zeros((3, 1), np.uint8),
    )
    with pytest.raises(ValueError, match="no finite moves of WTI"):
        monte_carlo(history)
