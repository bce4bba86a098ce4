"""Products that are worth a price, or a price times an exchange rate.

Everything is a level and its move in each scenario. Moves multiply by the product rule, with the cross term
for full revaluation or without it for a linear one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Level", "inverse", "product", "scaled"]


@dataclass(frozen=True, slots=True)
class Level:
    """A number and how far it moves in each scenario.

    Parameters
    ----------
    now
        The level before any scenario.
    move
        Shape (S,): the change of the level, in its own units. NaN where it cannot be known.
    """

    now: float
    move: NDArray[np.float64]

    @property
    def shocked(self) -> NDArray[np.float64]:
        """The level in each scenario, shape (S,)."""
        return self.now + self.move


def product(price: Level, rate: Level, *, cross: bool) -> Level:
    """Return `price` times `rate`: a price converted at an exchange rate that moves as well.

    Parameters
    ----------
    price, rate
        The two levels, with moves of the same shape.
    cross
        True for the exact change p·Δr + r·Δp + Δp·Δr, False to leave out the cross term Δp·Δr.

    Examples
    --------
    >>> price, rate = Level(100.0, np.array([-10.0])), Level(2.0, np.array([0.5]))
    >>> product(price, rate, cross=True).move.tolist(), product(price, rate, cross=False).move.tolist()
    ([25.0], [30.0])
    """
    move = price.move * rate.now + price.now * rate.move
    return Level(price.now * rate.now, move + price.move * rate.move if cross else move)


def inverse(level: Level, *, exact: bool) -> Level:
    """Return one over `level`: the same exchange rate seen from the other side.

    Parameters
    ----------
    level
        Not zero, now or in a scenario; infinity where it is.
    exact
        True for the exact change of 1/x, False for its first order -Δx/x².

    Examples
    --------
    >>> inverse(Level(2.0, np.array([2.0])), exact=True)
    Level(now=0.5, move=array([-0.25]))
    """
    there = level.shocked if exact else level.now
    return Level(float(np.divide(1.0, level.now)), -level.move / np.multiply(level.now, there))


def scaled(level: Level, units: float) -> Level:
    """Return `units` of `level`: contracts of a size, or minor units of a currency."""
    return Level(level.now * units, level.move * units)
