"""Where the command line puts things: data on stdout, messages on stderr, files in one piece."""

import os
import sys
from pathlib import Path

from rich.console import Console

from plimsoll.errors import UnavailableError

__all__ = ["messages", "tables", "write_file", "write_text"]


def messages() -> Console:
    """Return the console for messages and progress."""
    return Console(stderr=True)


def tables(*, piped_width: int | None = None) -> Console:
    """Return the console for tables on stdout; `piped_width` is its width where nobody looks on.

    Raises
    ------
    UnavailableError
        If stdout is closed.
    """
    _refuse_closed()
    console = Console()
    return console if console.is_terminal or piped_width is None else Console(width=piped_width)


def write_text(text: str) -> None:
    """Put `text` on stdout as UTF-8, whatever the locale says."""
    _refuse_closed()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.flush()


def _refuse_closed() -> None:
    if sys.stdout is None:
        raise UnavailableError("stdout is closed", remedy="Send it to a file or a pipe.")


def write_file(path: Path, text: str) -> None:
    """Write `path` in one piece: it is there as a whole or, after an error, as it was before.

    A link is followed; what is not a regular file, such as a pipe, is written into.

    Raises
    ------
    UnavailableError
        If the folder is missing or the disk refuses.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        part = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        remedy = "Name a file in a folder that exists and that you may write to."
        raise UnavailableError(f"cannot write {path}: {error.strerror}", remedy=remedy) from error
