"""Prices by date and symbol, with what was taken for granted while reading them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption

__all__ = ["PriceTable", "joined"]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by date and symbol; what is not known is NaN.

    Parameters
    ----------
    dates
        Shape (T,), ``datetime64[D]``, strictly ascending.
    symbols
        N names as the source spells them, all different.
    prices
        Shape (T, N), each column in the units of its currency; NaN where there is none, never infinite.
    currencies
        N currency codes (``GBp`` for pence); None where the source does not say.
    source
        Where the prices come from, as the user named it.
    assumptions
        What was decided while reading: the layout, merged rows, sorted dates.

    Raises
    ------
    ValueError
        If the shapes disagree, a symbol occurs twice, a price is infinite or the dates do not ascend.

    Examples
    --------
    >>> dates = np.array(["2024-01-02"], "datetime64[D]")
    >>> table = PriceTable(dates, ("ABC",), np.ones((1, 1)), ("USD",), "abc.csv")
    >>> table.sha256[:8]
    'f71ce8dd'
    """

    dates: NDArray[np.datetime64]
    symbols: tuple[str, ...]
    prices: NDArray[np.float64]
    currencies: tuple[str | None, ...]
    source: str
    assumptions: tuple[Assumption, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what nobody could use."""
        count = len(self.symbols)
        if self.prices.shape != (len(self.dates), count) or len(self.currencies) != count:
            raise ValueError(f"{len(self.dates)} dates and {count} symbols, but prices {self.prices.shape}")
        if len(set(self.symbols)) != count:
            raise ValueError("symbols must differ")
        if np.isinf(self.prices).any():
            raise ValueError("prices must not be infinite")
        if (np.diff(self.dates) <= np.timedelta64(0, "D")).any():
            raise ValueError("dates must ascend strictly")

    @property
    def sha256(self) -> str:
        """Hash of dates, symbols, prices and currencies; the same prices from another file hash the same."""
        digest = hashlib.sha256(json.dumps([self.symbols, self.currencies]).encode())
        digest.update(self.dates.astype("datetime64[D]").astype("<i8").tobytes())
        one_nan_one_zero = np.where(np.isnan(self.prices), np.nan, self.prices + 0.0)
        digest.update(one_nan_one_zero.astype("<f8").tobytes())
        return digest.hexdigest()


def joined(tables: Sequence[PriceTable], source: str) -> PriceTable:
    """Return `tables` side by side over the union of their dates (an outer join); absent prices are NaN.

    Raises
    ------
    DataError
        If two tables have the same symbol: which of them is right is not for us to say.
    """
    owner: dict[str, str] = {}
    for table in tables:
        for symbol in table.symbols:
            if symbol in owner:
                raise DataError(
                    f"{symbol} is also in {owner[symbol]}",
                    file=table.source,
                    remedy="Keep each symbol in one file only.",
                )
            owner[symbol] = table.source
    dates = np.unique(np.concatenate([table.dates for table in tables]))
    prices = np.full((len(dates), len(owner)), np.nan)
    start = 0
    for table in tables:
        stop = start + len(table.symbols)
        prices[np.searchsorted(dates, table.dates), start:stop] = table.prices
        start = stop
    return PriceTable(
        dates,
        tuple(owner),
        prices,
        tuple(currency for table in tables for currency in table.currencies),
        source,
        tuple(assumption for table in tables for assumption in table.assumptions),
    )
