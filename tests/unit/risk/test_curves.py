"""The curves behind the estimators, against the laws that they are distributions of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from plimsoll.risk.curves import averaged, bandwidth, harrell_davis, interpolated, kernel, step
from plimsoll.risk.worst_first import equal_steps

counts = st.integers(1, 400)
tails = st.floats(1e-4, 0.4999)


@given(counts, tails)
def test_curves_climb_from_nothing_to_one(count: int, tail: float) -> None:
    """Each is a distribution of the measure over the places: it never falls and ends at one."""
    cumulative = equal_steps(count)
    width = bandwidth(tail, count)
    for curve in (
        step(cumulative, tail),
        interpolated(cumulative, tail, float(count), (1.0, 1.0)),
        harrell_davis(cumulative, tail, float(count)),
        kernel(cumulative, tail, width),
        averaged(lambda c, level: harrell_davis(c, level, float(count)), cumulative, tail, float(count)),
        averaged(lambda c, level: kernel(c, level, width), cumulative, tail, float(count)),
    ):
        assert np.diff(curve, prepend=0.0).min() >= -1e-13
        assert curve[-1] == pytest.approx(1.0, abs=1e-13)


def test_a_step_is_taken_once() -> None:
    """By hand: of four places the second is the first to reach two fifths."""
    assert step(equal_steps(4), 0.4).tolist() == [0.0, 1.0, 1.0, 1.0]


def test_a_ramp_shares_between_two_neighbours() -> None:
    """By hand, type 4 of ten at 75 %: rank 7.5 from below, half the third worst and half the fourth."""
    ramp = interpolated(equal_steps(10), 0.25, 10.0, (0.0, 1.0))
    assert np.diff(ramp, prepend=0.0) == pytest.approx([0, 0, 0.5, 0.5, 0, 0, 0, 0, 0, 0], abs=1e-12)


def test_harrell_davis_is_a_beta_law() -> None:
    """scipy's beta law with parameters (n + 1) q and (n + 1) (1 - q)."""
    expected = stats.beta(251 * 0.05, 251 * 0.95).cdf(equal_steps(250))
    np.testing.assert_allclose(harrell_davis(equal_steps(250), 0.05, 250.0), expected, rtol=1e-12)


def test_the_kernel_is_a_truncated_normal_law() -> None:
    """scipy's truncnorm on [0, 1]."""
    width = bandwidth(0.05, 250.0)
    assert width == pytest.approx(np.sqrt(0.05 * 0.95 / 251))
    law = stats.truncnorm(-0.05 / width, 0.95 / width, loc=0.05, scale=width)
    np.testing.assert_allclose(kernel(equal_steps(250), 0.05, width), law.cdf(equal_steps(250)), rtol=1e-10)


@pytest.mark.parametrize(("count", "tail"), [(60, 0.1), (250, 0.01), (2000, 0.025)])
def test_an_average_is_the_integral_over_the_levels(count: int, tail: float) -> None:
    """scipy's adaptive quadrature of the curve at three places, one of them where all curves are one."""
    cumulative = equal_steps(count)
    found = averaged(lambda c, level: harrell_davis(c, level, float(count)), cumulative, tail, float(count))
    for place in (0, int(count * tail), count - 1):

        def at(level: float, place: int = place) -> float:
            return float(harrell_davis(cumulative[place : place + 1], level, float(count))[0])

        expected = integrate.quad(at, 0.0, tail, limit=200, epsabs=1e-13, epsrel=1e-12)[0] / tail
        assert found[place] == pytest.approx(expected, rel=1e-8)
