"""Updates as server-sent events."""

import asyncio
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from starlette.types import Message

from plimsoll.monitoring.live_metrics import LiveMetrics
from plimsoll.services.risk_api.live.update_stream import UpdateEvent, UpdateStream
from plimsoll.services.risk_api.server_sent_events import Streams
from plimsoll.workflows.live_feed import Delivery, LiveFeed, Published, Reason

pytestmark = pytest.mark.anyio
SCOPE = {"type": "http", "method": "GET"}


async def always() -> bool:
    """Let them go on."""
    return True


def test_an_event_has_the_id_the_reason_and_the_bytes() -> None:
    """The body is sent as it was encoded."""
    event = UpdateEvent(Delivery(Reason.RESET, Published("f-7", 7, b'{"a": 1}')))
    assert event.encode() == b'id: f-7\nevent: reset\ndata: {"a": 1}\n\n'


async def test_a_listener_is_counted_and_let_go_when_the_feed_ends() -> None:
    """The stream begins with the snapshot, goes on with updates and ends with the feed."""
    feed, streams, registry = LiveFeed(), Streams(), CollectorRegistry()
    stream = UpdateStream(feed, None, always, streams, LiveMetrics(registry))
    feed.publish(b"1")
    said: asyncio.Queue[Message] = asyncio.Queue()
    never: asyncio.Event = asyncio.Event()

    async def receive() -> Any:
        await never.wait()

    task = asyncio.create_task(stream(SCOPE, receive, said.put))
    chunks = [await asyncio.wait_for(said.get(), 5) for _ in range(3)]
    assert chunks[0]["status"] == 200
    assert chunks[2]["body"] == f"id: {feed.id_of(1)}\nevent: snapshot\ndata: 1\n\n".encode()
    assert (feed.listeners, streams.open) == (1, 1)
    assert registry.get_sample_value("plimsoll_live_listeners") == 1
    feed.publish(b"2")
    assert b"event: update" in (await asyncio.wait_for(said.get(), 5))["body"]
    feed.close()
    await asyncio.wait_for(task, 5)
    assert (feed.listeners, streams.open) == (0, 0)
    assert registry.get_sample_value("plimsoll_live_listeners") == 0
