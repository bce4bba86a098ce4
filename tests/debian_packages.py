"""What the tests need of Debian beyond Python: installed once where it is missing, if that is allowed."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

PLACES = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
_SECONDS = 170  # for each of two steps; a test may take 400
_INSTALL = ("-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends")


class NotInstalledError(Exception):
    """Something is missing and cannot be installed; says how to."""


def programs(packages: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths of programs, each of a package that is installed where it is missing.

    Raises
    ------
    NotInstalledError
        If one is missing and cannot be installed here.
    """
    # Of several test processes one installs at a time: two at once fail on each other's locks.
    with (Path(tempfile.gettempdir()) / "plimsoll-packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if missing := [package for name, package in packages.items() if not _path(name)]:
            _install(missing)
    found = tuple(path for name in packages if (path := _path(name)))
    if len(found) < len(packages):
        raise NotInstalledError(_remedy(packages.values()))
    return found


def _path(name: str) -> str | None:
    return shutil.which(name, path=PLACES)


def _install(packages: list[str]) -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NotInstalledError(_remedy(packages))
    for words in (["update"], [*_INSTALL, *packages]):
        try:
            subprocess.run(
                ["apt-get", "-qq", *words],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=True,
            )
        except subprocess.SubprocessError as error:
            raise NotInstalledError(f"{getattr(error, 'stderr', '') or error}\n{_remedy(packages)}") from None


def _remedy(packages: Iterable[str]) -> str:
    return f"Install what is missing here, as by: apt-get install {' '.join(packages)}"
