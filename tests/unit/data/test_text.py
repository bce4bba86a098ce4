"""Bytes become text in any usual encoding, within limits; what is no text is named and refused."""

import codecs
import gzip
import os
import socket
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.text import (
    MAX_LINE_BYTES,
    NO_NUMBER,
    NO_TEXT,
    clean,
    clean_cell,
    decode,
    opened,
    read_bytes,
)
from plimsoll.errors import DataError

LARGEST = 8 * 2**20
REMEDY = "Give a CSV file."
TEXT = "symbol;quantity\nNestlé;5\n"
ENCODED = [
    (codecs.BOM_UTF8 + TEXT.encode(), "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "UTF-16"),
    (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16"),
    (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "UTF-32"),
    (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "UTF-32"),
    (TEXT.encode("utf-16-le"), "UTF-16"),
    (TEXT.encode("utf-16-be"), "UTF-16"),
    (TEXT.encode(), "UTF-8"),
    (TEXT.encode("cp1252"), "Windows-1252"),
]
OTHER_KINDS = [
    (b"PK\x03\x04rest", "Excel, OpenDocument or zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
    (b"%PDF-1.7\n", "PDF"),
    (b"PAR1\x15\x04", "Parquet"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x01", "PNG"),
    (b"a,b\x00c\n", "binary"),
    (b"\x00" * 99, "binary"),
    (bytes(range(256)) * 9, "binary"),
    (b"\x01\x02\x03\x04abc\n", "binary"),
    (b"<!DOCTYPE html><html></html>", "HTML"),
    (b'<?xml version="1.0"?>', "XML"),
    (b'\n {"positions": []}', "JSON"),
]


def file_with(folder: Path, data: bytes) -> Path:
    path = folder / "book.csv"
    path.write_bytes(data)
    return path


def read(path: Path) -> bytes:
    return read_bytes(path, largest=LARGEST, remedy=REMEDY, unpack=True)


@pytest.mark.parametrize(("data", "encoding"), ENCODED)
def test_every_encoding_gives_the_same_text(data: bytes, encoding: str) -> None:
    """The same text comes out of any encoding, with a byte order mark or without, and its name is told."""
    assert decode(data, "x", REMEDY) == (TEXT, encoding)


def test_bytes_that_no_other_encoding_has_are_latin_1() -> None:
    """A byte that Windows-1252 leaves undefined falls back to Latin-1."""
    assert decode(b"a,\xe9\x81\n", "x", REMEDY) == ("a,é\x81\n", "Latin-1")


def test_a_stray_control_character_is_text() -> None:
    """One control character in a table does not make it a binary file."""
    assert decode(b"symbol,quantity\nA\x1b,1\n\x1a", "x", REMEDY)[1] == "UTF-8"


@pytest.mark.parametrize(("data", "kind"), OTHER_KINDS)
def test_other_kinds_of_file_are_named(data: bytes, kind: str) -> None:
    """What is no table of text is refused with what it looks like and the reader's remedy."""
    with pytest.raises(DataError, match=f"this looks like an? {kind}") as caught:
        decode(data, "book.csv", REMEDY)
    assert (caught.value.file, caught.value.remedy) == ("book.csv", REMEDY)


@pytest.mark.parametrize(
    "data", [b"", b" \n\t\r\n", codecs.BOM_UTF8, b"\xef\xbb\xbf \r\n", codecs.BOM_UTF16_LE + b"\n\x00"]
)
def test_an_empty_file_is_refused(data: bytes) -> None:
    """A file without any text says that it is empty."""
    with pytest.raises(DataError, match="empty"):
        decode(data, "x", REMEDY)


@pytest.mark.parametrize("data", [codecs.BOM_UTF16_LE + b"a\x00b", b"a\x00b\x00c", codecs.BOM_UTF8 + b"\xe9"])
def test_damaged_text_is_refused(data: bytes) -> None:
    """Half a character in a file that began as Unicode is an error, not a guess."""
    with pytest.raises(DataError, match="damaged at byte"):
        decode(data, "x", REMEDY)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path that leads nowhere is bad data with the path in it."""
    with pytest.raises(DataError, match="no such file") as caught:
        read(tmp_path / "none.csv")
    assert (caught.value.exit_code, caught.value.file) == (3, str(tmp_path / "none.csv"))
    assert REMEDY in caught.value.remedy


def test_a_directory_is_refused(tmp_path: Path) -> None:
    """A directory is not a file."""
    with pytest.raises(DataError, match="a directory") as caught:
        read(tmp_path)
    assert caught.value.remedy == REMEDY


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """A FIFO, which would block for ever, is refused at once."""
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="pipe"), opened(tmp_path / "pipe.csv", REMEDY):
        pytest.fail("it was opened")


def test_a_device_and_a_socket_are_refused(tmp_path: Path) -> None:
    """Devices never end and sockets cannot be opened, so neither is read."""
    with pytest.raises(DataError, match="device"):
        read(Path("/dev/zero"))
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        with pytest.raises(DataError, match="socket"):
            read(path)


@pytest.mark.parametrize("path", ["a\x00b.csv", "x" * 5000, "book.csv/inside"])
def test_an_impossible_path_is_refused(tmp_path: Path, path: str) -> None:
    """Whatever the operating system says about a path becomes bad data."""
    file_with(tmp_path, b"a")
    with pytest.raises(DataError, match="cannot be read"):
        read(Path(f"{tmp_path}/{path}"))


def test_a_file_that_may_not_be_read() -> None:
    """An operating system's refusal becomes bad data; a file of the kernel refuses even the superuser."""
    path = Path("/proc/self/mem")
    if not path.exists():
        pytest.skip("this system has no /proc")
    with pytest.raises(DataError, match="cannot be read"):
        read(path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """A sparse file is refused by its size, before its first line turns out too long."""
    path = file_with(tmp_path, b"symbol,quantity\n")
    os.truncate(path, LARGEST + 1)
    with pytest.raises(DataError, match="larger than 8 MiB"):
        read(path)


def test_a_packed_file_is_unpacked_where_wanted(tmp_path: Path) -> None:
    """Gzip is seen by content; a reader that does not want it gets the bytes as they are."""
    path = file_with(tmp_path, gzip.compress(TEXT.encode(), mtime=0))
    assert read(path) == TEXT.encode()
    assert read_bytes(path, largest=LARGEST, remedy=REMEDY) == path.read_bytes()


def test_a_small_packed_file_cannot_fill_the_memory(tmp_path: Path) -> None:
    """Above its limit a file is refused while it is unpacked."""
    path = file_with(tmp_path, gzip.compress(b"1,2\n" * (LARGEST // 4 + 1), mtime=0))
    assert path.stat().st_size < LARGEST // 100
    with pytest.raises(DataError, match="larger than 8 MiB"):
        read(path)


@pytest.mark.parametrize("data", [b"\x1f\x8b and more", gzip.compress(TEXT.encode() * 99, mtime=0)[:-20]])
def test_damaged_packing_is_refused(tmp_path: Path, data: bytes) -> None:
    """A packed file that is garbled or cut short is named as such."""
    with pytest.raises(DataError, match="packed by gzip, but damaged"):
        read(file_with(tmp_path, data))


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("before", [0, 1, 3, 50_000])
def test_a_long_line_ends_the_reading(tmp_path: Path, before: int, end: bytes) -> None:
    """A line above the limit is refused with its number, wherever it stands."""
    with pytest.raises(DataError, match="a line is longer than 1 MiB") as caught:
        read(file_with(tmp_path, (b"a,b" + end) * before + b"x" * (MAX_LINE_BYTES + 1) + end + b"a,b"))
    assert caught.value.row == before + 1


def test_a_giant_line_is_refused_at_once(tmp_path: Path) -> None:
    """A line of 1 GB (a sparse file) is refused after its first MiB, also below good lines."""
    path = file_with(tmp_path, b"Date,A\n2024-01-02,")
    os.truncate(path, 2**30)
    started = time.process_time()
    with pytest.raises(DataError, match="longer than 1 MiB"):
        read_bytes(path, largest=2**31, remedy=REMEDY)
    assert time.process_time() - started < 1


@given(lengths=st.lists(st.integers(0, 100_000), min_size=1, max_size=8), end=st.sampled_from(["\n", "\r\n"]))
def test_lines_within_the_limit_are_read(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], end: str
) -> None:
    """Lines of any length below the limit come back as they were, wherever the chunks end."""
    data = "".join("x" * length + end for length in lengths).encode()
    assert read(file_with(tmp_path_factory.mktemp("lines"), data)) == data


def test_a_line_of_the_limit_is_read(tmp_path: Path) -> None:
    """The limit itself is allowed."""
    assert len(read(file_with(tmp_path, b"x" * MAX_LINE_BYTES + b"\n"))) == MAX_LINE_BYTES + 1


def test_clean_text_has_nothing_invisible() -> None:
    """Control, zero-width and direction characters go; every blank becomes a space; inner blanks stay."""
    assert clean("\ufeff A\x1b[31m\u202e\u200bB\u00a0 C\nD\u00ad ") == "A[31mB  C D"


@given(st.text())
def test_clean_text_can_be_shown_and_stays(text: str) -> None:
    """Cleaning twice changes nothing more, and what is left has no control character."""
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in once)


def test_marks_of_nothing_are_compared_in_small_letters() -> None:
    """What says nothing as a text says nothing as a number; ``NA`` may be a text, a ticker for one."""
    assert NO_TEXT < NO_NUMBER
    assert all(mark == mark.lower() == clean(mark) for mark in NO_NUMBER)
    assert "na" not in NO_TEXT


@pytest.mark.parametrize(
    ("cell", "text"),
    [('="AAA"', "AAA"), (' ="0700" ', "0700"), ('=""', ""), ("=A1", "=A1"), ('="A', '="A'), ('"A"', '"A"')],
)
def test_a_formula_of_text_is_its_text(cell: str, text: str) -> None:
    """What Excel writes to keep a text from being a number is that text; other formulas stay as they are."""
    assert clean_cell(cell) == text
