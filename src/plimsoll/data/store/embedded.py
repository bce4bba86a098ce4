"""A PostgreSQL of our own in the user's data directory, reached through a socket there and by no port."""

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg

from plimsoll.data.store.postgres_programs import MAJOR_VERSION, program, run, start
from plimsoll.errors import UnavailableError

__all__ = ["embedded_postgres", "running_postgres", "stop"]

_CLUSTER = "postgres"
_SOCKET = ".s.PGSQL.5432"
_LAST_SECONDS = 10.0
_LONGEST_SOCKET = 100
_SERVER_ACCOUNT = "pgserver"
_SETTINGS = {
    "listen_addresses": "",
    # Relative to the cluster, so that the directory can be moved and its path be of any length.
    "unix_socket_directories": ".",
    "logging_collector": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class _Owned:
    """The lock of a directory, and its server where this process started it and did not find it running."""

    lock: int
    server: subprocess.Popen[bytes] | None


# Locks and servers belong to a process, and so does the list of them.
_OWNED: dict[Path, _Owned] = {}


def embedded_postgres(directory: Path, *, seconds: float = 60.0) -> str:
    """Start the PostgreSQL that lives in a directory and return its URL.

    The server belongs to this process and stops with it. One that an earlier process left behind (killed
    before it could stop it) is taken over. PostgreSQL refuses to run as root: root starts it as the system
    account ``pgserver``, which is made if need be and may pass through (not list) the directories above.

    Parameters
    ----------
    directory
        The user's data directory; made if it is not there. The cluster is its folder ``postgres``.
    seconds
        How long the start may take; usually it takes a fifth of a second, after a power cut longer.

    Raises
    ------
    UnavailableError
        If another process owns the directory, it cannot be written, holds the data of another major version
        of PostgreSQL, or the server does not start.
    """
    directory = directory.expanduser().absolute()
    cluster = directory / _CLUSTER
    lock = _locked(directory)
    try:
        _check_version(cluster)
        account = _account(cluster)
        if not (cluster / "PG_VERSION").exists():
            _initialise(cluster, account)
        url = _url(cluster)
        server = None if _answers(url) else _start(cluster, url, account, seconds)
    except OSError as error:
        os.close(lock)
        raise _unusable(directory, error) from error
    except UnavailableError:
        os.close(lock)
        raise
    _OWNED[directory] = _Owned(lock, server)
    atexit.register(_stop_at_exit, directory, os.getpid())
    return url


def running_postgres(directory: Path) -> str | None:
    """Return the URL of the server that some process runs in a directory; None where none runs."""
    cluster = directory.expanduser().absolute() / _CLUSTER
    if not (cluster / _SOCKET).exists():
        return None
    url = _url(cluster)
    return url if _answers(url) else None


def stop(directory: Path, *, seconds: float = 10.0) -> None:
    """Stop the server that this process started in a directory; open transactions are rolled back.

    Parameters
    ----------
    directory
        As given to :func:`embedded_postgres`; one without a server of ours is left alone.
    seconds
        How long it may take; after that it is stopped as by a power cut, which loses nothing either.
    """
    directory = directory.expanduser().absolute()
    owned = _OWNED.pop(directory, None)
    if owned is None:
        return
    try:
        if owned.server is None:
            _stop_found(directory / _CLUSTER, seconds)
        else:
            _stop_started(owned.server, seconds)
    finally:
        os.close(owned.lock)


def _locked(directory: Path) -> int:
    """Return an open file whose lock says that the directory is ours; the system drops it when we end."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(directory / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(directory, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(lock, 20).decode(errors="replace").strip()
        os.close(lock)
        who = f"process {owner}" if owner.isdigit() else "another process"
        remedy = "Stop it, or choose another data directory."
        raise UnavailableError(f"{directory} is in use by {who}", remedy=remedy) from None
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _check_version(cluster: Path) -> None:
    stated = cluster / "PG_VERSION"
    if stated.exists() and stated.read_text().strip() != str(MAJOR_VERSION):
        remedy = f"Dump it with that version and restore it here; this is PostgreSQL {MAJOR_VERSION}."
        raise UnavailableError(
            f"{cluster} holds the data of PostgreSQL {stated.read_text().strip()}", remedy=remedy
        )


def _initialise(cluster: Path, account: str | None) -> None:
    """Make an empty cluster beside its place and move it there, so that half a one is never taken for it."""
    half = cluster.with_name(f"{_CLUSTER}.new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    if account is not None:
        os.chown(half, *_ids(account))
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    arguments = ["-D", str(half), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
    sync = "syncfs" if sys.platform == "linux" else "fsync"  # one call instead of a thousand
    arguments += ["--locale-provider=builtin", "--locale=C.UTF-8", f"--sync-method={sync}"]
    run("initdb", [*arguments, *settings], account=account, seconds=120)
    half.rename(cluster)


def _account(cluster: Path) -> str | None:
    """Return the account for the server where we are root, and let it reach the cluster and its programs."""
    if os.geteuid() != 0:
        return None
    _make_account()
    for folder in (*cluster.parents, *program("postgres").parents):
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
    return _SERVER_ACCOUNT


def _make_account() -> None:
    import pwd

    try:
        pwd.getpwnam(_SERVER_ACCOUNT)
    except KeyError:
        command = ["useradd", "-s", "/bin/bash", _SERVER_ACCOUNT]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - no shell
        if done.returncode:
            raise UnavailableError(
                f"the account {_SERVER_ACCOUNT} cannot be made: {done.stderr.strip()}"
            ) from None


def _ids(account: str) -> tuple[int, int]:
    import pwd

    entry = pwd.getpwnam(account)
    return entry.pw_uid, entry.pw_gid


@cache
def _url(cluster: Path) -> str:
    """Return the URL of the server; a path too long for a socket is reached through a short link."""
    place = cluster
    if len(os.fsencode(cluster / _SOCKET)) > _LONGEST_SOCKET:
        folder = Path(tempfile.mkdtemp(prefix="plimsoll-"))
        place = folder / "s"
        place.symlink_to(cluster)
        atexit.register(_remove_link, place, os.getpid())
    return f"postgresql://postgres:@/postgres?host={quote(str(place), safe='/')}"


def _remove_link(link: Path, process: int) -> None:
    if os.getpid() == process:
        link.unlink()
        link.parent.rmdir()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _start(cluster: Path, url: str, account: str | None, seconds: float) -> subprocess.Popen[bytes]:
    """Start the server and wait until it answers."""
    log = cluster / "server.log"
    said_before = log.stat().st_size if log.exists() else 0
    server = start("postgres", ["-D", str(cluster)], log=log, account=account)
    deadline = time.monotonic() + seconds
    while not _answers(url):
        if server.poll() is not None:
            said = log.read_bytes()[said_before:].decode(errors="replace")
            fatal = [line.partition("FATAL:")[2].strip() for line in said.splitlines() if "FATAL:" in line]
            raise UnavailableError(f"PostgreSQL does not start: {fatal[0] if fatal else f'see {log}'}")
        if time.monotonic() > deadline:
            _stop_started(server, 0)
            raise UnavailableError(f"PostgreSQL did not start within {seconds:g} s: see {log}")
        time.sleep(0.01)
    return server


def _stop_started(server: subprocess.Popen[bytes], seconds: float) -> None:
    """Stop our child; one that has just begun may not hear the first signals, the last one it must."""
    for how, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, _LAST_SECONDS), (signal.SIGKILL, None)):
        server.send_signal(how)
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        return


def _stop_found(cluster: Path, seconds: float) -> None:
    """Stop a server that is not our child; its file goes when it does."""
    if not _answers(_url(cluster)):
        return
    identity = cluster / "postmaster.pid"
    process = int(identity.read_text().splitlines()[0])
    for how, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, _LAST_SECONDS)):
        deadline = time.monotonic() + patience
        os.kill(process, how)
        while identity.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        if not identity.exists():
            return


def _stop_at_exit(directory: Path, process: int) -> None:
    if os.getpid() == process:  # a forked child inherits the duty, but the server is not its own
        stop(directory)


def _unusable(directory: Path, error: OSError) -> UnavailableError:
    remedy = "Check that you may write there, or choose another data directory."
    return UnavailableError(f"{directory} cannot be used: {error.strerror}", remedy=remedy)
