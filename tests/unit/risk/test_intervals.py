"""Intervals of VaR and ES against exact probabilities and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from plimsoll.risk.intervals import (
    Interval,
    binomial_ranks,
    es_interval,
    normal_interval,
    var_interval,
)


@given(
    st.integers(1, 3000),
    st.sampled_from([0.75, 0.9, 0.95, 0.975, 0.99, 0.999]),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_ranks_cover_by_enumeration(count: int, confidence: float, coverage: float) -> None:
    """Each side misses at most half of the rest, and the next rank inwards would miss more (scipy)."""
    low, high = binomial_ranks(count, confidence, interval_confidence=coverage)
    beyond, miss = stats.binom(count, 1 - confidence), (1 - coverage) / 2
    slack = 1e-9
    assert low is not None or high is None
    if low is None:
        assert beyond.sf(count - 1) > miss - slack
    else:
        assert beyond.sf(low - 1) <= miss + slack
        assert beyond.sf(low - 2) > miss - slack
    if high is None:
        assert beyond.cdf(0) > miss - slack
    else:
        assert beyond.cdf(high - 1) <= miss + slack
        assert beyond.cdf(high) > miss - slack


def test_published_ranks() -> None:
    """At 99 % of 500 days the interval runs from the 11th to the 1st loss; of 250 days it is open above."""
    assert binomial_ranks(500, 0.99) == (11, 1)
    assert binomial_ranks(250, 0.99) == (7, None)


def test_var_lies_between_two_losses() -> None:
    """The ends are the losses of those ranks."""
    pnl = np.random.default_rng(1).standard_normal(500)
    interval = var_interval(pnl, 0.99)
    losses = -np.sort(pnl)
    assert (interval.low, interval.high) == (losses[10], losses[0])
    assert "exact" in interval.method
    assert interval.note == ""


def test_an_open_end_says_why() -> None:
    """250 days cannot bound 99 % VaR above: 0.99^250 is 8.1 %; two days at 55 % bound neither side."""
    interval = var_interval(np.arange(250.0), 0.99)
    assert interval.high is None
    assert "open above" in interval.note
    assert "8.1 %" in interval.note
    nothing = var_interval([1.0, 2.0], 0.55)
    assert (nothing.low, nothing.high) == (None, None)
    assert "both sides" in nothing.note


def test_fewer_observations_read_the_same_scenarios_further_out() -> None:
    """With 100 observations among 1,000 scenarios rank 4 of 100 becomes the 40th loss."""
    pnl = np.random.default_rng(2).standard_normal(1000)
    interval = var_interval(pnl, 0.99, observations=100.0)
    assert binomial_ranks(100, 0.99) == (4, None)
    assert interval.low == -np.sort(pnl)[39]
    assert "100 independent observations" in interval.method


def test_unequal_weights_count_by_kish() -> None:
    """Without a number of observations, unequal probabilities count for 1 / sum(p²)."""
    ages = 0.98 ** np.arange(500)
    chances = ages / ages.sum()
    pnl = np.random.default_rng(3).standard_normal(500)
    number = int(1 / (chances**2).sum())
    assert f"at {number} independent" in var_interval(pnl, 0.95, probabilities=chances).method


def test_shortfall_interval_is_deterministic_and_moves_with_pnl() -> None:
    """Two calls give the same bits; a sure loss of 1 moves both ends by 1."""
    pnl = np.random.default_rng(4).standard_t(4.0, 1000)
    first, again, moved = es_interval(pnl, 0.99), es_interval(pnl, 0.99), es_interval(pnl - 1, 0.99)
    assert first == again
    assert first.low is not None
    assert first.high is not None
    assert moved.low == pytest.approx(first.low + 1)
    assert moved.high == pytest.approx(first.high + 1)


@pytest.mark.parametrize(("size", "noted"), [(250, True), (999, True), (1000, False)])
def test_few_tail_points_are_said(size: int, noted: bool) -> None:
    """Below ten expected tail points the note says that the interval rests on a fitted tail."""
    note = es_interval(np.random.default_rng(5).standard_normal(size), 0.99).note
    assert ("rests on a fitted tail" in note) is noted


def test_shortfall_of_constant_pnl_is_a_point() -> None:
    """A book that never moves has no uncertainty that the sample could show, and says so."""
    interval = es_interval([-3.0] * 100, 0.99)
    assert (interval.low, interval.high) == (3.0, 3.0)
    assert "same in every scenario" in interval.note


def test_shortfall_of_a_short_sample_is_open() -> None:
    """Ten different scenarios bound nothing, and neither does a single one."""
    for pnl in (np.arange(10.0), np.array([-3.0])):
        interval = es_interval(pnl, 0.99)
        assert (interval.low, interval.high) == (None, None)
        assert "too few" in interval.note


def test_coverage_of_shortfall_stays_near_nominal() -> None:
    """Of 300 t4 samples of 250 days, 91 to 99 % cover the true ES: three standard errors around nominal."""
    law = stats.t(4.0)
    var = law.ppf(0.975)
    truth = law.pdf(var) / 0.025 * (4 + var**2) / 3
    generator = np.random.default_rng(6)
    covered = 0
    for _ in range(300):
        interval = es_interval(generator.standard_t(4.0, 250), 0.975)
        assert interval.low is not None
        assert interval.high is not None
        covered += interval.low <= truth <= interval.high
    assert 0.91 <= covered / 300 <= 0.99


def test_normal_interval_is_chi_square() -> None:
    """The ends are value * sqrt(freedom / quantile) of scipy's chi-square with observations - 1 degrees."""
    pnl = np.random.default_rng(7).standard_normal(251)
    interval = normal_interval(pnl, 2.0)
    law = stats.chi2(250)
    assert interval.low == pytest.approx(2.0 * np.sqrt(250 / law.ppf(0.975)))
    assert interval.high == pytest.approx(2.0 * np.sqrt(250 / law.ppf(0.025)))
    fewer = normal_interval(pnl, 2.0, observations=51.0)
    assert fewer.high == pytest.approx(2.0 * np.sqrt(50 / stats.chi2(50).ppf(0.025)))
    assert normal_interval(pnl, 2.0, observations=1.0).low is None


def test_intervals_widen_to_hold_the_estimate() -> None:
    """An estimate outside becomes the end; an open end stays open."""
    assert Interval(1.0, 2.0, "m").around(3.0) == Interval(1.0, 3.0, "m")
    assert Interval(1.0, None, "m", "n").around(0.5) == Interval(0.5, None, "m", "n")
    assert Interval(None, 2.0, "m").around(0.5) == Interval(None, 2.0, "m")


def test_more_observations_than_scenarios_count_as_scenarios() -> None:
    """A sample is never worth more than its size."""
    pnl = np.random.default_rng(8).standard_normal(500)
    assert var_interval(pnl, 0.99, observations=1e9) == var_interval(pnl, 0.99)


def test_levels_out_of_range_are_refused() -> None:
    """A coverage of 95 instead of 0.95, no observations and a negative number of them are errors."""
    with pytest.raises(ValueError, match="interval confidence"):
        var_interval([1.0, 2.0], 0.99, interval_confidence=95)
    with pytest.raises(ValueError, match="at least one observation"):
        binomial_ranks(0, 0.99)
    with pytest.raises(ValueError, match="above zero"):
        es_interval([1.0, 2.0], 0.99, observations=-1.0)
