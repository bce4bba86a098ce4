"""Ticks: which prices are believed, and what is wrong with the others."""

import datetime as dt
import math
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = ["Finding", "LastTick", "Rejection", "Tick", "TickGate"]

_MINOR_UNITS = 100.0
_MINOR_UNIT_WIDTH = 0.1  # how far from 100 the ratio of a price in pence to one in pounds may lie
_AHEAD = dt.timedelta(seconds=5)  # clocks differ
_KEPT_FINDINGS = 1000


class Rejection(StrEnum):
    """Why a tick was not taken over."""

    UNKNOWN_SYMBOL = "unknown-symbol"  # no position depends on it
    OLDER = "older"  # than the last one of its symbol, or than the market of the run
    DUPLICATE = "duplicate"  # the last one once more
    AHEAD = "ahead"  # of the clock: it would shut out all that come after it
    NOT_A_PRICE = "not-a-price"  # NaN, infinite, or not above zero where it has to be
    JUMP = "jump"  # further from the last level than is believed without being told
    MINOR_UNIT = "minor-unit"  # a hundred times too large or too small: pence for pounds


@dataclass(frozen=True, slots=True)
class Tick:
    """One new level of a risk factor.

    Parameters
    ----------
    symbol
        Name of the factor: a symbol, or a pair such as EURUSD.
    price
        In the units of the factor.
    at
        When it was observed; with a time zone.
    source
        Who says so; empty where unknown.

    Raises
    ------
    ValueError
        If the time has no zone.
    """

    symbol: str
    price: float
    at: dt.datetime
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse a time that means another instant in another place."""
        if self.at.tzinfo is None:
            raise ValueError(f"the time {self.at} of a tick of {self.symbol} has no time zone")


@dataclass(frozen=True, slots=True)
class LastTick:
    """The last level that was believed.

    Parameters
    ----------
    price
        In the units of the factor.
    at, source
        Of the tick; None and the word ``run`` where none has come yet.
    """

    price: float
    at: dt.datetime | None = None
    source: str = "run"


@dataclass(frozen=True, slots=True)
class Finding:
    """A price that was not believed, for people to look at.

    Parameters
    ----------
    symbol, at, source
        Of the tick.
    rule
        What it broke.
    before, after
        The level that stands and the one that was not taken over.
    message
        What was found and what can be done, in words.
    """

    symbol: str
    at: dt.datetime
    source: str
    rule: Rejection
    before: float
    after: float
    message: str


class TickGate:
    """Lets a tick through, or says why not.

    Parameters
    ----------
    levels
        Of the run, by name of the factor.
    as_of
        Date of the run: no tick of an earlier day counts.
    jump_factor
        A price this many times the last one, or its inverse, is held back; above 1.
    signed
        Factors that may be zero or below; None leaves that to the book.
    """

    def __init__(
        self,
        levels: Mapping[str, float],
        as_of: dt.date,
        *,
        jump_factor: float = 10.0,
        signed: Collection[str] | None = None,
    ) -> None:
        if not jump_factor > 1.0:
            raise ValueError(f"a jump factor lies above 1; got {jump_factor}")
        self.last = {name: LastTick(level) for name, level in levels.items()}
        self.rejected: Counter[Rejection] = Counter()
        self.held_back: dict[str, Tick] = {}
        self.findings: deque[Finding] = deque(maxlen=_KEPT_FINDINGS)
        self._opened = dt.datetime.combine(as_of, dt.time(), dt.UTC)
        self._jump_factor = jump_factor
        self._signed = signed

    def pass_on(self, ticks: Iterable[Tick], now: dt.datetime) -> tuple[dict[str, float], int]:
        """Return the last believed level of each symbol among `ticks`, and how many were believed.

        Parameters
        ----------
        ticks
            In the order in which they came.
        now
            What the clock says.
        """
        levels: dict[str, float] = {}
        count = 0
        for tick in ticks:
            reason = self._rejection(tick, now)
            if reason is None:
                self.last[tick.symbol] = LastTick(tick.price, tick.at, tick.source)
                self.held_back.pop(tick.symbol, None)
                levels[tick.symbol] = tick.price
                count += 1
            else:
                self._reject(tick, reason)
        return levels, count

    def ticked(self) -> dict[str, LastTick]:
        """Return the last believed level of each symbol that has ticked."""
        return {name: last for name, last in self.last.items() if last.at is not None}

    def believe(self, symbol: str) -> Tick | None:
        """Take over the price of `symbol` that was held back, as a person says that it is right."""
        tick = self.held_back.pop(symbol, None)
        if tick is not None:
            self.last[symbol] = LastTick(tick.price, tick.at, tick.source)
        return tick

    def take_back(self, symbol: str, good: float, message: str) -> None:
        """Go back to the last good level of `symbol`: the book could not be valued at the one let through."""
        last = self.last[symbol]
        self.last[symbol] = replace(last, price=good)
        if last.at is not None:
            tick = Tick(symbol, last.price, last.at, last.source)
            self._record(tick, Rejection.NOT_A_PRICE, good, message)

    def _rejection(self, tick: Tick, now: dt.datetime) -> Rejection | None:
        last = self.last.get(tick.symbol)
        if last is None:
            return Rejection.UNKNOWN_SYMBOL
        if tick.at < (last.at or self._opened):
            return Rejection.OLDER
        if tick.at == last.at and tick.price == last.price:
            return Rejection.DUPLICATE
        if tick.at > now + _AHEAD:
            return Rejection.AHEAD
        if not math.isfinite(tick.price) or (tick.price <= 0.0 and not self._may_be_below(tick.symbol)):
            return Rejection.NOT_A_PRICE
        return self._doubt(tick.price, last.price)

    def _may_be_below(self, symbol: str) -> bool:
        return self._signed is None or symbol in self._signed

    def _doubt(self, price: float, last: float) -> Rejection | None:
        if last == 0.0 or price == 0.0:
            return None
        ratio = price / last
        for unit in (_MINOR_UNITS, 1.0 / _MINOR_UNITS):
            if abs(ratio / unit - 1.0) <= _MINOR_UNIT_WIDTH:
                return Rejection.MINOR_UNIT
        # Through zero there is no telling how small is too small.
        lowest = -self._jump_factor if ratio < 0.0 else 1.0 / self._jump_factor
        return None if lowest < ratio < self._jump_factor else Rejection.JUMP

    def _reject(self, tick: Tick, reason: Rejection) -> None:
        if reason not in (Rejection.JUMP, Rejection.MINOR_UNIT, Rejection.NOT_A_PRICE):
            self.rejected[reason] += 1
            return
        last = self.last[tick.symbol].price
        if reason is Rejection.NOT_A_PRICE:
            text = f"{tick.price} is no price; {last:g} stands"
        else:
            self.held_back[tick.symbol] = tick
            text = (
                f"{tick.price:g} is {tick.price / last:.4g} times {last:g}, which stands until somebody says "
                "that the new price is right"
            )
        self._record(tick, reason, last, text)

    def _record(self, tick: Tick, rule: Rejection, before: float, message: str) -> None:
        self.rejected[rule] += 1
        self.findings.append(Finding(tick.symbol, tick.at, tick.source, rule, before, tick.price, message))
