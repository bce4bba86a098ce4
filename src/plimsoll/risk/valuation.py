"""From an instrument to what one unit of it is worth in base currency, now and in each scenario."""

import math
from dataclasses import dataclass

import numpy as np

from plimsoll.risk.factors import Shock, change, fx_pair, major_unit
from plimsoll.risk.failures import Failure, Reason
from plimsoll.risk.market import MarketSnapshot
from plimsoll.risk.portfolio import Kind, Position
from plimsoll.risk.pricing.linear import Level, inverse, product, scaled
from plimsoll.risk.scenarios.scenario_set import ScenarioSet

__all__ = [
    "FactorMoves",
    "Levels",
    "UnitValue",
    "price_currency",
    "refused",
    "unpriced",
    "value_linear",
    "without_rate",
]

_PAIR_LENGTH = 6  # two ISO 4217 codes
_COPIED = 1 << 24  # shocks; more would take more memory than the copy saves time


@dataclass(frozen=True, slots=True)
class UnitValue:
    """What one unit of an instrument is worth.

    Parameters
    ----------
    price
        Per unit, in the currency of the instrument.
    worth
        Of one unit (one contract of an option), in base currency.
    """

    price: float
    worth: Level


class FactorMoves:
    """The moves of every factor, each in memory without gaps, for who looks at them one after the other.

    Parameters
    ----------
    scenarios
        S scenarios.
    """

    def __init__(self, scenarios: ScenarioSet) -> None:
        self.count = len(scenarios)
        self._rows = {factor.name: row for row, factor in enumerate(scenarios.factors)}
        self._factors = scenarios.factors
        rows = scenarios.shocks.T
        self._shocks = np.ascontiguousarray(rows) if rows.size <= _COPIED else rows

    def __contains__(self, name: str) -> bool:
        """Tell whether the scenarios move factor `name`."""
        return name in self._rows

    def shock(self, name: str) -> Shock:
        """Return how moves of factor `name` are measured; by ratios where the scenarios do not move it."""
        row = self._rows.get(name)
        return Shock.RELATIVE if row is None else self._factors[row].shock

    def moved(self, name: str, now: float, *, exact: bool) -> Level:
        """Return factor `name` starting from `now`; one that the scenarios do not move stays there.

        Parameters
        ----------
        name, now
            Of the factor, and its level before any scenario.
        exact
            True for the levels of full revaluation, False for moves that are linear in the shocks.
        """
        row = self._rows.get(name)
        if row is None:
            return Level(now, np.zeros(self.count))
        shock = self._factors[row].shock
        first_order = shock is Shock.LOG and not exact
        return Level(now, change(now, self._shocks[row], Shock.RELATIVE if first_order else shock))


class Levels:
    """Every factor and exchange rate with its moves, looked up by name.

    Parameters
    ----------
    snapshot
        Levels before any scenario.
    scenarios
        S scenarios, or the moves in them; a factor that they do not move stays where it is.
    base_currency
        ISO 4217 code into which all is converted.
    exact
        True for the levels of full revaluation, False for moves that are linear in the shocks.
    """

    def __init__(
        self,
        snapshot: MarketSnapshot,
        scenarios: ScenarioSet | FactorMoves,
        *,
        base_currency: str,
        exact: bool,
    ) -> None:
        self.as_of = snapshot.as_of
        self.base_currency = base_currency
        self.exact = exact
        self._quotes = snapshot.quotes
        self._moves = scenarios if isinstance(scenarios, FactorMoves) else FactorMoves(scenarios)
        self.count = self._moves.count
        self._rates: dict[str, Level | None] = {}

    def knows(self, name: str) -> bool:
        """Tell whether factor `name`, or the same pair seen from the other side, has a price or a history."""
        return any(self._has(side) for side in (name, _other_side(name)))

    def quoted(self, name: str) -> bool:
        """Tell whether factor `name`, or the same pair seen from the other side, has a price."""
        return self.source(name) in self._quotes

    def source(self, name: str) -> str:
        """Return the quote that :meth:`level` reads for `name`: itself, or the pair from the other side."""
        other = _other_side(name)
        return other if not self._has(name) and self._has(other) else name

    def level(self, name: str, now: float | None = None) -> Level | None:
        """Return factor `name` starting from `now`, or from the market's quote; None where there is none."""
        source = self.source(name)
        if source != name:
            found = self.level(source, None if now is None else float(np.divide(1.0, now)))
            return None if found is None else inverse(found, exact=self.exact)
        if now is None:
            quote = self._quotes.get(name)
            return None if quote is None else self._moves.moved(name, quote.level, exact=self.exact)
        return self._moves.moved(name, now, exact=self.exact) if self._has(name) else None

    def rate(self, currency: str) -> Level | None:
        """Return what one unit of `currency`, minor units included, is worth in base currency; or None."""
        if currency not in self._rates:
            major, size = major_unit(currency)
            same = major == self.base_currency
            level = self.fixed(1.0) if same else self.level(fx_pair(major, self.base_currency))
            self._rates[currency] = None if level is None else scaled(level, size)
        return self._rates[currency]

    def pair(self, currency: str) -> str | None:
        """Return the quote that :meth:`rate` reads for `currency`; None for the base currency itself."""
        major = major_unit(currency)[0]
        return None if major == self.base_currency else self.source(fx_pair(major, self.base_currency))

    def fixed(self, now: float) -> Level:
        """Return a level that no scenario moves."""
        return Level(now, np.zeros(self.count))

    def converted(self, price: Level, rate: Level) -> Level:
        """Return `price` in base currency."""
        return product(price, rate, cross=self.exact)

    def _has(self, name: str) -> bool:
        return name in self._quotes or name in self._moves


