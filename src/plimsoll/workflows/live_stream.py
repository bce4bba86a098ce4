"""One live portfolio at work: levels come in at any rate, updates go out at a chosen one."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import structlog

from plimsoll.data.store.database import Database
from plimsoll.data.symbols import folded
from plimsoll.workflows.live import LivePortfolio, LiveUpdate
from plimsoll.workflows.live_feed import LiveFeed, Published
from plimsoll.workflows.live_limits import LiveLimit, LiveLimits
from plimsoll.workflows.live_state import LiveState, to_bytes
from plimsoll.workflows.live_ticks import LastTick, Tick
from plimsoll.workflows.tick_board import Level

__all__ = ["Base", "Encode", "LiveMoment", "LiveStream", "levels_into"]

_log = structlog.get_logger("plimsoll.live")


@dataclass(frozen=True, slots=True)
class Base:
    """What a live book stands on.

    Parameters
    ----------
    portfolio_id, run_id
        The portfolio and the run whose positions, market and scenarios it has.
    as_of
        Date of the run's market: earlier ticks say nothing.
    behind
        Whether the positions have changed since that run and no new one could be made.
    """

    portfolio_id: UUID
    run_id: UUID
    as_of: dt.date
    behind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMoment:
    """Everything that an update says.

    Parameters
    ----------
    base
        What the book stands on.
    by
        Its attributes.
    base_currency
        Of all money.
    sequence
        Number of the update in its feed.
    update
        The numbers.
    coalesced
        Levels since the update before that a later one of their symbol replaced before they were valued.
    degraded
        Whether other instances may know ticks that this one does not.
    limits
        How the portfolio stands to its limits.
    """

    base: Base
    by: tuple[str, ...]
    base_currency: str
    sequence: int
    update: LiveUpdate
    coalesced: int
    degraded: bool
    limits: tuple[LiveLimit, ...] = ()


Encode = Callable[[LiveMoment], bytes]
"""Makes of an update the bytes that all listeners share."""


def levels_into(live: LivePortfolio, base: Base, levels: Mapping[str, Level]) -> None:
    """Bring a fresh live book to the levels of a board: afterwards it is as if it had seen every tick.

    Parameters
    ----------
    live
        At the market of its run.
    base
        Of the same run.
    levels
        By folded symbol; those from before the date of the run's market are passed over.
    """
    opened = dt.datetime.combine(base.as_of, dt.time(), dt.UTC)
    found = {name: levels.get(folded(name)) for name in live.book.names}
    last = {
        name: LastTick(level.price, level.at, level.source)
        for name, level in found.items()
        if level is not None and level.at >= opened
    }
    live.restore(to_bytes(LiveState(live.run, 0, last)))


class LiveStream:
    """Keeps a live portfolio at the levels of now and publishes what comes of it.

    Parameters
    ----------
    live
        The book; nobody else touches it from now on.
    base
        What it stands on.
    encode
        See `Encode`.
    calculations
        One thread beside the event loop.
    refresh_seconds
        Least time between two updates.
    unheard_seconds
        The same while nobody listens.
    published
        Told, for each update that somebody listens to, how long its oldest tick took, in seconds.
    """

    def __init__(
        self,
        live: LivePortfolio,
        base: Base,
        *,
        encode: Encode,
        calculations: Executor,
        refresh_seconds: float,
        unheard_seconds: float = 0.0,
        published: Callable[[float], None] = lambda _: None,
    ) -> None:
        self.feed = LiveFeed()
        self.used = time.monotonic()
        self.limits = LiveLimits()
        self._live, self._base = live, base
        self._encode = encode
        self._calculations = calculations
        self._refresh_seconds = refresh_seconds
        self._unheard_seconds = unheard_seconds
        self._published = published
        self._names = _named(live)
        self._pending: dict[str, Level] = {}
        self._coalesced = 0
        self._oldest: float | None = None
        self._dirty = asyncio.Event()
        self._degraded = False

    @property
    def base(self) -> Base:
        """What the book stands on."""
        return self._base

    @property
    def symbols(self) -> tuple[str, ...]:
        """What it listens to, folded."""
        return tuple(self._names)

    @property
    def names(self) -> tuple[str, ...]:
        """What it listens to, as the portfolio writes it."""
        return tuple(name for names in self._names.values() for name in names)

    def offer(self, levels: Mapping[str, Level], arrived: float) -> int:
        """Take levels to be valued at the next update; a later one of a symbol replaces an earlier one.

        Parameters
        ----------
        levels
            By folded symbol; others than `symbols` are passed over.
        arrived
            When they came in, by `time.perf_counter`.

        Returns
        -------
        int
            How many replaced one that had not been valued yet.
        """
        mine = {symbol: level for symbol, level in levels.items() if symbol in self._names}
        if not mine:
            return 0
        replaced = len(mine.keys() & self._pending.keys())
        self._coalesced += replaced
        self._pending |= mine
        if self._oldest is None:
            self._oldest = arrived
        self._dirty.set()
        return replaced

    async def now(self, *, patience: float = 5.0) -> Published | None:
        """Return the update of now: the next one where something has ticked.

        Parameters
        ----------
        patience
            Seconds after which the last one must do.

        Returns
        -------
        Published or None
            None where there is none yet.
        """
        with suppress(TimeoutError), self.feed.listen():
            if self._dirty.is_set() or self.feed.latest is None:
                await asyncio.wait_for(self.feed.changed(), patience)
        return self.feed.latest

    def set_degraded(self, degraded: bool) -> None:
        """Say in the updates whether other instances may know more; a change is an update of its own."""
        if degraded != self._degraded:
            self._degraded = degraded
            self._dirty.set()

    async def rebase(self, live: LivePortfolio, base: Base, levels: Mapping[str, Level]) -> None:
        """Go on with the book of another run, at the levels of now."""
        before = dict(levels)
        await self._calculated(levels_into, live, base, before)
        self._live, self._base, self._names = live, base, _named(live)
        # What ticked while the new book was brought up to date may be part of neither.
        self._pending |= {
            symbol: level
            for symbol, level in levels.items()
            if symbol in self._names and before.get(symbol) is not level
        }
        self._dirty.set()

    async def look_for_limits(self, database: Database, tenant: UUID) -> None:
        """Find out which limits are in force; a change is an update of its own."""
        base = self._base
        if await self.limits.look(database, tenant, base.portfolio_id, base.run_id):
            self._dirty.set()

    def set_base(self, base: Base) -> None:
        """Say that the base is another, though the book is the same."""
        if base != self._base:
            self._base = base
            self._dirty.set()

    async def run(self) -> None:
        """Publish an update whenever there is something new, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            try:
                await self._refresh()
            except Exception as error:  # noqa: BLE001 - one bad update must not silence all that follow
                _log.exception(
                    "live update failed", portfolio=str(self._base.portfolio_id), error=repr(error)
                )
            await asyncio.sleep(self._refresh_seconds - (loop.time() - started))
            await self._dirty.wait()
            if (
                not self.feed.listeners
            ):  # its limits alone are watched: leave the time to those that are heard
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(started + self._unheard_seconds):
                        await self.feed.heard()

    async def _refresh(self) -> None:
        self._dirty.clear()
        pending, self._pending = self._pending, {}
        coalesced, self._coalesced = self._coalesced, 0
        oldest, self._oldest = self._oldest, None
        body = await self._calculated(self._made, pending, coalesced)
        self.feed.publish(body)
        if oldest is not None and self.feed.listeners:
            self._published(time.perf_counter() - oldest)

    def _made(self, pending: Mapping[str, Level], coalesced: int) -> bytes:
        """Value the book and encode what comes of it, in the thread of the calculations."""
        ticks = [
            Tick(name, level.price, level.at, level.source)
            for symbol, level in pending.items()
            for name in self._names[symbol]
        ]
        self._live.apply(ticks)
        update = self._live.update()
        return self._encode(
            LiveMoment(
                base=self._base,
                by=self._live.book.by,
                base_currency=self._live.base_currency,
                sequence=self.feed.next_sequence,
                update=update,
                coalesced=coalesced,
                degraded=self._degraded,
                limits=self.limits.held_against(self._live),
            )
        )

    async def _calculated(self, function: Callable[..., bytes | None], *arguments: object) -> bytes:
        done = await asyncio.get_running_loop().run_in_executor(self._calculations, function, *arguments)
        return done or b""


def _named(live: LivePortfolio) -> dict[str, tuple[str, ...]]:
    """Return the names of a book by folded symbol."""
    found: dict[str, tuple[str, ...]] = {}
    for name in live.book.names:
        found[folded(name)] = (*found.get(folded(name), ()), name)
    return found
