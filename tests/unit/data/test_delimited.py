"""Delimited text is read whatever its encoding, delimiter and packing, and refused where it is none."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from plimsoll.data.cells import Cells
from plimsoll.data.delimited import read_delimited
from plimsoll.errors import DataError

_TEXT = "Date,Ä\n2024-01-02,1\n2024-01-03,2\n"


def _has_date(names: Sequence[str]) -> bool:
    return "Date" in names


def _read(path: Path, content: bytes, largest: int = 1 << 30) -> Cells:
    path.write_bytes(content)
    return read_delimited(path, _has_date, largest=largest)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, newline: str, tmp_path: Path) -> None:
    """The same table comes out of every encoding, with a byte order mark or without."""
    cells = _read(tmp_path / "x.csv", _TEXT.replace("\n", newline).encode(encoding))
    assert cells.names == ("Date", "Ä")
    assert [column.to_pylist() for column in cells.columns] == [["2024-01-02", "2024-01-03"], ["1", "2"]]
    shown = {"utf-8": "UTF-8", "latin-1": "Windows-1252"}.get(encoding.removesuffix("-sig"), "UTF-16")
    assert shown in cells.form


@pytest.mark.parametrize(
    ("delimiter", "word"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")]
)
def test_delimiters(delimiter: str, word: str, tmp_path: Path) -> None:
    """The header tells the delimiter, and the form says it."""
    cells = _read(tmp_path / "x.csv", _TEXT.replace(",", delimiter).encode())
    assert cells.delimiter == delimiter
    assert len(cells.columns) == 2
    assert word in cells.form


def test_gzip_is_seen_by_content(tmp_path: Path) -> None:
    """A packed file needs no ending that says so."""
    assert len(_read(tmp_path / "x.csv", gzip.compress(_TEXT.encode(), mtime=0)).columns[0]) == 2


def test_preamble_blank_rows_and_quotes(tmp_path: Path) -> None:
    """Lines above the header are skipped and counted; rows of the file are named as an editor counts them."""
    text = 'My prices\n\n"Date","a,b"\n\n2024-01-02,"1\n2"\n,\n   \n2024-01-03,3\n"'
    cells = _read(tmp_path / "x.csv", text.encode())
    assert cells.names == ("Date", "a,b")
    assert cells.columns[1].to_pylist() == ["1\n2", "3"]
    assert "skipped above the header: 1" in cells.form
    assert (cells.row(0), cells.row(1)) == (6, 9)


def test_a_header_without_a_date_name(tmp_path: Path) -> None:
    """Without a better line the first with two fields is the header."""
    assert _read(tmp_path / "x.csv", b"notes\nDatum,A\n2024-01-02,1\n").names == ("Datum", "A")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"Date,A\n", "no prices"),
        (b"Date,A\n,\n\n", "no prices"),
        (b"Date\n2024-01-02\n", "no header"),
        (bytes(range(256)) * 9, "binary"),
        (b"PK\x03\x04 and more", "zip file"),
        (b"\x1f\x8b and more", "damaged"),
        (b"\xff\xfeD\x00a", "damaged"),
        (b"<html><body>Not found</body></html>", "HTML"),
        (b"Date,A\n2024-01-02,1,2\n", "3 fields instead of 2"),
        (b"a" * 200_000 + b"\nb\n", "no header"),
        (b'Date,A\n2024-01-02,"' + b"\n" * (20 << 20), "cannot be read as CSV"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    """Empty, binary, packed, cut and ragged files are refused with the file and a remedy."""
    with pytest.raises(DataError, match=message) as caught:
        _read(tmp_path / "x.csv", content)
    assert caught.value.file == str(tmp_path / "x.csv")
    assert caught.value.remedy


def test_a_ragged_row_is_named(tmp_path: Path) -> None:
    """The row is counted with preamble, header and blank lines."""
    with pytest.raises(DataError) as caught:
        _read(tmp_path / "x.csv", b"note\nDate,A\n\n2024-01-02,1\nSource: me\n")
    assert caught.value.row == 5


def test_a_row_that_cannot_be_counted_is_not_named(tmp_path: Path) -> None:
    """Below a cell of 200,000 letters rows are not counted; the error stands without one."""
    long = b"2024-01-02," + b"1" * 200_000 + b"\n"
    assert _read(tmp_path / "x.csv", b"Date,A\n" + long).row(0) is None
    with pytest.raises(DataError, match="1 fields") as caught:
        _read(tmp_path / "x.csv", b"Date,A\n" + long + b"2024-01-03\n")
    assert caught.value.row is None


def test_limits(tmp_path: Path) -> None:
    """A line above 1 MiB and a file above its limit are refused while they are read."""
    with pytest.raises(DataError, match="longer than 1 MiB") as caught:
        _read(tmp_path / "x.csv", b"Date,A\n2024-01-02," + b"1" * (1 << 20))
    assert caught.value.row == 2
    with pytest.raises(DataError, match="larger than 1 MiB"):
        _read(tmp_path / "x.csv", gzip.compress(_TEXT.encode() * 50_000, mtime=0), largest=1 << 20)


def test_headers_are_cleaned(tmp_path: Path) -> None:
    """Names lose invisible characters, as the symbols of a portfolio do, so that they match."""
    cells = _read(tmp_path / "x.csv", "Date,\u200bBRK\u00a0B\x1b\n2024-01-02,1\n".encode())
    assert cells.names == ("Date", "BRK B")


def test_rows_may_end_in_a_delimiter(tmp_path: Path) -> None:
    """One empty field more than the header in every row is no field."""
    cells = _read(tmp_path / "x.csv", b"Date;A\n2024-01-02;1;\n\n2024-01-03;;\n")
    assert cells.names == ("Date", "A")
    assert [column.to_pylist() for column in cells.columns] == [["2024-01-02", "2024-01-03"], ["1", ""]]


def test_a_surplus_field_with_contents_is_refused(tmp_path: Path) -> None:
    """A value without a header is not passed over, though the first row has none."""
    with pytest.raises(DataError, match="3 fields, but the header only 2") as caught:
        _read(tmp_path / "x.csv", b"Date;A\n2024-01-02;1;\n2024-01-03;2;3\n")
    assert "header" in caught.value.remedy


def test_symbols_kept_as_text_by_excel(tmp_path: Path) -> None:
    """A header cell that is a formula of text is that text."""
    assert _read(tmp_path / "x.csv", b'Date,="AAA"\n2024-01-02,1\n').names == ("Date", "AAA")
