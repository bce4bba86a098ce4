"""``plimsoll demo live`` as a process: it starts, it moves, and Ctrl-C ends it in good order."""

import signal
import subprocess
import sys
import time


def test_ctrl_c_ends_the_demo_cleanly() -> None:
    """The first line is there at once; after the signal: exit code 0, no traceback, no half line."""
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "plimsoll", "demo", "live", "--speed", "5"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert time.monotonic() - started < 30.0  # below 3 s on a machine that does nothing else
        second = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert errors == ""
    assert first.startswith("2021-12-28 ")
    assert second[:10] > first[:10]
    assert (second + rest).endswith("\n")
