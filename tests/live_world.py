"""Live risk over real servers: the API on granian, ticks by WebSocket, updates by server-sent events."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from api_server import serving
from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.workflows.live_pace import Pace
from risk_api_world import Doors

API = "/api/v1"
QUICK = Pace(refresh_seconds=0.02, keep_seconds=0.05, watch_seconds=0.1)


@contextmanager
def live_server(
    database_url: str,
    tenant: UUID,
    other_tenant: UUID | None = None,
    *,
    pace: Pace = QUICK,
    key: str = "",
    **context: Any,
) -> Iterator[int]:
    """Serve the API on a database of its own event loop; yield the port."""
    everything = frozenset(Permission)
    people = {
        "owner": Principal("owner", tenant, "Owner", everything),
        key or "-": Principal("local", tenant, "Local", everything),
        "reader": Principal("reader", tenant, "Reader", frozenset({Permission.LIVE_READ})),
        "outsider": Principal("outsider", other_tenant or tenant, "Outsider", everything),
    }
    doors = Doors(tenant, "", people=people)
    made = ApiContext(database=Database(database_url), sign_in=doors, live_pace=pace, **context)
    with serving(create_app(made)) as port:
        yield port


@dataclass(frozen=True)
class Heard:
    """One event of a stream."""

    id: str
    event: str
    update: dict[str, Any]


@asynccontextmanager
async def ticks_to(port: int, who: str | None = "owner", **headers: str) -> AsyncIterator[ClientConnection]:
    """Open the tick socket."""
    sent = {**headers, **({"Authorization": f"Bearer {who}"} if who else {})}
    async with connect(f"ws://127.0.0.1:{port}{API}/live/ticks", additional_headers=sent) as socket:
        yield socket


async def told(socket: ClientConnection, message: object) -> dict[str, Any]:
    """Send a message and return the answer."""
    await socket.send(message if isinstance(message, str) else json.dumps(message))
    answer: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return answer


def batch(id: str = "", **prices: float) -> dict[str, Any]:  # noqa: A002 - as on the wire
    """Return a message with prices of now."""
    now = dt.datetime.now(dt.UTC).isoformat()
    return {"id": id, "source": "test", "ticks": [[symbol, price, now] for symbol, price in prices.items()]}


@asynccontextmanager
async def listening(
    port: int, portfolio: UUID | str, who: str = "owner", last_id: str | None = None, by: str = "desk"
) -> AsyncIterator[AsyncIterator[Heard]]:
    """Follow a live portfolio."""
    headers = {"Authorization": f"Bearer {who}"} | ({"Last-Event-ID": last_id} if last_id else {})
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx2.AsyncClient(timeout=20, trust_env=False))
        url = f"http://127.0.0.1:{port}{API}/live/portfolios/{portfolio}/stream?by={by}"
        response = await stack.enter_async_context(client.stream("GET", url, headers=headers))
        assert response.status_code == 200, await response.aread()
        yield _events(response)


async def _events(response: httpx2.Response) -> AsyncIterator[Heard]:
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        if "data" in fields:
            yield Heard(fields["id"], fields["event"], json.loads(fields["data"]))
        fields = {}
