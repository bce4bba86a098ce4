"""Events: the calls, and the methods of both clients."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from uuid import UUID

from plimsoll.client.answers import message
from plimsoll.client.call import API_PREFIX, Call, get, text
from plimsoll.client.sending import AsyncSends, Sends
from plimsoll.client.streaming import PATIENCE_SECONDS, StreamCall, event_message
from plimsoll.wire.events import Event, EventPage
from plimsoll.wire.page import Page

__all__ = ["AsyncEventMethods", "EventMethods", "event_list", "event_stream"]


def event_list(
    *, after: int, kinds: Sequence[str], portfolio_id: UUID | None, limit: int | None
) -> Call[Page[Event]]:
    """Read the first page of events after a position."""
    query = {"after": after or None, "kind": ",".join(kinds) or None, "portfolio": text(portfolio_id)}
    return get("/events", message(EventPage), **query, limit=limit)


def event_stream(
    *, after: int | None, kinds: Sequence[str], portfolio_id: UUID | None, patience: float
) -> StreamCall[Event]:
    """Follow events."""
    return StreamCall(
        path=f"{API_PREFIX}/events",
        read=event_message(Event),
        query={"after": after, "kind": ",".join(kinds) or None, "portfolio": text(portfolio_id)},
        patience_seconds=patience,
    )


class EventMethods(Sends):
    """The events of a client that waits for each answer."""

    def past_events(
        self,
        *,
        after: int = 0,
        kinds: Sequence[str] = (),
        portfolio_id: UUID | None = None,
        page_size: int | None = None,
    ) -> Iterator[Event]:
        """Yield the events that have happened after a position, the first one first."""
        return self.items(event_list(after=after, kinds=kinds, portfolio_id=portfolio_id, limit=page_size))

    def events(
        self,
        *,
        after: int | None = None,
        kinds: Sequence[str] = (),
        portfolio_id: UUID | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> Iterator[Event]:
        """Yield events as they happen, without end; a broken connection loses and doubles none.

        Parameters
        ----------
        after
            Position of the last event that was seen, 0 for all there are; None to begin with the next one.
        kinds
            Such as ``alert.raised``; empty for all.
        portfolio_id
            Only events about this portfolio; None for all.
        patience
            Seconds for which the server may be out of reach before an UnavailableError says so.
        """
        return self.follow(
            event_stream(after=after, kinds=kinds, portfolio_id=portfolio_id, patience=patience)
        )


class AsyncEventMethods(AsyncSends):
    """The events of a client on an event loop."""

    def past_events(
        self,
        *,
        after: int = 0,
        kinds: Sequence[str] = (),
        portfolio_id: UUID | None = None,
        page_size: int | None = None,
    ) -> AsyncIterator[Event]:
        """Yield the events that have happened after a position, the first one first."""
        return self.items(event_list(after=after, kinds=kinds, portfolio_id=portfolio_id, limit=page_size))

    def events(
        self,
        *,
        after: int | None = None,
        kinds: Sequence[str] = (),
        portfolio_id: UUID | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> AsyncGenerator[Event, None]:
        """Yield events as they happen; see `EventMethods.events`. Close it with ``contextlib.aclosing``."""
        return self.follow(
            event_stream(after=after, kinds=kinds, portfolio_id=portfolio_id, patience=patience)
        )
