"""Events: read as a list, or followed as a stream that loses nothing and doubles nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store import events
from plimsoll.data.store.events import EventRecord
from plimsoll.data.store.narrowing import whole_tenant
from plimsoll.errors import UsageError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.answers import answer
from plimsoll.services.risk_api.at_once import at_once
from plimsoll.services.risk_api.authentication import still_allowed
from plimsoll.services.risk_api.context import Context
from plimsoll.services.risk_api.event_feed import EventFeed
from plimsoll.services.risk_api.paging import DEFAULT_LIMIT, MAX_LIMIT
from plimsoll.services.risk_api.requirements import Require
from plimsoll.services.risk_api.responses import content
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.server_sent_events import (
    EVENT_STREAM,
    EventStream,
    LastEventId,
    Ready,
    ServerSentEvent,
)
from plimsoll.wire.events import Event, EventPage
from plimsoll.workflows.events import EventKind

__all__ = ["feed_of", "read_events", "router"]

router = ApiRouter("events")

_Reader = Annotated[Principal, Require[Permission.EVENTS_READ]]
_LARGEST = 2**53


def feed_of(request: Request) -> EventFeed:
    """Return what reads the events of this process."""
    feed: EventFeed = request.state.feed
    return feed


@router.get("", response_model=EventPage, responses=content(EVENT_STREAM, {"type": "string"}))
async def read_events(
    context: Context,
    caller: _Reader,
    request: Request,
    feed: Annotated[EventFeed, at_once(feed_of)],
    last: LastEventId,
    after: Annotated[
        int | None, Query(ge=0, le=_LARGEST, description="Position of the last event that was seen")
    ] = None,
    kind: Annotated[
        str,
        Query(
            max_length=1000,
            description="Only these kinds, with commas between; all when left out",
            examples=["alert.raised,alert.changed"],
        ),
    ] = "",
    portfolio: Annotated[UUID | None, Query(description="Only about this portfolio")] = None,
    limit: Annotated[
        int, Query(ge=1, le=MAX_LIMIT, description="Items of a page; a stream has none")
    ] = DEFAULT_LIMIT,
) -> Response:
    """List events, the first one first; as a stream of events, go on with those that come.

    A stream begins after `Last-Event-ID`, or after `after`, or with the next event.
    """
    kinds = _kinds(kind)
    streamed = EVENT_STREAM in request.headers.get("accept", "")
    async with context.database.session(caller.tenant) as session, whole_tenant(session):
        await events.settle(session)
    if not streamed:
        async with context.database.session(caller.tenant) as session:
            found = await events.after(
                session, after or 0, limit=limit + 1, kinds=kinds, portfolio_id=portfolio
            )
        return _page(request, found, limit)
    seen = after if last is None else _position(last)
    await _refuse_unknown(context, caller, seen)

    allowed = still_allowed(request, caller, Permission.EVENTS_READ)

    through = context.database if context.database.is_narrowed else None

    @asynccontextmanager
    async def following() -> AsyncIterator[Ready]:
        async with feed.following(
            caller.tenant, seen, kinds=kinds, portfolio_id=portfolio, through=through
        ) as cursor:

            async def ready() -> Sequence[ServerSentEvent]:
                found = await cursor.next()
                if not await allowed():
                    raise ConnectionAbortedError
                return [_sent(event) for event in found]

            yield ready

    return EventStream(following(), context.streams, still_allowed=allowed)


def _kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    if not set(kinds) <= set(EventKind):
        raise UsageError(
            "there is no such kind of event", remedy=f"There are {', '.join(sorted(EventKind))}."
        )
    return kinds


def _position(last: str) -> int:
    if not last.isdigit() or int(last) > _LARGEST:
        raise UsageError("Last-Event-ID is none of ours", remedy="Send the id that the stream had.")
    return int(last)


async def _refuse_unknown(context: Context, caller: Principal, position: int | None) -> None:
    """Refuse a position that was never given: whoever waited for it would miss what comes before it."""
    if position is None:
        return
    async with context.database.session(caller.tenant) as session, whole_tenant(session):
        last = await events.last_position(session)
    if position > last:
        remedy = "The database is another one, or an older state of it: begin again."
        raise UsageError("there was no such event", remedy=remedy)


def _page(request: Request, found: Sequence[EventRecord], limit: int) -> Response:
    shown, following = found[:limit], None
    if len(found) > limit:
        query = [pair for pair in request.query_params.multi_items() if pair[0] != "after"]
        following = f"{request.url.path}?{urlencode([*query, ('after', str(shown[-1].position))])}"
    made = answer(EventPage(items=tuple(map(Event.model_validate, shown)), next=following))
    made.headers["Vary"] = "Accept"
    return made


def _sent(event: EventRecord) -> ServerSentEvent:
    message = Event.model_validate(event)
    return ServerSentEvent(message.model_dump_json(), event.kind, str(event.position))
