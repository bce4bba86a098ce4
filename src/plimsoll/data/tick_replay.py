"""Recorded closes, replayed as ticks: real prices of real days, each at a moment of its own.

Only the moment within the day is made up: a close stands for the whole day, and nothing is interpolated
between two of them. What a replay shows is what happened, a day at a time, and not how a day went.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from plimsoll.data.price_table import PriceTable

__all__ = ["ReplayedClose", "replayed_closes"]

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class ReplayedClose:
    """One recorded close at its moment of the replay.

    Parameters
    ----------
    symbol, price
        As recorded.
    at
        Its date, at the moment that was drawn for it.
    days
        When it is due: trading days of the table after the start of the replay, the moment included.
    """

    symbol: str
    price: float
    at: dt.datetime
    days: float


def replayed_closes(
    prices: PriceTable, symbols: Collection[str], *, after: dt.date, seed: int = 1
) -> Iterator[ReplayedClose]:
    """Yield the closes of some symbols in the order of time.

    Parameters
    ----------
    prices
        What was recorded. A day without a price of a symbol has no tick of it.
    symbols
        Those to be replayed; others are passed over.
    after
        The replay starts on the next trading date.
    seed
        Of the moments: the same seed gives the same ticks, whatever days come before.

    Examples
    --------
    >>> dates = np.array(["2024-01-02", "2024-01-03"], "datetime64[D]")
    >>> table = PriceTable(dates, ("ABC",), np.array([[7.0], [8.0]]), ("USD",), "abc.csv")
    >>> [(one.symbol, one.price, one.at.date()) for one in replayed_closes(
    ...     table, ["ABC"], after=dt.date(2024, 1, 2))]
    [('ABC', 8.0, datetime.date(2024, 1, 3))]
    """
    columns = [(j, symbol) for j, symbol in enumerate(prices.symbols) if symbol in symbols]
    rows = np.flatnonzero(prices.dates > np.datetime64(after, "D"))
    for day, row in enumerate(rows.tolist()):
        date = prices.dates[row].astype(dt.date)
        moments = np.random.default_rng([seed, date.toordinal()]).uniform(size=len(columns))
        for k in np.argsort(moments, kind="stable").tolist():
            j, symbol = columns[k]
            price, moment = float(prices.prices[row, j]), float(moments[k])
            if not np.isnan(price):
                midnight = dt.datetime.combine(date, dt.time(), dt.UTC)
                at = midnight + dt.timedelta(seconds=moment * _DAY_SECONDS)
                yield ReplayedClose(symbol, price, at, day + moment)
