"""The live demo: a demo book as it was a year before its prices end, and the closes since then as ticks."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.data.importers.portfolio_csv import read_portfolio
from plimsoll.data.prices import read_prices
from plimsoll.data.sources.demo_books import demo_books
from plimsoll.data.tick_replay import ReplayedClose, replayed_closes
from plimsoll.risk.portfolio import Portfolio
from plimsoll.workflows.ground import ground_from
from plimsoll.workflows.live import LivePortfolio, LiveUpdate
from plimsoll.workflows.live_ticks import Tick
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.risk_report import calculate

__all__ = ["LiveDemo", "ReplayClock", "live_demo"]

_BOOK = "Long/short"
_REPLAYED_DAYS = 252
_STALE_AFTER = 5 * 86_400.0  # a long weekend


@dataclass
class ReplayClock:
    """Shows the time of the last close that was replayed.

    Parameters
    ----------
    now
        That time.
    """

    now: dt.datetime

    def __call__(self) -> dt.datetime:
        """Tell the time."""
        return self.now


class LiveDemo:
    """A live portfolio on the time of a replay.

    Parameters
    ----------
    portfolio
        The book; it reads the time off `clock`.
    clock
        Set to the time of each close as it comes.
    closes
        In the order of time.

    Attributes
    ----------
    portfolio
        The book.
    """

    def __init__(self, portfolio: LivePortfolio, clock: ReplayClock, closes: Sequence[ReplayedClose]) -> None:
        self.portfolio = portfolio
        self._clock = clock
        self._closes = closes
        self._next = 0

    @property
    def finished(self) -> bool:
        """Whether every close has come."""
        return self._next == len(self._closes)

    def advance(self, days: float) -> LiveUpdate:
        """Let every close come that is due within so many trading days, and return the risk then."""
        first = self._next
        while not self.finished and self._closes[self._next].days <= days:
            self._next += 1
        due = self._closes[first : self._next]
        if due:
            self._clock.now = due[-1].at
        self.portfolio.apply(Tick(one.symbol, one.price, one.at, "replay") for one in due)
        return self.portfolio.update()


def live_demo(by: Sequence[str], *, seed: int = 1) -> LiveDemo:
    """Return the long/short demo book a year before the demo prices end, and the closes of that year.

    Parameters
    ----------
    by
        Names of attributes, one level of the tree for each, top down.
    seed
        Of the moments within the days.

    Raises
    ------
    UnavailableError
        If the demo prices are not installed.
    UsageError
        If no position has one of the attributes.
    """
    prices = read_prices("demo")
    start = prices.dates[-1 - _REPLAYED_DAYS].astype(dt.date)
    imported = read_portfolio(next(book.file for book in demo_books() if book.name == _BOOK))
    request = ReportRequest(as_of=start)
    calculation = calculate(imported, prices, request)
    ground = ground_from(imported, prices, request)
    clock = ReplayClock(dt.datetime.combine(start, dt.time(), dt.UTC))
    portfolio = LivePortfolio(
        Portfolio(_BOOK, calculation.cube.positions),
        ground,
        calculation.tail,
        by=by,
        stale_after=_STALE_AFTER,
        clock=clock,
    )
    closes = tuple(replayed_closes(prices, portfolio.book.names, after=start, seed=seed))
    return LiveDemo(portfolio, clock, closes)
