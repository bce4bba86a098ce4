"""A file of prices in any of its forms becomes a table; a doubtful one is refused by row and column."""

import datetime as dt
import gzip
import os
import unicodedata
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.data.price_files import read_price_file
from plimsoll.data.price_table import PriceTable
from plimsoll.errors import DataError

_WIDE = "Date,BBB,AAA\n2024-01-02,1.5,10\n2024-01-03,,11\n2024-01-04,1.7,12\n"
_LONG = (
    "date,ticker,Adj Close,Close,ccy\n2024-01-02,BBB,1.5,3,usd\n2024-01-03,BBB,N/A,3,USD\n"
    "2024-01-04,BBB,1.7,3,\n"
    "2024-01-02,AAA,10,3,GBp\n2024-01-03,AAA,11,3,GBp\n2024-01-04,AAA,12,3,GBp\n"
)


def _read(path: Path, text: str) -> PriceTable:
    path.write_text(text)
    return read_price_file(path)


def _note(table: PriceTable) -> str:
    return table.assumptions[0].text


def _error(path: Path, text: str) -> DataError:
    with pytest.raises(DataError) as caught:
        _read(path, text)
    assert caught.value.file == str(path)
    assert caught.value.remedy
    return caught.value


def test_a_wide_file(tmp_path: Path) -> None:
    """A date column and a column per symbol; the layout is recorded."""
    table = _read(tmp_path / "x.CSV", _WIDE)
    assert table.symbols == ("BBB", "AAA")
    assert table.currencies == (None, None)
    np.testing.assert_array_equal(table.prices, [[1.5, 10], [np.nan, 11], [1.7, 12]])
    assert "wide" in _note(table)
    assert table.source == str(tmp_path / "x.CSV")


def test_a_long_file(tmp_path: Path) -> None:
    """One row per date and symbol; adjusted closes go first, symbols are sorted, currencies come along."""
    table = _read(tmp_path / "x.csv", _LONG)
    assert table.symbols == ("AAA", "BBB")
    assert table.currencies == ("GBp", "USD")
    np.testing.assert_array_equal(table.prices, [[10, 1.5], [11, np.nan], [12, 1.7]])
    assert "long" in _note(table)
    assert "Adj Close" in _note(table)


@pytest.mark.parametrize("text", [_WIDE, _LONG])
def test_parquet_holds_the_same_as_csv(text: str, tmp_path: Path) -> None:
    """Typed columns give the same prices as text, whatever the file is called."""
    expected = _read(tmp_path / "x.csv", text)
    typed = arrow_csv.read_csv(
        tmp_path / "x.csv", convert_options=arrow_csv.ConvertOptions(strings_can_be_null=True)
    )
    parquet.write_table(typed, tmp_path / "no ending")
    assert read_price_file(tmp_path / "no ending").sha256 == expected.sha256


def test_an_index_written_by_pandas(tmp_path: Path) -> None:
    """The nameless index of a data frame is the date column, in Parquet and in CSV."""
    columns = {"A": [1.0], "__index_level_0__": pa.array([np.datetime64("2024-01-02", "us")])}
    parquet.write_table(pa.table(columns), tmp_path / "x.parquet")
    assert read_price_file(tmp_path / "x.parquet").symbols == ("A",)
    table = _read(tmp_path / "x.csv", ",A\n2024-01-02,1\n")
    assert table.sha256 == read_price_file(tmp_path / "x.parquet").sha256


def test_nameless_columns_are_left_out_and_counted(tmp_path: Path) -> None:
    """A column without a name is nobody's price, and the report says so."""
    table = _read(tmp_path / "x.csv", "Date,A,\n2024-01-02,1,\n")
    assert table.symbols == ("A",)
    assert "without a name, left out: 1" in _note(table)


def test_dates_by_type_where_no_name_tells(tmp_path: Path) -> None:
    """A Parquet column of type date is the date column, whatever it is called."""
    columns = {"A": [1.0], "Tag": pa.array([dt.date(2024, 1, 2)])}
    parquet.write_table(pa.table(columns), tmp_path / "x.parquet")
    assert read_price_file(tmp_path / "x.parquet").symbols == ("A",)


@pytest.mark.parametrize(
    ("name", "symbol"), [("BRK.B.csv", "BRK.B"), ("AAPL.CSV.gz", "AAPL"), ("^GSPC.parquet", "^GSPC")]
)
@pytest.mark.parametrize(
    "header", ["Date,Open,High,Low,Adj. Close,Volume", "DATE,open,high,low,CLOSE,volume"]
)
def test_a_file_of_one_symbol(name: str, symbol: str, header: str, tmp_path: Path) -> None:
    """Without a symbol column the file name is the symbol, and the close is the price."""
    table = _read(tmp_path / name, f"{header}\n2024-01-02,1,2,3,4,5\n")
    assert table.symbols == (symbol,)
    assert table.prices.tolist() == [[4.0]]
    assert f"{symbol} by the file name" in _note(table)


