"""Reading bytes as lines: encodings, limits, and what is no text."""

import codecs
import hashlib
import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.importers.text_file import MAX_BYTES, MAX_LINE_BYTES, MAX_LINES, clean, read_text_file
from plimsoll.errors import DataError

TEXT = "symbol;quantity\nNestlé;5\n"
MARKED = [
    (codecs.BOM_UTF8 + TEXT.encode(), "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "UTF-16"),
    (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16"),
    (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "UTF-32"),
    (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "UTF-32"),
    (TEXT.encode(), "UTF-8"),
    (TEXT.encode("cp1252"), "Windows-1252"),
]
BINARY = [
    (b"PK\x03\x04rest", "Excel"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
    (b"%PDF-1.7\n", "PDF"),
    (b"PAR1\x15\x04", "Parquet"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"a,b\x00c\n", "binary"),
    (TEXT.encode("utf-16-le"), "UTF-16 without"),
    (b"\x01\x02\x03\x04abc\n", "binary"),
    (b"<!DOCTYPE html><html></html>", "HTML"),
    (b'<?xml version="1.0"?>', "XML"),
    (b'\n {"positions": []}', "JSON"),
]


def file_with(folder: Path, data: bytes, name: str = "book.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("data", "encoding"), MARKED)
def test_encodings_give_the_same_lines(tmp_path: Path, data: bytes, encoding: str) -> None:
    """The same text in any supported encoding gives the same lines, and the encoding is named."""
    read = read_text_file(file_with(tmp_path, data))
    assert read.lines == ("symbol;quantity\n", "Nestlé;5\n")
    assert read.encoding == encoding
    assert read.sha256 == hashlib.sha256(data).hexdigest()


def test_bytes_that_no_other_encoding_has_are_latin_1(tmp_path: Path) -> None:
    """A byte that Windows-1252 leaves undefined falls back to Latin-1."""
    assert read_text_file(file_with(tmp_path, b"a,\xe9\x81\n")).encoding == "Latin-1"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_do_not_matter(tmp_path: Path, end: bytes) -> None:
    """Unix, Windows and old Macintosh line ends give the same lines."""
    assert read_text_file(file_with(tmp_path, end.join([b"a", b"b", b""]))).lines == ("a\n", "b\n")


def test_only_what_an_editor_counts_is_a_line(tmp_path: Path) -> None:
    """Form feeds and Unicode separators do not shift the row numbers."""
    lines = read_text_file(file_with(tmp_path, "a\x0cb\u2028c\x85d\ne\n".encode())).lines
    assert len(lines) == 2


@pytest.mark.parametrize(("data", "what"), BINARY)
def test_other_kinds_of_file_are_named(tmp_path: Path, data: bytes, what: str) -> None:
    """A file that is no text is refused with what it looks like and the remedy."""
    with pytest.raises(DataError, match=what) as caught:
        read_text_file(file_with(tmp_path, data))
    assert "CSV" in caught.value.remedy
    assert caught.value.file.endswith("book.csv")


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE + b"\n\x00"])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    """A file without any text says that it is empty."""
    with pytest.raises(DataError, match="empty"):
        read_text_file(file_with(tmp_path, data))


def test_damaged_utf_16_is_refused(tmp_path: Path) -> None:
    """Half a character at the end of a UTF-16 file is an error, not a guess."""
    with pytest.raises(DataError, match="damaged at byte"):
        read_text_file(file_with(tmp_path, codecs.BOM_UTF16_LE + b"a\x00b"))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path that leads nowhere is bad data with the path in it."""
    with pytest.raises(DataError, match="no such file") as caught:
        read_text_file(tmp_path / "none.csv")
    assert caught.value.exit_code == 3


def test_a_directory_is_refused(tmp_path: Path) -> None:
    """A directory is not a file."""
    with pytest.raises(DataError, match="a directory"):
        read_text_file(tmp_path)


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """A FIFO, which would block for ever, is refused at once."""
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="pipe"):
        read_text_file(tmp_path / "pipe.csv")


def test_a_device_and_a_socket_are_refused(tmp_path: Path) -> None:
    """Devices never end and sockets cannot be opened, so neither is read."""
    with pytest.raises(DataError, match="device"):
        read_text_file("/dev/zero")
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        with pytest.raises(DataError, match="socket"):
            read_text_file(path)


@pytest.mark.parametrize("path", ["a\x00b.csv", "x" * 5000, "book.csv/inside"])
def test_an_impossible_path_is_refused(tmp_path: Path, path: str) -> None:
    """Whatever the operating system says about a path becomes bad data."""
    file_with(tmp_path, b"a")
    with pytest.raises(DataError, match="cannot be read"):
        read_text_file(f"{tmp_path}/{path}")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """A sparse gigabyte is refused by its size."""
    path = file_with(tmp_path, b"symbol,quantity\n")
    os.truncate(path, 2**30)
    with pytest.raises(DataError, match=f"larger than {MAX_BYTES // 2**20} MiB"):
        read_text_file(path)


@pytest.mark.parametrize("before", [0, 1, 3])
def test_a_long_line_ends_the_reading(tmp_path: Path, before: int) -> None:
    """A line above the limit is refused with its number, wherever it stands."""
    with pytest.raises(DataError, match="a line is longer than 1 MiB") as caught:
        read_text_file(file_with(tmp_path, b"a,b\n" * before + b"x" * (MAX_LINE_BYTES + 1) + b"\na,b\n"))
    assert caught.value.row == before + 1


@given(lengths=st.lists(st.integers(0, 100_000), min_size=1, max_size=8), end=st.sampled_from(["\n", "\r\n"]))
def test_lines_within_the_limit_are_read(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], end: str
) -> None:
    """Lines of any length below the limit come back as they were, wherever the chunks end."""
    data = "".join("x" * length + end for length in [1, *lengths])
    path = file_with(tmp_path_factory.mktemp("lines"), data.encode())
    assert [len(line) - 1 for line in read_text_file(path).lines] == [1, *lengths]


def test_a_line_of_the_limit_is_read(tmp_path: Path) -> None:
    """The limit itself is allowed."""
    assert len(read_text_file(file_with(tmp_path, b"x" * MAX_LINE_BYTES + b"\n")).lines) == 1


def test_too_many_lines_are_refused(tmp_path: Path) -> None:
    """The number of lines is limited, and so is the memory that positions take."""
    with pytest.raises(DataError, match="1,000,001 lines"):
        read_text_file(file_with(tmp_path, b"a\n" * (MAX_LINES + 1)))


def test_clean_text_has_nothing_invisible() -> None:
    """Control, zero-width and direction characters go; every blank becomes a space; inner blanks stay."""
    assert clean("\ufeff A\x1b[31m\u202e\u200bB\u00a0 C\nD\u00ad ") == "A[31mB  C D"


@given(st.text())
def test_clean_text_can_be_shown_and_stays(text: str) -> None:
    """Cleaning twice changes nothing more, and what is left has no control character."""
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in once)
