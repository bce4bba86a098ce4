"""Text in users' files: which file may be read, in which encoding it is written, which cells say nothing."""

import codecs
import gzip
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from plimsoll.errors import DataError

__all__ = ["MAX_LINE_BYTES", "NO_NUMBER", "NO_TEXT", "clean", "clean_cell", "decode", "opened", "read_bytes"]

MAX_LINE_BYTES = 2**20
NO_TEXT = frozenset({"", "-", "--", "---", "–", "—", "n/a"})
NO_NUMBER = NO_TEXT | {"na", "#n/a", "none", "null"}

_CHUNK_BYTES = 2**16
_MIB = 2**20
_GZIP = b"\x1f\x8b"
_SIGNATURES = {
    b"PK\x03\x04": "an Excel, OpenDocument or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"%PDF": "a PDF file",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    _GZIP: "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"7z\xbc\xaf": "a 7-Zip file",
    b"SQLite format 3": "an SQLite database",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"{\\rtf": "an RTF document",
}
_MARKUP = {
    "<!doctype html": "an HTML page",
    "<html": "an HTML page",
    "<?xml": "an XML file",
    "{": "a JSON file",
}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_UNMARKED = (("utf-8", "UTF-8"), ("cp1252", "Windows-1252"), ("latin-1", "Latin-1"))
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)
_BLANK = re.compile(r"\s")
_EXCEL_TEXT = re.compile('="(.*)"')


@contextmanager
def opened(path: Path, remedy: str) -> Iterator[BinaryIO]:
    """Open a regular file for reading bytes.

    Parameters
    ----------
    path
        A path as the user gave it.
    remedy
        What the user can do if this is no file.

    Raises
    ------
    DataError
        If it is missing, not a regular file (a pipe is not waited for), or the operating system refuses to
        open or read it.
    """
    file = clean(str(path))
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a directory" if stat.S_ISDIR(mode) else "a device, pipe or socket"
            raise DataError(f"this is {what}, not a file", file=file, remedy=remedy)
        with path.open("rb") as stream:
            yield stream
    except FileNotFoundError as error:
        raise DataError("there is no such file", file=file, remedy=f"Check the path. {remedy}") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            f"the file cannot be read: {reason}", file=file, remedy="Check the path and its permissions."
        ) from error


def read_bytes(path: Path, *, largest: int, remedy: str, unpack: bool = False) -> bytes:
    """Return the bytes of a file within limits.

    Parameters
    ----------
    path, remedy
        As for `opened`.
    largest
        Bytes, packed or not, above which the file is refused.
    unpack
        Whether a file that begins as gzip is unpacked.

    Raises
    ------
    DataError
        If `opened` refuses it, it is larger than `largest`, packed but damaged, or has a line above
        `MAX_LINE_BYTES`. Memory stays bounded: the size is looked at first, and reading ends where a limit
        is passed, however much the file grows or unpacks to.
    """
    file = clean(str(path))
    with opened(path, remedy) as raw:
        if os.fstat(raw.fileno()).st_size > largest:
            raise _too_large(file, largest)
        packed = unpack and raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if packed else raw
        try:
            return _read_lines(stream, file, largest, remedy)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(
                "the file is packed by gzip, but damaged", file=file, remedy="Fetch or pack it again."
            ) from error


def _read_lines(stream: BinaryIO | gzip.GzipFile, file: str, largest: int, remedy: str) -> bytes:
    """Return all bytes; stop at a line or a size above the limit."""
    data = bytearray()
    open_line = 0
    while chunk := stream.read(_CHUNK_BYTES):
        first = re.search(rb"[\r\n]", chunk)
        if open_line + (first.start() if first else len(chunk)) > MAX_LINE_BYTES:
            raise DataError(
                f"a line is longer than {MAX_LINE_BYTES // _MIB} MiB, so this is no table",
                file=file,
                row=1 + (data.count(b"\n") or data.count(b"\r")),
                remedy=remedy,
            )
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        open_line = len(chunk) - last - 1 if first else open_line + len(chunk)
        data += chunk
        if len(data) > largest:
            raise _too_large(file, largest)
    return bytes(data)


def _too_large(file: str, largest: int) -> DataError:
    message = f"the file is larger than {largest // _MIB:,} MiB"
    return DataError(message, file=file, remedy="Split it into smaller files.")


def decode(data: bytes, file: str, remedy: str) -> tuple[str, str]:
    r"""Return the text of a file whose encoding is unknown, and the name of the encoding.

    A byte order mark decides (UTF-8, UTF-16, UTF-32). Without one, zeros in every second byte tell UTF-16;
    else it is the first of UTF-8, Windows-1252 and Latin-1 that fits all bytes.

    Parameters
    ----------
    data
        All bytes of the file.
    file
        Named in the error.
    remedy
        What the user can do if this is no table of text.

    Raises
    ------
    DataError
        If it is blank, damaged, or another kind of file: binary, markup, JSON.

    Examples
    --------
    >>> decode(b"symbol;quantity\nNestl\xe9;5", "book.csv", "Save it as CSV.")
    ('symbol;quantity\nNestlé;5', 'Windows-1252')
    """
    kind = next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), "")
    text, encoding = ("", "") if kind else _decoded(data, file)
    kind = kind or _kind_of(text)
    if kind:
        raise DataError(f"this looks like {kind}, not like a table of text", file=file, remedy=remedy)
    if not text or text.isspace():
        raise DataError("the file is empty", file=file, remedy=remedy)
    return text, encoding


def _decoded(data: bytes, file: str) -> tuple[str, str]:
    """Return the text in the first encoding that fits, and its name."""
    for codec, name in _encodings(data):
        try:
            return data.decode(codec), name
        except UnicodeDecodeError as error:
            damage = f"the file begins as {name} but is damaged at byte {error.start:,}"
    raise DataError(damage, file=file, remedy="Save it again as UTF-8.")


def _encodings(data: bytes) -> tuple[tuple[str, str], ...]:
    """Return the encodings to try: the last of several fits any bytes."""
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return ((codec, name),)
    head = data[:1024]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if not (even and odd) and max(even, odd) > len(head) // 4:
        return (("utf-16-be" if even else "utf-16-le", "UTF-16"),)
    return _UNMARKED


def _kind_of(text: str) -> str:
    """Return what text is that cannot be a table: binary data, markup, JSON; empty if it can."""
    sample = text[:_CHUNK_BYTES]
    if "\x00" in text or len(_CONTROL.findall(sample)) * 10 > len(sample):
        return "a binary file"
    start = sample.lstrip()[:20].lower()
    return next((kind for beginning, kind in _MARKUP.items() if start.startswith(beginning)), "")


def clean(text: str) -> str:
    r"""Return `text` trimmed, without control and invisible characters, every blank an ordinary space.

    Examples
    --------
    >>> clean("\ufeff Apple\nInc.\x1b[31m ")
    'Apple Inc.[31m'
    """
    if text.isprintable():
        return text.strip()
    return _BLANK.sub(" ", _INVISIBLE.sub("", text)).strip()


def clean_cell(text: str) -> str:
    """Return `text` as `clean` does; a cell ``="AAA"``, as Excel keeps text from being a number, is AAA.

    Examples
    --------
    >>> clean_cell('="0700"'), clean_cell("=A1")
    ('0700', '=A1')
    """
    cell = clean(text)
    match = _EXCEL_TEXT.fullmatch(cell)
    return clean(match[1]) if match else cell
