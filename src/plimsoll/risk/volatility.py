"""Volatility of a risk factor."""

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["TRADING_DAYS", "realised_volatility"]

TRADING_DAYS = 252


def realised_volatility(levels: NDArray[np.float64]) -> float:
    """Return the annual volatility of a price series.

    Sample standard deviation (ddof 1) of daily log returns times the square root of 252.

    Parameters
    ----------
    levels
        Shape (T,), daily, above zero, T ≥ 3.

    Returns
    -------
    float
        A fraction: 0.2 is 20 % a year.

    Raises
    ------
    ValueError
        If there are fewer than three levels or one is not above zero.

    Examples
    --------
    >>> round(realised_volatility(np.array([100.0, 101.0, 100.0, 101.0])), 4)
    0.1824
    """
    if len(levels) < 3 or not (levels > 0).all():
        raise ValueError("a volatility needs three levels above zero")
    return float(np.log(levels[1:] / levels[:-1]).std(ddof=1)) * math.sqrt(TRADING_DAYS)
