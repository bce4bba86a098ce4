"""Scenarios × risk factors: shocks with labels and weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor, shocked

__all__ = ["ScenarioSet"]


@dataclass(frozen=True, slots=True)
class ScenarioSet:
    """Shocks of F risk factors in S scenarios.

    Parameters
    ----------
    factors
        F risk factors, in the order of the columns.
    shocks
        Shape (S, F), in the units of each factor's shock type, over the whole horizon; finite.
    weights
        Shape (S,), probabilities above zero that add up to one.
    labels
        S names for people: the dates that a historical scenario spans, or a number.
    horizon_days
        Trading days that a shock spans.
    method
        What made them, in words, for the report.
    observations
        Independent observations behind the set: what a confidence interval may count on. Kish's effective
        number for unequal weights, divided by the horizon where windows overlap. Not more than S.
    overlapping
        Whether neighbouring scenarios share days.
    seed
        Seed of the random numbers; None where there are none.

    Raises
    ------
    ValueError
        If shapes disagree, a shock is not finite or the weights are not probabilities.
    """

    factors: tuple[RiskFactor, ...]
    shocks: NDArray[np.float64]
    weights: NDArray[np.float64]
    labels: Sequence[str]
    horizon_days: int
    method: str
    observations: float
    overlapping: bool = False
    seed: int | None = None

    def __post_init__(self) -> None:
        """Refuse what the engine could not use."""
        count = len(self.labels)
        if self.shocks.shape != (count, len(self.factors)) or self.weights.shape != (count,):
            raise ValueError(f"{count} labels, but shocks {self.shocks.shape}, weights {self.weights.shape}")
        if not np.isfinite(self.shocks).all():
            raise ValueError("shocks must be finite")
        if (self.weights <= 0).any() or abs(self.weights.sum() - 1.0) > 1e-9:
            raise ValueError("weights must be above zero and add up to one")

    def __len__(self) -> int:
        """Return the number of scenarios."""
        return len(self.labels)

    def column(self, name: str) -> int | None:
        """Return the column of the factor called `name`; None where the set does not move it."""
        return next((j for j, factor in enumerate(self.factors) if factor.name == name), None)

    def levels(self, name: str, level: float) -> NDArray[np.float64]:
        """Return `level` of factor `name` in each scenario, shape (S,); unmoved where the set lacks it."""
        j = self.column(name)
        if j is None:
            return np.full(len(self), level)
        return shocked(level, self.shocks[:, j], self.factors[j].shock)
