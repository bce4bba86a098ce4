"""Price files: CSV or Parquet, one column per symbol or one row per price, told apart by content."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from plimsoll.data.cells import Cells, codes_of, dates_of
from plimsoll.data.delimited import REMEDY, read_delimited
from plimsoll.data.parquet_columns import read_parquet_columns
from plimsoll.data.price_numbers import prices_of
from plimsoll.data.price_table import PriceTable
from plimsoll.data.text import clean, opened
from plimsoll.errors import DataError
from plimsoll.risk.assumptions import Assumption
from plimsoll.risk.factors import major_unit

__all__ = ["read_price_file"]

_DATE = (
    "date",
    "trade date",
    "trading date",
    "observation date",
    "as of",
    "datetime",
    "timestamp",
    "time",
    "day",
    "datum",
    "fecha",
)
_SYMBOL = (
    "symbol",
    "ticker",
    "instrument",
    "security",
    "asset",
    "isin",
    "figi",
    "ric",
    "code",
    "identifier",
    "id",
    "symbole",
    "simbolo",
    "símbolo",
)
_PRICE = (
    "adj close",
    "adjusted close",
    "close adj",
    "close",
    "price",
    "last",
    "px last",
    "settle",
    "value",
    "nav",
    "schlusskurs",
    "kurs",
    "cours",
    "prezzo",
    "precio",
)
_CURRENCY = ("currency", "ccy", "cur", "währung", "devise", "divisa", "valuta")
_BESIDE = (
    "open",
    "high",
    "low",
    "volume",
    "dividends",
    "stock splits",
    "vwap",
    "turnover",
    "change",
    "change %",
)
_LEAP = np.timedelta64(2 * 366, "D")
_NO_PRICES = (
    "Add one column per symbol, named in one header row. A file of yfinance has a header of several rows: "
    "write data['Close'].to_csv(...) instead."
)
_LARGEST = 250_000_000


def read_price_file(path: Path, *, largest: int = _LARGEST, most_bytes: int = 2 << 30) -> PriceTable:
    """Read one file of prices; the guide says which forms it may have.

    Parameters
    ----------
    path
        CSV, also packed by gzip, or Parquet. The content decides, not the name.
    largest
        Number of dates × symbols above which a table is refused.
    most_bytes
        Unpacked size above which a file is refused, however small it is packed.

    Raises
    ------
    DataError
        If the file cannot be read, or holds a date or price that cannot be used; row and column are named.
    """
    with opened(path, REMEDY) as stream:
        is_parquet = stream.read(4) == b"PAR1"
    if is_parquet:
        cells = _read_parquet(path, largest, most_bytes)
    else:
        cells = read_delimited(path, _is_header, largest=most_bytes)
    return _understood(cells, path, largest)


def _read_parquet(path: Path, largest: int, most_bytes: int) -> Cells:
    """Read a Parquet file into columns of whatever type it has."""
    file = str(path)
    named, columns = read_parquet_columns(path, most_cells=largest, most_bytes=most_bytes)
    if not columns or not len(columns[0]):
        raise DataError("has columns but no prices", file=file, remedy="Add at least one row.")
    names = tuple("" if name.startswith("__index_level_") else clean(name) for name in named)
    return Cells(file, names, tuple(columns), "Parquet", lambda record: record + 1)


def _understood(cells: Cells, path: Path, largest: int) -> PriceTable:
    """Decide by the header what the columns are, and read them."""
    known = [_normal(name) for name in cells.names]
    date = _date_column(cells, known)
    symbol = _first(known, _SYMBOL)
    price = _first(known, _PRICE)
    only_one = price is not None and set(known) - {known[date]} <= {*_PRICE, *_BESIDE, *_CURRENCY, ""}
    if price is not None and (symbol is not None or only_one):
        own = None if symbol is not None else _symbol_of(path)
        table, notes = _long(cells, (date, symbol, price, _first(known, _CURRENCY)), own, largest)
    else:
        table, notes = _wide(cells, date, largest)
    text = f"{cells.file}: {'; '.join([cells.form, *filter(None, notes)])}."
    assumptions = (Assumption("import", text), *_leaps(table))
    return PriceTable(table.dates, table.symbols, table.prices, table.currencies, cells.file, assumptions)


def _leaps(table: PriceTable) -> list[Assumption]:
    """Doubt dates long after the ones before them: a single 2099 would become the date of the report."""
    after = np.flatnonzero(np.diff(table.dates) > _LEAP)
    if not len(after):
        return []
    before, date = table.dates[after[-1]], table.dates[after[-1] + 1]
    text = (
        f"{table.source}: there is no price between {before} and {date}, more than two years; if {date} is a "
        "typing error, correct it, or else the report may be of the wrong date."
    )
    return [Assumption("quality", text)]


def _normal(name: str) -> str:
    """Return a column name in lower case with single blanks, so that Adj_Close is adj close."""
    return re.sub(r"[\s._-]+", " ", unicodedata.normalize("NFC", name)).strip().casefold()


def _is_header(names: Sequence[str]) -> bool:
    return _first([_normal(name) for name in names], _DATE) is not None


def _first(known: Sequence[str], names: Sequence[str]) -> int | None:
    """Return the column with the most preferred of `names`."""
    return next((known.index(name) for name in names if name in known), None)


def _date_column(cells: Cells, known: Sequence[str]) -> int:
    """Return the column of dates: by its name, its type, or as the first without a name."""
    by_name = _first(known, _DATE)
    if by_name is not None:
        return by_name
    typed = (j for j, column in enumerate(cells.columns) if pa.types.is_temporal(column.type))
    return next(typed, known.index("") if "" in known else 0)


def _symbol_of(path: Path) -> str:
    """Return the file name without its endings: BRK.B.csv.gz is BRK.B."""
    return re.sub(r"(\.(csv|txt|tsv|parquet|gz))+$", "", path.name, flags=re.IGNORECASE)


def _wide(cells: Cells, date: int, largest: int) -> tuple[PriceTable, list[str]]:
    """Read a date column and one column per symbol."""
    others = [j for j in range(len(cells.names)) if j != date]
    columns = [j for j in others if cells.names[j]]
    symbols = [cells.names[j] for j in columns]
    if not columns:
        raise DataError("has no column of prices", file=cells.file, remedy=_NO_PRICES)
    for j, symbol in zip(columns, symbols, strict=True):
        if symbols.count(symbol) > 1:
            raise cells.refuse("the symbol occurs twice", column=j, remedy="Keep one column per symbol.")
    _check_size((len(cells.columns[date]), len(columns)), largest, cells.file)
    days, how = dates_of(cells, date)
    values, how_written = prices_of(cells, columns)
    dates, prices, merged = _without_repeated_dates(cells, days, values, columns)
    notes = [f"wide, one column per symbol ({len(columns)})", how, *how_written]
    if {"USD", "JPY", "GBP"} <= set(symbols) and all(re.fullmatch("[A-Z]{3}", name) for name in symbols):
        symbols = [f"EUR{name}" for name in symbols]
        notes.append("columns are currencies, so these are ECB reference rates, units per 1 EUR")
    if len(columns) < len(others):
        notes.append(f"columns without a name, left out: {len(others) - len(columns)}")
    notes += [_order(days), *merged]
    return PriceTable(dates, tuple(symbols), prices, (None,) * len(symbols), cells.file), notes


def _without_repeated_dates(
    cells: Cells, days: NDArray[np.datetime64], values: NDArray[np.float64], columns: Sequence[int]
) -> tuple[NDArray[np.datetime64], NDArray[np.float64], list[str]]:
    """Return ascending dates, one row for each, and in words which rows were merged into others."""
    dates, first, position = np.unique(days, return_index=True, return_inverse=True)
    prices = values[first]
    again = np.setdiff1d(np.arange(len(days)), first)
    filled = 0
    for record in again:
        kept = prices[position[record]]
        clash = np.isfinite(kept) & np.isfinite(values[record]) & (kept != values[record])
        if clash.any():
            column = columns[int(np.flatnonzero(clash)[0])]
            message = f"{days[record]} occurs twice with different prices"
            remedy = "Keep one row per date."
            raise cells.refuse(message, record=int(record), column=column, remedy=remedy)
        filled += bool((np.isnan(kept) & np.isfinite(values[record])).any())
        prices[position[record]] = np.where(np.isnan(kept), values[record], kept)
    return dates, prices, _merged("a date", len(again), filled)


def _merged(what: str, repeated: int, filled: int) -> list[str]:
    """Say how many rows repeat others, apart from those that filled a missing price in."""
    counts = {
        f"rows that repeat {what} with no other prices, merged": repeated - filled,
        f"rows that repeat {what} and fill in a missing price, merged": filled,
    }
    return [f"{text}: {count}" for text, count in counts.items() if count]


def _long(
    cells: Cells, columns: tuple[int, int | None, int, int | None], own: str | None, largest: int
) -> tuple[PriceTable, list[str]]:
    """Read one row per date and symbol, or per date where the file has only its `own` symbol."""
    date, symbol, price, currency = columns
    days, how = dates_of(cells, date)
    table, how_written = prices_of(cells, [price])
    values = table[:, 0]
    dates, day = np.unique(days, return_inverse=True)
    names, which = (
        (np.array([own]), np.zeros(len(days), np.int64)) if symbol is None else _codes(cells, symbol)
    )
    _check_size((len(dates), len(names)), largest, cells.file)
    prices, merged = _placed(cells, price, (day, which), values, (dates, names))
    layout = (
        "long, one row per date and symbol" if symbol is not None else f"one symbol, {own} by the file name"
    )
    notes = [f"{layout}, prices from column {cells.names[price]}", how, *how_written]
    notes += [_order(days), *merged]
    symbols = tuple(str(name) for name in names)
    currencies = _currencies(cells, currency, which, symbols)
    return PriceTable(dates, symbols, prices, currencies, cells.file), notes


def _codes(cells: Cells, column: int) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Return the sorted symbols of a column, and for each record which one it has."""
    written, code = codes_of(cells, column)
    if "" in written:
        record = int(np.flatnonzero(code == written.index(""))[0])
        remedy = "Name the symbol, or delete the row."
        raise cells.refuse("the symbol is missing", record=record, column=column, remedy=remedy)
    names, rank = np.unique(np.array(written), return_inverse=True)
    return names, rank[code].astype(np.int64)


