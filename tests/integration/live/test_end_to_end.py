"""From a tick on the WebSocket to the number in the stream, over a real server."""

from uuid import UUID

import pytest

from live_world import batch, listening, live_server, ticks_to, told
from plimsoll.data.store.database import Database
from plimsoll.workflows.request import ReportRequest
from small_book import cash, share
from stored_book import stored_run

pytestmark = pytest.mark.anyio
BOOK = (share("AAA", 10, "USD", desk="G"), share("BBB", -4, "EUR", desk="V"), cash("USD", 500))


async def test_a_tick_moves_the_number(database: Database, database_url: str, tenant: UUID) -> None:
    """The first event is the run's own risk; a tick is acknowledged, and the next event has its price."""
    run = await stored_run(database, tenant, BOOK, ReportRequest())
    with live_server(database_url, tenant) as port:
        async with listening(port, run.portfolio_id) as events, ticks_to(port) as socket:
            first = await anext(events)
            assert (first.event, first.update["var"]["value"]) == ("snapshot", run.var)
            assert await told(socket, batch("7", AAA=101.0, ZZZ=1.0)) == {
                "type": "ack",
                "id": "7",
                "applied": 1,
                "unknown": 1,
                "old": 0,
                "quarantined": 0,
                "degraded": False,
            }
            second = await anext(events)
            assert second.event == "update"
            growth = next(node for node in second.update["nodes"] if node["path"] == ["G"])
            assert growth["value"] == 1010.0
