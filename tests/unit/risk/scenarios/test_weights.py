"""Age weights against their closed form, and Kish's number against its laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.risk.scenarios.weights import age_weights, effective_number, half_life, weighting_in_words

DECAYS = st.floats(0.8, 0.9999)
COUNTS = st.integers(1, 600)


@pytest.mark.parametrize("decay", [0.5, 0.94, 0.98, 0.995])
@pytest.mark.parametrize("days_apart", [1, 10])
def test_the_closed_form_of_the_paper(decay: float, days_apart: int) -> None:
    """Boudoukh, Richardson and Whitelaw (1998): the weight of age k is λ^k (1 - λ) / (1 - λ^n)."""
    per_window = decay**days_apart
    expected = [per_window**k * (1 - per_window) / (1 - per_window**20) for k in range(19, -1, -1)]
    assert age_weights(20, decay, days_apart=days_apart) == pytest.approx(expected, rel=1e-12)


@given(count=COUNTS, decay=st.none() | DECAYS)
def test_weights_are_probabilities_that_do_not_fall_with_time(count: int, decay: float | None) -> None:
    """Weights are above zero, add up to one, and a newer scenario never weighs less."""
    weights = age_weights(count, decay)
    assert weights.shape == (count,)
    assert (weights > 0).all()
    assert math.fsum(weights) == pytest.approx(1.0, abs=1e-12)
    assert (np.diff(weights) >= 0).all()


@given(days=st.integers(1, 200))
def test_weights_halve_at_the_half_life(days: int) -> None:
    """With λ = 2^(-1/d) a scenario of age d weighs half of the newest, and the half-life is d."""
    decay = 2.0 ** (-1.0 / days)
    weights = age_weights(days + 1, decay)
    assert half_life(decay) == pytest.approx(days, rel=1e-9)
    assert weights[0] / weights[-1] == pytest.approx(0.5, rel=1e-9)


@given(count=COUNTS)
def test_equal_weights_count_exactly_their_number(count: int) -> None:
    """The effective number of equal weights is their number without rounding, so that it may be floored."""
    assert effective_number(age_weights(count)) == count


@given(count=COUNTS, decay=DECAYS)
def test_age_weights_are_worth_the_closed_form(count: int, decay: float) -> None:
    """Two geometric sums: the effective number is (1+λ)(1-λ^n) / ((1-λ)(1+λ^n)), between 1 and n."""
    tail = decay**count
    expected = (1 + decay) * (1 - tail) / ((1 - decay) * (1 + tail))
    number = effective_number(age_weights(count, decay))
    assert number == pytest.approx(expected, rel=1e-9)
    assert 1.0 <= number <= count * (1 + 1e-12)


@given(weights=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=50), factor=st.floats(1e-3, 1e3))
def test_the_effective_number_does_not_depend_on_scale(weights: list[float], factor: float) -> None:
    """Multiplying all weights changes nothing; a plain sum gives the same number."""
    plain = sum(weights) ** 2 / sum(w * w for w in weights)
    assert effective_number(factor * np.array(weights)) == pytest.approx(plain, rel=1e-9)


def test_a_weight_of_zero_counts_for_nothing() -> None:
    """By definition: two equal weights and a zero are two observations."""
    assert effective_number(np.array([0.5, 0.0, 0.5])) == 2.0


@pytest.mark.parametrize("decay", [0.0, 1.0, -0.5, 1.5, math.nan])
def test_a_decay_outside_its_range_is_refused(decay: float) -> None:
    """Decay lies strictly between 0 and 1."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        age_weights(10, decay)


def test_a_weight_is_never_zero() -> None:
    """A decay under which the oldest weight would vanish is refused: nothing is dropped silently."""
    with pytest.raises(ValueError, match="no weight for the oldest of 500"):
        age_weights(500, 0.1)


def test_the_words_name_the_half_life() -> None:
    """The report says how scenarios are weighted; ln 2 / -ln 0.94 is 11.2."""
    assert weighting_in_words(None) == "equal weights"
    assert weighting_in_words(0.94) == "weights halve every 11.2 days (decay 0.94)"
