"""Live risk: the numbers of now, the numbers as they come, and ticks to move them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx2

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.client.streaming import PATIENCE_SECONDS, StreamCall, event_message
from plimsoll.client.tick_batches import Prices
from plimsoll.client.tick_sender import AsyncTickSender, TickSender
from plimsoll.wire.live import LiveUpdate
from plimsoll.wire.ticks import TicksTaken

__all__ = ["AsyncLiveMethods", "LiveEvent", "LiveMethods"]


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An update, and why it came.

    Parameters
    ----------
    reason
        ``snapshot`` for the first; ``update`` for the next one; ``coalesced`` for one in place of several,
        as the reader was slow; ``reset`` where the stream could not go on after a broken connection, so that
        updates are missing. Each update is complete, whatever came before.
    id
        By which `LiveMethods.live` goes on after this one.
    update
        The numbers.
    """

    reason: str
    id: str
    update: LiveUpdate


class LiveMethods(Sends):
    """Live risk, for a client that waits for each answer."""

    def live_portfolio(self, portfolio_id: UUID, by: Sequence[str] = ()) -> LiveUpdate:
        """Return the risk of a portfolio at the levels of now; the first call makes it live."""
        return self.send(_now(portfolio_id, by))

    def live(
        self,
        portfolio_id: UUID,
        by: Sequence[str] = (),
        *,
        last_id: str = "",
        patience: float = PATIENCE_SECONDS,
    ) -> Iterator[LiveEvent]:
        """Yield the risk of a portfolio as it moves, without end; a broken connection is taken up again.

        Parameters
        ----------
        portfolio_id
            Which one; it stands on the run of its latest date.
        by
            Names of attributes, one level of the tree for each, top down.
        last_id
            Id of the event to go on after; empty for the numbers of now.
        patience
            Seconds for which the server may be out of reach before an UnavailableError says so.
        """
        return self.follow(_stream(portfolio_id, by, last_id, patience))

    def tick_sender(self, source: str = "") -> TickSender:
        """Return a sender of ticks, which keeps its connection until it is closed; it takes an API key."""
        return TickSender(self._url, self._connection.authorization, source=source)

    def push_ticks(self, prices: Prices, source: str = "") -> TicksTaken:
        """Send ticks once and return what became of them; for many, keep a `tick_sender`.

        Parameters
        ----------
        prices
            Prices of now by symbol; or symbol, price and time of each.
        source
            Who says so.
        """
        with self.tick_sender(source) as sender:
            return sender.send(prices)


class AsyncLiveMethods(AsyncSends):
    """Live risk, for a client on an event loop."""

    async def live_portfolio(self, portfolio_id: UUID, by: Sequence[str] = ()) -> LiveUpdate:
        """Return the risk of a portfolio at the levels of now; the first call makes it live."""
        return await self.send(_now(portfolio_id, by))

    def live(
        self,
        portfolio_id: UUID,
        by: Sequence[str] = (),
        *,
        last_id: str = "",
        patience: float = PATIENCE_SECONDS,
    ) -> AsyncIterator[LiveEvent]:
        """Yield the risk of a portfolio as it moves; see `LiveMethods.live`."""
        return self.follow(_stream(portfolio_id, by, last_id, patience))

    def tick_sender(self, source: str = "") -> AsyncTickSender:
        """Return a sender of ticks, which keeps its connection until it is closed; it takes an API key."""
        return AsyncTickSender(self._url, self._connection.authorization, source=source)

    async def push_ticks(self, prices: Prices, source: str = "") -> TicksTaken:
        """Send ticks once and return what became of them; see `LiveMethods.push_ticks`."""
        async with self.tick_sender(source) as sender:
            return await sender.send(prices)


def _now(portfolio_id: UUID, by: Sequence[str]) -> Call[LiveUpdate]:
    return get(f"/live/portfolios/{portfolio_id}", message(LiveUpdate), by=",".join(by) or None)


def _stream(portfolio_id: UUID, by: Sequence[str], last_id: str, patience: float) -> StreamCall[LiveEvent]:
    return StreamCall(
        path=f"{API_PREFIX}/live/portfolios/{portfolio_id}/stream",
        read=_event,
        query={"by": ",".join(by) or None},
        last_id=last_id,
        patience_seconds=patience,
    )


def _event(event: httpx2.ServerSentEvent) -> LiveEvent:
    return LiveEvent(event.event or "", event.id or "", event_message(LiveUpdate)(event))
