"""A user's file as lines of text: what it is, whether it may be read, and in which encoding it is written."""

import codecs
import hashlib
import re
import stat
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from plimsoll.errors import DataError

__all__ = ["MAX_BYTES", "MAX_LINES", "MAX_LINE_BYTES", "TextFile", "clean", "read_text_file"]

MAX_BYTES = 64 * 2**20
MAX_LINE_BYTES = 2**20
MAX_LINES = 1_000_000

_CHUNK_BYTES = 2**16
_EXPORT = "Export the positions as CSV (text) and import that file."
_SIGNATURES = {
    b"PK\x03\x04": "an Excel, OpenDocument or zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"%PDF": "a PDF file",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"\x1f\x8b": "a gzip file",
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


@dataclass(frozen=True, slots=True)
class TextFile:
    """The lines of a file and how they were read.

    Parameters
    ----------
    path
        The file as the user gave it, fit to be shown.
    lines
        Lines with their ends, every end as a single line feed; split where an editor splits them.
    encoding
        Name for people, such as ``UTF-8``.
    sha256
        Hexadecimal hash of the bytes.
    """

    path: str
    lines: tuple[str, ...]
    encoding: str
    sha256: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return Path(self.path).name


def read_text_file(path: str | Path) -> TextFile:
    r"""Read a text file whose encoding is unknown.

    Parameters
    ----------
    path
        A regular file of any extension.

    Returns
    -------
    TextFile
        A byte order mark decides the encoding (UTF-8, UTF-16, UTF-32); without one the first of UTF-8,
        Windows-1252 and Latin-1 that fits all bytes.

    Raises
    ------
    DataError
        If it is missing, unreadable, not a regular file, empty, no text, above `MAX_BYTES`, above `MAX_LINES`
        lines, or has a line above `MAX_LINE_BYTES`. Memory stays bounded by these limits: the size is looked
        at first and a long line ends the reading.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "book.csv")
    ...     _ = file.write_bytes(b"symbol;quantity\r\nNestl\xe9;5")
    ...     read = read_text_file(file)
    >>> read.encoding, read.lines
    ('Windows-1252', ('symbol;quantity\n', 'Nestlé;5'))
    """
    shown = clean(str(path))
    data = _read(Path(path), shown)
    if not data.strip():
        raise DataError(
            "the file is empty", file=shown, remedy="It needs at least a symbol and a quantity column."
        )
    _refuse_signature(data, shown)
    text, encoding = _decode(data, shown)
    _refuse_other_content(text, shown)
    # Not str.splitlines, which also splits at form feeds and other marks that no editor counts as lines.
    lines = tuple(StringIO(text, newline=None))
    if len(lines) > MAX_LINES:
        raise DataError(
            f"the file has {len(lines):,} lines, more than {MAX_LINES:,}",
            file=shown,
            remedy="Split the portfolio.",
        )
    return TextFile(shown, lines, encoding, hashlib.sha256(data).hexdigest())


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


def _read(path: Path, shown: str) -> bytes:
    """Return the bytes of a regular file within the limits."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "a directory" if stat.S_ISDIR(status.st_mode) else "a device, pipe or socket"
            raise DataError(f"this is {what}, not a file", file=shown, remedy="Give the path of a CSV file.")
        if status.st_size > MAX_BYTES:
            raise DataError(
                f"the file is larger than {MAX_BYTES // 2**20} MiB",
                file=shown,
                remedy="Split it into smaller files.",
            )
        return _read_chunks(path, shown, status.st_size)
    except FileNotFoundError as error:
        raise DataError(
            "there is no such file", file=shown, remedy="Check the path and the spelling."
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL character
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            f"the file cannot be read: {reason}", file=shown, remedy="Check the path and its permissions."
        ) from error


def _read_chunks(path: Path, shown: str, size: int) -> bytes:
    """Return the first `size` bytes, however much the file grows; stop at a line that is too long."""
    data = bytearray()
    open_line = 0
    with path.open("rb") as stream:
        while chunk := stream.read(min(_CHUNK_BYTES, size - len(data))):
            ends = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            first = re.search(rb"[\r\n]", chunk)
            if open_line + (first.start() if first else len(chunk)) > MAX_LINE_BYTES:
                raise DataError(
                    f"a line is longer than {MAX_LINE_BYTES // 2**20} MiB, so this is no table of positions",
                    file=shown,
                    row=max(1, len(data.splitlines())),
                    remedy="Write one position per line.",
                )
            open_line = len(chunk) - ends - 1 if first else open_line + len(chunk)
            data += chunk
    return bytes(data)


def _refuse_signature(data: bytes, shown: str) -> None:
    """Refuse what its first bytes show to be another kind of file."""
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise DataError(f"this looks like {what}, not like text", file=shown, remedy=_EXPORT)


def _decode(data: bytes, shown: str) -> tuple[str, str]:
    """Return the text and the name of its encoding."""
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data.decode(codec), name
            except UnicodeDecodeError as error:
                raise DataError(
                    f"the file begins as {name} but is damaged at byte {error.start:,}",
                    file=shown,
                    remedy="Save it again as UTF-8.",
                ) from error
    for codec, name in _UNMARKED[:-1]:
        try:
            return data.decode(codec), name
        except UnicodeDecodeError:
            continue
    codec, name = _UNMARKED[-1]
    return data.decode(codec), name


def _refuse_other_content(text: str, shown: str) -> None:
    """Refuse text that is no table: binary data, markup, JSON."""
    if "\x00" in text:
        raise DataError(
            "this looks like a binary file, or UTF-16 without its byte order mark (it has NUL characters)",
            file=shown,
            remedy=f"{_EXPORT} Choose UTF-8 if asked for an encoding.",
        )
    sample = text[:_CHUNK_BYTES]
    if len(_CONTROL.findall(sample)) * 10 > len(sample):
        raise DataError("this looks like a binary file, not like text", file=shown, remedy=_EXPORT)
    start = sample.lstrip()[:20].lower()
    for beginning, what in _MARKUP.items():
        if start.startswith(beginning):
            raise DataError(f"this looks like {what}, not like a table", file=shown, remedy=_EXPORT)
    if not start:
        raise DataError(
            "the file is empty", file=shown, remedy="It needs at least a symbol and a quantity column."
        )
