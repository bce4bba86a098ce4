"""``plimsoll up`` as a user starts it: a process with a data directory of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

PROGRAM = Path(sys.executable).with_name("plimsoll")


@dataclass(frozen=True)
class Running:
    """A platform that runs."""

    process: "subprocess.Popen[str]"
    told: dict[str, Any]
    seconds: float

    @property
    def url(self) -> str:
        """Where the API is."""
        found: str = self.told["url"]
        return found

    @property
    def key(self) -> str:
        """The API key of the machine."""
        return Path(self.told["api_key_file"]).read_text().strip()

    def stop(self, number: int = signal.SIGINT) -> tuple[int, float]:
        """Send a signal; return the exit code and how long stopping took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(20), time.monotonic() - begun


def free_ports() -> tuple[int, int]:
    """Return two ports that nobody listens on."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a user whose home is empty."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PLIMSOLL_", "XDG_", "COV_", "PYTHONDONTWRITE"))
    }
    return {**kept, "HOME": str(home)}


def plimsoll(home: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [PROGRAM, *arguments],
        cwd=home,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def platform(home: Path, *arguments: str | Path, prepared: bool = True) -> Iterator[Running]:
    """Run ``plimsoll up`` on free ports; it is told to stop at the end if it still runs.

    It is waited for until its demo books are there, unless it need not be `prepared`.
    """
    port, metrics_port = free_ports()
    ports = ("--port", str(port), "--metrics-port", str(metrics_port))
    begun = time.monotonic()
    with (home / "up.log").open("w") as log:
        process = subprocess.Popen(
            [PROGRAM, "up", "--json", *ports, *arguments],
            cwd=home,
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    with process.stdout:
        told = process.stdout.readline()
        seconds = time.monotonic() - begun
        try:
            assert told, (home / "up.log").read_text()
            running = Running(process, json.loads(told), seconds)
            if prepared:
                _wait_for(f"{running.url}/startupz")
            yield running
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(20)


def _wait_for(url: str, seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while httpx2.get(url, timeout=seconds).status_code != 200:
        assert time.monotonic() < ends
        time.sleep(0.05)
