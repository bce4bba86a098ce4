"""The dates on which a book trades, and the one that a report is for."""

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption

__all__ = ["rows_until", "trading_dates", "window_rows"]

_STILL_EXPECTED = np.timedelta64(10, "D")
_SELDOM = 0.5  # as often as the series that trades most often: below it a series has no vote
_MORE_OFTEN = 1.2  # a coin has 1.4 times the dates of a share; holidays and a few gaps make less


def trading_dates(dates: NDArray[np.datetime64], prices: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows on which most of the live series have a price.

    Parameters
    ----------
    dates
        Shape (T,), ascending.
    prices
        Shape (T, N), NaN where there is none.

    Notes
    -----
    A series is live from its first observation until ten days after its last, so that a weekend on which
    only a coin has a price is no trading date at the end of a table either. A series with less than half the
    prices per day of the one that has most (a weekly fund beside a share) has no vote while others are live.

    If exactly half of the live series have a price, it is a trading date unless these usually trade at least
    a fifth more often than the other half: a holiday of one of two shares is one, a Saturday of one share
    and one coin is none.

    Examples
    --------
    >>> days = np.array(["2024-01-05", "2024-01-06", "2024-01-08"], "datetime64[D]")
    >>> trading_dates(days, np.array([[1.0, 9.0], [np.nan, 9.1], [1.1, 9.2]]))
    array([0, 2])
    """
    observed = np.isfinite(prices)
    observed = observed[:, observed.any(axis=0)]
    if not observed.size:
        return np.empty(0, np.int64)
    if observed.all():
        return np.arange(len(dates))
    first = dates[observed.argmax(axis=0)]
    last = dates[len(dates) - 1 - observed[::-1].argmax(axis=0)]
    live = (dates[:, None] >= first) & (dates[:, None] <= last + _STILL_EXPECTED)
    often = observed.sum(axis=0) / ((last - first).astype(np.int64) + 1)
    regular = often >= _SELDOM * often.max()
    live &= regular | ~live[:, regular].any(axis=1, keepdims=True)
    present, absent = observed & live, live & ~observed
    lead = present.sum(axis=1) - absent.sum(axis=1)
    usual = present @ often < _MORE_OFTEN * (absent @ often)
    return np.flatnonzero((lead > 0) | ((lead == 0) & usual))


def rows_until(dates: NDArray[np.datetime64], as_of: dt.date | None, source: str) -> int:
    """Return how many rows are not after `as_of`; all where it is None.

    Raises
    ------
    DataError
        If there is none.
    """
    if as_of is None:
        return len(dates)
    count = int(np.searchsorted(dates, np.datetime64(as_of, "D"), "right"))
    if not count:
        raise DataError(
            f"no prices on or before {as_of}; they start on {dates[0]}",
            file=source,
            remedy=f"Use {dates[0]} or a later date, or give older prices.",
        )
    return count


def window_rows(
    dates: NDArray[np.datetime64],
    prices: NDArray[np.float64],
    *,
    as_of: dt.date | None,
    observations: int,
    source: str,
) -> tuple[NDArray[np.int64], tuple[Assumption, ...]]:
    """Return the rows of the last `observations` trading dates, and what was assumed about dates.

    Parameters
    ----------
    dates
        Shape (T,), all dates of the table.
    prices
        Shape (R, N), the first R rows of the table, none after `as_of`; NaN where there is no price.
    as_of
        The date that was asked for; None for the last one.
    observations
        Dates wanted; fewer are returned where there are no more.
    source
        Name for error messages.

    Raises
    ------
    DataError
        If there are fewer than two trading dates: no move can be seen.
    """
    rows = trading_dates(dates[: len(prices)], prices)
    if len(rows) < 2:
        until = "" if as_of is None else f" up to {as_of}"
        dated = "1 date" if len(rows) == 1 else "no dates"
        remedy = "Give at least two dates with prices; 501 make a window of 500 moves."
        raise DataError(f"{dated} with prices{until}: no move can be seen", file=source, remedy=remedy)
    chosen = rows[-observations:]
    notes = [*_date_note(dates, dates[rows[-1]], as_of), *_hole_note(dates[chosen])]
    others = int(chosen[-1] - chosen[0] + 1 - len(chosen))
    if others:
        counted = "1 date" if others == 1 else f"{others} dates"
        text = f"No trading date: {counted} on which too few of the series that usually trade have a price."
        notes.append(Assumption("calendar", text))
    return chosen, tuple(notes)


def _date_note(dates: NDArray[np.datetime64], used: np.datetime64, as_of: dt.date | None) -> list[Assumption]:
    """Say why the report is for `used` and not for the date that was asked for."""
    if as_of is None or np.datetime64(as_of, "D") == used:
        return []
    if np.datetime64(as_of, "D") <= dates[-1]:
        text = f"{as_of} is no trading date of this book; the last one before it, {used}, is used."
        return [Assumption("as-of", text)]
    age = int((np.datetime64(as_of, "D") - used).astype(np.int64))
    days = "1 day" if age == 1 else f"{age} days"
    return [Assumption("stale", f"The last trading date is {used}; for {as_of} its prices are {days} old.")]


def _hole_note(dates: NDArray[np.datetime64]) -> list[Assumption]:
    """Say where the move of one scenario spans more than ten days."""
    steps = np.diff(dates)
    holes = np.flatnonzero(steps > _STILL_EXPECTED)
    if not len(holes):
        return []
    widest = int(steps.argmax())
    text = (
        f"Moves over more than {_STILL_EXPECTED.astype(int)} days, taken as one move each: {len(holes)}, the "
        f"longest from {dates[widest]} to {dates[widest + 1]}."
    )
    return [Assumption("calendar", text)]
