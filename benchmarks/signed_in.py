"""A browser that is signed in: what it costs to know who sends a request, when it was known a moment ago."""

import asyncio
import time
from statistics import median
from uuid import UUID

from starlette.requests import Request

from measurement import Row
from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal, PrincipalKind
from plimsoll.security.tokens import new_token
from plimsoll.services.risk_api.authentication import authenticated
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.known_callers import KnownCallers
from plimsoll.services.risk_api.sign_in import LocalSignIn

__all__ = ["measure"]

GOAL = 100e-6  # seconds
ROUNDS, CALLS = 9, 2_000


def measure() -> list[Row]:
    """Measure how long it takes to recognise a session from its cookie."""
    seconds = asyncio.run(_recognised())
    claim = "recognise a session from its cookie and find its permissions, known for at most 5 s"
    ours, peer = f"{seconds * 1e6:.1f} µs", f"limit {GOAL * 1e6:.0f} µs"
    return [Row(claim, ours, peer, f"{GOAL / seconds:.0f}x below", "below the limit", seconds < GOAL)]


async def _recognised() -> float:
    ada = Principal("user:1", UUID(int=1), "Ada", frozenset(Permission), PrincipalKind.USER)

    async def find(_: str) -> Principal:
        return ada

    token = new_token()
    context = ApiContext(
        database=Database("postgresql://127.0.0.1/none"),
        sign_in=LocalSignIn(UUID(int=1), new_token("plk")),
    )
    callers = KnownCallers(find)
    headers = [(b"host", b"127.0.0.1"), (b"cookie", f"plimsoll={token}".encode())]
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(CALLS):
            state = {"context": context, "callers": callers}
            request = Request(
                {"type": "http", "method": "GET", "scheme": "http", "headers": headers, "state": state}
            )
            await authenticated(request)
        times.append((time.perf_counter() - start) / CALLS)
    return median(times)


if __name__ == "__main__":
    print(*measure(), sep="\n")
