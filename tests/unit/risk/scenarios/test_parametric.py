"""Parametric sets: their second moment is the covariance, so the normal VaR is the textbook's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtri

from plimsoll.risk.estimators import VarEstimator, var_weights
from plimsoll.risk.factors import RiskFactor, Shock
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.scenarios.parametric import from_covariance, parametric
from plimsoll.risk.scenarios.scenario_set import ScenarioSet

FACTORS = (RiskFactor("A"), RiskFactor("B", Shock.LOG), RiskFactor("C", Shock.ABSOLUTE))


def history_of(dates: int, seed: int = 11) -> MarketHistory:
    """Return random levels of three factors that move together, the last one of any sign."""
    mixing = np.array([[1.0, 0.5, -0.3], [0.0, 1.0, 0.4], [0.0, 0.0, 1.0]])
    steps = np.random.default_rng(seed).normal(0.001, 0.01, (dates, 3)) @ mixing
    levels = 50.0 * np.exp(steps.cumsum(axis=0)) - [0.0, 0.0, 50.0]
    return MarketHistory(
        np.datetime64("2022-01-01") + np.arange(dates), FACTORS, levels, np.zeros((dates, 3), np.uint8)
    )


def plain_covariance(history: MarketHistory, count: int, decay: float | None) -> list[list[float]]:
    """Return the unbiased weighted covariance of one-day moves, from its definition, loop by loop."""
    rows = []
    for a, b in zip(history.levels[:-1], history.levels[1:], strict=True):
        rows.append([b[0] / a[0] - 1, math.log(b[1] / a[1]), b[2] - a[2]])
    rows = rows[-count:]
    raw = [1.0 if decay is None else decay**age for age in range(len(rows))][::-1]
    p = [w / math.fsum(raw) for w in raw]
    mean = [math.fsum(p[t] * rows[t][j] for t in range(len(rows))) for j in range(3)]
    unbiased = 1 - math.fsum(w * w for w in p)
    return [
        [
            math.fsum(p[t] * (rows[t][i] - mean[i]) * (rows[t][j] - mean[j]) for t in range(len(rows)))
            / unbiased
            for j in range(3)
        ]
        for i in range(3)
    ]


def second_moment(scenarios: ScenarioSet) -> NDArray[np.float64]:
    """Return Σ p s s'."""
    moment: NDArray[np.float64] = (scenarios.weights[:, None] * scenarios.shocks).T @ scenarios.shocks
    return moment


@given(
    dates=st.integers(3, 60),
    count=st.integers(2, 80),
    horizon=st.integers(1, 20),
    decay=st.none() | st.floats(0.8, 0.999),
)
def test_the_second_moment_is_the_covariance(
    dates: int, count: int, horizon: int, decay: float | None
) -> None:
    """It equals a plain loop over definitions times the horizon, and there is no drift."""
    history = history_of(dates)
    scenarios = parametric(history, count=count, horizon_days=horizon, decay=decay)
    expected = horizon * np.array(plain_covariance(history, count, decay))
    scale = np.sqrt(np.outer(expected.diagonal(), expected.diagonal()))
    assert (np.abs(second_moment(scenarios) - expected) <= 1e-9 * scale).all()
    drift = scenarios.weights @ scenarios.shocks
    assert (np.abs(drift) <= 1e-12 * np.sqrt(expected.diagonal())).all()


def test_equal_weights_give_the_sample_covariance() -> None:
    """Without decay the covariance is numpy's, divided by n - 1."""
    history = history_of(200)
    levels = history.levels
    moves = np.column_stack(
        [levels[1:, 0] / levels[:-1, 0] - 1, np.diff(np.log(levels[:, 1])), np.diff(levels[:, 2])]
    )
    assert second_moment(parametric(history)) == pytest.approx(np.cov(moves, rowvar=False, ddof=1), rel=1e-10)


@given(
    sensitivities=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3),
    decay=st.sampled_from([None, 0.94, 0.99]),
    confidence=st.floats(0.9, 0.999),
)
def test_normal_var_of_linear_pnl_is_the_textbook_formula(
    sensitivities: list[float], decay: float | None, confidence: float
) -> None:
    """z √(Σ p pnl²), and the normal estimator with it, equals z √(d' Σ d) for any sensitivities d."""
    history = history_of(120)
    d = np.array(sensitivities)
    scenarios = parametric(history, horizon_days=10, decay=decay)
    pnl = scenarios.shocks @ d
    z = float(ndtri(confidence))
    variance = 10 * float(d @ np.array(plain_covariance(history, 500, decay)) @ d)
    weights = var_weights(pnl, confidence, probabilities=scenarios.weights, estimator=VarEstimator.NORMAL)
    expected = pytest.approx(z * math.sqrt(max(variance, 0.0)), rel=1e-6, abs=1e-9)
    assert z * math.sqrt(float(scenarios.weights @ pnl**2)) == expected
    assert -float(weights @ pnl) == expected


@given(horizon=st.integers(1, 250), decay=st.none() | st.just(0.97))
def test_shocks_scale_with_the_square_root_of_time(horizon: int, decay: float | None) -> None:
    """A set over h days is the one-day set times √h, weights and labels unchanged."""
    one = parametric(history_of(50), decay=decay)
    more = parametric(history_of(50), horizon_days=horizon, decay=decay)
    assert more.shocks == pytest.approx(math.sqrt(horizon) * one.shocks, rel=1e-12)
    assert (more.weights == one.weights).all()
    assert more.labels == one.labels


