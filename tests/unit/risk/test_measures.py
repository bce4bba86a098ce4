"""VaR and ES as estimates: value, interval, tail count and words."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from plimsoll.risk.estimators import EsEstimator, VarEstimator
from plimsoll.risk.measures import expected_shortfall, value_at_risk, volatility, worst
from plimsoll.risk.worst_first import worst_first

samples = st.lists(st.integers(-(10**6), 10**6).map(lambda cents: cents / 100), min_size=1, max_size=120)


def test_var_tells_everything_about_itself() -> None:
    """Value, level, horizon, estimator, tail count and scenarios are those of the call."""
    pnl = np.random.default_rng(1).standard_normal(500)
    estimate = value_at_risk(pnl, 0.99, horizon_days=10, interval_confidence=0.9)
    assert estimate.value == -np.sort(pnl)[4]
    assert (estimate.confidence, estimate.horizon_days, estimate.interval_confidence) == (0.99, 10, 0.9)
    assert (estimate.estimator, estimate.tail_count, estimate.scenarios) == ("order_statistic", 5, 500)
    assert "binomial" in estimate.interval


def test_shortfall_counts_the_losses_at_or_beyond_its_var() -> None:
    """At 97.5 % of 250 scenarios the VaR is the seventh loss, so seven lie in the tail."""
    pnl = np.random.default_rng(2).standard_normal(250)
    estimate = expected_shortfall(pnl, 0.975)
    assert (estimate.estimator, estimate.tail_count, estimate.scenarios) == ("acerbi_tasche", 7, 250)
    assert "(6.25)" in estimate.note


@pytest.mark.parametrize("confidence", [0.9, 0.975, 0.99])
@given(pnl=samples)
def test_the_interval_holds_the_estimate(pnl: list[float], confidence: float) -> None:
    """Whatever the estimator and the sample, with ties and gaps, the estimate lies in its interval."""
    estimates = [value_at_risk(pnl, confidence, estimator=estimator) for estimator in VarEstimator]
    estimates += [expected_shortfall(pnl, confidence, estimator=estimator) for estimator in EsEstimator]
    for estimate in estimates:
        assert estimate.low is None or estimate.low <= estimate.value
        assert estimate.high is None or estimate.high >= estimate.value
        assert 0 <= estimate.tail_count <= estimate.scenarios == len(pnl)


def test_normal_estimates_have_the_chi_square_interval() -> None:
    """VaR and ES of `normal` have the relative interval of a standard deviation (scipy's chi-square)."""
    pnl = np.random.default_rng(3).standard_normal(400)
    ratio = np.sqrt(399 / stats.chi2(399).ppf(0.025))
    value = value_at_risk(pnl, 0.99, estimator=VarEstimator.NORMAL)
    average = expected_shortfall(pnl, 0.99, estimator=EsEstimator.NORMAL)
    for estimate in (value, average):
        assert estimate.high == pytest.approx(estimate.value * ratio)
        assert "under normality" in estimate.interval


def test_observations_reach_the_interval() -> None:
    """The same scenarios that count for fewer observations have a wider interval."""
    pnl = np.random.default_rng(4).standard_normal(1000)
    for measure in (value_at_risk, expected_shortfall):
        alone, shared = measure(pnl, 0.95), measure(pnl, 0.95, observations=200.0)
        assert alone.value == shared.value
        assert alone.low is not None
        assert shared.low is not None
        assert shared.low < alone.low


def test_scenarios_lined_up_give_the_same_estimates() -> None:
    """One sort serves VaR, ES, their intervals and the worst scenarios, to the bit."""
    pnl = np.random.default_rng(6).standard_t(4.0, 300)
    aged = 0.98 ** np.arange(300.0)
    for probabilities in (None, aged / aged.sum()):
        scenarios = worst_first(pnl, probabilities)
        for estimator in VarEstimator:
            expected = value_at_risk(pnl, 0.975, probabilities=probabilities, estimator=estimator)
            assert value_at_risk(scenarios, 0.975, estimator=estimator) == expected
        for average in EsEstimator:
            expected = expected_shortfall(pnl, 0.975, probabilities=probabilities, estimator=average)
            assert expected_shortfall(scenarios, 0.975, estimator=average) == expected
        assert worst(scenarios, 7).tolist() == worst(pnl, 7).tolist()


_FINGERPRINT = """
import numpy as np
from plimsoll.risk.attribution import components
from plimsoll.risk.estimators import EsEstimator, VarEstimator, es_weights, tail_measures, var_weights
from plimsoll.risk.measures import expected_shortfall, value_at_risk, volatility
from plimsoll.risk.worst_first import worst_first

rows = np.random.default_rng(1).standard_normal((3, 200_000))
aged = 0.99999 ** np.arange(200_000.0)
for probabilities in (None, aged / aged.sum()):
    scenarios = worst_first(rows.sum(axis=0), probabilities)
    print(value_at_risk(scenarios, 0.99), expected_shortfall(scenarios, 0.99))
    for var in (VarEstimator.KERNEL, VarEstimator.NORMAL):
        print(value_at_risk(scenarios, 0.99, estimator=var))
        print(components(rows, var_weights(scenarios, 0.99, estimator=var)).tolist())
    for es in (EsEstimator.ACERBI_TASCHE, EsEstimator.NORMAL):
        print(components(rows, es_weights(scenarios, 0.99, estimator=es)).tolist())
    print([one.tolist() for one in tail_measures(rows, 0.99, probabilities=probabilities)])
    print(volatility(rows[0], probabilities))
"""


def test_the_same_bits_on_any_number_of_blas_threads() -> None:
    """200,000 draws, where BLAS products on one thread and on two do differ, give the same bits."""
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


@pytest.mark.parametrize("size", [5e-324, 1e-322, 1e-308, 1e-160])
def test_next_to_nothing_has_estimates(size: float) -> None:
    """P&L at the edge of what a float holds is measured by every estimator, and nothing warns."""
    pnl = np.random.default_rng(7).standard_normal(300) * size
    aged = 0.97 ** np.arange(300.0)
    for probabilities in (None, aged / aged.sum()):
        scenarios = worst_first(pnl, probabilities)
        estimates = [value_at_risk(scenarios, 0.99, estimator=estimator) for estimator in VarEstimator]
        estimates += [expected_shortfall(scenarios, 0.99, estimator=average) for average in EsEstimator]
        assert all(0.0 <= estimate.value <= 5 * size for estimate in estimates)


def test_no_loss_is_never_minus_zero() -> None:
    """A flat book has VaR and ES of 0, not of -0."""
    estimates = (value_at_risk([0.0, 0.0], 0.99), expected_shortfall([0.0, 0.0], 0.99))
    assert [str(estimate.value) for estimate in estimates] == ["0.0", "0.0"]


def test_missing_pnl_is_refused() -> None:
    """NaN is an error in every measure."""
    for measure in (value_at_risk, expected_shortfall):
        with pytest.raises(ValueError, match="finite"):
            measure([1.0, float("nan")], 0.99)


def test_volatility_agrees_with_numpy() -> None:
    """Equal weights give numpy's deviation with n - 1; weights of k / n that of repetitions in the limit."""
    pnl = np.random.default_rng(5).standard_normal(300)
    assert volatility(pnl) == pytest.approx(np.std(pnl, ddof=1), rel=1e-12)
    chances = np.arange(1.0, 301.0) / np.arange(1.0, 301.0).sum()
    expected = np.cov(pnl, aweights=chances, ddof=1)
    assert volatility(pnl, chances) == pytest.approx(np.sqrt(expected), rel=1e-12)


@pytest.mark.parametrize(("pnl", "chances"), [([1.0], None), ([1.0, 2.0], [0.0, 1.0])])
def test_one_scenario_has_no_volatility(pnl: list[float], chances: list[float] | None) -> None:
    """A single possible outcome shows no spread, and zero would be a lie."""
    with pytest.raises(ValueError, match="two scenarios"):
        volatility(pnl, chances)


@given(samples, st.integers(0, 130))
def test_the_worst_come_first(pnl: list[float], count: int) -> None:
    """The places are those of a stable sort of P&L."""
    expected = sorted(range(len(pnl)), key=lambda place: pnl[place])[:count]
    assert worst(pnl, count).tolist() == expected


def test_a_negative_count_is_refused() -> None:
    """Minus one scenario does not exist."""
    with pytest.raises(ValueError, match="negative"):
        worst([1.0], -1)