def test_a_wide_file_of_shares_called_like_prices(tmp_path: Path) -> None:
    """LOW and OPEN are shares where nothing is called close."""
    assert _read(tmp_path / "x.csv", "Date,LOW,OPEN\n2024-01-02,1,2\n").symbols == ("LOW", "OPEN")


def test_reference_rates_of_the_ecb(tmp_path: Path) -> None:
    """Columns that are nothing but currencies are units per euro; newest first is turned round."""
    table = _read(
        tmp_path / "x.csv", "Date,USD,JPY,GBP,\n2024-01-03,1.09,155,0.86,\n2024-01-02,1.1,N/A,0.87,\n"
    )
    assert table.symbols == ("EURUSD", "EURJPY", "EURGBP")
    np.testing.assert_array_equal(table.prices[:, 0], [1.1, 1.09])
    assert "newest first" in _note(table)


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    """A continental file is read, and its decimal comma recorded."""
    table = _read(tmp_path / "x.csv", "Datum;A\n31.12.2023;1.234,5\n01.01.2024;--\n")
    np.testing.assert_array_equal(table.prices, [[1234.5], [np.nan]])
    assert "decimal comma" in _note(table)
    assert "day-first" in _note(table)


@pytest.mark.parametrize(
    "text",
    [
        "Date,A,B\n2024-01-03,3,\n2024-01-02,1,2\n2024-01-03,3,4\n",
        "date,symbol,price\n2024-01-03,A,3\n2024-01-02,A,1\n2024-01-03,A,3\n2024-01-02,B,2\n2024-01-03,B,4\n",
    ],
)
def test_equal_repeated_rows_are_merged(text: str, tmp_path: Path) -> None:
    """Repeated dates with equal prices, or none beside one, are one date; what was done is recorded."""
    table = _read(tmp_path / "x.csv", text)
    np.testing.assert_array_equal(table.prices, [[1, 2], [3, 4]])
    assert "merged: 1" in _note(table)
    assert ("fill in" in _note(table)) == ("A,B" in text)
    assert "sorted" in _note(table)


@pytest.mark.parametrize(
    ("text", "row", "column", "message"),
    [
        ("Date,A,B\n2024-01-02,1,2\n\n2024-01-02,1,3\n", 4, "B", "2024-01-02 occurs twice"),
        (
            "date,symbol,price\n2024-01-02,A,1\n2024-01-02,A,2\n",
            2,
            "price",
            "two different prices on 2024-01-02",
        ),
        ("date,symbol,price\n2024-01-02,A,1\n2024-01-02,,2\n", 3, "symbol", "symbol is missing"),
        ("date,symbol,price,ccy\n2024-01-02,A,1,USD\n2024-01-03,A,1,EUR\n", 3, "ccy", "in USD and in EUR"),
        ("Date,A,B\n2024-01-02,1,x\n", 2, "B", "'x' is not a price"),
        ("Date,A,B\n2024-01-02,1,inf\n", 2, "B", "infinite"),
        ("Date,A\n2024-01-02,1\n02.30.2024,2\n", 3, "Date", "not a date"),
        ("A,B\n1,2\n", 2, "A", "not a date"),
        ("Date,A,A\n2024-01-02,1,2\n", None, "A", "twice"),
    ],
)
def test_doubtful_cells_are_refused(
    text: str, row: int | None, column: str, message: str, tmp_path: Path
) -> None:
    """The error names file, row and column, and what to do."""
    error = _error(tmp_path / "x.csv", text)
    assert (error.row, error.column) == (row, column)
    assert message in error.message


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "empty"), ("Date,A\n", "no prices"), ("Date,\n2024-01-02,\n", "no column of prices")],
)
def test_files_without_prices_are_refused(text: str, message: str, tmp_path: Path) -> None:
    """An empty file, a header alone and dates alone hold no prices."""
    assert message in _error(tmp_path / "x.csv", text).message


def test_what_is_no_readable_file(tmp_path: Path) -> None:
    """Missing files, directories, devices and pipes are refused with a remedy, the latter without waiting."""
    os.mkfifo(tmp_path / "pipe.csv")
    for path, message in (
        (tmp_path / "none.csv", "no such file"),
        (tmp_path, "a directory"),
        (tmp_path / "pipe.csv", "pipe"),
        (Path("/dev/zero"), "device"),
    ):
        with pytest.raises(DataError, match=message) as caught:
            read_price_file(path)
        assert "or demo" in caught.value.remedy


