"""PostgreSQL goes away under a running platform: 503 while it is gone, and all is well when it is back."""

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psycopg
import pytest

from platform_process import Running, platform
from plimsoll.data.store.embedded import embedded_postgres, stop
from risk_api_world import API, prices_file

RECOVERY_SECONDS = 30.0  # below two on an idle machine
DISK = 160  # megabytes: a new cluster takes 60


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a directory for a server of the test's own."""
    folder = Path(tempfile.mkdtemp(prefix="plimsoll-fault-"))
    try:
        yield folder
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Writer:
    """Creates portfolios one after the other, each with a key of its own, and tries until it is done."""

    running: Running
    number: int
    refused: list[httpx2.Response] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Create until told to stop; the last one is completed."""
        headers = {"Authorization": f"Bearer {self.running.key}"}
        with httpx2.Client(base_url=self.running.url, headers=headers, timeout=60) as client:
            while not self.stopped.is_set():
                self._create(client, f"{self.number}-{len(self.made)}")

    def _create(self, client: httpx2.Client, name: str) -> None:
        while True:
            answer = client.post(
                f"{API}/portfolios", json={"name": name}, headers={"Idempotency-Key": f"writer-{name}"}
            )
            if answer.status_code == 201:
                self.made[name] = answer.json()["id"]
                return
            self.refused.append(answer)
            time.sleep(0.05)


@contextmanager
def writing(running: Running, writers: int = 4) -> Iterator[list[Writer]]:
    """Write from several threads for as long as the block lasts."""
    found = [Writer(running, number) for number in range(writers)]
    threads = [threading.Thread(target=writer.work) for writer in found]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        for writer in found:
            writer.stopped.set()
        for thread in threads:
            thread.join()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_postgres_restarted_while_many_write(folder: Path, tmp_path: Path) -> None:
    """Writers see 503 with Retry-After, go on when it is back, and each portfolio is there exactly once."""
    url = embedded_postgres(folder)
    with platform(tmp_path, "--no-demo", "--database-url", url) as running:
        with writing(running) as writers:
            wait_for(lambda: all(len(writer.made) >= 2 for writer in writers))
            stop(folder)
            wait_for(lambda: all(writer.refused for writer in writers))
            assert httpx2.get(f"{running.url}/livez", timeout=30).status_code == 200
            embedded_postgres(folder)
            before = [len(writer.made) for writer in writers]
            wait_for(lambda: all(len(w.made) > had + 1 for w, had in zip(writers, before, strict=True)))
        for answer in (one for writer in writers for one in writer.refused):
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
            assert answer.headers["Retry-After"] == "1"
        made = {name: book for writer in writers for name, book in writer.made.items()}
        with psycopg.connect(url) as connection:
            stored = connection.execute("SELECT name, id::text FROM portfolios").fetchall()
        assert len(stored) == len(made)
        assert dict(stored) == made
        assert running.stop()[0] == 0


def test_connections_that_the_server_ended_while_idle(folder: Path, tmp_path: Path) -> None:
    """An administrator ends all of them: the next requests notice nothing."""
    url = embedded_postgres(folder)
    with platform(tmp_path, "--no-demo", "--database-url", url) as running:
        headers = {"Authorization": f"Bearer {running.key}"}
        with httpx2.Client(base_url=running.url, headers=headers, timeout=60) as client:
            assert client.get(f"{API}/portfolios").status_code == 200
            with psycopg.connect(url, autocommit=True) as connection:
                ended = connection.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                ).fetchone()
            assert ended is not None
            assert ended[0] >= 1
            assert client.get(f"{API}/portfolios").status_code == 200
            assert client.post(f"{API}/portfolios", json={"name": "after"}).status_code == 201


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """Yield a directory on a disk of its own that is soon full."""
    place = folder / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}M", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a disk in memory")
    try:
        yield place
    finally:
        stop(place)
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    """What does not fit is 503 and leaves nothing behind; reads go on; with room again it is taken."""
    url = embedded_postgres(small_disk)
    with platform(tmp_path, "--no-demo", "--database-url", url) as running:
        headers = {"Authorization": f"Bearer {running.key}"}
        with httpx2.Client(base_url=running.url, headers=headers, timeout=60) as client:
            filler = small_disk / "filler"
            _fill(filler)
            csv = {"Content-Type": "text/csv", "Idempotency-Key": "full"}
            refused = client.post(f"{API}/price-sets", content=_many_prices(), headers=csv)
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable"), refused.text
            assert "full" in refused.json()["detail"]
            assert client.get(f"{API}/price-sets").json()["items"] == []
            filler.unlink()
            assert client.post(f"{API}/price-sets", content=_many_prices(), headers=csv).status_code == 201
            assert len(client.get(f"{API}/price-sets").json()["items"]) == 1


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


def _many_prices() -> bytes:
    """Return a file of prices that takes a megabyte, also compressed."""
    first, *rows = prices_file().decode().splitlines()
    columns = 400
    head = ",".join([first, *(f"S{number}" for number in range(columns))])
    lines = [
        ",".join([row, *(f"{10 + (i * 7919 + j * 104729) % 99991 / 1000:.3f}" for j in range(columns))])
        for i, row in enumerate(rows)
    ]
    return "\n".join([head, *lines, ""]).encode()
