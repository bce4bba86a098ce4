"""The last price of each symbol of a tenant, and which ticks it takes.

Of two ticks of a symbol the later one wins, whichever arrives first: by its own time, then by the stamp of
the instance that took it. So what several instances hold depends on the set of ticks that were taken, not on
the order in which they hear of them, and hearing of one twice does no harm.
"""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from plimsoll.data.symbols import folded
from plimsoll.workflows.live_ticks import LastTick, Rejection, Tick, TickGate

__all__ = ["Level", "Outcome", "Taken", "TickBoard"]


class Outcome(StrEnum):
    """What became of a tick."""

    APPLIED = "applied"
    UNKNOWN = "unknown"  # no price set and no live portfolio has the symbol
    OLD = "old"  # as late a price of the symbol is there already
    QUARANTINED = "quarantined"  # not believed; see `plimsoll.workflows.live_ticks.Rejection`


_OUTCOMES = {
    Rejection.UNKNOWN_SYMBOL: Outcome.UNKNOWN,
    Rejection.OLDER: Outcome.OLD,
    Rejection.DUPLICATE: Outcome.OLD,
}


@dataclass(frozen=True, slots=True)
class Level:
    """A price and what decides whether it is the last one.

    Parameters
    ----------
    price
        Per unit, in the currency of the instrument.
    at
        When it was seen, with a time zone.
    stamp
        Nanoseconds at which an instance took it; decides between two prices of the same time.
    source
        Who says so.
    """

    price: float
    at: dt.datetime
    stamp: int
    source: str = ""

    @property
    def rank(self) -> tuple[dt.datetime, int, float]:
        """What the later one has more of."""
        return self.at, self.stamp, self.price


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of several ticks.

    Parameters
    ----------
    outcomes
        One for each tick, in their order.
    levels
        Those that are now the last ones, by folded symbol.
    """

    outcomes: tuple[Outcome, ...]
    levels: Mapping[str, Level]

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many ticks had each outcome."""
        found = Counter(self.outcomes)
        return {outcome: found[outcome] for outcome in Outcome}


class TickBoard:
    """The last levels of one tenant.

    Parameters
    ----------
    clock
        Says what time it is, in UTC.

    Notes
    -----
    Levels are held by :func:`plimsoll.data.symbols.folded` symbols, so that ``BRK-B`` of a feed is
    ``BRK.B`` of a portfolio file.

    Examples
    --------
    >>> noon = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
    >>> board = TickBoard(clock=lambda: noon)
    >>> board.learn({"AAPL": 189.0}, as_of=noon.date())
    >>> ticks = [Tick("AAPL", 189.2, noon), Tick("MSFT", 1.0, noon), Tick("AAPL", 18920.0, noon)]
    >>> [outcome.value for outcome in board.take(ticks).outcomes]
    ['applied', 'unknown', 'quarantined']
    >>> board.levels["aapl"].price
    189.2
    """

    def __init__(self, *, clock: Callable[[], dt.datetime]) -> None:
        self.levels: dict[str, Level] = {}
        self._clock = clock
        self._as_of = dt.date.min
        self._signed: set[str] = set()
        self._gate = TickGate({}, self._as_of, signed=self._signed)
        self._stamp = 0

    @property
    def newest(self) -> dt.datetime | None:
        """Time of the newest level; None where there is none."""
        return max((level.at for level in self.levels.values()), default=None)

    def learn(
        self, prices: Mapping[str, float], *, as_of: dt.date, signed: Collection[str] = frozenset()
    ) -> None:
        """Make symbols known.

        Parameters
        ----------
        prices
            What each symbol was last worth before any tick: a tick far from it is not believed.
        as_of
            Date of those prices. Levels of earlier days give way to them.
        signed
            Symbols whose prices have been below zero; of others only a price above zero is believed.
        """
        self._signed.update(map(folded, signed))
        known = dict(self._gate.last)
        for symbol, price in prices.items():
            name = folded(symbol)
            last = known.get(name)
            if last is None or last.at is None or last.at.date() < as_of:
                known[name] = LastTick(price)
        self._as_of = max(self._as_of, as_of)
        gate = TickGate({}, self._as_of, signed=self._signed)
        gate.last |= known
        self._gate = gate

    def knows(self, symbol: str) -> bool:
        """Return whether ticks of the symbol are taken."""
        return folded(symbol) in self._gate.last

    def take(self, ticks: Iterable[Tick]) -> Taken:
        """Decide on new ticks, in their order."""
        now = self._clock()
        outcomes: list[Outcome] = []
        levels: dict[str, Level] = {}
        for tick in ticks:
            outcome = self._judged(tick, now)
            if outcome is Outcome.APPLIED:
                name = folded(tick.symbol)
                level = Level(tick.price, tick.at, self._next_stamp(), tick.source)
                self.levels[name] = levels[name] = level
            outcomes.append(outcome)
        return Taken(tuple(outcomes), levels)

    def merge(self, levels: Mapping[str, Level]) -> dict[str, Level]:
        """Take over levels that were decided upon elsewhere, and return those that are news here.

        Parameters
        ----------
        levels
            By folded symbol, of another instance or of the store.
        """
        news = {}
        for name, level in levels.items():
            held = self.levels.get(name)
            if held is None or level.rank > held.rank:
                self.levels[name] = news[name] = level
                self._gate.last[name] = LastTick(level.price, level.at, level.source)
        return news

    def _judged(self, tick: Tick, now: dt.datetime) -> Outcome:
        rejected = self._gate.rejected
        rejected.clear()
        passed, _ = self._gate.pass_on((replace(tick, symbol=folded(tick.symbol)),), now)
        if passed:
            return Outcome.APPLIED
        return _OUTCOMES.get(next(iter(rejected)), Outcome.QUARANTINED)

    def _next_stamp(self) -> int:
        self._stamp = max(self._stamp + 1, time.time_ns())
        return self._stamp