@pytest.mark.parametrize(
    ("content", "message"), [(b"PAR1 and no more", "damaged"), (b"PAR1\0\0\0\0\0\0\0\0PAR1", "damaged")]
)
def test_damaged_parquet_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    """A cut or garbled Parquet file is named as such."""
    (tmp_path / "x.parquet").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_price_file(tmp_path / "x.parquet")


def test_parquet_without_rows_is_refused(tmp_path: Path) -> None:
    """Columns alone are no prices."""
    parquet.write_table(
        pa.table({"date": pa.array([], pa.date32()), "A": pa.array([], pa.float64())}), tmp_path / "x"
    )
    with pytest.raises(DataError, match="no prices"):
        read_price_file(tmp_path / "x")


@pytest.mark.parametrize("pack", [False, True])
def test_a_table_too_large_for_memory_is_refused(pack: bool, tmp_path: Path) -> None:
    """The number of dates × symbols is checked before the table is made."""
    text = "date,symbol,price\n" + "".join(f"2024-01-{day:02},S{day},1\n" for day in range(1, 29))
    path = tmp_path / "x.csv"
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if pack else text.encode())
    assert read_price_file(path, largest=28 * 28).prices.shape == (28, 28)
    with pytest.raises(DataError, match="28 × 28"):
        read_price_file(path, largest=28 * 28 - 1)


def test_columns_without_any_price_are_kept(tmp_path: Path) -> None:
    """A symbol without prices stays in the table, so that it can be reported by name."""
    table = _read(tmp_path / "x.csv", "Date,A,B\n2024-01-02,1,\n")
    assert table.symbols == ("A", "B")
    assert np.isnan(table.prices[0, 1])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_rows_is_irrelevant(data: st.DataObject, tmp_path: Path) -> None:
    """Any order of the rows, wide or long, gives the same table."""
    for text in (_WIDE, _LONG):
        header, *rows = text.splitlines(keepends=True)
        mixed = "".join([header, *data.draw(st.permutations(rows))])
        assert _read(tmp_path / "x.csv", mixed).sha256 == _read(tmp_path / "y.csv", text).sha256


def test_a_long_file_may_fill_a_price_in(tmp_path: Path) -> None:
    """A row that brings a price which an earlier row missed is not said to have the same prices."""
    text = "date,symbol,price\n2024-01-02,A,\n2024-01-02,A,1\n2024-01-03,A,2\n2024-01-03,A,\n"
    table = _read(tmp_path / "x.csv", text)
    np.testing.assert_array_equal(table.prices, [[1], [2]])
    assert "with no other prices, merged: 1" in _note(table)
    assert "fill in a missing price, merged: 1" in _note(table)


def test_thousands_of_a_continental_file(tmp_path: Path) -> None:
    """1.239 beside 1.200,50 is 1239; where nothing tells, the guess is part of what was assumed."""
    table = _read(tmp_path / "x.csv", "Date;AAA\n2024-01-02;1.200,50\n2024-01-03;1.239\n")
    np.testing.assert_array_equal(table.prices, [[1200.5], [1239]])
    long = "date;symbol;price\n2024-01-02;A;1.239\n"
    assert "'1.239' could be read in two ways" in _note(_read(tmp_path / "x.csv", long))


@pytest.mark.parametrize(("date", "doubts"), [("2026-01-03", 0), ("2026-01-06", 1), ("2099-01-02", 1)])
def test_a_leap_of_more_than_two_years_is_doubted(date: str, doubts: int, tmp_path: Path) -> None:
    """A last date far after the one before it is named, for it becomes the date of the report."""
    found = _read(tmp_path / "x.csv", f"Date,A\n2024-01-02,1\n2024-01-03,1\n{date},1\n").assumptions[1:]
    assert [item.topic for item in found] == ["quality"] * doubts
    assert all(date in item.text and "2024-01-03" in item.text for item in found)


def test_the_header_of_yfinance_is_recognised(tmp_path: Path) -> None:
    """A header of several rows is refused, and the remedy says how to write one."""
    text = "Price,Close,High\nTicker,AAPL,AAPL\nDate,,\n2024-01-02,1,2\n"
    error = _error(tmp_path / "x.csv", text)
    assert "no column of prices" in error.message
    assert "yfinance" in error.remedy


@pytest.mark.parametrize("header", ["Datum;Symbole;Cours", "Fecha;Símbolo;Precio", "date;simbolo;Prezzo"])
def test_headers_in_other_languages(header: str, tmp_path: Path) -> None:
    """French, Spanish and Italian names are known, composed or decomposed."""
    for spelt in (unicodedata.normalize("NFC", header), unicodedata.normalize("NFD", header)):
        assert _read(tmp_path / "x.csv", f"{spelt}\n2024-01-02;A;1,5\n").symbols == ("A",)
