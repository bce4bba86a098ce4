"""How likely a measure lies beyond a level."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from plimsoll.risk.breach_probability import exceedance_probability
from plimsoll.risk.measures import value_at_risk

_WIDTHS = st.floats(1.0, 1e6)


@given(_WIDTHS, _WIDTHS, st.floats(0.01, 0.99), st.floats(0.5, 0.99))
def test_the_ends_of_the_interval_have_their_nominal_probability(
    below: float, above: float, share: float, coverage: float
) -> None:
    """Close to an end it is the nominal miss, at the estimate one half, and it falls as the level rises."""
    value, low, high = 100.0, 100.0 - below, 100.0 + above
    at = [low + 1e-9 * below, low + share * below, value, value + share * above, high - 1e-9 * above]
    found = [exceedance_probability(level, value, low, high, interval_confidence=coverage) for level in at]
    known = [one for one in found if one is not None]
    assert len(known) == 5
    assert known == sorted(known, reverse=True)
    assert math.isclose(known[0], (1 + coverage) / 2, abs_tol=1e-6)
    assert known[2] == 0.5
    assert math.isclose(known[4], (1 - coverage) / 2, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("level", "low", "high"),
    [
        *((80.0, 80.0, 120.0), (120.0, 80.0, 120.0), (79.0, 80.0, 120.0), (121.0, 80.0, 120.0)),
        *((110.0, 80.0, None), (90.0, None, 120.0), (100.0, 100.0, 100.0), (90.0, None, None)),
    ],
)
def test_outside_nothing_is_said(level: float, low: float | None, high: float | None) -> None:
    """A level at or beyond an end, and one on a side that is open, has no probability."""
    assert exceedance_probability(level, 100.0, low, high) is None


def test_an_interval_without_its_estimate_is_refused() -> None:
    """An interval that does not hold the estimate, and a coverage that is none, are mistakes."""
    with pytest.raises(ValueError, match="does not hold"):
        exceedance_probability(1.0, 5.0, 6.0, 7.0)
    with pytest.raises(ValueError, match="coverage"):
        exceedance_probability(1.0, 5.0, 4.0, 7.0, interval_confidence=1.0)


def test_it_is_close_to_the_exact_confidence_of_an_order_statistic() -> None:
    """Of 95 % VaR of 500 losses it is within 0.07 of the exact binomial confidence, on average over levels.

    With k losses at or above a level, the true VaR is above it with the mid-P confidence of the sign test,
    P(Bin(n, 1 - a) < k) + P(Bin(n, 1 - a) = k) / 2.
    """
    random = np.random.default_rng(7)
    off = []
    for _ in range(40):
        pnl = random.standard_t(4, 500)
        found = value_at_risk(pnl, 0.95)
        assert found.low is not None
        assert found.high is not None
        for level in np.linspace(found.low, found.high, 13)[1:-1]:
            above = int(np.count_nonzero(-pnl >= level))
            exact = stats.binom.cdf(above - 1, 500, 0.05) + stats.binom.pmf(above, 500, 0.05) / 2
            near = exceedance_probability(float(level), found.value, found.low, found.high)
            assert near is not None
            off.append(near - exact)
    assert np.abs(off).mean() < 0.07
    assert abs(np.mean(off)) < 0.03
    assert np.abs(off).max() < 0.3
