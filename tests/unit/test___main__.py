"""Where the command begins."""

import os
import signal
import subprocess
import sys


def test_the_package_runs_as_a_module() -> None:
    """``python -m plimsoll`` is the command."""
    done = subprocess.run([sys.executable, "-m", "plimsoll", "--version"], capture_output=True, check=True)
    assert done.stdout.startswith(b"plimsoll ")


def test_an_interrupt_is_quiet() -> None:
    """Ctrl-C while the command is being imported ends it with 130 and no traceback."""
    program = "import os, signal, sys; sys.argv = ['plimsoll', 'doctor']; import plimsoll.__main__ as start; "
    interrupt = "signal.signal(signal.SIGALRM, signal.default_int_handler); "
    soon = "signal.setitimer(signal.ITIMER_REAL, 0.15); "
    done = subprocess.run(
        [sys.executable, "-c", f"{program}{interrupt}{soon}start.main()"], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, b"")


def test_a_closed_pipe_is_quiet() -> None:
    """When the reader has gone, the command goes too, as every other one does."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "plimsoll", "--help"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")
