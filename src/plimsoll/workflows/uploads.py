"""Files that arrive as bytes, handed to the readers of files."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from plimsoll.data.text import clean
from plimsoll.errors import DataError

__all__ = ["file_name", "read_upload"]

_LONGEST = 60  # characters; four bytes each are still a name that every disk takes
_NAMELESS = "upload"

_Read = TypeVar("_Read")


def file_name(name: str) -> str:
    r"""Return the last part of a name that a client gave, fit to be shown, stored and used as a file's name.

    Parameters
    ----------
    name
        Anything; folders in front of it are dropped, of a long name the end is kept.

    Examples
    --------
    >>> file_name("C:\\books\\desk 7.csv"), file_name("../..")
    ('desk 7.csv', 'upload')
    """
    last = clean(name.replace("\\", "/").rstrip("/").rpartition("/")[2])[-_LONGEST:].strip()
    return _NAMELESS if last in ("", ".", "..") else last


def read_upload(reader: Callable[[Path], _Read], content: bytes, name: str) -> _Read:
    """Return what a reader of files makes of bytes.

    Parameters
    ----------
    reader
        Takes the path of a file.
    content
        The bytes of the file.
    name
        What the client calls the file; errors name it so.

    Raises
    ------
    DataError
        If the reader refuses the file.
    """
    shown = file_name(name)
    with TemporaryDirectory(prefix="plimsoll-") as folder:
        path = Path(folder, shown)
        path.write_bytes(content)
        try:
            return reader(path)
        except DataError as error:
            raise DataError(
                error.message, remedy=error.remedy, file=shown, row=error.row, column=error.column
            ) from error
