"""Exchange rates among the columns of a price table: direct, turned round, or through a third currency."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rate", "find_rate", "pair_of"]

_PAIR = re.compile(r"([A-Z]{3})[/._ -]?([A-Z]{3})(?:=X| CURNCY)?")
_FROM_USD = re.compile(r"([A-Z]{3})=X")
_FIRST_CHOICE = ("USD", "EUR")


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one currency in another, by date.

    Parameters
    ----------
    levels
        Shape (T,), above zero, NaN where it is not known.
    columns
        Columns it is made of.
    how
        In words for people; empty where the column is the pair itself.
    """

    levels: NDArray[np.float64]
    columns: tuple[str, ...]
    how: str


def pair_of(name: str) -> tuple[str, str] | None:
    """Return the two currencies of a pair, None where the name is none.

    Examples
    --------
    >>> pair_of("EURUSD"), pair_of("EUR/USD"), pair_of("EURUSD Curncy"), pair_of("JPY=X"), pair_of("AAPL")
    (('EUR', 'USD'), ('EUR', 'USD'), ('EUR', 'USD'), ('USD', 'JPY'), None)
    """
    capitals = name.strip().upper()
    if match := _PAIR.fullmatch(capitals):
        return match[1], match[2]
    match = _FROM_USD.fullmatch(capitals)
    return ("USD", match[1]) if match else None


def find_rate(symbols: Sequence[str], prices: NDArray[np.float64], currency: str, base: str) -> Rate | None:
    """Return the price of 1 `currency` in `base`; None where no columns with data give it.

    Parameters
    ----------
    symbols, prices
        Columns of a price table, shape (T, N). Rates at or below zero are no rates and count as missing.
    currency, base
        ISO codes, major units.

    Notes
    -----
    In order of preference: a column of the pair, the inverse of a column of the opposite pair, the product of
    two such rates through USD, EUR, or the first other currency of the alphabet. A product is known on the
    dates on which both rates are.
    """
    pairs = _pairs(symbols, prices)
    simple = _one_step(symbols, prices, pairs, currency, base)
    if simple is not None:
        return simple
    through = sorted({code for pair in pairs for code in pair} - {currency, base})
    for middle in sorted(through, key=lambda code: (code not in _FIRST_CHOICE, -(code == "USD"))):
        first = _one_step(symbols, prices, pairs, currency, middle)
        second = _one_step(symbols, prices, pairs, middle, base)
        if first is not None and second is not None:
            levels = first.levels * second.levels
            if np.isfinite(levels).any():
                columns = (*first.columns, *second.columns)
                return Rate(levels, columns, f"crossed through {middle} from {' and '.join(columns)}")
    return None


def _pairs(symbols: Sequence[str], prices: NDArray[np.float64]) -> dict[tuple[str, str], int]:
    """Return the column of each pair that has data; a plain six-letter name goes before EUR/USD."""
    found: dict[tuple[str, str], int] = {}
    for j in sorted(range(len(symbols)), key=lambda j: (len(symbols[j]) != 6, symbols[j])):
        pair = pair_of(symbols[j])
        if pair is not None and pair not in found and (prices[:, j] > 0).any():
            found[pair] = j
    return found


def _one_step(
    symbols: Sequence[str],
    prices: NDArray[np.float64],
    pairs: dict[tuple[str, str], int],
    currency: str,
    base: str,
) -> Rate | None:
    """Return a rate that needs one column."""
    for pair, turned in (((currency, base), False), ((base, currency), True)):
        if pair in pairs:
            column = prices[:, pairs[pair]]
            known = np.where(column > 0, column, np.nan)
            name = symbols[pairs[pair]]
            how = (
                f"the inverse of {name}"
                if turned
                else ""
                if name == currency + base
                else f"taken from {name}"
            )
            return Rate(1.0 / known if turned else known, (name,), how)
    return None
