"""Draining: answers that send clients away, quiet that is waited for, a door that is shut."""

import asyncio
import socket
import sys
from typing import Any

import pytest

from plimsoll.services.risk_api.draining import Drained, shut_the_door

pytestmark = pytest.mark.anyio

REQUEST = {"type": "http", "path": "/"}


class Application:
    """Answers when it is let, and says what was sent."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.sent: list[Any] = []

    async def __call__(self, _: Any, __: Any, send: Any) -> None:
        """Serve."""
        await self.let.wait()
        headers = [(b"Connection", b"keep-alive"), (b"etag", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"done"})

    async def send(self, message: Any) -> None:
        """Note what reaches the server."""
        self.sent.append(message)


async def nothing() -> Any:
    """Receive nothing."""


async def test_answers_keep_the_connection_until_the_drain() -> None:
    """An answer before it is passed as it is; an answer during it ends the connection."""
    app = Application()
    drained = Drained(app)
    app.let.set()
    await drained(REQUEST, nothing, app.send)
    await drained.drain(quiet_seconds=0.0, seconds=0.0)
    await drained(REQUEST, nothing, app.send)
    before, _, after, _ = app.sent
    assert before["headers"] == [(b"Connection", b"keep-alive"), (b"etag", b"1")]
    assert after["headers"] == [(b"etag", b"1"), (b"connection", b"close")]


async def test_the_drain_waits_for_requests_under_way() -> None:
    """It ends when they are answered and it has been quiet, and not before."""
    app = Application()
    drained = Drained(app)
    asked = asyncio.create_task(drained(REQUEST, nothing, app.send))
    await asyncio.sleep(0)
    draining = asyncio.create_task(drained.drain(quiet_seconds=0.02, seconds=10.0))
    await asyncio.sleep(0.1)
    assert not draining.done()
    app.let.set()
    await asyncio.wait_for(draining, 5)
    assert asked.done()


async def test_the_drain_has_an_end() -> None:
    """A request without end is waited for no longer than was asked, and can be broken off."""
    app = Application()
    drained = Drained(app)
    asked = asyncio.create_task(drained(REQUEST, nothing, app.send))
    await asyncio.sleep(0)
    await asyncio.wait_for(drained.drain(quiet_seconds=0.0, seconds=0.05), 5)
    drained.interrupt()
    await asyncio.wait([asked])
    assert asked.cancelled()


async def test_the_lifespan_is_no_request() -> None:
    """It goes on while the drain ends at once."""
    app = Application()
    drained = Drained(app)
    lifespan = asyncio.create_task(drained({"type": "lifespan"}, nothing, app.send))
    await asyncio.sleep(0)
    await asyncio.wait_for(drained.drain(quiet_seconds=0.0, seconds=10.0), 5)
    drained.interrupt()
    app.let.set()
    await lifespan


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can drop the packets of newcomers")
def test_the_shut_door() -> None:
    """Who waits at the door is let in, nobody else, and other ports stay open."""
    with socket.create_server(("127.0.0.1", 0)) as door, socket.create_server(("127.0.0.1", 0)) as other:
        port = door.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), 5) as early:
            shut_the_door(port)
            with pytest.raises(TimeoutError):
                socket.create_connection(("127.0.0.1", port), 0.2)
            accepted, _ = door.accept()
            with accepted:
                early.sendall(b"still here")
                assert accepted.recv(100) == b"still here"
        socket.create_connection(other.getsockname(), 5).close()
