"""Positions that are worth a price times an exchange rate: their vector at a new price, by few operations.

A price that moves by ratios moves by its level times a unit move that no tick changes. The operations are
those of :mod:`plimsoll.risk.valuation`, in their order, so that the bits are the same; factors of one and
moves of zero are left out, which changes no bit.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.risk.factors import Shock
from plimsoll.risk.portfolio import Kind, Position
from plimsoll.risk.valuation import FactorMoves, Levels, price_currency

__all__ = ["LARGEST", "LiveRows"]

LARGEST = 1e30
"""Numbers up to this size can be multiplied with each other a few times and stay finite."""

_Array = NDArray[np.float64]
_times, _plus = np.multiply, np.add


@dataclass(slots=True)
class _Rate:
    """An exchange rate into base currency; no move where no scenario moves it."""

    now: float
    move: _Array | None


# Unit move, level (shape (), a view), rate unless that is one, quantity (shape ()), and the vector.
_Row = tuple[_Array, _Array, _Rate | None, _Array, _Array]


class LiveRows:
    """Vectors of the positions whose price is a quote that moves by ratios.

    Parameters
    ----------
    positions
        N positions of a book that can all be valued.
    levels
        The market that they are valued in.
    moves
        Of the factors in S scenarios.
    places
        By name of a quote, its place in `quotes`.
    quotes
        Shape (K,), the levels of now; looked at again each time.
    rows
        N arrays of shape (S,), overwritten in place.

    Attributes
    ----------
    covered
        Shape (C,), the positions that are valued here; the others are not linear, or not in this way.
    """

    def __init__(
        self,
        positions: Iterable[Position],
        levels: Levels,
        moves: FactorMoves,
        places: dict[str, int],
        quotes: _Array,
        rows: list[_Array],
    ) -> None:
        self._quotes = quotes
        self._cross = levels.exact
        self._scratch = np.empty((2, moves.count))
        self._rates: dict[str, _Rate] = {}
        self._rows: dict[int, _Row] = {}
        units: dict[str, _Array | None] = {}
        held: list[tuple[int, int, _Rate, float]] = []
        for k, position in enumerate(positions):
            name = _price_quote(position, levels)
            if name is None:
                continue
            if name not in units:
                units[name] = _unit_move(name, moves, exact=levels.exact)
            unit = units[name]
            if unit is not None:
                rate = self._rate(price_currency(position), levels)
                place, quantity = places[name], np.array(position.quantity)
                level = quotes[place : place + 1].reshape(())
                plain = rate.move is None and rate.now == 1.0
                self._rows[k] = unit, level, None if plain else rate, quantity, rows[k]
                held.append((k, place, rate, position.quantity))
        self._held = [rate for _, _, rate, _ in held]
        self._places = np.array([place for _, place, _, _ in held], dtype=np.intp)
        self._quantities = np.array([quantity for *_, quantity in held])
        self.covered = np.array([k for k, *_ in held], dtype=np.intp)

    def take_rates(self, currencies: Iterable[str], levels: Levels) -> None:
        """Take over the exchange rates of some currencies."""
        for currency in currencies:
            if currency in self._rates:
                rate, found = self._rates[currency], _rate(currency, levels)
                rate.now, rate.move = found.now, found.move

    def revalue(self, rows: Iterable[int]) -> None:
        """Bring the vectors of covered positions to the levels of now."""
        table = self._rows
        for k in rows:
            unit, level, rate, quantity, out = table[k]
            _times(unit, level, out)
            if rate is not None:
                self._convert(out, level, rate)
            _times(out, quantity, out)

    def values(self) -> _Array:
        """Return the values of the covered positions at the levels of now, in their order."""
        rates = np.array([rate.now for rate in self._held])
        values: _Array = self._quotes[self._places] * rates * self._quantities
        return values

    def _rate(self, currency: str, levels: Levels) -> _Rate:
        if currency not in self._rates:
            self._rates[currency] = _rate(currency, levels)
        return self._rates[currency]

    def _convert(self, out: _Array, level: _Array, rate: _Rate) -> None:
        """Bring the move of a price into base currency: p·Δr + r·Δp, and Δp·Δr where it belongs there."""
        if rate.move is None:
            _times(out, rate.now, out)
            return
        part, cross = self._scratch
        _times(rate.move, level, part)
        if self._cross:
            _times(out, rate.move, cross)
        _times(out, rate.now, out)
        _plus(out, part, out)
        if self._cross:
            _plus(out, cross, out)


def _rate(currency: str, levels: Levels) -> _Rate:
    """Return a rate that is known: the position could be valued."""
    found = levels.rate(currency)
    if found is None:
        raise ValueError(f"no exchange rate of {currency}")
    return _Rate(found.now, found.move if found.move.any() else None)


def _price_quote(position: Position, levels: Levels) -> str | None:
    """Return the quote that is the position's price as it stands; None where it is something else."""
    instrument = position.instrument
    if instrument.kind in (Kind.CASH, Kind.OPTION) or position.price is not None:
        return None
    if instrument.kind is Kind.FX and instrument.symbol[:3] == levels.base_currency:
        return None
    quantity_fits = abs(position.quantity) <= LARGEST
    return (
        instrument.symbol if quantity_fits and levels.source(instrument.symbol) == instrument.symbol else None
    )


def _unit_move(name: str, moves: FactorMoves, *, exact: bool) -> _Array | None:
    """Return the move of a factor at level one; None where moves are no ratios, or too large."""
    if moves.shock(name) is Shock.ABSOLUTE:
        return None
    unit = moves.moved(name, 1.0, exact=exact).move
    return unit if float(np.abs(unit).max(initial=0.0)) <= LARGEST else None
