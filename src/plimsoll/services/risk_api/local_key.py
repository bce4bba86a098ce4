"""The keys of this machine, each in a file that only its user can read."""

import os
import stat
from pathlib import Path

from plimsoll.errors import UnavailableError
from plimsoll.security.tokens import TOKEN, new_token

__all__ = [
    "AUDIT_KEY_FILE",
    "KEY_FILE",
    "SEALING_KEY_FILE",
    "local_api_key",
    "local_audit_key",
    "local_sealing_key",
]

AUDIT_KEY_FILE = "audit-key"
KEY_FILE = "api-key"
SEALING_KEY_FILE = "sealing-key"
_PRIVATE = stat.S_IRUSR | stat.S_IWUSR


def local_api_key(directory: Path) -> str:
    """Return the API key of a data directory, made at the first start.

    Parameters
    ----------
    directory
        The user's data directory; it exists.

    Returns
    -------
    str
        ``plk_`` and 43 characters.

    Raises
    ------
    UnavailableError
        If the file cannot be read or written, is not a plain file of ours, holds no key, or others may read
        it: then somebody else may know the key.
    """
    return _key(directory / KEY_FILE, "plk")


def local_sealing_key(directory: Path) -> str:
    """Return the key by which secrets are sealed in the database, made at the first start.

    Without the file, secrets that are sealed cannot be opened: it belongs into a backup of its own.

    Parameters
    ----------
    directory
        The user's data directory; it exists.

    Returns
    -------
    str
        ``plq_`` and 43 characters.

    Raises
    ------
    UnavailableError
        As for `local_api_key`.
    """
    return _key(directory / SEALING_KEY_FILE, "plq")


def local_audit_key(directory: Path) -> str:
    """Return the key by which the audit is sealed and its checkpoints are signed, made at the first start.

    Without the file, nobody can tell whether the audit was changed: it belongs into a backup of its own.

    Parameters
    ----------
    directory
        The user's data directory; it exists.

    Returns
    -------
    str
        ``pla_`` and 43 characters.

    Raises
    ------
    UnavailableError
        As for `local_api_key`.
    """
    return _key(directory / AUDIT_KEY_FILE, "pla")


def _key(path: Path, prefix: str) -> str:
    try:
        _create(path, prefix)
        return _read(path)
    except OSError as error:
        remedy = "Check the data directory, and that you may write there."
        raise UnavailableError(f"{path} cannot be used: {error.strerror}", remedy=remedy) from None


def _create(path: Path, prefix: str) -> None:
    """Write a key unless there is a file: whole or not at all, also when two processes start at once."""
    if path.exists() or path.is_symlink():
        return
    fresh = path.with_name(f".{path.name}.{new_token()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(new_token(prefix) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link is made only where nothing is: the first of two starters wins.
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _read(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise UnavailableError(f"{path} is not a file of yours", remedy="Move it away and start again.")
        if stat.S_IMODE(found.st_mode) & ~_PRIVATE:
            remedy = "Others may know the key: remove the file, and the next start makes a new one."
            raise UnavailableError(f"{path} can be read by others", remedy=remedy)
        key = file.read(200).strip()
    if not TOKEN.fullmatch(key):
        raise UnavailableError(f"{path} holds no key", remedy="Remove it, and start again.")
    return key
