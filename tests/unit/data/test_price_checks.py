"""Suspicious prices are found where they were planted, and only there."""

import numpy as np
import pytest

from plimsoll.data.price_checks import hundredfold_jumps, reversing_spikes, standing_still, zeros_as_missing

_NAN = np.nan


def _walk(seed: int = 1) -> np.ndarray:
    return 100 * np.exp(np.cumsum(0.01 * np.random.default_rng(seed).standard_normal((250, 2)), axis=0))


@pytest.mark.parametrize(
    ("prices", "marked"),
    [
        ([1, 1, 1, 1], []),
        ([1, 1, 1, 1, 1], [4]),
        ([2, 1, 1, 1, 1, 1, 1, 2, 2], [5, 6]),
        ([1, 1, _NAN, 1, _NAN, 1, 1, 2], [6]),
        ([1, 1, 1, 1, 2, 1, 1, 1, 1], []),
        ([_NAN, _NAN], []),
    ],
)
def test_prices_that_stand_still(prices: list[float], marked: list[int]) -> None:
    """The fifth equal observation in a row is the first that is not believed; gaps do not interrupt."""
    assert np.flatnonzero(standing_still(np.array(prices)[:, None])).tolist() == marked


def test_zeros_are_missing_but_for_series_that_cross_zero() -> None:
    """Zero is no price of a share; beside a negative price it may be one."""
    prices, counts = zeros_as_missing(np.array([[1.0, -37.0], [0.0, 0.0], [2.0, 10.0]]))
    np.testing.assert_array_equal(prices, [[1, -37], [_NAN, 0], [2, 10]])
    assert counts.tolist() == [1, 0]


def test_a_spike_that_is_undone_is_found() -> None:
    """A price doubled for one day is one spike; a crash that stays is none."""
    prices = _walk()
    assert reversing_spikes(prices).tolist() == [0, 0]
    prices[100, 0] *= 2
    prices[100:, 1] *= 0.5
    assert reversing_spikes(prices).tolist() == [1, 0]


def test_a_spike_below_zero_is_found() -> None:
    """A series that crosses zero is judged by differences."""
    prices = _walk()
    prices[50, 0] = -40
    assert reversing_spikes(prices).tolist() == [1, 0]


def test_too_little_to_judge() -> None:
    """Three prices, or prices that mostly stand still, have no robust deviation."""
    assert reversing_spikes(np.array([[1.0], [9.0], [1.0]])).tolist() == [0]
    assert reversing_spikes(np.array([[1.0], [1.0], [1.0], [9.0], [1.0], [1.0]])).tolist() == [0]


def test_pence_among_pounds_are_found() -> None:
    """A factor of a hundred there and back is two jumps; a factor of fifty is none."""
    prices = _walk()
    assert hundredfold_jumps(prices).tolist() == [0, 0]
    prices[100:120, 0] *= 100
    prices[100:, 1] /= 50
    assert hundredfold_jumps(prices).tolist() == [2, 0]
    prices[10, 0] = -1
    assert hundredfold_jumps(prices).tolist() == [0, 0]
