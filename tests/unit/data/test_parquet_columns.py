"""Parquet files that are more than they seem, and what they hold when they are not."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from plimsoll.data.parquet_columns import read_parquet_columns
from plimsoll.errors import DataError

MIB = 1 << 20


def read(path: Path, most_cells: int = 1_000_000, most_bytes: int = MIB) -> dict[str, list[object]]:
    """Return the columns of a file as lists."""
    names, columns = read_parquet_columns(path, most_cells=most_cells, most_bytes=most_bytes)
    return {name: column.to_pylist() for name, column in zip(names, columns, strict=True)}


@pytest.mark.parametrize("group", [1, 2, 100])
def test_columns_come_as_they_were_written(group: int, tmp_path: Path) -> None:
    """Texts, numbers, dates and gaps, in one or many pieces."""
    columns = {
        "date": [dt.date(2024, 1, 2), dt.date(2024, 1, 3), dt.date(2024, 1, 4)],
        "symbol": ["A", "B", None],
        "price": [1.5, None, 2.5],
    }
    parquet.write_table(pa.table(columns), tmp_path / "x", row_group_size=group)
    assert read(tmp_path / "x") == columns


def test_no_row_is_no_error_here(tmp_path: Path) -> None:
    """Columns without rows are empty."""
    parquet.write_table(pa.table({"symbol": pa.array([], pa.string())}), tmp_path / "x")
    assert read(tmp_path / "x") == {"symbol": []}


def test_a_text_repeated_a_million_times(tmp_path: Path) -> None:
    """Written out it would take sixty gigabytes; the file has a few thousand bytes."""
    text = pa.array(["x" * 60_000]).dictionary_encode().dictionary
    repeated = pa.DictionaryArray.from_arrays(pa.array([0]).take(pa.array([0] * 1_000_000)), text)
    parquet.write_table(pa.table({"symbol": repeated}), tmp_path / "x", compression="zstd")
    assert (tmp_path / "x").stat().st_size < 10 * MIB
    with pytest.raises(DataError, match="larger than 16 MiB"):
        read(tmp_path / "x", most_bytes=16 * MIB)


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_zeros_that_pack_well(compression: str, tmp_path: Path) -> None:
    """What the file says of its unpacked size is looked at before anything is unpacked."""
    zeros = pa.table(
        {"a": pa.Array.from_buffers(pa.uint8(), 16 * MIB, [None, pa.py_buffer(bytes(16 * MIB))])}
    )
    parquet.write_table(zeros, tmp_path / "x", compression=compression, use_dictionary=False)
    assert (tmp_path / "x").stat().st_size < MIB
    with pytest.raises(DataError, match="larger than 1 MiB"):
        read(tmp_path / "x", most_cells=100 * MIB)


def test_too_many_cells(tmp_path: Path) -> None:
    """Rows × columns are counted from the first page on."""
    parquet.write_table(pa.table({"a": [0.0] * 11, "b": [0.0] * 11}), tmp_path / "x")
    with pytest.raises(DataError, match="11 × 2"):
        read(tmp_path / "x", most_cells=20)


@pytest.mark.parametrize("value", [[1.0], {"a": 1.0}])
def test_columns_in_columns(value: object, tmp_path: Path) -> None:
    """A list or a record in a cell is no price, and may be of any length."""
    parquet.write_table(pa.table({"a": [value]}), tmp_path / "x")
    with pytest.raises(DataError, match="holds"):
        read(tmp_path / "x")


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"PAR1\0\0\0\0\0\0\0\0PAR1"])
def test_damaged_files(content: bytes, tmp_path: Path) -> None:
    """A cut or garbled file is named as such."""
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path / "x")
