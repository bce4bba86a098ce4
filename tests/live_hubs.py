"""Small live books and what listens to them, for the tests of live risk without a server."""

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from plimsoll.data.store.database import Database
from plimsoll.data.store.runs import RunRecord
from plimsoll.services.risk_api.live.messages import encoded
from plimsoll.workflows.live_feed import Listener
from plimsoll.workflows.live_hub import LiveHub
from plimsoll.workflows.live_pace import Pace
from plimsoll.workflows.live_ticks import Tick
from plimsoll.workflows.request import ReportRequest
from small_book import cash, share
from stored_book import stored_run

QUICK = Pace(refresh_seconds=0.01, keep_seconds=0.03, watch_seconds=0.05)
BOOK = (share("AAA", 10, "USD", desk="G"), share("BBB", -4, "EUR", desk="V"), cash("USD", 500.0))


async def book_run(database: Database, tenant: UUID) -> RunRecord:
    """Store the small book, its prices and a run."""
    return await stored_run(database, tenant, BOOK, ReportRequest(days=60))


def hub(database: Database, **changes: Any) -> LiveHub:
    """Return a hub that hurries."""
    return LiveHub(database, **{"encode": encoded, "pace": QUICK, **changes})


def tick(symbol: str, price: float, seconds: float = 0.0) -> Tick:
    """Return a tick some seconds ago."""
    return Tick(symbol, price, dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds), "test")


async def until(found: Callable[[], Awaitable[Any]]) -> Any:
    """Return what is found once it is true."""
    for _ in range(600):
        if result := await found():
            return result
        await asyncio.sleep(0.05)
    raise TimeoutError


async def next_update(listener: Listener, seconds: float = 30.0) -> dict[str, Any]:
    """Return the next update that a listener is sent."""
    delivery = await asyncio.wait_for(listener.next(), seconds)
    assert delivery is not None
    update: dict[str, Any] = json.loads(delivery.published.body)
    return update


def numbers(update: dict[str, Any]) -> Any:
    """Return what is calculated from levels."""
    return update["risk_run"], update["var"], update["es"], update["nodes"]
