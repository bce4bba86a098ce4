"""The note by which a running platform is found: in its data directory, locked as long as it runs."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plimsoll.errors import UnavailableError

__all__ = ["NOTE", "announced", "running_url"]

NOTE = "running.json"

_TRIES = 5
_PAUSE_SECONDS = 0.02


@contextmanager
def announced(directory: Path, url: str) -> Iterator[None]:
    """Say in a data directory that a platform runs, for as long as the block lasts.

    The system drops the lock when the process ends, however it ends, so that an old note misleads nobody.

    Parameters
    ----------
    directory
        The data directory; it exists.
    url
        Where the API is.

    Raises
    ------
    UnavailableError
        If another platform runs in the directory, or the note cannot be written.
    """
    try:
        note = os.open(directory / NOTE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        remedy = "Check that you may write there, or choose another data directory."
        raise UnavailableError(f"{directory} cannot be used: {error.strerror}", remedy=remedy) from None
    try:
        if not _taken(note):
            remedy = "Stop it, or choose another data directory."
            raise UnavailableError(f"another plimsoll up runs in {directory}", remedy=remedy)
        os.truncate(note, 0)
        os.pwrite(note, json.dumps({"url": url, "process": os.getpid()}).encode(), 0)
        yield
        os.truncate(note, 0)
    finally:
        os.close(note)


def running_url(directory: Path) -> str | None:
    """Return where the API of a data directory is served; None if no platform runs there."""
    try:
        note = os.open(directory / NOTE, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if _locked(note):
            return None
        url: str = json.loads(os.pread(note, 4096, 0))["url"]
    except (ValueError, KeyError):
        return None
    finally:
        os.close(note)
    return url


def _taken(note: int) -> bool:
    """Take the lock, also while somebody looks for an instant whether it is held."""
    for _ in range(_TRIES):
        if _locked(note):
            return True
        time.sleep(_PAUSE_SECONDS)
    return False


def _locked(note: int) -> bool:
    """Take the lock if nobody has it."""
    try:
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
