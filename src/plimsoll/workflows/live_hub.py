"""Live risk of all tenants in one process: ticks in, levels kept, updates out."""

import asyncio
import datetime as dt
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from plimsoll.data.store.database import Database
from plimsoll.errors import PlimsollError
from plimsoll.workflows.live_pace import Pace, Watchers
from plimsoll.workflows.live_room import LiveRoom
from plimsoll.workflows.live_sharing import LiveSharing
from plimsoll.workflows.live_stream import Encode, LiveStream
from plimsoll.workflows.live_ticks import Tick
from plimsoll.workflows.tick_board import Taken

__all__ = ["LiveHub"]

_log = structlog.get_logger("plimsoll.live")


class LiveHub:
    """Takes ticks of any tenant and keeps the portfolios that somebody asks for live.

    Parameters
    ----------
    database
        Where levels, runs and positions are.
    encode
        See `plimsoll.workflows.live_stream.Encode`.
    pace, watchers
        See `plimsoll.workflows.live_room`.
    clock
        Says what time it is, in UTC.
    redis_url
        Of the Redis through which instances share ticks; None for one that is alone.
    """

    def __init__(
        self,
        database: Database,
        *,
        encode: Encode,
        pace: Pace | None = None,
        watchers: Watchers | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        redis_url: str | None = None,
    ) -> None:
        self._database = database
        self._encode = encode
        self._pace = pace or Pace()
        self._watchers = watchers or Watchers()
        self._clock = clock
        self._sharing = (
            None if redis_url is None else LiveSharing(redis_url, degraded=self._watchers.degraded)
        )
        self._calculations = ThreadPoolExecutor(1, thread_name_prefix="plimsoll-live")
        self._rooms: dict[UUID, asyncio.Task[LiveRoom]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LiveHub"]:
        """Keep levels and watch for new runs while the block lasts; at its end all levels are kept."""
        tasks = [
            asyncio.create_task(self._again(self._pace.keep_seconds, LiveRoom.keep)),
            asyncio.create_task(self._again(self._pace.watch_seconds, LiveRoom.watch)),
        ]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._sharing is not None:
                await self._sharing.close()
            for room in self.rooms:
                await self._tried(room, LiveRoom.close)
            self._calculations.shutdown(wait=False, cancel_futures=True)

    @property
    def rooms(self) -> tuple[LiveRoom, ...]:
        """The tenants that have been asked for."""
        tasks = self._rooms.values()
        return tuple(task.result() for task in tasks if task.done() and task.exception() is None)

    def tick_age(self) -> float:
        """Return the age of the newest tick of any tenant, in seconds; NaN where there is none."""
        newest = max((room.board.newest for room in self.rooms if room.board.newest), default=None)
        return math.nan if newest is None else (self._clock() - newest).total_seconds()

    def portfolios(self) -> int:
        """Return how many portfolios are live."""
        return sum(len(room.streams) for room in self.rooms)

    async def room(self, tenant: UUID) -> LiveRoom:
        """Return the live risk of a tenant, its levels read from the database at the first time.

        Raises
        ------
        UnavailableError
            If the database cannot be reached.
        """
        entering = self._rooms.get(tenant)
        if entering is None or (entering.done() and entering.exception() is not None):
            entering = self._rooms[tenant] = asyncio.create_task(self._entered(tenant))
        return await asyncio.shield(entering)

    async def push(self, tenant: UUID, ticks: Sequence[Tick]) -> Taken:
        """Take ticks of a tenant."""
        return (await self.room(tenant)).push(ticks)

    async def open(self, tenant: UUID, portfolio_id: UUID, by: Sequence[str] = ()) -> LiveStream:
        """Return a live portfolio; see `LiveRoom.open`."""
        return await (await self.room(tenant)).open(portfolio_id, by)

    async def _entered(self, tenant: UUID) -> LiveRoom:
        room = LiveRoom(
            self._database,
            tenant,
            self._encode,
            self._calculations,
            self._pace,
            self._watchers,
            self._clock,
        )
        await room.load()
        if self._sharing is not None:
            self._sharing.join(room)
        return room

    async def _again(self, seconds: float, work: Callable[[LiveRoom], Awaitable[None]]) -> None:
        """Do something for every tenant again and again; what fails is tried the next time."""
        while True:
            await asyncio.sleep(seconds)
            for room in self.rooms:
                await self._tried(room, work)

    async def _tried(self, room: LiveRoom, work: Callable[[LiveRoom], Awaitable[None]]) -> None:
        try:
            await work(room)
        except PlimsollError as error:
            _log.warning("live risk goes on without", tenant=str(room.tenant), error=error.message)
        except Exception as error:  # noqa: BLE001 - the loop must outlive whatever one tenant brings
            _log.exception("live risk goes on without", tenant=str(room.tenant), error=repr(error))
