"""Levels that were not observed: bridged or proxied by what the other series did, never by a move of zero.

A series is completed along the path of `plimsoll.data.proxy_paths`. The distance of the series from this path
is known where the series was observed; in between it is drawn as a straight line, and outside it stays what
it was. So observed levels are kept, a gap ends where the next observation is, and before the first and after
the last observation the series moves as its path does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.data.proxy_paths import average_of_others, proxy_path
from plimsoll.risk.market import Quality

__all__ = ["Completed", "complete"]

_LEAST_MOVES = 20


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
    correlations
        By column that was completed, the correlation of its own moves with the average of the others.
    unusable
        By column, why it could not be completed.
    """

    levels: NDArray[np.float64]
    quality: NDArray[np.uint8]
    correlations: Mapping[int, float]
    unusable: Mapping[int, str]


def complete(
    levels: NDArray[np.float64],
    kinds: NDArray[np.int64],
    dates: NDArray[np.datetime64],
    *,
    longest_bridge: int,
) -> Completed:
    """Complete every series from the others.

    Parameters
    ----------
    levels
        Shape (T, N), NaN where not observed. Moves of a series that is above zero throughout are logarithmic,
        those of others differences.
    kinds
        Shape (N,), any number per kind of series. A series follows the average of its kind; where none of
        these moved, or too few moves can be compared, that of all others: a share follows shares.
    dates
        Shape (T,), ``datetime64[D]``; they decide which residual is replayed where.
    longest_bridge
        Dates a gap may have to count as filled; longer ones are proxied.

    Notes
    -----
    Gaps between observations are closed first; the ends are then extended with the averages of the closed
    series, so that two neighbouring gaps do not leave a date without any move.

    A series is unusable if it has gaps and fewer than 20 moves that can be compared with the average, or if
    no other series moved where it has to be completed.

    Examples
    --------
    >>> market = 100 * np.exp(0.01 * (-1.0) ** np.arange(30))
    >>> levels = np.column_stack([market, 2 * market])
    >>> levels[10, 1] = np.nan
    >>> dates = np.datetime64("2024-01-01") + np.arange(30)
    >>> done = complete(levels, np.zeros(2, np.int64), dates, longest_bridge=5)
    >>> bool(np.isclose(done.levels[10, 1], 2 * market[10])), Quality(int(done.quality[10, 1])).name
    (True, 'FILLED')
    """
    observed = np.isfinite(levels)
    if observed.all():
        return Completed(levels.copy(), np.full(levels.shape, Quality.OBSERVED, np.uint8), {}, {})
    positive = np.asarray(~(levels <= 0).any(axis=0))
    seen = levels.copy()
    seen[:, positive] = np.log(levels[:, positive])
    points = seen.copy()
    incomplete = np.flatnonzero(~observed.all(axis=0))
    correlations: dict[int, float] = {}
    unusable: dict[int, str] = {}
    if len(incomplete):
        for ends in (False, True):
            correlations |= _close(points, seen, (kinds, dates), unusable, ends=ends)
    with np.errstate(over="ignore"):
        points[:, positive] = np.exp(points[:, positive])
    points[observed] = levels[observed]
    for j in incomplete:
        broken = ~np.isfinite(points[:, j]) | (positive[j] & (points[:, j] <= 0))
        if broken.any():
            unusable.setdefault(int(j), "its moves are too wild to complete it")
    return Completed(points, _quality(observed, longest_bridge), correlations, unusable)


def _close(
    points: NDArray[np.float64],
    seen: NDArray[np.float64],
    labels: tuple[NDArray[np.int64], NDArray[np.datetime64]],
    unusable: dict[int, str],
    *,
    ends: bool,
) -> dict[int, float]:
    """Fill in `points` the gaps between observations, or the two ends; return correlations by column."""
    kinds, dates = labels
    moves = np.diff(points, axis=0)
    averages = [average_of_others(moves, kinds)]
    if len(np.unique(kinds)) > 1:
        averages.append(average_of_others(moves, np.zeros_like(kinds)))
    correlations = {}
    for j in np.flatnonzero(np.isnan(points).any(axis=0)).tolist():
        if j in unusable or not (wanted := _wanted(points[:, j], ends=ends)).any():
            continue
        columns = [(average.value[:, j], average.strength[:, j]) for average in averages]
        path = proxy_path(seen[:, j], dates, columns, least=_LEAST_MOVES)
        if path is None:
            unusable[j] = (
                f"fewer than {_LEAST_MOVES} of its moves can be compared with other series; give more of its "
                "prices, or a longer window"
            )
        elif _without_moves(points[:, j], path.moves, ends=ends):
            unusable[j] = "no other series of the book has prices where it has none; give its own prices"
        else:
            points[wanted, j] = _along(points[:, j], path.moves)[wanted]
            correlations[j] = path.correlation
    return correlations


def _wanted(point: NDArray[np.float64], *, ends: bool) -> NDArray[np.bool_]:
    """Return which missing points lie outside all observations, or between two of them."""
    known = np.isfinite(point)
    between = np.logical_or.accumulate(known) & np.logical_or.accumulate(known[::-1])[::-1]
    return np.asarray(~known & (between != ends))


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
