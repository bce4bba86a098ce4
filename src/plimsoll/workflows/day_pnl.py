"""P&L of the day: what the positions held at its start have gained until its end."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plimsoll.data.history import HistoryResult
from plimsoll.risk.portfolio import Portfolio, Position
from plimsoll.risk.scenarios.path import past_levels
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.revaluation import cube_of

__all__ = ["DayPnl", "day_pnl", "day_start"]


@dataclass(frozen=True, slots=True)
class DayPnl:
    """What positions gained from the close of one trading date to that of the next.

    Parameters
    ----------
    start
        The date before: its positions, and the prices that they start from.
    positions
        N positions that were held then and could be valued on both dates.
    pnl
        Shape (N,), in base currency, gain positive.
    missing
        Symbols of those that could not.
    """

    start: dt.date
    positions: tuple[Position, ...]
    pnl: NDArray[np.float64]
    missing: tuple[str, ...] = ()

    @property
    def total(self) -> float | None:
        """P&L of the whole book; None, never zero, where a part of it is not known."""
        return None if self.missing else float(self.pnl.sum())


def day_start(market: HistoryResult) -> dt.date | None:
    """Return the trading date before the last one; None where the market has one date alone."""
    dates = market.history.dates
    return None if len(dates) < 2 else dates[-2].astype(dt.date)


def day_pnl(
    held: Portfolio, market: HistoryResult, request: ReportRequest, *, refused: tuple[str, ...] = ()
) -> DayPnl | None:
    """Return what positions gained on the last date of a market.

    Parameters
    ----------
    held
        At the start of the day, every instrument with its currency.
    market
        With the factors that they need.
    request
        Base currency.
    refused
        Rows of the portfolio file that are positions nobody could read.

    Returns
    -------
    DayPnl or None
        Without the passing of time and without trades of the day; None where the market has one date alone.
    """
    start = day_start(market)
    if start is None:
        return None
    history = market.history
    two_days = replace(
        history, dates=history.dates[-2:], levels=history.levels[-2:], quality=history.quality[-2:]
    )
    cube = cube_of(held, market, past_levels(two_days, market.snapshot), request)
    missing = (*refused, *(failure.item for failure in cube.failures))
    gained: NDArray[np.float64] = 0.0 - cube.pnl[:, 0].astype(np.float64)
    return DayPnl(start, cube.positions, gained, missing)
