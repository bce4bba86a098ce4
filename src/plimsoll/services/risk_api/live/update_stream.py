"""Live updates as server-sent events, their bytes shared by all who listen."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from plimsoll.monitoring.live_metrics import LiveMetrics
from plimsoll.services.risk_api.server_sent_events import EventStream, Streams
from plimsoll.workflows.live_feed import Delivery, LiveFeed

__all__ = ["UpdateEvent", "UpdateStream"]


@dataclass(frozen=True, slots=True)
class UpdateEvent:
    """An update on its way to one listener."""

    delivery: Delivery

    def encode(self) -> bytes:
        """Return the event: its name is the listener's own, the rest is everybody's."""
        published = self.delivery.published
        head = f"id: {published.id}\nevent: {self.delivery.reason.value}\ndata: "
        return b"".join((head.encode(), published.body, b"\n\n"))


class UpdateStream(EventStream):
    """The updates of a live portfolio for as long as the client listens and may.

    Parameters
    ----------
    feed
        Which ones.
    last_id
        Of the last update that the client had.
    still_allowed
        Whether the client still may listen.
    streams
        Of the process.
    metrics
        Where listeners are counted.
    """

    def __init__(
        self,
        feed: LiveFeed,
        last_id: str | None,
        still_allowed: Callable[[], Awaitable[bool]],
        streams: Streams,
        metrics: LiveMetrics,
    ) -> None:
        super().__init__(self._next, streams, still_allowed=still_allowed)
        self._listener = feed.listen(last_id)
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        self._metrics.listeners.inc()
        try:
            with self._listener:
                await super().__call__(scope, receive, send)
        finally:
            self._metrics.listeners.dec()

    async def _next(self) -> Sequence[UpdateEvent]:
        delivery = await self._listener.next()
        if delivery is None:
            raise ConnectionAbortedError
        return (UpdateEvent(delivery),)
