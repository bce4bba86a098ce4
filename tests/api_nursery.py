"""API processes that start at once, to be killed: a process that has imported it all forks one on demand."""

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

    def __init__(self, process: "subprocess.Popen[str]", directory: Path, database_url: str) -> None:
        self._process = process
        self._order = {"directory": str(directory), "database_url": database_url}
        self._directory = directory
        self._started: list[ApiProcess] = []

    @property
    def key(self) -> str:
        """The API key, which is the same for all."""
        return (self._directory / "api-key").read_text().strip()

    def start(self) -> ApiProcess:
        """Start one and wait until it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        port = free_ports()[0]
        self._process.stdin.write(json.dumps({**self._order, "port": port}) + "\n")
        self._process.stdin.flush()
        started = ApiProcess(int(self._process.stdout.readline()), port)
        self._started.append(started)
        for _ in range(1000):
            with suppress(httpx2.TransportError):
                httpx2.get(f"{started.url}/livez")
                return started
            time.sleep(0.01)
        raise TimeoutError

    def kill_all(self) -> None:
        """End all that were started."""
        for started in self._started:
            started.kill()


@contextmanager
def nursery(home: Path, database_url: str) -> Iterator[Nursery]:
    """Run a nursery for a migrated database."""
    directory = home / "data"
    with (home / "api.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, __file__],
            env={**environment(home), "PYTHONPATH": str(Path(__file__).parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        running = Nursery(process, directory, database_url)
        try:
            yield running
        finally:
            running.kill_all()
            process.kill()


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
    import polars as pl  # noqa: F401 - as below
    import scipy.stats  # noqa: F401 - as below

    import plimsoll.services.risk_api.app
    import plimsoll.services.risk_api.installation
    import plimsoll.services.risk_api.server  # noqa: F401 - imported once, for all that are forked

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(_serve(json.loads(line)))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