def _placed(
    cells: Cells,
    column: int,
    position: tuple[NDArray[np.int64], NDArray[np.int64]],
    values: NDArray[np.float64],
    labels: tuple[NDArray[np.datetime64], NDArray[np.str_]],
) -> tuple[NDArray[np.float64], list[str]]:
    """Return the table of dates × symbols, and in words which records were merged into others."""
    dates, names = labels
    prices = np.full((len(dates), len(names)), np.nan)
    observed = np.flatnonzero(np.isfinite(values))
    day, which = position[0][observed], position[1][observed]
    prices[day, which] = values[observed]
    clash = observed[prices[day, which] != values[observed]]
    if len(clash):
        record = int(clash[0])
        message = f"{names[position[1][record]]} has two different prices on {dates[position[0][record]]}"
        raise cells.refuse(
            message, record=record, column=column, remedy="Keep one price per date and symbol."
        )
    place = position[0] * len(names) + position[1]
    _, first = np.unique(place, return_index=True)
    later = np.isnan(values[first]) & np.isfinite(prices[position[0][first], position[1][first]])
    return prices, _merged("a date and symbol", len(values) - len(first), int(later.sum()))


def _currencies(
    cells: Cells, column: int | None, which: NDArray[np.int64], symbols: Sequence[str]
) -> tuple[str | None, ...]:
    """Return the currency of each symbol; two for one symbol cannot be right."""
    if column is None:
        return (None,) * len(symbols)
    texts, code = codes_of(cells, column)
    written = [_currency(text) for text in texts]
    found: dict[str, str] = {}
    _, records = np.unique(which * len(written) + code, return_index=True)
    for record in np.sort(records):
        symbol, currency = symbols[which[record]], written[code[record]]
        if currency and found.setdefault(symbol, currency) != currency:
            message = f"{symbol} is in {found[symbol]} and in {currency}"
            raise cells.refuse(
                message, record=int(record), column=column, remedy="Give each symbol one currency."
            )
    return tuple(found.get(symbol) for symbol in symbols)


def _currency(text: str) -> str:
    """Return a currency code in capitals, but GBp and its like as they are."""
    return text if major_unit(text)[1] != 1.0 else text.upper()


def _order(days: NDArray[np.datetime64]) -> str:
    """Say that rows were sorted, if they had to be."""
    steps = np.diff(days).astype(np.int64)
    if (steps >= 0).all():
        return ""
    return (
        "newest first, turned round"
        if (steps <= 0).all()
        else "rows were not in order of date and were sorted"
    )


def _check_size(shape: tuple[int, int], largest: int, file: str) -> None:
    """Refuse a table that would not fit into memory."""
    if shape[0] * shape[1] > largest:
        message = f"is too large: {shape[0]:,} × {shape[1]:,} prices"
        raise DataError(message, file=file, remedy="Leave out symbols or dates that are not needed.")
