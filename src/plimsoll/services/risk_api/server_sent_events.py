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
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID

import structlog
from fastapi import Header
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from plimsoll.errors import PlimsollError, UnavailableError
from plimsoll.security.permissions import Principal
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

# Between two times that a stream asks whether its listener still may: what is taken away counts in five.
_CHECK_SECONDS = 4.0

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

    Nobody takes all places: three in five are the most for one caller, four in five for one tenant.

    Parameters
    ----------
    most
        How many there may be; more are refused.
    """

    def __init__(self, most: int = _MOST_STREAMS) -> None:
        self._most = most
        self._ended = asyncio.Event()
        self._taken: Counter[str | UUID] = Counter()
        self.open = 0

    def enter(self, caller: Principal | None) -> None:
        """Take a place.

        Parameters
        ----------
        caller
            Whose it is; None where that is not known.

        Raises
        ------
        UnavailableError
            If none is free, or none for them, or the server is about to stop.
        """
        fifths: dict[str | UUID, int] = {} if caller is None else {caller.id: 3, caller.tenant: 4}
        full = any(self._taken[whose] >= max(1, self._most * share // 5) for whose, share in fifths.items())
        if self._ended.is_set() or self.open >= self._most or full:
            raise UnavailableError(
                "no more streams are taken", remedy="Close some, or try again in a moment."
            )
        self.open += 1
        self._taken.update(fifths.keys())

    def leave(self, caller: Principal | None) -> None:
        """Give the place back."""
        self.open -= 1
        if caller is not None:
            self._taken -= Counter((caller.id, caller.tenant))

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
    still_allowed
        Whether the client still may listen, asked every few seconds and before what comes then; None for
        always.
    check_seconds
        Between two times that it is asked.
    """

    media_type = EVENT_STREAM

    def __init__(
        self,
        ready: Ready | AbstractAsyncContextManager[Ready],
        streams: Streams,
        *,
        heartbeat_seconds: float = 15.0,
        stall_seconds: float = 10.0,
        still_allowed: Callable[[], Awaitable[bool]] | None = None,
        check_seconds: float = _CHECK_SECONDS,
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._source = ready if isinstance(ready, AbstractAsyncContextManager) else nullcontext(ready)
        self._streams = streams
        self._heartbeat_seconds = heartbeat_seconds
        self._stall_seconds = stall_seconds
        self._still_allowed = still_allowed
        self._check_seconds = check_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        caller = scope.get("state", {}).get("principal")
        self._streams.enter(caller)
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
            self._streams.leave(caller)
            for task in over:
                task.cancel()

    async def _stream(
        self, ready: Ready, send: Send, stalled: asyncio.Timeout, over: Sequence["asyncio.Future[None]"]
    ) -> None:
        waiting: asyncio.Future[Sequence[Encodes]] | None = None
        now = asyncio.get_running_loop().time
        beats, checks = now() + self._heartbeat_seconds, now() + self._check_seconds
        try:
            while not any(task.done() for task in over):
                waiting = waiting or asyncio.ensure_future(ready())
                watched: list[asyncio.Future[Any]] = [waiting, *over]
                timeout = max(0.0, min(beats, checks) - now())
                await asyncio.wait(watched, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
                if now() >= checks:
                    await self._check()
                    checks = now() + self._check_seconds
                if waiting.done():
                    chunk = b"".join(event.encode() for event in waiting.result())
                    waiting = None
                elif now() >= beats:
                    chunk = _HEARTBEAT
                else:
                    continue
                await self._send(send, stalled, chunk)
                beats = now() + self._heartbeat_seconds
        finally:
            if waiting is not None:
                waiting.cancel()

    async def _check(self) -> None:
        """End the stream of a client who may not listen any more, also while there is nothing to say."""
        if self._still_allowed is not None and not await self._still_allowed():
            raise ConnectionAbortedError

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
