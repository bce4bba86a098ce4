"""The real clamd, with signatures of our own: the official ones are hundreds of megabytes of the internet.

Where it is missing it is installed once, if that is allowed; else the test that asks for it is skipped.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner_server import PATTERN

PACKAGE = "clamav-daemon"
_CONFIGURATION = """DatabaseDirectory {0}/signatures
LocalSocket {0}/clamd
Foreground yes
StreamMaxLength {1}
"""
_PLACES = "/usr/sbin:/usr/local/sbin"  # not on everybody's path


@contextmanager
def clamd(most: str = "64M") -> Iterator[str]:
    """Run it for as long as the block lasts, and yield the address of its socket file.

    Parameters
    ----------
    most
        Size of the largest file that it takes.
    """
    program = _program() or _installed()
    # A short path: that of a socket file may have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="plimsoll-clamd-"))
    try:
        (folder / "signatures").mkdir()
        (folder / "signatures" / "ours.ndb").write_text(f"Plimsoll.Test:0:*:{PATTERN.hex()}\n")
        (folder / "clamd.conf").write_text(_CONFIGURATION.format(folder, most))
        command = [program, "--foreground", f"--config-file={folder / 'clamd.conf'}"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait(folder, process)
            yield f"unix://{folder / 'clamd'}"
        finally:
            process.kill()
            process.wait(10)
    finally:
        shutil.rmtree(folder)


def _program() -> str | None:
    return shutil.which("clamd") or shutil.which("clamd", path=_PLACES)


def _installed() -> str:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        pytest.skip(f"There is no clamd here. Install it, as by: apt-get install {PACKAGE}")
    for words in (["update"], ["install", "-y", "--no-install-recommends", PACKAGE]):
        done = subprocess.run(["apt-get", "-qq", *words], capture_output=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"clamd cannot be installed here: {done.stderr.decode(errors='replace')[-300:]}")
    return _program() or pytest.skip(f"the package {PACKAGE} has no clamd")


def _wait(folder: Path, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 30
    while not (folder / "clamd").exists():
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < ends, (folder / "log").read_text()
        time.sleep(0.02)
