"""The conversation on the tick socket, over the ASGI protocol; a real server is in tests/integration/live."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from asgi_socket import AsgiSocket
from live_hubs import book_run, hub
from plimsoll.data.store.database import Database
from plimsoll.errors import UnavailableError
from plimsoll.monitoring.live_metrics import LiveMetrics
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.live.tick_messages import MAX_MESSAGE
from plimsoll.services.risk_api.live.tick_socket import SocketLimits, TickConversation
from plimsoll.services.risk_api.server_sent_events import Streams

pytestmark = pytest.mark.anyio
NOW = dt.datetime.now(dt.UTC).isoformat()


@dataclass
class Talk:
    """A conversation under test."""

    socket: AsgiSocket
    registry: CollectorRegistry
    streams: Streams

    def ticks(self, outcome: str) -> float | None:
        """Return how many ticks had an outcome."""
        return self.registry.get_sample_value("plimsoll_live_ticks_total", {"outcome": outcome})


@dataclass
class Right:
    """Whether the caller still may."""

    there: bool = True
    asked: int = field(default=0)

    async def __call__(self) -> bool:
        """Say so."""
        self.asked += 1
        return self.there


@asynccontextmanager
async def talking(
    database: Database,
    tenant: UUID,
    *,
    still: Callable[[], Awaitable[bool]] | None = None,
    streams: Streams | None = None,
    **limits: float,
) -> AsyncIterator[Talk]:
    """Hold a conversation with a hub on a database."""
    registry, caller = CollectorRegistry(), Principal("a", tenant, "A", frozenset(Permission))
    metrics, held = LiveMetrics(registry), streams or Streams()
    async with hub(database).running() as live:

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            socket = WebSocket(scope, receive, send)
            within = SocketLimits(**limits)  # type: ignore[arg-type] # - numbers all
            await TickConversation(socket, caller, still or Right(), live, held, metrics, within).hold()

        async with AsgiSocket(app, "/ticks") as socket:
            assert (await socket.hear())["type"] == "websocket.accept"
            yield Talk(socket, registry, held)


def sent(name: str, *ticks: tuple[str, float]) -> str:
    """Return a message."""
    return json.dumps({"id": name, "ticks": [[symbol, price, NOW] for symbol, price in ticks]})


async def test_every_batch_is_acknowledged_and_counted(database: Database, tenant: UUID) -> None:
    """By its id; what became of the ticks is in the answer and in the metrics."""
    await book_run(database, tenant)
    async with talking(database, tenant) as talk:
        await talk.socket.say(sent("1", ("AAA", 101.0), ("ZZZ", 1.0)))
        answer = await talk.socket.hear_json()
        assert (answer["id"], answer["applied"], answer["unknown"]) == ("1", 1, 1)
        await talk.socket.say('{"ping": 1, "id": "p"}')
        assert await talk.socket.hear_json() == {"type": "pong", "id": "p"}
        assert (talk.ticks("applied"), talk.ticks("unknown")) == (1, 1)
        assert talk.registry.get_sample_value("plimsoll_live_senders") == 1
        assert talk.streams.open == 1
    assert talk.registry.get_sample_value("plimsoll_live_senders") == 0
    assert talk.streams.open == 0


async def test_mistakes_are_answered_until_there_are_too_many(database: Database, tenant: UUID) -> None:
    """A good message in between forgives them."""
    async with talking(database, tenant, mistakes=2) as talk:
        for text in ("nonsense", '{"ping": 1}', "nonsense"):
            await talk.socket.say(text)
        kinds = [(await talk.socket.hear_json())["type"] for _ in range(3)]
        assert kinds == ["error", "pong", "error"]
        await talk.socket.say("nonsense")
        assert (await talk.socket.hear_json())["code"] == "bad-json"
        closed = await talk.socket.hear()
        assert (closed["type"], closed["code"]) == ("websocket.close", 1008)


async def test_too_many_ticks_are_refused_and_the_wait_is_said(database: Database, tenant: UUID) -> None:
    """Nothing of the message is taken; it may be sent again."""
    async with talking(database, tenant, ticks_a_second=2.0) as talk:
        await talk.socket.say(sent("1", ("A", 1.0), ("B", 1.0)))
        await talk.socket.hear()
        await talk.socket.say(sent("2", ("A", 1.0)))
        answer = await talk.socket.hear_json()
        assert (answer["code"], answer["id"]) == ("too-many", "2")
        assert 0.0 < answer["retry_after"] <= 0.5
        assert talk.ticks("refused") == 1


@pytest.mark.parametrize(("message", "code"), [(b"bytes", 1003), ("x" * (MAX_MESSAGE + 1), 1009)])
async def test_what_is_no_message_ends_it(
    database: Database, tenant: UUID, message: str | bytes, code: int
) -> None:
    """Bytes, and too many of them."""
    async with talking(database, tenant) as talk:
        await talk.socket.say(message)
        assert (await talk.socket.hear())["code"] == code


async def test_silence_ends_it(database: Database, tenant: UUID) -> None:
    """The reason says how to stay."""
    async with talking(database, tenant, idle_seconds=0.05) as talk:
        closed = await talk.socket.hear()
        assert closed["code"] == 1001
        assert "ping" in closed["reason"]


async def test_a_right_that_ends_ends_it(database: Database, tenant: UUID) -> None:
    """It is looked at again and again, and not for every message."""
    right = Right()
    async with talking(database, tenant, still=right, check_seconds=0.05) as talk:
        await talk.socket.say('{"ping": 1}')
        await talk.socket.hear()
        assert right.asked == 0
        await asyncio.sleep(0.06)
        right.there = False
        await talk.socket.say('{"ping": 1}')
        assert (await talk.socket.hear())["code"] == 1008


async def test_it_ends_with_the_server_and_there_are_not_too_many(database: Database, tenant: UUID) -> None:
    """When the streams of the process end, so does this; where there is no place, none begins."""
    streams = Streams(most=1)
    async with talking(database, tenant, streams=streams) as talk:
        with pytest.raises(UnavailableError):
            streams.enter(None)
        streams.end()
        assert (await talk.socket.hear())["code"] == 1001


async def test_a_database_that_is_away_is_said(tenant: UUID) -> None:
    """The batch was not taken, and may be sent again."""
    nowhere = Database("postgresql://127.0.0.1:9/nowhere", connect_seconds=2)
    async with talking(nowhere, tenant) as talk:
        await talk.socket.say(sent("1", ("A", 1.0)))
        answer = await talk.socket.hear_json()
        assert (answer["code"], answer["id"], answer["retry_after"]) == ("unavailable", "1", 1.0)
