"""Streams of events on a real server: heartbeats, resumption, slow clients, and the end of the server."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from api_server import serving
from plimsoll.errors import UnavailableError
from plimsoll.security.permissions import Principal
from plimsoll.services.risk_api.problems import ProblemError
from plimsoll.services.risk_api.server_sent_events import (
    EventStream,
    Ready,
    ServerSentEvent,
    Streams,
    last_event_id,
)

HEARTBEAT = b":\n\n"


class Served:
    """An application that is one stream."""

    def __init__(
        self, ready: Ready, *, most: int = 9, heartbeat: float = 0.05, stall: float = 0.5, **options: Any
    ) -> None:
        self.streams: Streams | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.ended = threading.Event()
        self._ready = ready
        self._options = {"heartbeat_seconds": heartbeat, "stall_seconds": stall, **options}
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            return
        self.loop = asyncio.get_running_loop()
        self.streams = self.streams or Streams(self._most)
        await EventStream(self._ready, self.streams, **self._options)(scope, receive, send)
        self.ended.set()


@contextmanager
def _stream(app: Served) -> Iterator[Iterator[bytes]]:
    with serving(app) as port, _read(port) as chunks:
        yield chunks


@contextmanager
def _read(port: int) -> Iterator[Iterator[bytes]]:
    with (
        httpx2.Client(timeout=30) as client,
        client.stream("GET", f"http://127.0.0.1:{port}/") as response,
    ):
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "no-store"
        yield response.iter_raw()


async def _never() -> Sequence[ServerSentEvent]:
    await asyncio.Event().wait()
    return []


def _until(chunks: Iterator[bytes], wanted: bytes) -> bytes:
    read = b""
    while wanted not in read:
        read += next(chunks)
    return read


@given(
    data=st.text(st.characters(exclude_categories=["Cs"])),
    event=st.text("abc \r\n:é", max_size=8),
    id=st.text("0189\r\n", max_size=8),
)
def test_an_event_is_read_as_it_was_meant(data: str, event: str, id: str) -> None:  # noqa: A002 - the field's name
    """A reader that knows only the format gets data back, and nobody smuggles in another field."""
    sent = ServerSentEvent(data, event, id).encode().decode()
    assert sent.endswith("\n\n")
    fields = [line.partition(": ")[::2] for line in sent[:-2].replace("\r", "\n").split("\n")]
    assert [name for name, _ in fields if name not in ("data", "event", "id")] == []
    lines = [held for name, held in fields if name == "data"]
    assert "\n".join(lines) == data.replace("\r\n", "\n").replace("\r", "\n")
    assert sum(name == "id" for name, _ in fields) <= 1


def test_separators_that_are_no_line_ends_stay() -> None:
    """JSON may hold U+2028, which Python takes for a line end and the format does not."""
    assert ServerSentEvent('"a\u2028b\x0bc"').encode() == 'data: "a\u2028b\x0bc"\n\n'.encode()


def test_events_come_as_they_are_and_signs_of_life_between() -> None:
    """The time to come back stands first; while there is nothing to say, a comment comes."""
    said = iter([[ServerSentEvent("1", "a", "7"), ServerSentEvent("2")]])

    async def ready() -> Sequence[ServerSentEvent]:
        for batch in said:
            return batch
        return await _never()

    app = Served(ready)
    with serving(app) as port:
        with _read(port) as chunks:
            read = _until(chunks, HEARTBEAT)
        assert app.ended.wait(30), "a client that has left ends its stream"
    assert read.startswith(b"retry: 2000\n\n")
    assert b"id: 7\nevent: a\ndata: 1\n\ndata: 2\n\n" in read


def test_a_waiting_batch_is_not_lost_at_a_heartbeat() -> None:
    """What takes longer than the time between two signs of life arrives all the same, and once."""
    asked = 0

    async def ready() -> Sequence[ServerSentEvent]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.2 if asked == 1 else 60)
        return [ServerSentEvent("late")]

    with _stream(Served(ready)) as chunks:
        read = _until(chunks, b"late")
    assert read.count(HEARTBEAT) >= 2
    assert asked <= 2


def test_who_may_not_listen_any_more_is_let_go_in_silence() -> None:
    """A stream in which nothing happens ends as well, without a word of what comes then."""
    answers = iter([True, True, False])

    async def still_allowed() -> bool:
        return next(answers)

    async def ready() -> Sequence[ServerSentEvent]:
        return await _never()

    app = Served(ready, heartbeat=60, still_allowed=still_allowed, check_seconds=0.02)
    with serving(app) as port, httpx2.Client(timeout=30) as client:
        with (
            client.stream("GET", f"http://127.0.0.1:{port}/") as answer,
            contextlib.suppress(httpx2.HTTPError),
        ):
            assert list(answer.iter_raw()) == [b"retry: 2000\n\n"]
        assert app.ended.wait(30)
        assert next(answers, None) is None


def test_the_end_of_the_server_ends_the_stream_in_good_order() -> None:
    """The answer is complete, so that the client comes back; meanwhile no new stream opens."""

    async def ready() -> Sequence[ServerSentEvent]:
        return await _never()

    app = Served(ready, heartbeat=60)
    with _stream(app) as chunks:
        _until(chunks, b"retry")
        assert app.loop is not None
        assert app.streams is not None
        begun = time.monotonic()
        app.loop.call_soon_threadsafe(app.streams.end)
        assert list(chunks) == []
        assert time.monotonic() - begun < 10  # a heartbeat takes a minute
        with pytest.raises(UnavailableError):
            app.streams.enter(None)
        assert app.streams.open == 0


def test_a_client_that_takes_nothing_is_let_go() -> None:
    """It holds neither memory nor a place for longer than the time to stall."""

    async def ready() -> Sequence[ServerSentEvent]:
        return [ServerSentEvent("x" * 65536)] * 8

    app = Served(ready, stall=0.3)
    with serving(app) as port, socket.create_connection(("127.0.0.1", port)) as lazy:
        lazy.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert app.ended.wait(30)
        assert app.streams is not None
        assert app.streams.open == 0


def test_there_are_so_many_streams_and_no_more() -> None:
    """One too many is refused; a place that is given back is free."""
    streams = Streams(1)
    streams.enter(None)
    with pytest.raises(UnavailableError, match="no more streams"):
        streams.enter(None)
    streams.leave(None)
    streams.enter(None)


def test_nobody_takes_all_streams() -> None:
    """Of ten, one caller has six and one tenant eight: the others still find a place."""
    streams = Streams(10)
    ada, bob = (Principal(f"user:{name}", UUID(int=1), name, frozenset()) for name in ("ada", "bob"))
    elsewhere = Principal("user:cem", UUID(int=2), "cem", frozenset())
    for caller, places in ((ada, 6), (bob, 2), (elsewhere, 2)):
        for _ in range(places):
            streams.enter(caller)
        with pytest.raises(UnavailableError, match="no more streams"):
            streams.enter(caller)
    streams.leave(elsewhere)
    with pytest.raises(UnavailableError):
        streams.enter(bob)
    streams.leave(ada)
    streams.enter(bob)


@pytest.mark.parametrize(("sent", "read"), [(None, None), ("", None), ("42", "42")])
def test_the_last_id_is_read(sent: str | None, read: str | None) -> None:
    """None and nothing are the same."""
    assert last_event_id(sent) == read


@pytest.mark.parametrize("sent", ["x" * 65, "é", "a\tb"])
def test_what_is_no_id_is_refused(sent: str) -> None:
    """Ids of ours are short and plain."""
    with pytest.raises(ProblemError, match="Last-Event-ID"):
        last_event_id(sent)
