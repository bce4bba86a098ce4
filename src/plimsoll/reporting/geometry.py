"""What a chart needs beyond the figures of the report: bins, running peaks and round ticks."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.reporting.report import RiskReport

__all__ = ["Drawdown", "Histogram", "MonthlyDrawdown", "drawdown", "histogram", "month_ticks", "round_ticks"]

_BINS = 36


@dataclass(frozen=True)
class Histogram:
    """Scenarios counted by P&L.

    Parameters
    ----------
    edges
        Shape (B + 1,), ascending; a bin holds its upper edge. One edge lies at the negative of VaR, so that
        the tail fills whole bins.
    counts, probability
        Shape (B,): scenarios in each bin and the sum of their weights.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    probability: NDArray[np.float64]


@dataclass(frozen=True)
class Drawdown:
    """How far the book stood below its highest value so far.

    Parameters
    ----------
    dates, values, depths
        Shape (T,); depth is zero at a new peak and negative below it, in base currency. Days without a value
        are left out.
    """

    dates: NDArray[np.datetime64]
    values: NDArray[np.float64]
    depths: NDArray[np.float64]

    def months(self) -> tuple["MonthlyDrawdown", ...]:
        """Return one row for each month, oldest first."""
        months = self.dates.astype("datetime64[M]")
        rows = (np.flatnonzero(months == month) for month in np.unique(months))
        return tuple(
            MonthlyDrawdown(str(months[row[0]]), float(self.values[row[-1]]), float(self.depths[row].min()))
            for row in rows
        )


@dataclass(frozen=True, slots=True)
class MonthlyDrawdown:
    """One month of a drawdown.

    Parameters
    ----------
    month
        As ``2022-12``.
    value
        Value of the book at its last day.
    deepest
        The lowest depth in it.
    """

    month: str
    value: float
    deepest: float


def histogram(report: RiskReport) -> Histogram:
    """Return the P&L of a report in bins of one round width.

    Parameters
    ----------
    report
        With at least one scenario.

    Returns
    -------
    Histogram
        About 36 bins; counts add up to the number of scenarios, probabilities to one.
    """
    pnl = report.pnl
    low, high = float(pnl.min()), float(pnl.max())
    width = _round_up((high - low) / _BINS) if high > low else 1.0
    anchor = -report.var.value if math.isfinite(report.var.value) else 0.0
    first = math.floor((low - anchor) / width) - 1
    last = math.ceil((high - anchor) / width) + 1
    edges: NDArray[np.float64] = anchor + width * np.arange(first, last + 1, dtype=np.float64)
    bins = np.searchsorted(edges, pnl, side="left") - 1
    counts = np.bincount(bins, minlength=len(edges) - 1).astype(np.int64)
    probability = np.bincount(bins, weights=report.weights, minlength=len(edges) - 1).astype(np.float64)
    filled = np.flatnonzero(counts)
    kept = slice(filled[0], filled[-1] + 1)
    return Histogram(edges[filled[0] : filled[-1] + 2], counts[kept], probability[kept])


def drawdown(report: RiskReport) -> Drawdown:
    """Return the drawdown of today's holdings over the window.

    Parameters
    ----------
    report
        Any report.

    Returns
    -------
    Drawdown
        In money rather than percent: the net value of a long/short book may be near zero or below.
    """
    known = np.isfinite(report.book_values)
    dates, values = report.book_dates[known], report.book_values[known]
    return Drawdown(dates, values, values - np.maximum.accumulate(values))


def round_ticks(low: float, high: float, count: int = 5) -> NDArray[np.float64]:
    """Return round numbers between two bounds.

    Parameters
    ----------
    low, high
        Bounds, `low` below `high`.
    count
        At most about so many.

    Returns
    -------
    ndarray
        Multiples of 1, 2 or 5 times a power of ten within the bounds.

    Examples
    --------
    >>> round_ticks(-118.0, 93.0).tolist()
    [-100.0, -50.0, 0.0, 50.0]
    """
    step = _round_up((high - low) / count)
    ticks: NDArray[np.float64] = step * np.arange(
        math.ceil(low / step), math.floor(high / step) + 1, dtype=np.float64
    )
    return ticks


def month_ticks(dates: NDArray[np.datetime64], count: int = 5) -> NDArray[np.datetime64]:
    """Return first days of months within the dates, evenly spaced.

    Parameters
    ----------
    dates
        At least one, ascending.
    count
        At most so many.

    Returns
    -------
    ndarray
        Days; empty where no month begins between the first and the last date.
    """
    first, last = (int(dates[i].astype("datetime64[M]").astype(int)) for i in (0, -1))
    step = next(n for n in (1, 2, 3, 6, *range(12, 12_000, 12)) if (last - first) // n <= count - 1)
    months = np.arange(-(-first // step) * step, last + 1, step)
    days = months.astype("datetime64[M]").astype("datetime64[D]")
    inside: NDArray[np.datetime64] = days[days >= dates[0].astype("datetime64[D]")]
    return inside


def _round_up(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width))
    return power * next(m for m in (1.0, 2.0, 5.0, 10.0) if m * power >= width * (1 - 1e-9))
