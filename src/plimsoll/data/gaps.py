"""Levels that were not observed: bridged or proxied by what the other series did, never by a move of zero.

A series is completed along a proxy path: the average move of the other series, in units of their volatility,
times the volatility of the series itself and the sign of its correlation with that average. The distance of
the series from this path is known where the series was observed; in between it is drawn as a straight line,
and outside it stays what it was. So observed levels are kept, a gap ends where the next observation is, and
before the first and after the last observation the series moves as its proxy does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.market import Quality

__all__ = ["Completed", "complete"]

_LEAST_MOVES = 20
_NO_SIZE = 1e-9  # of an average of standardised moves; opposite series, such as EURUSD and USDEUR, cancel


@dataclass(frozen=True, slots=True)
class Completed:
    """Levels without gaps, with the quality of each.

    Parameters
    ----------
    levels
        Shape (T, N); finite but for the columns in `unusable`.
    quality
        Shape (T, N), codes of :class:`plimsoll.risk.market.Quality`: ``OBSERVED``, ``FILLED`` in gaps of at
        most `longest_bridge` dates between two observations, ``PROXIED`` elsewhere.
    unusable
        By column, why it could not be completed.
    """

    levels: NDArray[np.float64]
    quality: NDArray[np.uint8]
    unusable: Mapping[int, str]


def complete(levels: NDArray[np.float64], kinds: NDArray[np.int64], *, longest_bridge: int) -> Completed:
    """Complete every series from the others.

    Parameters
    ----------
    levels
        Shape (T, N), NaN where not observed. Moves of a series that is above zero throughout are logarithmic,
        those of others differences.
    kinds
        Shape (N,), any number per kind of series. The average is over the series of the same kind that
        moved on the date, over all others where none did: a share follows shares, an exchange rate rates.
    longest_bridge
        Dates a gap may have to count as filled; longer ones are proxied.

    Notes
    -----
    Move of the path for series i: ``s · σ(m_i) / σ(a_i) · a_i(t)`` with its own moves m, the average
    ``a_i(t) = mean over j ≠ i of m_j(t) / σ(m_j)``, σ the root mean square on common dates and s the sign of
    ``Σ m_i a_i``. Gaps between observations are closed first; the ends are then extended with the averages of
    the closed series, so that two neighbouring gaps do not leave a date without any move.

    A series is unusable if it has gaps and fewer than 20 moves together with the average, or if no other
    series moved where it has to be completed.

    Examples
    --------
    >>> market = 100 * np.exp(0.01 * (-1.0) ** np.arange(30))
    >>> levels = np.column_stack([market, 2 * market])
    >>> levels[10, 1] = np.nan
    >>> done = complete(levels, np.zeros(2, np.int64), longest_bridge=5)
    >>> bool(np.isclose(done.levels[10, 1], 2 * market[10])), Quality(int(done.quality[10, 1])).name
    (True, 'FILLED')
    """
    observed = np.isfinite(levels)
    positive = np.asarray(~(levels <= 0).any(axis=0))
    points = levels.copy()
    points[:, positive] = np.log(levels[:, positive])
    unusable: dict[int, str] = {}
    incomplete = np.flatnonzero(~observed.all(axis=0))
    if len(incomplete):
        _close(points, kinds, incomplete, unusable, ends=False)
        _close(points, kinds, incomplete, unusable, ends=True)
    with np.errstate(over="ignore"):
        points[:, positive] = np.exp(points[:, positive])
    points[observed] = levels[observed]
    for j in incomplete:
        broken = ~np.isfinite(points[:, j]) | (positive[j] & (points[:, j] <= 0))
        if broken.any():
            unusable.setdefault(int(j), "its moves are too wild to complete it")
    return Completed(points, _quality(observed, longest_bridge), unusable)


def _close(
    points: NDArray[np.float64],
    kinds: NDArray[np.int64],
    incomplete: NDArray[np.int64],
    unusable: dict[int, str],
    *,
    ends: bool,
) -> None:
    """Fill in place the gaps between observations, or the two ends, of each incomplete series."""
    moves = np.diff(points, axis=0)
    averages = _averages(moves, kinds)
    for j in incomplete:
        if j in unusable or np.isfinite(points[:, j]).all():
            continue
        path = _scaled(moves[:, j], averages[:, j])
        if path is None:
            unusable[int(j)] = f"fewer than {_LEAST_MOVES} of its moves can be compared with other series"
            continue
        wanted = _wanted(points[:, j], ends=ends)
        if _without_moves(points[:, j], path, ends=ends):
            unusable[int(j)] = "no other series has prices where it has none"
            continue
        points[wanted, j] = _along(points[:, j], path)[wanted]


def _averages(moves: NDArray[np.float64], kinds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return for each series the average standardised move of the others, NaN where none moved."""
    known = np.isfinite(moves)
    scale = _root_mean_square(moves, known)
    usable = known & (scale > 0)
    standard = np.divide(moves, scale, out=np.zeros_like(moves), where=usable)
    of_all, all_count = standard.sum(axis=1, keepdims=True), usable.sum(axis=1, keepdims=True)
    total, count = of_all - standard, all_count - usable
    for kind in np.unique(kinds):
        own = kinds == kind
        alike = usable[:, own].sum(axis=1, keepdims=True) - usable[:, own]
        summed = standard[:, own].sum(axis=1, keepdims=True) - standard[:, own]
        total[:, own] = np.where(alike > 0, summed, total[:, own])
        count[:, own] = np.where(alike > 0, alike, count[:, own])
    averages: NDArray[np.float64] = np.full(moves.shape, np.nan)
    np.divide(total, count, out=averages, where=count > 0)
    return averages