def test_observations_are_kish_and_words_say_what_was_done() -> None:
    """Equal weights count in full; by Kish, λ = 0.94 is worth (1+λ)/(1-λ) = 32.3 days."""
    equal = parametric(history_of(501))
    aged = parametric(history_of(501), horizon_days=10, decay=0.94)
    assert equal.observations == 500.0
    assert aged.observations == pytest.approx(1.94 / 0.06, rel=1e-9)
    assert equal.method == "parametric, covariance of 500 one-day moves, equal weights, zero drift"
    assert aged.method == (
        "parametric, covariance of 500 one-day moves, weights halve every 11.2 days (decay 0.94), "
        "zero drift, 10-day horizon by the square root of time"
    )


@pytest.mark.parametrize(("dates", "count"), [(2, 500), (30, 1)])
def test_one_move_has_no_covariance(dates: int, count: int) -> None:
    """Fewer than two moves are refused, whether the history or the count is too short."""
    with pytest.raises(ValueError, match=f"count is {count}, the history has {dates} dates"):
        parametric(history_of(dates), count=count)


def test_the_two_assets_of_hull() -> None:
    """Hull's case: 10m Microsoft at 2 % a day, 5m AT&T at 1 %, ρ 0.3, ten days, z 2.33."""
    factors = (RiskFactor("MSFT"), RiskFactor("T"))
    covariance = np.array([[0.02**2, 0.3 * 0.02 * 0.01], [0.3 * 0.02 * 0.01, 0.01**2]])

    def sigma(msft: float, att: float, days: int) -> float:
        """Return the standard deviation of the P&L of holding both."""
        scenarios = from_covariance(factors, covariance, horizon_days=days)
        pnl = scenarios.shocks @ np.array([msft, att])
        return math.sqrt(float(scenarios.weights @ pnl**2))

    together = 2.33 * sigma(10e6, 5e6, 10)
    microsoft, att = 2.33 * sigma(10e6, 0.0, 10), 2.33 * sigma(0.0, 5e6, 10)
    assert sigma(10e6, 5e6, 1) == pytest.approx(220_227, abs=0.5)
    assert microsoft == pytest.approx(1_473_621, abs=0.5)
    assert att == pytest.approx(368_405, abs=0.5)
    assert together == pytest.approx(1_622_657, abs=0.5)
    assert microsoft + att - together == pytest.approx(219_369, abs=1.0)


@given(
    factors=st.integers(1, 10), rank=st.integers(0, 10), horizon=st.integers(1, 20), seed=st.integers(0, 999)
)
def test_sigma_points_carry_any_covariance(factors: int, rank: int, horizon: int, seed: int) -> None:
    """Zero mean, second moment h Σ, for every rank; the points come in opposite pairs."""
    sample = np.random.default_rng(seed).standard_normal((rank, factors))
    covariance = sample.T @ sample
    names = [RiskFactor(f"F{j}") for j in range(factors)]
    scenarios = from_covariance(names, covariance, horizon_days=horizon)
    scale = horizon * np.sqrt(np.outer(covariance.diagonal(), covariance.diagonal()))
    assert (np.abs(second_moment(scenarios) - horizon * covariance) <= 1e-12 * scale + 1e-300).all()
    assert (scenarios.shocks[::2] == -scenarios.shocks[1::2]).all()
    assert scenarios.observations == len(scenarios) == 2 * factors


def test_sigma_points_have_names_and_words() -> None:
    """Labels number the components; the method says that the matrix was stated."""
    scenarios = from_covariance([RiskFactor("A"), RiskFactor("B")], np.eye(2), horizon_days=10)
    assert scenarios.labels == (
        "component 1 up",
        "component 1 down",
        "component 2 up",
        "component 2 down",
    )
    assert scenarios.method == (
        "parametric, stated covariance, zero drift, 10-day horizon by the square root of time"
    )


@pytest.mark.parametrize(
    ("names", "matrix", "horizon", "words"),
    [
        ((), np.zeros((0, 0)), 1, "0 factors"),
        (("A",), np.eye(2), 1, "1 factors, but a covariance matrix of shape"),
        (("A", "B"), np.array([[1.0, 2.0], [2.0, 1.0]]), 1, "not positive semi-definite"),
        (("A", "B"), np.array([[1.0, 0.5], [0.4, 1.0]]), 1, "symmetric"),
        (("A",), np.eye(1), 0, "horizon_days must be at least 1"),
    ],
)
def test_a_covariance_that_makes_no_sense_is_refused(
    names: tuple[str, ...], matrix: NDArray[np.float64], horizon: int, words: str
) -> None:
    """Shape, symmetry, sign and horizon are checked."""
    with pytest.raises(ValueError, match=words):
        from_covariance([RiskFactor(name) for name in names], matrix, horizon_days=horizon)


def test_a_horizon_without_days_is_refused() -> None:
    """The horizon is at least a day."""
    with pytest.raises(ValueError, match="horizon_days must be at least 1"):
        parametric(history_of(30), horizon_days=0)
