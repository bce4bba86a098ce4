"""A portfolio file as lines of text."""

import hashlib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from plimsoll.data.text import clean, decode, read_bytes
from plimsoll.errors import DataError

__all__ = ["MAX_BYTES", "MAX_LINES", "TextFile", "read_text_file"]

MAX_BYTES = 64 * 2**20
MAX_LINES = 1_000_000

_REMEDY = "Give the positions as CSV (text): a header with symbol and quantity, then one row for each."


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
    """Read a portfolio file whose encoding is unknown.

    Parameters
    ----------
    path
        A regular file of any extension.

    Raises
    ------
    DataError
        If `read_bytes` or `decode` refuses it, or it is above `MAX_BYTES` or `MAX_LINES` lines.
    """
    file = clean(str(path))
    data = read_bytes(Path(path), largest=MAX_BYTES, remedy=_REMEDY)
    text, encoding = decode(data, file, _REMEDY)
    # Not str.splitlines, which also splits at form feeds and other marks that no editor counts as lines.
    lines = tuple(StringIO(text, newline=None))
    if len(lines) > MAX_LINES:
        message = f"the file has {len(lines):,} lines, more than {MAX_LINES:,}"
        raise DataError(message, file=file, remedy="Split the portfolio.")
    return TextFile(file, lines, encoding, hashlib.sha256(data).hexdigest())
