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
    "add_audit_key",
    "add_sealing_key",
    "has_sealing_keys",
    "local_api_key",
    "local_audit_keys",
    "local_sealing_keys",
]

AUDIT_KEY_FILE = "audit-key"
KEY_FILE = "api-key"
SEALING_KEY_FILE = "sealing-key"
_MOST_KEYS = 20
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
    return _keys(directory / KEY_FILE, "plk")[0]


def local_sealing_keys(directory: Path) -> list[str]:
    """Return the master keys by which the keys of tenants are wrapped, the newest first.

    The first one is made at the first start. Without the file, what is sealed in the database cannot be
    opened: it belongs into a backup of its own.

    Parameters
    ----------
    directory
        The user's data directory; it exists.

    Returns
    -------
    list
        Each of ``plq_`` and 43 characters.

    Raises
    ------
    UnavailableError
        As for `local_api_key`.
    """
    return _keys(directory / SEALING_KEY_FILE, "plq")


def local_audit_keys(directory: Path) -> list[str]:
    """Return the keys by which the audit was sealed and its checkpoints signed, the one that seals first.

    The first one is made at the first start. Without the file, nobody can tell whether the audit was changed:
    it belongs into a backup of its own.

    Parameters
    ----------
    directory
        The user's data directory; it exists.

    Returns
    -------
    list
        Each of ``pla_`` and 43 characters.

    Raises
    ------
    UnavailableError
        As for `local_api_key`.
    """
    return _keys(directory / AUDIT_KEY_FILE, "pla")


def add_audit_key(directory: Path, key: str) -> None:
    """Put a key before the others, by which what they have sealed is still verified.

    Raises
    ------
    UnavailableError
        As for `local_api_key`, or if there are too many.
    """
    _add(directory / AUDIT_KEY_FILE, key, "Move the audit to an archive, and begin another one.")


def has_sealing_keys(directory: Path) -> bool:
    """Return whether a data directory has a file with master keys; none is made."""
    return (directory / SEALING_KEY_FILE).exists()


def add_sealing_key(directory: Path) -> int:
    """Put a new master key before the others, which still unwrap, and return how many there are then.

    Raises
    ------
    UnavailableError
        As for `local_api_key`, or if there are too many.
    """
    remedy = "Remove those by which no data key is wrapped any more; plimsoll secrets status shows which."
    return _add(directory / SEALING_KEY_FILE, new_token("plq"), remedy)


def _add(path: Path, key: str, remedy: str) -> int:
    keys = [key, *_keys(path, key.partition("_")[0])]
    if len(keys) > _MOST_KEYS:
        raise UnavailableError(f"{path} holds too many keys", remedy=remedy)
    fresh = path.with_name(f".{path.name}.{new_token()}")
    try:
        _write(fresh, keys)
        fresh.replace(path)
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        fresh.unlink(missing_ok=True)
    return len(keys)


def _keys(path: Path, prefix: str) -> list[str]:
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
    try:
        _write(fresh, [new_token(prefix)])
        # A link is made only where nothing is: the first of two starters wins.
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)


def _write(path: Path, keys: list[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{key}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> list[str]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise UnavailableError(f"{path} is not a file of yours", remedy="Move it away and start again.")
        if stat.S_IMODE(found.st_mode) & ~_PRIVATE:
            remedy = "Others may know the key: remove the file, and the next start makes a new one."
            raise UnavailableError(f"{path} can be read by others", remedy=remedy)
        keys = file.read(100 * _MOST_KEYS).split()
    if not keys or not all(map(TOKEN.fullmatch, keys)):
        raise UnavailableError(f"{path} holds no key", remedy="Restore it, or remove it and start again.")
    return keys
