"""API processes that start soon, to be killed: while one serves, the next one imports what it needs."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from platform_process import environment, free_ports

_SECONDS = 120.0


@dataclass(frozen=True)
class ApiProcess:
    """A process that serves the API of a database, with the tenant and the key of a data directory."""

    process: int
    port: int

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it as a power cut would."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)


class Nursery:
    """Starts API processes; made by :func:`nursery`."""

    def __init__(self, home: Path, database_url: str) -> None:
        self._home = home
        self._directory = home / "data"
        self._database_url = database_url
        self._started: list[subprocess.Popen[str]] = []
        self._next = self._prepared()

    @property
    def key(self) -> str:
        """The API key, which is the same for all."""
        return (self._directory / "api-key").read_text().strip()

    def start(self) -> ApiProcess:
        """Start one and wait until it answers."""
        process, self._next = self._next, self._prepared()
        port = free_ports()[0]
        order = {"directory": str(self._directory), "database_url": self._database_url, "port": port}
        assert process.stdin is not None
        with process.stdin:
            process.stdin.write(json.dumps(order))
        started = ApiProcess(process.pid, port)
        ends = time.monotonic() + _SECONDS
        while time.monotonic() < ends:
            with suppress(httpx2.TransportError):
                httpx2.get(f"{started.url}/livez", timeout=_SECONDS)
                return started
            time.sleep(0.01)
        raise TimeoutError

    def kill_all(self) -> None:
        """End all that were started."""
        for process in self._started:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()

    def _prepared(self) -> "subprocess.Popen[str]":
        """Return a process that imports, and then waits for its order."""
        with (self._home / "api.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, __file__],
                env={**environment(self._home), "PYTHONPATH": str(Path(__file__).parent)},
                stdin=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._started.append(process)
        return process


@contextmanager
def nursery(home: Path, database_url: str) -> Iterator[Nursery]:
    """Run a nursery for a migrated database."""
    running = Nursery(home, database_url)
    try:
        yield running
    finally:
        running.kill_all()


async def _serve(order: dict[str, Any]) -> None:
    from plimsoll.monitoring.logging import configure_logging
    from plimsoll.services.risk_api.app import create_app
    from plimsoll.services.risk_api.installation import Installation
    from plimsoll.services.risk_api.server import Served, serving

    configure_logging(level=logging.WARNING)
    url = order["database_url"]
    place = Installation(Path(order["directory"]), url)
    async with place.context(url) as context, serving([Served(create_app(context), order["port"])]):
        await asyncio.Event().wait()


def _main() -> None:
    import polars as pl  # noqa: F401 - what the first request would wait for

    import plimsoll.services.risk_api.app
    import plimsoll.services.risk_api.installation
    import plimsoll.services.risk_api.server  # noqa: F401 - as above

    asyncio.run(_serve(json.load(sys.stdin)))


if __name__ == "__main__":
    _main()
