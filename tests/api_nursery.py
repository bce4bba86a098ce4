"""API processes to be killed: a program that has everything imported and forks one whenever it is told to.

Each line of its input is the port of one. It answers with the process id once the process serves.
"""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

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

    def __init__(self, directory: Path, program: "subprocess.Popen[str]") -> None:
        self._directory = directory
        self._program = program
        self._started: list[ApiProcess] = []

    @property
    def key(self) -> str:
        """The API key, which is the same for all."""
        return (self._directory / "api-key").read_text().strip()

    def start(self) -> ApiProcess:
        """Start one and wait until it answers."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        port = free_ports()[0]
        self._program.stdin.write(f"{port}\n")
        self._program.stdin.flush()
        started = ApiProcess(int(self._program.stdout.readline()), port)
        self._started.append(started)
        return started

    def kill_all(self) -> None:
        """End all that were started."""
        for process in self._started:
            process.kill()


@contextmanager
def nursery(home: Path, database_url: str) -> Iterator[Nursery]:
    """Run a nursery for a migrated database."""
    directory = home / "data"
    with (home / "api.log").open("w") as log:
        program = subprocess.Popen(
            [sys.executable, __file__, directory, database_url],
            env={**environment(home), "PYTHONPATH": str(Path(__file__).parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with program:
        running = Nursery(directory, program)
        try:
            yield running
        finally:
            running.kill_all()


async def _serve(directory: Path, url: str, port: int) -> None:
    from plimsoll.services.risk_api.app import create_app
    from plimsoll.services.risk_api.installation import Installation
    from plimsoll.services.risk_api.server import Served, serving

    place = Installation(directory, url)
    async with place.context(url) as context, serving([Served(create_app(context), port)]):
        print(os.getpid(), flush=True)  # noqa: T201 - this is how it answers
        await asyncio.Event().wait()


def _main(directory: Path, url: str) -> None:
    import polars as pl  # noqa: F401 - what requests import when they need it, imported once for all
    import pyarrow.parquet as pq  # noqa: F401 - as above
    import scipy.stats  # noqa: F401 - as above

    import plimsoll.services.risk_api.app
    import plimsoll.services.risk_api.installation
    import plimsoll.services.risk_api.server  # noqa: F401 - as above
    from plimsoll.monitoring.logging import configure_logging

    configure_logging(level=logging.WARNING)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asyncio.run(_serve(directory, url, int(line)))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])
