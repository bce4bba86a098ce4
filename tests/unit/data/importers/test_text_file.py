"""Reading a portfolio file as lines."""

import hashlib
import os
from pathlib import Path

import pytest

from plimsoll.data.importers.text_file import MAX_BYTES, MAX_LINES, read_text_file
from plimsoll.errors import DataError

TEXT = "symbol;quantity\nNestlé;5\n"


def file_with(folder: Path, data: bytes) -> Path:
    path = folder / "book.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("codec", "encoding"), [("utf-8", "UTF-8"), ("cp1252", "Windows-1252")])
def test_a_file_is_told_by_its_bytes(tmp_path: Path, codec: str, encoding: str) -> None:
    """Lines do not depend on the encoding, which is named; the hash is of the bytes as they are."""
    data = TEXT.encode(codec)
    file = read_text_file(file_with(tmp_path, data))
    assert file.lines == ("symbol;quantity\n", "Nestlé;5\n")
    assert (file.encoding, file.sha256) == (encoding, hashlib.sha256(data).hexdigest())
    assert (file.name, file.path) == ("book.csv", str(tmp_path / "book.csv"))


def test_a_path_is_shown_without_control_characters(tmp_path: Path) -> None:
    """A file name cannot colour a terminal."""
    path = tmp_path / "bo\x1bok.csv"
    path.write_text(TEXT)
    assert read_text_file(path).name == "book.csv"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_do_not_matter(tmp_path: Path, end: bytes) -> None:
    """Unix, Windows and old Macintosh line ends give the same lines."""
    assert read_text_file(file_with(tmp_path, end.join([b"a", b"b", b""]))).lines == ("a\n", "b\n")


def test_only_what_an_editor_counts_is_a_line(tmp_path: Path) -> None:
    """Form feeds and Unicode separators do not shift the row numbers."""
    lines = read_text_file(file_with(tmp_path, "a\x0cb\u2028c\x85d\ne\n".encode())).lines
    assert len(lines) == 2


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04rest", b"\x1f\x8b\x08", b"a,b\x00c\n"])
def test_what_holds_no_positions_is_refused(tmp_path: Path, data: bytes) -> None:
    """Empty, packed and binary files are refused with the file and how to get positions as text."""
    with pytest.raises(DataError, match=r"empty|looks like") as caught:
        read_text_file(file_with(tmp_path, data))
    assert caught.value.file == str(tmp_path / "book.csv")
    assert "positions as CSV" in caught.value.remedy


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """A sparse gigabyte is refused by its size."""
    path = file_with(tmp_path, b"symbol,quantity\n")
    os.truncate(path, 2**30)
    with pytest.raises(DataError, match=f"larger than {MAX_BYTES // 2**20} MiB"):
        read_text_file(path)


def test_too_many_lines_are_refused(tmp_path: Path) -> None:
    """The number of lines is limited, and so is the memory that positions take."""
    with pytest.raises(DataError, match="1,000,001 lines"):
        read_text_file(file_with(tmp_path, b"a\n" * (MAX_LINES + 1)))
