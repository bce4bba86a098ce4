"""Prices come from the demo, a file or a directory, and reading them stays light."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from plimsoll.data.price_table import PriceTable
from plimsoll.data.prices import read_prices
from plimsoll.errors import DataError


def test_a_file_by_path_or_text(tmp_path: Path) -> None:
    """A path and its text are the same source."""
    (tmp_path / "x.csv").write_text("Date,A\n2024-01-02,1\n")
    table = read_prices(tmp_path / "x.csv")
    assert isinstance(table, PriceTable)
    assert read_prices(str(tmp_path / "x.csv")).sha256 == table.sha256


def test_the_demo_by_its_name() -> None:
    """The word demo is the demo, whatever lies in the current directory."""
    assert read_prices("demo").source == "demo"


def test_a_directory_is_joined_by_date(tmp_path: Path) -> None:
    """Every price file of a directory is read, whatever the case of its ending; others are named."""
    (tmp_path / "AAA.csv").write_text("Date,Close\n2024-01-02,1\n2024-01-03,2\n")
    (tmp_path / "B.B.CSV").write_text("Date;Close\n2024-01-03;3,5\n")
    parquet.write_table(pa.table({"date": ["2024-01-04"], "C": [4.0]}), tmp_path / "c.Parquet")
    (tmp_path / "readme.txt").write_text("not prices")
    (tmp_path / ".hidden.csv").write_text("not prices")
    (tmp_path / "folder.csv").mkdir()
    table = read_prices(tmp_path)
    assert table.symbols == ("AAA", "B.B", "C")
    nan = np.nan
    np.testing.assert_array_equal(table.prices, [[1, nan, nan], [2, 3.5, nan], [nan, nan, 4]])
    assert table.source == str(tmp_path)
    assert len(table.assumptions) == 4
    assert table.assumptions[-1].items == ("folder.csv", "readme.txt")


def test_a_directory_of_prices_alone_assumes_nothing_more(tmp_path: Path) -> None:
    """Each file says how it was read; there is nothing to add."""
    (tmp_path / "AAA.csv").write_text("Date,Close\n2024-01-02,1\n")
    assert [assumption.topic for assumption in read_prices(tmp_path).assumptions] == ["import"]


def test_a_directory_without_price_files_is_refused(tmp_path: Path) -> None:
    """The remedy says what belongs into it."""
    with pytest.raises(DataError, match="no price files") as caught:
        read_prices(tmp_path)
    assert ".parquet" in caught.value.remedy


def test_a_symbol_in_two_files_is_refused(tmp_path: Path) -> None:
    """Which file is right is not for us to say."""
    (tmp_path / "AAA.csv").write_text("Date,Close\n2024-01-02,1\n")
    (tmp_path / "all.csv").write_text("Date,AAA,B\n2024-01-02,1,2\n")
    with pytest.raises(DataError, match=r"AAA is also in .*AAA\.csv"):
        read_prices(tmp_path)


def test_a_path_that_the_system_refuses() -> None:
    """What the operating system refuses, here a name of 5,000 letters, becomes a data error."""
    with pytest.raises(DataError, match="cannot be read") as caught:
        read_prices("x" * 5000)
    assert caught.value.remedy


def test_pandas_and_polars_are_not_imported(tmp_path: Path) -> None:
    """Arrow's own way to numpy would import pandas, a second of start-up; reading does without."""
    (tmp_path / "x.csv").write_text("Datum;A;B\n31.12.2023;1,5;--\n01.01.2024;;2\n;;\n")
    (tmp_path / "y.csv").write_text("date,symbol,close,ccy\n2024-01-02,C,1,USD\n")
    columns = {"date": pa.array([dt.date(2024, 1, 2)]), "D": pa.array([None], pa.float64())}
    parquet.write_table(pa.table(columns), tmp_path / "z.parquet")
    script = (
        "import sys; from plimsoll.data.prices import read_prices; read_prices(sys.argv[1]); "
        "print({'pandas', 'polars', 'skfolio'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "set()\n"
