"""The cells of one row, read in the way that the whole file is written."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from plimsoll.data.dates import DateOrder, date_order, read_date
from plimsoll.data.importers.columns import Columns
from plimsoll.data.importers.currencies import is_currency
from plimsoll.data.importers.numbers import DecimalMark, Number, decide_decimal_marks, is_missing, read_number
from plimsoll.data.importers.table import Row, Table
from plimsoll.data.text import NO_TEXT
from plimsoll.errors import DataError

__all__ = ["Cells", "Conventions", "Note", "read_conventions", "without_account_type"]

_RATES = ("rate", "dividend_yield")


class Note(StrEnum):
    """What was taken for granted in reading a row."""

    CASH_BY_SYMBOL = "cash-by-symbol"
    CURRENCY_BY_SIGN = "currency-by-sign"
    HIGH_RATE = "high-rate"
    MULTIPLIER = "multiplier"
    RATE_PERCENT = "rate-percent"
    VOLATILITY_PERCENT = "volatility-percent"


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a file writes numbers and dates.

    Parameters
    ----------
    decimal_marks
        By numeric column.
    dates
        Order of day and month.
    percent
        The columns of rates in which a number without a percent sign is a percentage.
    """

    decimal_marks: Mapping[str, DecimalMark]
    dates: DateOrder
    percent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row under their columns.

    Parameters
    ----------
    row, columns, conventions
        What is read, and how.
    notes
        Filled while reading.
    """

    row: Row
    columns: Columns
    conventions: Conventions
    notes: set[Note] = field(default_factory=set)

    def text(self, column: str) -> str:
        """Return the text of a known column; empty where it is not in the file or the cell says nothing."""
        index = self.columns.known.get(column)
        return "" if index is None else self._text_at(index)

    def number(self, column: str) -> Number | None:
        """Return the number of a known column, None where it is missing; raise DataError where it is none."""
        text = self.text(column)
        if is_missing(text):
            return None
        return read_number(
            text, self.conventions.decimal_marks[column].sign, column=self.columns.title(column)
        )

    def plain_number(self, column: str) -> float | None:
        """Return a number that may not be a percentage, None where it is missing."""
        number = self.number(column)
        if number is not None and number.percent:
            raise self.refusal(column, f"the {column} is a percentage", "Write a plain number.")
        return None if number is None else number.value

    def date(self, column: str) -> dt.date | None:
        """Return the date of a known column, None where it is missing; raise DataError where it is none."""
        text = self.text(column)
        if not text:
            return None
        return read_date(text, self.conventions.dates, column=self.columns.title(column))

    def attributes(self, *, and_known: tuple[str, ...] = ()) -> dict[str, str]:
        """Return the labels of the row by column; `and_known` columns count as labels too."""
        indices = dict(self.columns.attributes)
        for column in and_known:
            if column in self.columns.known:
                indices[self.columns.title(column).lower()] = self.columns.known[column]
        labels = {name: self._text_at(index) for name, index in indices.items()}
        return {name: label for name, label in labels.items() if label}

    def refusal(self, column: str, message: str, remedy: str) -> DataError:
        """Return the error that refuses this row because of a known column."""
        return DataError(message, column=self.columns.title(column), remedy=remedy)

    def _text_at(self, index: int) -> str:
        text = self.row.cells[index] if index < len(self.row.cells) else ""
        return "" if text.lower() in NO_TEXT else text


def read_conventions(table: Table, columns: Columns) -> Conventions:
    """Return how a file writes numbers and dates, by the evidence of all its rows.

    Where nothing tells, a file separated by semicolons has decimal commas, any other decimal points:
    spreadsheets write semicolons exactly where the comma is the decimal sign. A column of rates is in percent
    if one of its numbers without a percent sign is above 1: 0.5 beside 4.5 is 0.5 %.
    """
    marks = decide_decimal_marks(
        {name: _column(table, columns, name) for name in columns.numeric},
        fallback="," if table.separator == ";" else ".",
    )
    percent = frozenset(
        name
        for name in set(_RATES) & marks.keys()
        if any(_is_above_1(cell, marks[name].sign) for cell in _column(table, columns, name))
    )
    return Conventions(marks, date_order(_column(table, columns, "expiry")), percent)


def without_account_type(table: Table, columns: Columns) -> Columns:
    """Return `columns`, with a type column that means the account taken as the attribute ``account type``.

    Fidelity's export has such a column. It is one if it knows only the words cash, margin and short, and one
    of them stands beside a priced symbol that is no currency, in a file without a currency column.
    """
    words = {word.lower() for word in _column(table, columns, "type")} - NO_TEXT
    if not words or not words <= {"cash", "margin", "short"} or "currency" in columns.known:
        return columns
    rows = zip(*(_column(table, columns, name) for name in ("symbol", "price", "type")), strict=False)
    for symbol, price, word in rows:
        is_money = "cash" in symbol.lower() or is_currency(symbol.upper())
        if not (is_money or is_missing(price) or word.lower() in NO_TEXT):
            return columns.with_attribute("type", "account type")
    return columns


def _is_above_1(cell: str, decimal_sign: str) -> bool:
    """Tell whether a cell is a number without a percent sign and above 1 in size."""
    try:
        number = read_number(cell, decimal_sign)
    except DataError:
        return False
    return abs(number.value) > 1 and not number.percent


def _column(table: Table, columns: Columns, name: str) -> Iterator[str]:
    index = columns.known.get(name)
    if index is not None:
        yield from (row.cells[index] if index < len(row.cells) else "" for row in table.rows)