def _root_mean_square(moves: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the root mean square of each column over what is known; zero where nothing is."""
    squares = np.where(known, moves, 0.0) ** 2
    return np.asarray(np.sqrt(squares.sum(axis=0) / np.maximum(known.sum(axis=0), 1)))


def _scaled(own: NDArray[np.float64], average: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return `average` with the volatility of `own` and the sign of their correlation."""
    both = np.isfinite(own) & np.isfinite(average)
    if both.sum() < _LEAST_MOVES:
        return None
    size = np.sqrt((average[both] ** 2).mean())
    if size < _NO_SIZE:
        return None
    sign = 1.0 if own[both] @ average[both] >= 0 else -1.0
    return np.asarray(sign * np.sqrt((own[both] ** 2).mean()) / size * average)


def _wanted(point: NDArray[np.float64], *, ends: bool) -> NDArray[np.bool_]:
    """Return which missing points lie outside all observations, or between two of them."""
    observed = np.flatnonzero(np.isfinite(point))
    row = np.arange(len(point))
    outside = (row < observed[0]) | (row > observed[-1])
    return np.asarray(np.isnan(point) & (outside == ends))


def _without_moves(point: NDArray[np.float64], path: NDArray[np.float64], *, ends: bool) -> bool:
    """Tell whether a whole gap, or any date of the ends, has no move of the path."""
    observed = np.flatnonzero(np.isfinite(point))
    known = np.concatenate([[0], np.cumsum(np.isfinite(path))])
    if ends:
        outside = known[observed[0]] + known[-1] - known[observed[-1]]
        return bool(outside < len(path) - (observed[-1] - observed[0]))
    return bool(((np.diff(known[observed]) == 0) & (np.diff(observed) > 1)).any())


def _along(point: NDArray[np.float64], path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the path through all observations; a date without a move adds none to its shape."""
    level = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(path), path, 0.0))])
    observed = np.flatnonzero(np.isfinite(point))
    distance = np.interp(np.arange(len(point)), observed, (point - level)[observed])
    return np.asarray(level + distance)


def _quality(observed: NDArray[np.bool_], longest_bridge: int) -> NDArray[np.uint8]:
    """Return the quality of each point, before prices that stand still are looked for."""
    count = len(observed)
    row = np.arange(count)[:, None]
    before = np.maximum.accumulate(np.where(observed, row, -1), axis=0)
    after = np.minimum.accumulate(np.where(observed, row, count)[::-1], axis=0)[::-1]
    bridged = (before >= 0) & (after < count) & (after - before - 1 <= longest_bridge)
    codes = np.where(observed, Quality.OBSERVED, np.where(bridged, Quality.FILLED, Quality.PROXIED))
    return codes.astype(np.uint8)
