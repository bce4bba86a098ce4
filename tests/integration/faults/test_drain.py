"""SIGTERM while clients are busy: each request that a client could send is answered."""

import http.client
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from platform_process import Running, platform

CLIENTS = 16
BUSY_SECONDS = 1.0


@dataclass
class Client:
    """Asks without a break over a connection that it keeps, until nobody listens any more."""

    number: int
    host: str
    headers: dict[str, str]
    run: str
    outcomes: Counter[str] = field(default_factory=Counter)

    def work(self) -> None:
        """Ask until the door is closed; whatever else goes wrong is noted."""
        count = 0
        connection: http.client.HTTPConnection | None = None
        while True:
            if connection is None:
                connection = http.client.HTTPConnection(self.host, timeout=10)
                try:
                    connection.connect()
                except ConnectionRefusedError:
                    return
            count += 1
            try:
                left = self._ask(connection, count)
            except (OSError, http.client.HTTPException) as error:
                self.outcomes[repr(error)] += 1
                left = True
            if left or count % 3 == self.number % 3:
                connection.close()
                connection = None
            time.sleep(0.005 * (self.number % 3))

    def _ask(self, connection: http.client.HTTPConnection, count: int) -> bool:
        if count % 5 == 0:
            body = f'{{"name": "{self.number}-{count}"}}'
            headers = {**self.headers, "Content-Type": "application/json"}
            connection.request("POST", "/api/v1/portfolios", body, headers)
        else:
            connection.request("GET", f"/api/v1/risk-runs/{self.run}", headers=self.headers)
        response = connection.getresponse()
        response.read()
        self.outcomes[str(response.status)] += 1
        return response.getheader("connection") == "close"


def test_sigterm_under_load(tmp_path: Path) -> None:
    """Sixteen busy clients, half of them with a new connection now and then, lose nothing."""
    with platform(tmp_path) as running:
        clients = _clients(running)
        threads = [threading.Thread(target=client.work) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(BUSY_SECONDS)
        code, _ = running.stop(signal.SIGTERM)
        for thread in threads:
            thread.join()
    outcomes = sum((client.outcomes for client in clients), Counter())
    assert code == 0
    assert set(outcomes) == {"200", "201"}, outcomes
    assert outcomes.total() > CLIENTS


def _clients(running: Running) -> list[Client]:
    headers = {"Authorization": f"Bearer {running.key}"}
    run = httpx2.get(f"{running.url}/api/v1/risk-runs", headers=headers).json()["items"][0]["id"]
    host = urlsplit(running.url).netloc
    return [Client(number, host, headers, run) for number in range(CLIENTS)]
