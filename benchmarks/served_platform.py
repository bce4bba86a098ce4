"""A platform to be measured: ``plimsoll up`` in an empty home, with a large book beside the demo."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from platform_process import Running, platform

__all__ = ["API", "POSITIONS", "SCENARIOS", "Target", "served_platform"]

API = "/api/v1"
POSITIONS = 500
SCENARIOS = 1_000
_SYMBOLS = ("AAPL", "MSFT", "JPM", "XOM", "PG", "KO", "WMT", "HD", "JNJ", "CVX")
_SECONDS = 120.0


@dataclass(frozen=True)
class Target:
    """A running platform and what there is to ask for.

    Attributes
    ----------
    running
        The process.
    book
        Id of a portfolio of 500 positions.
    run
        Id of its run in 1,000 scenarios.
    """

    running: Running
    book: str
    run: str

    @property
    def headers(self) -> dict[str, str]:
        """What each request must carry."""
        return {"Authorization": f"Bearer {self.running.key}"}

    def client(self) -> httpx2.Client:
        """Return a client of it."""
        return httpx2.Client(base_url=self.running.url, headers=self.headers, timeout=_SECONDS)

    def metrics(self) -> dict[str, float]:
        """Return its measurements, those of one name summed up over their labels."""
        found: dict[str, float] = {}
        for sample, value in self.samples().items():
            name = sample.partition("{")[0]
            key = sample if name.endswith("_bucket") else name
            found[key] = found.get(key, 0.0) + value
        return found

    def samples(self) -> dict[str, float]:
        """Return its measurements, each by name and labels."""
        lines = httpx2.get(self.running.told["metrics"], timeout=_SECONDS).text.splitlines()
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {sample: float(value) for sample, _, value in pairs}


@contextmanager
def served_platform(*arguments: str) -> Iterator[Target]:
    """Start a platform, give it a large book and a run of it, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="plimsoll-load-") as home:
        Path(home).chmod(0o755)
        with platform(Path(home), *arguments) as running:
            headers = {"Authorization": f"Bearer {running.key}"}
            with httpx2.Client(base_url=running.url, headers=headers, timeout=_SECONDS) as client:
                book = _made(client.post(f"{API}/portfolios", json={"name": "Large"}))["id"]
                path, csv = f"{API}/portfolios/{book}/positions", {"Content-Type": "text/csv"}
                _made(client.put(path, content=_book(), params={"valid_from": "2000-01-03"}, headers=csv))
                options = {"days": SCENARIOS, "by": ["desk", "sector"]}
                run = _made(client.post(f"{API}/risk-runs", json={"portfolio_id": book, "options": options}))
            yield Target(running, book, run["id"])


def _book() -> bytes:
    rows = (
        f"{_SYMBOLS[number % len(_SYMBOLS)]},{(number % 7 + 1) * 10},Desk {number % 20},Sector {number % 11}"
        for number in range(POSITIONS)
    )
    return "\n".join(["symbol,quantity,desk,sector", *rows, ""]).encode()


def _made(answer: httpx2.Response) -> Any:
    if answer.is_error:
        raise RuntimeError(answer.text)
    return answer.json()
