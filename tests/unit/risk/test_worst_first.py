"""Scenarios lined up from the worst to the best."""

import numpy as np
import pytest

from plimsoll.risk.scenarios.weights import effective_number
from plimsoll.risk.worst_first import (
    checked_pnl,
    checked_probabilities,
    equal_steps,
    first_reaching,
    tail_probability,
    worst_first,
)


def test_the_worst_comes_first_and_ties_keep_their_order() -> None:
    """Losses fall; equal losses stay in the order of the vector."""
    scenarios = worst_first([0.0, -2.0, 1.0, -2.0])
    assert scenarios.order.tolist() == [1, 3, 0, 2]
    assert scenarios.losses.tolist() == [2.0, 2.0, 0.0, -1.0]
    assert scenarios.cumulative.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert scenarios.observations == 4.0


def test_probabilities_follow_their_scenarios() -> None:
    """Cumulative probabilities are those of the scenarios in worst-first order; the number is Kish's."""
    scenarios = worst_first([1.0, -1.0], [0.25, 0.75])
    assert scenarios.cumulative.tolist() == [0.75, 1.0]
    assert scenarios.observations == pytest.approx(1 / (0.25**2 + 0.75**2))


@pytest.mark.parametrize("count", [100, 250, 500, 700, 1000, 5000, 10_000])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.975, 0.99, 0.995, 0.999])
def test_rounding_never_moves_the_boundary(count: int, confidence: float) -> None:
    """The place is that of exact decimal arithmetic: 500 * (1 - 0.99) counts as 5, not 5.000000000000004."""
    thousandths = round(1000 * (1 - confidence))
    exact = -(-count * thousandths // 1000)
    scenarios = worst_first(np.arange(float(count)))
    assert scenarios.first_reaching(1 - confidence) == exact - 1
    weighted = worst_first(np.arange(float(count)), np.full(count, 1 / count))
    assert weighted.first_reaching(1 - confidence) == exact - 1


def test_the_last_scenario_reaches_everything() -> None:
    """A probability above one is reached by the last scenario."""
    assert worst_first([1.0, 2.0]).first_reaching(1.5) == 1


def test_weights_return_to_the_order_of_the_pnl() -> None:
    """Weights by place become weights by scenario; places that are not named weigh nothing."""
    scenarios = worst_first([0.0, -2.0, 1.0])
    assert scenarios.weights(np.array([0.5, 0.3, 0.2])).tolist() == [0.3, 0.5, 0.2]
    assert scenarios.weights(np.array([1.0])).tolist() == [0.0, 1.0, 0.0]


def test_a_measure_is_minus_the_weighted_gain() -> None:
    """By hand: half of a loss of 2 less half of a gain of 1; nothing is 0, not -0."""
    scenarios = worst_first([0.0, -2.0, 1.0])
    assert scenarios.measure(np.array([0.0, 0.5, 0.5])) == 0.5
    assert str(scenarios.measure(np.array([1.0, 0.0, 0.0]))) == "0.0"


def test_scenarios_are_lined_up_once() -> None:
    """Those that are come back as they are, and take no other probabilities."""
    scenarios = worst_first([1.0, -1.0], [0.25, 0.75])
    assert worst_first(scenarios) is scenarios
    assert scenarios.probabilities is not None
    assert (scenarios.pnl.tolist(), scenarios.probabilities.tolist()) == ([1.0, -1.0], [0.25, 0.75])
    assert worst_first([1.0, -1.0]).probabilities is None
    with pytest.raises(ValueError, match="already"):
        worst_first(scenarios, [0.5, 0.5])


def test_the_effective_number_is_that_of_the_scenario_sets() -> None:
    """Kish's number of aged scenarios is the same to the bit wherever it is shown."""
    aged = 0.97 ** np.arange(100.0)
    aged /= aged.sum()
    assert worst_first(np.arange(100.0), aged).observations == effective_number(aged)


def test_the_first_place_is_the_least() -> None:
    """However small the probability, the worst scenario reaches it."""
    assert first_reaching(equal_steps(3), 0.0) == 0
    assert first_reaching(equal_steps(1), 1e-4) == 0


@pytest.mark.parametrize("pnl", [[], [[1.0]], [1.0, float("nan")], [1.0, float("inf")]])
def test_pnl_that_is_no_finite_vector_is_refused(pnl: list[float]) -> None:
    """Nothing missing enters a tail."""
    with pytest.raises(ValueError, match="finite"):
        checked_pnl(pnl)


@pytest.mark.parametrize("probabilities", [[1.0], [0.5, 0.6], [-0.5, 1.5], [float("nan"), 1.0]])
def test_probabilities_that_are_none_are_refused(probabilities: list[float]) -> None:
    """Wrong count, wrong sum, negative and NaN are errors."""
    with pytest.raises(ValueError, match="add up to one"):
        checked_probabilities(probabilities, 2)


def test_equal_probabilities_are_no_probabilities() -> None:
    """Equal weights take the path without weights, so both give the same bits."""
    assert checked_probabilities([0.5, 0.5], 2) is None


@pytest.mark.parametrize(
    "confidence", [0.0, 0.05, 0.5, 0.99991, 0.9999999999999, 0.999999999999999, 1.0, 99.0, float("nan")]
)
def test_confidence_out_of_range_is_refused(confidence: float) -> None:
    """Only fractions above one half and up to 0.9999 are levels that a sample can speak of."""
    with pytest.raises(ValueError, match="confidence must be above"):
        tail_probability(confidence)


def test_confidence_at_the_ends_of_its_range_is_taken() -> None:
    """Just above one half, and 0.9999 itself, whose tail is exactly one in ten thousand."""
    assert tail_probability(0.5000001) == 0.4999999
    assert tail_probability(0.9999) == 0.0001
