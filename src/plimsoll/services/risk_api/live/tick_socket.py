"""The conversation on the tick socket: batches in, acknowledgements out, and never a crash."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.websockets import WebSocket

from plimsoll.errors import PlimsollError
from plimsoll.monitoring.live_metrics import LiveMetrics
from plimsoll.security.permissions import Principal
from plimsoll.services.risk_api.live.tick_messages import (
    MAX_MESSAGE,
    Ping,
    SentTicks,
    TickMessageError,
    answer_to,
    read_message,
)
from plimsoll.services.risk_api.live.tick_rate import TickRate
from plimsoll.services.risk_api.server_sent_events import Streams
from plimsoll.wire.ticks import Pong, TickError
from plimsoll.workflows.live_hub import LiveHub

__all__ = ["SocketLimits", "TickConversation"]

_TOO_BIG, _POLICY, _GOING_AWAY = 1009, 1008, 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLimits:
    """What a connection may cost.

    Parameters
    ----------
    ticks_a_second
        More are refused, to be sent again later.
    idle_seconds
        How long a client may say nothing.
    send_seconds
        How long a client may take for an answer.
    check_seconds
        Between two times that the caller's right is looked at again.
    mistakes
        Messages in a row that cannot be accepted.
    """

    ticks_a_second: float = 50_000.0
    idle_seconds: float = 90.0
    send_seconds: float = 10.0
    check_seconds: float = 5.0
    mistakes: int = 20


class TickConversation:
    """Talks with one sender of ticks.

    Parameters
    ----------
    socket
        Not accepted yet.
    caller
        Whose ticks they are.
    still_allowed
        Whether they still may: a session ends, a key is withdrawn.
    hub, metrics
        Where ticks go, and are counted.
    streams
        Connections of the process that stay open.
    limits
        See `SocketLimits`.
    """

    def __init__(
        self,
        socket: WebSocket,
        caller: Principal,
        still_allowed: Callable[[], Awaitable[bool]],
        hub: LiveHub,
        streams: Streams,
        metrics: LiveMetrics,
        limits: SocketLimits,
    ) -> None:
        self._socket = socket
        self._caller = caller
        self._still_allowed = still_allowed
        self._hub = hub
        self._streams = streams
        self._metrics = metrics
        self._limits = limits
        self._rate = TickRate(limits.ticks_a_second, clock=time.monotonic)
        self._mistakes = 0
        self._checked = time.monotonic()

    async def hold(self) -> None:
        """Accept the connection and talk until one of both has enough, or the server stops.

        Raises
        ------
        UnavailableError
            If the process holds too many connections.
        """
        self._streams.enter(self._caller)
        self._metrics.senders.inc()
        try:
            await self._socket.accept()
            async with asyncio.timeout(None) as over:
                ending = asyncio.create_task(self._end(over))
                try:
                    await self._talk()
                finally:
                    ending.cancel()
        except TimeoutError:
            await self._close(_GOING_AWAY, "The server stops, or the client takes no answers; connect again.")
        finally:
            self._metrics.senders.dec()
            self._streams.leave(self._caller)

    async def _end(self, over: asyncio.Timeout) -> None:
        await self._streams.ended()
        over.reschedule(asyncio.get_running_loop().time())

    async def _talk(self) -> None:
        while (text := await self._heard()) is not None:
            if not await self._answered(text):
                return

    async def _heard(self) -> str | None:
        """Return the next message; None when there will be no more."""
        try:
            async with asyncio.timeout(self._limits.idle_seconds):
                message = await self._socket.receive()
        except TimeoutError:
            seconds = self._limits.idle_seconds
            await self._close(_GOING_AWAY, f'Nothing came for {seconds:.0f} s; send {{"ping": 1}} meanwhile.')
            return None
        if message["type"] == "websocket.disconnect":
            return None
        text: str | None = message.get("text")
        if text is None:
            await self._close(1003, "Send text, not bytes.")
        elif len(text) > MAX_MESSAGE:
            await self._close(_TOO_BIG, f"A message may have {MAX_MESSAGE} characters.")
        elif not await self._allowed():
            await self._close(_POLICY, "The right to send ticks has ended; sign in again.")
        else:
            return text
        return None

    async def _answered(self, text: str) -> bool:
        """Answer a message, and return whether to go on."""
        try:
            message = read_message(text)
        except TickMessageError as error:
            self._mistakes += 1
            self._metrics.ticks.labels("refused").inc()
            await self._say(error.frame.model_dump_json())
            if self._mistakes >= self._limits.mistakes:
                await self._close(_POLICY, f"{self._mistakes} messages in a row could not be accepted.")
            return self._mistakes < self._limits.mistakes
        self._mistakes = 0
        if isinstance(message, Ping):
            await self._say(Pong(id=message.id).model_dump_json())
        else:
            await self._say(await self._taken(message))
        return True

    async def _taken(self, batch: SentTicks) -> str:
        wait = self._rate.wait_for(len(batch.ticks))
        if wait:
            self._metrics.ticks.labels("refused").inc(len(batch.ticks))
            return TickError(
                code="too-many",
                id=batch.id,
                message=f"More than {self._limits.ticks_a_second:.0f} ticks a second are not taken.",
                remedy="Send it again later, and the last price of each symbol alone.",
                retry_after=wait,
            ).model_dump_json()
        try:
            room = await self._hub.room(self._caller.tenant)
        except PlimsollError as error:
            self._metrics.ticks.labels("refused").inc(len(batch.ticks))
            return TickError(
                code=error.code, id=batch.id, message=error.message, remedy=error.remedy, retry_after=1.0
            ).model_dump_json()
        taken = room.push(batch.ticks)
        for outcome, count in taken.counts.items():
            if count:
                self._metrics.ticks.labels(outcome.value).inc(count)
        return answer_to(batch, taken, degraded=room.degraded)

    async def _allowed(self) -> bool:
        now = time.monotonic()
        if now - self._checked < self._limits.check_seconds:
            return True
        self._checked = now
        return await self._still_allowed()

    async def _say(self, text: str) -> None:
        async with asyncio.timeout(self._limits.send_seconds):
            await self._socket.send_text(text)

    async def _close(self, code: int, reason: str) -> None:
        await self._socket.close(code, reason)
