"""Server-sent events: an answer that goes on for as long as the client listens and the server runs.

::

    @router.get("/ticks", responses=content("text/event-stream"))
    async def listen(context: Context, last: LastEventId, _: Reader) -> Response:
        cursor = Cursor(last)

        async def ready() -> Sequence[ServerSentEvent]:
            return await cursor.next()  # waits until there is something

        return EventStream(ready, context.streams)
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import structlog
from fastapi import Header
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from plimsoll.errors import PlimsollError, UnavailableError
from plimsoll.services.risk_api.at_once import at_once
from plimsoll.services.risk_api.problems import ProblemError

__all__ = [
    "EVENT_STREAM",
    "Encodes",
    "EventStream",
    "LastEventId",
    "Ready",
    "ServerSentEvent",
    "Streams",
    "last_event_id",
]

EVENT_STREAM = "text/event-stream"
"""Content type of a stream of events."""

_RETRY_MILLISECONDS = 2000
_HEARTBEAT = b":\n\n"
_LONGEST_ID = 64
_LINE_END = re.compile("\r\n|\r|\n")  # those of the format; others, such as U+2028, are text
_MOST_STREAMS = 2000

_log = structlog.get_logger("plimsoll.streams")


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    r"""One event of a stream.

    Parameters
    ----------
    data
        Text, usually JSON; may have several lines.
    event
        Its name; a browser calls an event without a name ``message``.
    id
        What a client sends as ``Last-Event-ID`` when it comes back; empty leaves the last one.

    Examples
    --------
    >>> ServerSentEvent('{"a": 1}', "tick", "7").encode()
    b'id: 7\nevent: tick\ndata: {"a": 1}\n\n'
    """

    data: str
    event: str = ""
    id: str = ""

    def encode(self) -> bytes:
        """Return the event as it is sent; line ends within a name or id go."""
        fields = [f"{name}: {' '.join(text.split())}" for name, text in self._named() if text]
        fields += [f"data: {line}" for line in _LINE_END.split(self.data)]
        return ("\n".join(fields) + "\n\n").encode()

    def _named(self) -> tuple[tuple[str, str], ...]:
        return (("id", self.id), ("event", self.event))


class Encodes(Protocol):
    """Anything that says how it is sent, such as `ServerSentEvent`, or bytes that many listeners share."""

    def encode(self) -> bytes:
        """Return the event as it is sent."""


Ready = Callable[[], Awaitable[Sequence[Encodes]]]
"""Waits until there is something to send, and returns it; asked again when that is sent, and never before.

So a client that reads slowly holds one batch in memory. Whoever has more to say while it waits either reads
it again from where it is kept, or drops what has become old.
"""


class Streams:
    """All streams that a process has open.

    Parameters
    ----------
    most
        How many there may be; more are refused.
    """

    def __init__(self, most: int = _MOST_STREAMS) -> None:
        self._most = most
        self._ended = asyncio.Event()
        self.open = 0

    def enter(self) -> None:
        """Take a place.

        Raises
        ------
        UnavailableError
            If none is free, or the server is about to stop.
        """
        if self._ended.is_set() or self.open >= self._most:
            raise UnavailableError("no more streams are taken", remedy="Try again in a moment.")
        self.open += 1

    def leave(self) -> None:
        """Give the place back."""
        self.open -= 1

    def end(self) -> None:
        """End all streams in good order, and open no more: the server is about to stop."""
        self._ended.set()

    async def ended(self) -> None:
        """Wait until the streams are to end."""
        await self._ended.wait()


class EventStream(Response):
    """An answer of events as they come, with a sign of life while none come.

    It ends when the client leaves, takes nothing for `stall_seconds`, or the server stops; the client then
    comes back after the time that the stream began with, and says what it has seen last.

    Parameters
    ----------
    ready
        See `Ready`; or what makes it, entered when the stream begins and left when it ends.
    streams
        Of the process.
    heartbeat_seconds
        Between signs of life, so that no proxy takes the stream for dead.
    stall_seconds
        How long a client may take nothing.
    """

    media_type = EVENT_STREAM

    def __init__(
        self,
        ready: Ready | AbstractAsyncContextManager[Ready],
        streams: Streams,
        *,
        heartbeat_seconds: float = 15.0,
        stall_seconds: float = 10.0,
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._source = ready if isinstance(ready, AbstractAsyncContextManager) else nullcontext(ready)
        self._streams = streams
        self._heartbeat_seconds = heartbeat_seconds
        self._stall_seconds = stall_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        self._streams.enter()
        over = [asyncio.ensure_future(self._streams.ended()), asyncio.ensure_future(_left(receive))]
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with asyncio.timeout(None) as stalled:
                await self._send(send, stalled, f"retry: {_RETRY_MILLISECONDS}\n\n".encode())
                if scope["method"] != "HEAD":
                    async with self._source as ready:
                        await self._stream(ready, send, stalled, over)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, OSError, PlimsollError) as error:
            # The client takes nothing, or has left, or there is nothing to be had: it comes back by itself.
            _log.info("stream broken off", error=type(error).__name__)
        finally:
            self._streams.leave()
            for task in over:
                task.cancel()

    async def _stream(
        self, ready: Ready, send: Send, stalled: asyncio.Timeout, over: Sequence["asyncio.Future[None]"]
    ) -> None:
        waiting: asyncio.Future[Sequence[Encodes]] | None = None
        try:
            while not any(task.done() for task in over):
                waiting = waiting or asyncio.ensure_future(ready())
                watched: list[asyncio.Future[Any]] = [waiting, *over]
                await asyncio.wait(
                    watched,
                    timeout=self._heartbeat_seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if waiting.done():
                    chunk = b"".join(event.encode() for event in waiting.result())
                    waiting = None
                    await self._send(send, stalled, chunk)
                elif not any(task.done() for task in over):
                    await self._send(send, stalled, _HEARTBEAT)
        finally:
            if waiting is not None:
                waiting.cancel()

    async def _send(self, send: Send, stalled: asyncio.Timeout, chunk: bytes) -> None:
        stalled.reschedule(asyncio.get_running_loop().time() + self._stall_seconds)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        stalled.reschedule(None)


async def _left(receive: Receive) -> None:
    """Wait until the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass


def last_event_id(
    last_event_id: Annotated[
        str | None,
        Header(
            description="Id of the last event that was seen; the stream goes on after it", examples=["42"]
        ),
    ] = None,
) -> str | None:
    """Read the ``Last-Event-ID``.

    Raises
    ------
    ProblemError
        400 if it is none of ours.
    """
    if last_event_id is None or last_event_id == "":
        return None
    if len(last_event_id) > _LONGEST_ID or not (last_event_id.isascii() and last_event_id.isprintable()):
        raise ProblemError(400, "bad-header", "Last-Event-ID is not an id of an event.")
    return last_event_id


LastEventId = Annotated[str | None, at_once(last_event_id)]
