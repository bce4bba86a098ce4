"""A small market and a small book, made by plain arithmetic, for the tests of workflows."""

import math
from collections.abc import Sequence

import numpy as np

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio
from plimsoll.data.price_table import PriceTable
from plimsoll.risk.failures import Failure
from plimsoll.risk.portfolio import Instrument, Kind, Portfolio, Position

DATES = np.datetime64("2024-01-01", "D") + np.arange(301)
SYMBOLS = ("AAA", "BBB", "EURUSD")


def small_market(**changes: float) -> PriceTable:
    """Return 301 daily prices of two shares and a currency pair; `changes` replaces last prices."""
    columns = []
    for k, start in enumerate((100.0, 50.0, 1.1)):
        moves = [
            0.01 * math.sin(1.7 * (k + 1) * i + k) + 0.004 * math.cos(0.3 * i * (k + 2)) for i in range(300)
        ]
        columns.append(start * np.cumprod([1.0, *(1.0 + move for move in moves)]))
    prices = np.column_stack(columns)
    for symbol, price in changes.items():
        prices[-1, SYMBOLS.index(symbol)] = price
    return PriceTable(DATES, SYMBOLS, prices, (None, "EUR", None), "a test")


def share(
    symbol: str, quantity: float, currency: str = "", row: int | None = None, **labels: str
) -> Position:
    """Return a position in a share."""
    instrument = Instrument(symbol=symbol, currency=currency)
    return Position(instrument=instrument, quantity=quantity, attributes=labels, row=row)


def cash(currency: str, amount: float, **labels: str) -> Position:
    """Return a position in cash."""
    instrument = Instrument(symbol=currency, currency=currency, kind=Kind.CASH)
    return Position(instrument=instrument, quantity=amount, attributes=labels)


def book(*positions: Position, refused: Sequence[Failure] = ()) -> ImportedPortfolio:
    """Return a portfolio as if it had been read from a file."""
    return ImportedPortfolio(Portfolio("small", positions), tuple(refused), (), "0" * 64)
