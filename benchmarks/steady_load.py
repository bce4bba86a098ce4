"""A steady load from plain threads: so many requests a second of the usual mix, each answer looked at."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from served_platform import API, Target

__all__ = ["SteadyLoad", "steady_load"]

_THREADS = 8
_CUTS = ("desk", "sector", "desk,sector", "")


@dataclass
class SteadyLoad:
    """What was asked and answered so far.

    Attributes
    ----------
    target
        Who is asked.
    rate
        Requests a second that are aimed at.
    outcomes
        How often each status came; exceptions count by their name.
    """

    target: Target
    rate: float
    outcomes: Counter[str] = field(default_factory=Counter)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def errors(self) -> int:
        """How many requests failed."""
        return sum(count for outcome, count in self.outcomes.items() if outcome not in ("200", "201", "304"))

    def work(self, number: int) -> None:
        """Ask at the pace of one of several threads until told to stop."""
        chance = random.Random(number)  # noqa: S311 - no secret
        host = urlsplit(self.target.running.url).netloc
        connection = http.client.HTTPConnection(host, timeout=60)
        pause = _THREADS / self.rate
        due = time.monotonic() + pause * number / _THREADS
        count = 0
        while not self.stopped.wait(max(0.0, due - time.monotonic())):
            # Who is late does not catch up: the load is steady, not bunched.
            due = max(due + pause, time.monotonic())
            count += 1
            try:
                self.outcomes[str(self._ask(connection, chance, f"{number}-{count}"))] += 1
            except (OSError, http.client.HTTPException) as error:
                self.outcomes[type(error).__name__] += 1
                connection.close()
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, chance: random.Random, name: str) -> int:
        run, book, headers = self.target.run, self.target.book, self.target.headers
        draw = chance.random()
        method = "GET"
        body: dict[str, Any] | None = None
        if draw < 0.8:
            paths = (
                f"risk-runs/{run}",
                f"risk-runs/{run}/report",
                f"portfolios/{book}",
                "portfolios?limit=10",
            )
            path = chance.choice(paths)
        elif draw < 0.88:
            path = f"risk-runs/{run}/cube?by={chance.choice(_CUTS)}"
        elif draw < 0.95:
            method, path = "POST", f"risk-runs/{run}/what-if"
            body = {"trades": [{"symbol": "AAPL", "quantity": chance.randint(1, 1000)}]}
        else:
            method, path, body = "POST", "portfolios", {"name": f"steady {time.time_ns()} {name}"}
        if body is not None:
            headers = {**headers, "Content-Type": "application/json"}
        connection.request(method, f"{API}/{path}", None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        response.read()
        if response.getheader("connection") == "close":
            connection.close()
        return response.status


@contextmanager
def steady_load(target: Target, rate: float) -> Iterator[SteadyLoad]:
    """Load a platform for as long as the block lasts.

    Parameters
    ----------
    target
        Who is asked.
    rate
        Requests a second.
    """
    load = SteadyLoad(target, rate)
    threads = [threading.Thread(target=load.work, args=(number,)) for number in range(_THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stopped.set()
        for thread in threads:
            thread.join()
