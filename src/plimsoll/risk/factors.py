"""Risk factors: the numbers that move, and how a move is measured."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["RiskFactor", "Shock", "change", "fx_pair", "major_unit", "move", "shocked"]

_MINOR_UNITS = {"GBX": "GBP", "GBp": "GBP", "ZAc": "ZAR", "ZAC": "ZAR", "ILA": "ILS"}


class Shock(StrEnum):
    """How a move from level a to level b is measured, and applied to another level."""

    RELATIVE = "relative"  # b / a - 1
    LOG = "log"  # ln(b / a)
    ABSOLUTE = "absolute"  # b - a; for rates and all that can be zero or below


@dataclass(frozen=True, slots=True, order=True)
class RiskFactor:
    """A number that moves: a price, an FX rate.

    Parameters
    ----------
    name
        Symbol of the price, or a six-letter pair (``EURUSD``: USD per 1 EUR).
    shock
        How its moves are measured.
    """

    name: str
    shock: Shock = Shock.RELATIVE


def major_unit(currency: str) -> tuple[str, float]:
    """Return the ISO currency behind `currency` and how much of it one unit is worth.

    Examples
    --------
    >>> major_unit("GBX"), major_unit("EUR")
    (('GBP', 0.01), ('EUR', 1.0))
    """
    major = _MINOR_UNITS.get(currency)
    return (currency, 1.0) if major is None else (major, 0.01)


def fx_pair(currency: str, base: str) -> str:
    """Return the name of the factor that is the price of 1 `currency` in `base`, both major units."""
    return f"{currency}{base}"


def move(start: NDArray[np.float64], end: NDArray[np.float64], shock: Shock) -> NDArray[np.float64]:
    """Return the shocks that lead from `start` to `end`, element by element; NaN stays NaN."""
    if shock is Shock.ABSOLUTE:
        return end - start
    ratio = end / start
    return np.log(ratio) if shock is Shock.LOG else ratio - 1.0


def shocked(level: float, shocks: NDArray[np.float64], shock: Shock) -> NDArray[np.float64]:
    """Return `level` after each of `shocks`; the inverse of :func:`move`."""
    if shock is Shock.ABSOLUTE:
        return level + shocks
    return level * (np.exp(shocks) if shock is Shock.LOG else 1.0 + shocks)


def change(level: float, shocks: NDArray[np.float64], shock: Shock) -> NDArray[np.float64]:
    """Return what each of `shocks` adds to `level`, with all digits of a small shock.

    :func:`shocked` less `level` is the same number, but loses the digits that the two share.

    Examples
    --------
    >>> change(8.0, np.array([-0.5, 2.0**-60]), Shock.RELATIVE).tolist() == [-4.0, 2.0**-57]
    True
    """
    if shock is Shock.ABSOLUTE:
        return shocks.copy()
    return level * (np.expm1(shocks) if shock is Shock.LOG else shocks)
