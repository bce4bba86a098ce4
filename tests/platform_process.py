"""``plimsoll up`` as a user starts it: a process with a data directory of its own."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
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


@dataclass(frozen=True)
class Starting:
    """A platform that has been told to start."""

    process: "subprocess.Popen[str]"
    port: int

    def told(self) -> str:
        """Wait until it runs, and return what it says then; nothing where it ends before."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    @contextmanager
    def connection(self) -> Iterator[http.client.HTTPConnection]:
        """Yield a connection to it, as soon as it listens."""
        ends = time.monotonic() + 60
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.connect()
            except ConnectionRefusedError:
                assert self.process.poll() is None
                assert time.monotonic() < ends
                time.sleep(0.02)
            else:
                break
        with closing(connection):
            yield connection


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
    begun = time.monotonic()
    with starting(home, *arguments) as begins:
        told = begins.told()
        assert told, (home / "up.log").read_text()
        running = Running(begins.process, json.loads(told), time.monotonic() - begun)
        if prepared:
            _wait_for(f"{running.url}/startupz")
        yield running


@contextmanager
def starting(home: Path, *arguments: str | Path) -> Iterator[Starting]:
    """Run ``plimsoll up`` on free ports, as `platform` does, and wait for nothing."""
    port, metrics_port = free_ports()
    ports = ("--port", str(port), "--metrics-port", str(metrics_port))
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
        try:
            yield Starting(process, port)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(20)


def _wait_for(url: str, seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while httpx2.get(url, timeout=seconds).status_code != 200:
        assert time.monotonic() < ends
        time.sleep(0.05)