def value_linear(position: Position, levels: Levels) -> UnitValue | Failure:
    """Return what one unit of anything but an option is worth.

    Cash is worth one of its currency. An equity, an ETF or a coin is worth its price. An FX position holds
    units of the first currency of its pair, worth the pair in the second; one whose first currency is the
    base has no risk, whatever the pair does. The stated price of a position takes the place of the market's.

    Parameters
    ----------
    position
        Any kind but option.
    levels
        Where prices and exchange rates are looked up.

    Returns
    -------
    UnitValue or Failure
        The failure says what is missing and what to do.
    """
    instrument = position.instrument
    currency = price_currency(position)
    if instrument.kind is Kind.CASH:
        price: Level | None = levels.fixed(1.0)
    else:
        price = levels.level(instrument.symbol, position.price)
    if price is None:
        return unpriced(position, levels, instrument.symbol, "symbol")
    if instrument.kind is Kind.FX and instrument.symbol[:3] == levels.base_currency:
        return UnitValue(price.now, levels.fixed(1.0))
    rate = levels.rate(currency)
    if rate is None:
        return without_rate(position, levels, currency)
    return UnitValue(price.now, levels.converted(price, rate))


def refused(position: Position, reason: Reason, message: str, levels: Levels, column: str = "") -> Failure:
    """Return the record of a position that is left out, with its value as far as the input states it."""
    instrument = position.instrument
    return Failure(reason, instrument.symbol, message, position.row, column, _stated_value(position, levels))


def unpriced(position: Position, levels: Levels, name: str, column: str) -> Failure:
    """Return the failure of a position that leans on factor `name`, given in `column`, without a price."""
    if levels.knows(name):
        text = f"{name} has no price on {levels.as_of}; add one for that date to the price file"
        return refused(position, Reason.MISSING_PRICE, text, levels, column)
    text = f"no price history under the name {name}; correct the symbol or add its prices to the price file"
    return refused(position, Reason.UNKNOWN_SYMBOL, text, levels, column)


def without_rate(position: Position, levels: Levels, currency: str) -> Failure:
    """Return the failure of a position whose `currency` cannot be converted."""
    pair = fx_pair(major_unit(currency)[0], levels.base_currency)
    text = f"no exchange rate from {currency} to {levels.base_currency}; add a price series named {pair}"
    return refused(position, Reason.MISSING_FX, text, levels, "currency")


def price_currency(position: Position) -> str:
    """Return the currency of the price: of an FX pair the second one."""
    instrument = position.instrument
    is_pair = instrument.kind is Kind.FX and len(instrument.symbol) == _PAIR_LENGTH
    return instrument.symbol[3:] if is_pair else instrument.currency


def _stated_value(position: Position, levels: Levels) -> float | None:
    rate = levels.rate(price_currency(position))
    price = 1.0 if position.instrument.kind is Kind.CASH else position.price
    if price is None or rate is None:
        return None
    size = 1.0 if position.instrument.option is None else position.instrument.option.multiplier
    value = position.quantity * size * price * rate.now
    return value if math.isfinite(value) else None


def _other_side(name: str) -> str:
    """Return the pair seen from the other currency; the name itself where it is no pair."""
    return name[3:] + name[:3] if len(name) == _PAIR_LENGTH and name.isalpha() else name
