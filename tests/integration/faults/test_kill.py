"""kill -9 of the API in the middle of a batch: what was acknowledged is there, and the batch can be finished.

``PLIMSOLL_KILL_POINTS`` says at how many instants; 50 unless it is set.
"""

import os
import random
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from api_nursery import ApiProcess, Nursery, nursery
from platform_process import platform
from plimsoll.data.store.embedded import running_postgres
from risk_api_world import API, BOOK, prices_file

POINTS = int(os.environ.get("PLIMSOLL_KILL_POINTS", "50"))
BATCH_SECONDS = 0.25
DESKS = 3
KEPT = ("portfolios", "holdings", "runs")


@dataclass
class Batch:
    """Three desks, each with a portfolio, two imports and a run, sent side by side."""

    name: str
    key: str
    answers: dict[str, bytes] = field(default_factory=dict)

    def send(self, api: ApiProcess) -> bool:
        """Send all of it, and return whether all of it was acknowledged."""
        with ThreadPoolExecutor(DESKS) as desks:
            return all(list(desks.map(lambda desk: self._send_desk(api, desk), range(DESKS))))

    def _send_desk(self, api: ApiProcess, desk: int) -> bool:
        headers = {"Authorization": f"Bearer {self.key}"}
        name = f"{self.name}-{desk}"
        try:
            with httpx2.Client(base_url=api.url, headers=headers, timeout=30) as client:
                body = {"name": name}
                made = self._once(client, "POST", "/portfolios", f"{name}-portfolio", json=body)
                book = made["id"]
                for number in range(2):
                    path = f"/portfolios/{book}/positions?valid_from=2024-01-0{number + 1}"
                    self._once(client, "PUT", path, f"{name}-import-{number}", content=BOOK)
                self._once(client, "POST", "/risk-runs", f"{name}-run", json={"portfolio_id": book})
        except httpx2.TransportError:
            return False
        return True

    def _once(self, client: httpx2.Client, method: str, path: str, key: str, **body: Any) -> dict[str, Any]:
        headers = {"Idempotency-Key": key} | ({"Content-Type": "text/csv"} if "content" in body else {})
        answer = client.request(method, f"{API}{path}", headers=headers, **body)
        assert answer.is_success, answer.text
        assert self.answers.setdefault(key, answer.content) == answer.content
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def apis(tmp_path: Path, database_url: str) -> Iterator[Nursery]:
    """Yield what starts API processes on the test's database."""
    with nursery(tmp_path, database_url) as apis:
        yield apis


def test_killed_in_the_middle_of_a_batch(apis: Nursery, database_url: str) -> None:
    """At each of the instants: nothing acknowledged is lost, nothing is doubled, the retry completes it."""
    chance = random.Random(20_250_101)  # noqa: S311 - seeded on purpose
    api = apis.start()
    _upload_prices(api, apis.key)
    interrupted = 0
    for point in range(POINTS):
        batch = Batch(f"batch-{point}", apis.key)
        killer = threading.Timer(chance.uniform(0.0, BATCH_SECONDS), api.kill)
        killer.start()
        interrupted += not batch.send(api)
        killer.join()
        acknowledged = dict(batch.answers)
        api = apis.start()
        assert batch.send(api)
        assert acknowledged.items() <= batch.answers.items()
        expected = {"portfolios": DESKS, "holdings": 2 * DESKS, "runs": DESKS}
        assert _counts(database_url) == {table: (point + 1) * count for table, count in expected.items()}
    assert interrupted > POINTS // 2


def test_killed_with_its_own_database(tmp_path: Path) -> None:
    """After kill -9 of ``plimsoll up`` the next one takes over its database with all acknowledged."""
    directory = tmp_path / "data"
    with platform(tmp_path, "--no-demo", "--data-dir", directory) as running:
        api = ApiProcess(running.process.pid, int(running.url.rpartition(":")[2]))
        batch = Batch("batch", running.key)
        _upload_prices(api, running.key)
        killer = threading.Timer(BATCH_SECONDS / 2, api.kill)
        killer.start()
        batch.send(api)
        assert running.process.wait(10) == -signal.SIGKILL
    acknowledged = dict(batch.answers)
    assert running_postgres(directory) is not None
    with platform(tmp_path, "--no-demo", "--data-dir", directory) as running:
        assert batch.send(ApiProcess(running.process.pid, int(running.url.rpartition(":")[2])))
        assert acknowledged.items() <= batch.answers.items()
        assert running.stop()[0] == 0
    assert running_postgres(directory) is None


def _upload_prices(api: ApiProcess, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/csv"}
    answer = httpx2.post(f"{api.url}{API}/price-sets", content=prices_file(), headers=headers, timeout=60)
    assert answer.status_code == 201


def _counts(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        counted: dict[str, int] = {}
        for table in KEPT:
            row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - ours
            assert row is not None
            counted[table] = row[0]
        return counted
