"""Volatility of a risk factor."""

import math

import numpy as np
import pytest

from plimsoll.risk.volatility import realised_volatility


def test_alternating_moves_have_a_closed_form() -> None:
    """Log returns +x, -x, +x, -x have sample variance 4 x² / 3."""
    levels = 100 * np.exp([0.0, 0.01, 0.0, 0.01, 0.0])
    assert realised_volatility(levels) == pytest.approx(0.01 * math.sqrt(4 / 3 * 252))


def test_scale_does_not_matter() -> None:
    """A price in pence is as volatile as one in pounds."""
    levels = np.array([1.0, 1.1, 1.05, 1.2])
    assert realised_volatility(100 * levels) == pytest.approx(realised_volatility(levels))


@pytest.mark.parametrize("levels", [[1.0, 2.0], [1.0, 0.0, 1.0], [1.0, -1.0, 1.0], [1.0, float("nan"), 1.0]])
def test_what_has_no_volatility_is_refused(levels: list[float]) -> None:
    """Fewer than three levels, or one that is not above zero, are refused."""
    with pytest.raises(ValueError, match="three levels above zero"):
        realised_volatility(np.array(levels))
