"""A scenario set: what is refused, and the levels that it leads to."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor, Shock
from plimsoll.risk.scenarios.scenario_set import ScenarioSet

SCENARIOS = ScenarioSet(
    factors=(RiskFactor("A"), RiskFactor("L", Shock.LOG), RiskFactor("R", Shock.ABSOLUTE)),
    shocks=np.array([[0.1, np.log(2.0), -0.02], [-0.5, 0.0, 0.01]]),
    weights=np.array([0.25, 0.75]),
    labels=["one", "two"],
    horizon_days=1,
    method="two",
    observations=2.0,
)


@pytest.mark.parametrize(("name", "expected"), [("A", [110.0, 50.0]), ("L", [200.0, 100.0])])
def test_levels_follow_the_shock_type(name: str, expected: list[float]) -> None:
    """By hand from a level of 100: a relative and a log shock."""
    assert SCENARIOS.levels(name, 100.0) == pytest.approx(expected)


def test_an_absolute_shock_is_added() -> None:
    """A rate of 1 % may fall below zero."""
    assert SCENARIOS.levels("R", 0.01) == pytest.approx([-0.01, 0.02])


def test_a_factor_outside_the_set_stays_where_it_is() -> None:
    """Hypothetical scenarios name only what they move."""
    assert SCENARIOS.column("X") is None
    assert SCENARIOS.levels("X", 7.0).tolist() == [7.0, 7.0]


def test_its_length_is_the_number_of_scenarios() -> None:
    """Not of factors."""
    assert len(SCENARIOS) == 2
    assert SCENARIOS.column("R") == 2


@pytest.mark.parametrize("weights", [[0.5, 0.6], [0.0, 1.0], [1.5, -0.5], [1.0]])
def test_weights_must_be_probabilities(weights: list[float]) -> None:
    """Above zero, adding up to one, one for each scenario."""
    with pytest.raises(ValueError, match="weights"):
        replace(SCENARIOS, weights=np.array(weights))


@pytest.mark.parametrize("shocks", [np.zeros((2, 2)), np.zeros((3, 3))])
def test_shocks_must_have_a_row_for_each_label_and_a_column_for_each_factor(
    shocks: NDArray[np.float64],
) -> None:
    """A shape that does not fit is refused."""
    with pytest.raises(ValueError, match="labels"):
        replace(SCENARIOS, shocks=shocks)


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_shocks_must_be_finite(hole: float) -> None:
    """A gap is bridged or left out before it gets here."""
    with pytest.raises(ValueError, match="finite"):
        replace(SCENARIOS, shocks=np.full((2, 3), hole))
