"""Moves against a plain loop over dates and factors."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plimsoll.risk.factors import RiskFactor, Shock, shocked
from plimsoll.risk.market import MarketHistory
from plimsoll.risk.scenarios.moves import days_in_words, historical_moves

FACTORS = (RiskFactor("A"), RiskFactor("B", Shock.LOG), RiskFactor("C", Shock.ABSOLUTE))


def history_of(levels: NDArray[np.float64], factors: tuple[RiskFactor, ...] = FACTORS) -> MarketHistory:
    """Return `levels` on the days from 2024-01-01 on."""
    dates = np.datetime64("2024-01-01") + np.arange(len(levels))
    return MarketHistory(dates, factors, levels, np.zeros(levels.shape, np.uint8))


def walk(dates: int, seed: int = 5) -> NDArray[np.float64]:
    """Return three positive levels, the last less three so that it changes sign."""
    steps = np.random.default_rng(seed).normal(0.0, 0.1, (dates, 3))
    levels: NDArray[np.float64] = 3.0 * np.exp(steps.cumsum(axis=0)) - [0.0, 0.0, 3.0]
    return levels


def plain_windows(dates: int, count: int, horizon: int, overlapping: bool) -> list[tuple[int, int]]:
    """Return (start, end) of each window, found by walking back from the last date one window at a time."""
    windows: list[tuple[int, int]] = []
    end = dates - 1
    while end - horizon >= 0 and len(windows) < count:
        windows.append((end - horizon, end))
        end -= 1 if overlapping else horizon
    return windows[::-1]


def plain_move(start: float, end: float, shock: Shock) -> float:
    """Return the move by the definition of each shock type."""
    if shock is Shock.ABSOLUTE:
        return end - start
    return math.log(end) - math.log(start) if shock is Shock.LOG else (end - start) / start


@given(
    dates=st.integers(2, 40), count=st.integers(1, 50), horizon=st.integers(1, 12), overlapping=st.booleans()
)
def test_moves_equal_a_plain_loop(dates: int, count: int, horizon: int, overlapping: bool) -> None:
    """Windows, moves and labels are those of a loop; where no window fits, a clear error says so."""
    history = history_of(walk(dates))
    windows = plain_windows(dates, count, horizon, overlapping)
    if not windows:
        with pytest.raises(ValueError, match=f"it takes {horizon + 1} dates, the history has {dates}"):
            historical_moves(history, count=count, horizon_days=horizon, overlapping=overlapping)
        return
    moves = historical_moves(history, count=count, horizon_days=horizon, overlapping=overlapping)
    assert len(moves.labels) == len(windows)
    for row, (start, end) in enumerate(windows):
        for j, factor in enumerate(FACTORS):
            expected = plain_move(history.levels[start, j], history.levels[end, j], factor.shock)
            assert moves.values[row, j] == pytest.approx(expected, rel=1e-9, abs=1e-12)
        days = [str(day) for day in history.dates[start + 1 : end + 1]]
        assert moves.labels[row] == (days[0] if horizon == 1 else f"{days[0]}..{days[-1]}")


@given(horizon=st.integers(1, 10), overlapping=st.booleans(), seed=st.integers(0, 1000))
def test_a_move_applied_to_its_start_gives_its_end(horizon: int, overlapping: bool, seed: int) -> None:
    """Round trip: start level and move lead to the end level, for every shock type."""
    history = history_of(walk(30, seed))
    moves = historical_moves(history, horizon_days=horizon, overlapping=overlapping)
    for row, (start, end) in enumerate(plain_windows(30, 500, horizon, overlapping)):
        for j, factor in enumerate(FACTORS):
            reached = shocked(float(history.levels[start, j]), moves.values[row : row + 1, j], factor.shock)
            assert reached[0] == pytest.approx(history.levels[end, j], rel=1e-12, abs=1e-12)


@given(horizon=st.integers(1, 10), dates=st.integers(11, 60))
def test_disjoint_log_moves_add_up_to_the_whole_move(horizon: int, dates: int) -> None:
    """Windows that share no day tile the history from its end: their log moves add up."""
    history = history_of(walk(dates))
    moves = historical_moves(history, horizon_days=horizon, overlapping=False)
    first = dates - 1 - horizon * len(moves.labels)
    assert 0 <= first < horizon
    whole = math.log(history.levels[-1, 1] / history.levels[first, 1])
    assert moves.values[:, 1].sum() == pytest.approx(whole, abs=1e-12)
    assert not moves.overlapping


def test_windows_overlap_only_when_they_share_days() -> None:
    """One-day windows never overlap, ten-day windows on every day do."""
    history = history_of(walk(30))
    assert not historical_moves(history, horizon_days=1).overlapping
    assert historical_moves(history, horizon_days=10).overlapping


def test_labels_are_the_days_spanned() -> None:
    """A ten-day window is named by the first and the last day on which prices moved."""
    moves = historical_moves(history_of(walk(12)), horizon_days=10)
    assert moves.labels == ("2024-01-02..2024-01-11", "2024-01-03..2024-01-12")


@pytest.mark.parametrize("shock", [Shock.RELATIVE, Shock.LOG])
@pytest.mark.parametrize("level", [0.0, -36.98])
@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_level_at_or_below_zero_has_only_absolute_moves(shock: Shock, level: float, row: int) -> None:
    """Relative and log moves of such a level are refused by name, the healthy factor is not blamed."""
    levels = np.array([[18.31, 1.0], [17.0, 1.1], [8.91, 1.2]])
    levels[row, 0] = level
    with pytest.raises(ValueError, match=r"no finite moves of WTI: .* absolute moves"):
        historical_moves(history_of(levels, (RiskFactor("WTI", shock), RiskFactor("EUR", shock))))


def test_a_move_too_large_for_a_number_is_refused() -> None:
    """A ratio that overflows is no move, and no warning leaks."""
    with pytest.raises(ValueError, match="no finite moves of A"):
        historical_moves(history_of(np.array([[1e-300], [1e300]]), (RiskFactor("A"),)))


def test_levels_outside_the_windows_do_not_matter() -> None:
    """A negative price before the newest moves does not refuse them."""
    levels = np.array([[-1.0], [2.0], [3.0]])
    moves = historical_moves(history_of(levels, (RiskFactor("A"),)), count=1)
    assert moves.values.tolist() == [[0.5]]


@pytest.mark.parametrize(("count", "horizon"), [(0, 1), (1, 0), (-5, 1), (1, -1)])
def test_counts_below_one_are_refused(count: int, horizon: int) -> None:
    """There is no zeroth scenario and no horizon without days."""
    with pytest.raises(ValueError, match="must be at least 1"):
        historical_moves(history_of(walk(5)), count=count, horizon_days=horizon)


@pytest.mark.parametrize("dates", [0, 1])
def test_a_history_without_a_move_is_refused(dates: int) -> None:
    """One date is a level and no move."""
    with pytest.raises(ValueError, match=f"no complete one-day move: .* the history has {dates}"):
        historical_moves(history_of(walk(dates)))


def test_days_read_as_an_adjective() -> None:
    """One day is spelled out."""
    assert (days_in_words(1), days_in_words(10)) == ("one-day", "10-day")
