"""The mix for Locust: 80 % cached reads, 15 % what-if and cube queries, 5 % writes."""

import os
import random
from uuid import uuid4

from locust import FastHttpUser, task

__all__ = ["MixedUser"]

API = "/api/v1"
RUN = f"{API}/risk-runs/{os.environ['PLIMSOLL_RUN']}"
BOOK = f"{API}/portfolios/{os.environ['PLIMSOLL_BOOK']}"
AUTH = {"Authorization": f"Bearer {os.environ['PLIMSOLL_KEY']}"}
READS = (
    *((RUN, tag) for tag in ("", os.environ["PLIMSOLL_RUN_ETAG"])),
    *((f"{RUN}/report", tag) for tag in ("", os.environ["PLIMSOLL_REPORT_ETAG"])),
    *((f"{RUN}/cube?by=desk", tag) for tag in ("", "")),
    *((BOOK, tag) for tag in ("", os.environ["PLIMSOLL_BOOK_ETAG"])),
    (f"{API}/portfolios?limit=10", ""),
)
CUTS = ("sector", "desk,sector", "sector,desk", "")


class MixedUser(FastHttpUser):  # type: ignore[misc]  # Locust is looked at without its types
    """A client that never pauses."""

    @task(80)  # type: ignore[untyped-decorator]  # as above
    def read(self) -> None:
        """Read what does not change."""
        path, tag = random.choice(READS)  # noqa: S311 - no secret
        self.client.get(path, headers={**AUTH, "If-None-Match": tag} if tag else AUTH, name="read")

    @task(8)  # type: ignore[untyped-decorator]  # as above
    def cut(self) -> None:
        """Cut the cube."""
        self.client.get(f"{RUN}/cube?by={random.choice(CUTS)}", headers=AUTH, name="cube")  # noqa: S311 - as above

    @task(7)  # type: ignore[untyped-decorator]  # as above
    def what_if(self) -> None:
        """Ask what a trade would do."""
        basket = {"trades": [{"symbol": "AAPL", "quantity": random.randint(1, 1000)}]}  # noqa: S311 - as above
        self.client.post(f"{RUN}/what-if", json=basket, headers=AUTH, name="what-if")

    @task(5)  # type: ignore[untyped-decorator]  # as above
    def write(self) -> None:
        """Create a portfolio."""
        name = uuid4().hex
        headers = {**AUTH, "Idempotency-Key": name}
        self.client.post(f"{API}/portfolios", json={"name": name}, headers=headers, name="write")
