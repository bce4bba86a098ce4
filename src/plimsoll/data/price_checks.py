"""Prices that are not what they seem: standing still, jumping there and back, 100 times too large, zero."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["hundredfold_jumps", "reversing_spikes", "standing_still", "zeros_as_missing"]

_STALE_FROM = 5
_ROBUST_DEVIATIONS = 10.0
_NORMAL_MAD = 1.4826  # standard deviation of a normal variable in units of its median absolute deviation


def standing_still(prices: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark, shape (T, N), each observed price that equals at least the four observed before it.

    Examples
    --------
    >>> standing_still(np.array([[1.0], [2.0], [2.0], [2.0], [np.nan], [2.0], [2.0], [3.0]]))[:, 0].tolist()
    [False, False, False, False, False, False, True, False]
    """
    marks = np.zeros(prices.shape, dtype=np.bool_)
    for j in np.flatnonzero(_repeats(prices)).tolist():
        seen = np.flatnonzero(np.isfinite(prices[:, j]))
        same = np.concatenate([[False], prices[seen[1:], j] == prices[seen[:-1], j]])[: len(seen)]
        place = np.arange(len(seen))
        run_start = np.maximum.accumulate(np.where(same, 0, place)) if len(seen) else place
        marks[seen[place - run_start >= _STALE_FROM - 1], j] = True
    return marks


def _repeats(prices: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which series are not complete or have two equal prices in a row; the others never stand still."""
    complete = np.isfinite(prices).all(axis=0)
    return np.asarray(~complete | (prices[1:] == prices[:-1]).any(axis=0))


def zeros_as_missing(prices: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return prices with zeros taken out of series that are otherwise above zero, and how many per series.

    A quoted zero stands for "no price" far more often than for worthless. In a series with a price below zero
    (crude oil in April 2020) zero is a price like any other.
    """
    zeros = (prices == 0) & ~(prices < 0).any(axis=0)
    return np.where(zeros, np.nan, prices), zeros.sum(axis=0)


def reversing_spikes(prices: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return per series, shape (N,), how often a move above 10 robust deviations is undone the next day.

    Undone is a move of the opposite sign that leaves at most a fifth of the first. The deviation is 1.4826
    times the median absolute deviation of the moves, which are logarithmic, or differences where a price is
    not above zero.
    """
    counts = np.zeros(prices.shape[1], dtype=np.int64)
    for columns, moves in _moves(prices):
        if moves.shape[1] > 2:
            centre = np.median(moves, axis=1, keepdims=True)
            deviation = _NORMAL_MAD * np.median(np.abs(moves - centre), axis=1, keepdims=True)
            size = np.abs(moves[:, :-1])
            spike = (size > _ROBUST_DEVIATIONS * deviation) & (deviation > 0)
            undone = np.abs(moves[:, :-1] + moves[:, 1:]) <= 0.2 * size
            counts[columns] = (spike & undone).sum(axis=1)
    return counts


def hundredfold_jumps(prices: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return per series, shape (N,), the number of moves by a factor of 100 or 1/100, give or take a fifth.

    A price in pence among prices in pounds does that.
    """
    counts = np.zeros(prices.shape[1], dtype=np.int64)
    positive: NDArray[np.bool_] = ~np.asarray((prices <= 0).any(axis=0))
    for columns, moves in _moves(prices):
        hundredfold = (np.abs(np.abs(moves) - np.log(100.0)) < np.log(1.2)).sum(axis=1)
        counts[columns] = np.where(positive[columns], hundredfold, 0)
    return counts


def _moves(
    prices: NDArray[np.float64],
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Yield columns and their moves between neighbouring observations, complete series together."""
    series = np.ascontiguousarray(prices.T)
    plain = np.isfinite(series).all(axis=1) & (series > 0).all(axis=1)
    together = np.flatnonzero(plain)
    yield together, np.diff(np.log(series[together]), axis=1)
    for j in np.flatnonzero(~plain).tolist():
        levels = series[j][np.isfinite(series[j])]
        moves = np.diff(np.log(levels) if (levels > 0).all() else levels)
        yield np.array([j]), moves[np.newaxis]
