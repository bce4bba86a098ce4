"""The real clamd, with signatures of our own: the official ones are hundreds of megabytes of the internet.

Where it is missing it is installed once, if that is allowed; else the test that asks for it is skipped.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from debian_packages import NotInstalledError, programs
from scanner_server import PATTERN

PACKAGE = "clamav-daemon"
_CONFIGURATION = """DatabaseDirectory {0}/signatures
LocalSocket {0}/clamd
Foreground yes
StreamMaxLength {1}
"""


@contextmanager
def clamd(most: str = "64M") -> Iterator[str]:
    """Run it for as long as the block lasts, and yield the address of its socket file.

    Parameters
    ----------
    most
        Size of the largest file that it takes.
    """
    program = _program()
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


def _program() -> str:
    try:
        return programs({"clamd": PACKAGE})[0]
    except NotInstalledError as error:
        pytest.skip(f"There is no clamd here. {error}")


def _wait(folder: Path, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 30
    while not (folder / "clamd").exists():
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < ends, (folder / "log").read_text()
        time.sleep(0.02)
