"""A price table refuses nonsense, joins without loss and hashes what it holds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plimsoll.data.price_table import PriceTable, joined
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption


def _table(symbols: str = "AB", first: str = "2024-01-02", source: str = "x.csv") -> PriceTable:
    dates = np.datetime64(first, "D") + np.arange(3)
    prices = np.arange(3.0 * len(symbols)).reshape(3, -1) + 1
    return PriceTable(dates, tuple(symbols), prices, (None,) * len(symbols), source)


def test_the_hash_is_of_the_contents_only() -> None:
    """Source and assumptions leave the hash alone; dates, symbols, prices and currencies change it."""
    table = _table()
    assert replace(table, source="y", assumptions=(Assumption("import", "x"),)).sha256 == table.sha256
    others = [
        replace(table, dates=table.dates + 1),
        replace(table, symbols=("A", "C")),
        replace(table, prices=table.prices * 2),
        replace(table, currencies=("USD", None)),
    ]
    assert len({table.sha256, *(other.sha256 for other in others)}) == 5


def test_equal_numbers_hash_equal() -> None:
    """Minus zero is zero, and every NaN is the same absence."""
    table, other = _table(), _table()
    table.prices[0], other.prices[0] = (0.0, np.nan), (-0.0, -np.nan)
    assert table.sha256 == other.sha256


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"currencies": ()}, "symbols"),
        ({"prices": np.ones((2, 2))}, "prices"),
        ({"symbols": ("A", "A")}, "differ"),
        ({"prices": np.full((3, 2), np.inf)}, "infinite"),
        ({"dates": np.array(["2024-01-02"] * 3, "datetime64[D]")}, "ascend"),
    ],
)
def test_nonsense_is_refused(change: dict[str, Any], message: str) -> None:
    """Shapes that disagree, repeated symbols, infinities and unordered dates make no table."""
    with pytest.raises(ValueError, match=message):
        replace(_table(), **change)


def test_tables_are_joined_over_all_dates() -> None:
    """An outer join keeps every date and every price; the rest is NaN."""
    first, second = _table("AB"), _table("C", "2024-01-03", "y.csv")
    both = joined([first, second], "folder")
    assert both.symbols == ("A", "B", "C")
    assert len(both.dates) == 4
    assert both.source == "folder"
    np.testing.assert_array_equal(both.prices[:3, :2], first.prices)
    np.testing.assert_array_equal(both.prices[1:, 2:], second.prices)
    assert np.isnan(both.prices).sum() == 3


def test_one_symbol_from_two_files_is_refused() -> None:
    """The error names both files and the symbol."""
    with pytest.raises(DataError, match=r"B is also in x\.csv") as caught:
        joined([_table("AB"), _table("B", source="y.csv")], "folder")
    assert caught.value.file == "y.csv"
    assert caught.value.remedy
