"""The events of a process: one listening connection, and one query a change, however many clients follow."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import structlog

from plimsoll.data.store import events
from plimsoll.data.store.database import Database
from plimsoll.data.store.events import EVENTS_CHANNEL, EventRecord
from plimsoll.data.store.listening import notices
from plimsoll.errors import PlimsollError

__all__ = ["Cursor", "EventFeed"]

_KEPT = 1000
_BATCH = 100
_LOOK_SECONDS = 5.0
_AGAIN_SECONDS = 1.0

_log = structlog.get_logger("plimsoll.events")


@dataclass(slots=True)
class _Tail:
    """The last events of a tenant that somebody follows."""

    kept: deque[EventRecord]
    last: int = 0
    begun: bool = False
    followers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def since(self, position: int) -> list[EventRecord] | None:
        """Return the kept events after a position; None if some of them are kept no more."""
        if position >= self.last:
            return []
        if not self.kept or self.kept[0].position > position + 1:
            return None
        first = position + 1 - self.kept[0].position
        return [self.kept[place] for place in range(first, min(first + _BATCH, len(self.kept)))]


class EventFeed:
    """Reads the events of each tenant that has followers once, as soon as they are committed.

    Parameters
    ----------
    database
        Where they are.
    kept
        Events of a tenant to keep in memory; who is further behind reads them from the database.
    """

    def __init__(self, database: Database, *, kept: int = _KEPT) -> None:
        self._database = database
        self._kept = kept
        self._tails: dict[UUID, _Tail] = {}
        self._listening: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    @asynccontextmanager
    async def following(
        self,
        tenant: UUID,
        position: int | None,
        *,
        kinds: Sequence[str] = (),
        portfolio_id: UUID | None = None,
        through: Database | None = None,
    ) -> AsyncIterator["Cursor"]:
        """Follow the events of a tenant for as long as the block lasts.

        Parameters
        ----------
        tenant
            Whose.
        position
            Of the last event that was seen; None to begin with the next one.
        kinds, portfolio_id
            Only such events; nothing for all.
        through
            A narrowed view of the database, for a follower who sees some portfolios alone.
        """
        tail = self._tails.setdefault(tenant, _Tail(deque(maxlen=self._kept)))
        tail.followers += 1
        try:
            if self._listening is None:
                self._listening = asyncio.create_task(self._listen())
            if not tail.begun or position is None:
                await self._read(tenant, tail)
            start = tail.last if position is None else position
            database, narrowed = through or self._database, through is not None
            yield Cursor(database, tenant, tail, start, frozenset(kinds), portfolio_id, narrowed)
        finally:
            tail.followers -= 1
            if not tail.followers:
                self._tails.pop(tenant, None)

    async def _listen(self) -> None:
        while True:
            try:
                async with aclosing(
                    notices(self._database, EVENTS_CHANNEL, at_least_every=_LOOK_SECONDS)
                ) as heard:
                    async for payload in heard:
                        await self._wake(payload)
            except (psycopg.Error, PlimsollError) as error:
                _log.warning("events are not heard", error=type(error).__name__)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _wake(self, payload: str | None) -> None:
        for tenant, tail in list(self._tails.items()):
            if payload is None or payload == str(tenant):
                await self._read(tenant, tail)

    async def _read(self, tenant: UUID, tail: _Tail) -> None:
        """Read on to the last committed event, and tell those who wait."""
        async with tail.turn:
            async with self._database.session(tenant) as session:
                await events.settle(session)
            before = tail.last
            if not tail.begun:  # what was there before is read by whoever asks for it
                async with self._database.session(tenant) as session:
                    tail.last = await events.last_position(session)
                tail.begun = True
            while fresh := await self._after(tenant, tail.last):
                tail.kept.extend(fresh)
                tail.last = fresh[-1].position
        if tail.last != before:
            tail.changed.set()
            tail.changed = asyncio.Event()

    async def _after(self, tenant: UUID, position: int) -> list[EventRecord]:
        async with self._database.session(tenant) as session:
            return await events.after(session, position, limit=_KEPT)


@dataclass(slots=True)
class Cursor:
    """A follower's place in the events of a tenant; made by `EventFeed.following`."""

    _database: Database
    _tenant: UUID
    _tail: _Tail
    position: int
    _kinds: frozenset[str]
    _portfolio_id: UUID | None
    _narrowed: bool = False

    async def next(self) -> list[EventRecord]:
        """Wait for events after those that were returned before; at most a hundred at a time."""
        while True:
            changed = self._tail.changed
            kept = self._tail.since(self.position)
            if kept is None or (kept and self._narrowed):
                wanted = await self._stored()
            else:
                wanted = [event for event in kept if self._wants(event)]
                self.position = kept[-1].position if kept else self.position
            if wanted:
                return wanted
            if kept == []:
                await changed.wait()

    async def _stored(self) -> list[EventRecord]:
        # Asked for first: all up to there is among what is found, or is not wanted.
        last = self._tail.last
        async with self._database.session(self._tenant) as session:
            if not self._narrowed:
                last = await events.last_position(session)
            found = await events.after(
                session,
                self.position,
                limit=_BATCH,
                kinds=tuple(self._kinds),
                portfolio_id=self._portfolio_id,
            )
        reached = found[-1].position if found else 0
        self.position = reached if len(found) == _BATCH else max(last, reached)
        return found

    def _wants(self, event: EventRecord) -> bool:
        portfolio = self._portfolio_id
        return (not self._kinds or event.kind in self._kinds) and (
            portfolio is None or event.data.get("portfolio_id") == str(portfolio)
        )
