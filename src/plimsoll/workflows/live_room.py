"""Live risk of one tenant: its board of levels and the live portfolios that somebody asks for."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import structlog

from plimsoll.data.price_table import PriceTable
from plimsoll.data.store import live_levels, price_sets
from plimsoll.data.store.database import Database
from plimsoll.data.store.live_levels import LiveLevelRecord
from plimsoll.data.store.standings import Standing, standings, with_limits
from plimsoll.errors import NotFoundError, PlimsollError, UnavailableError
from plimsoll.risk.factors import Shock
from plimsoll.workflows.background import in_background
from plimsoll.workflows.live import LivePortfolio
from plimsoll.workflows.live_incidents import LiveIncidents
from plimsoll.workflows.live_outbox import Outbox
from plimsoll.workflows.live_pace import Pace, Watchers
from plimsoll.workflows.live_positions import run_of_new_positions
from plimsoll.workflows.live_stream import Base, Encode, LiveStream, levels_into
from plimsoll.workflows.live_ticks import Tick
from plimsoll.workflows.tick_board import Level, Taken, TickBoard

__all__ = ["LiveRoom"]

_log = structlog.get_logger("plimsoll.live")
_TICKING = dt.timedelta(minutes=5)
_Key = tuple[UUID, tuple[str, ...]]


@dataclass(slots=True)
class _Open:
    stream: LiveStream
    task: "asyncio.Task[None]"


@dataclass(slots=True)
class LiveRoom:
    """The live risk of one tenant in this process.

    Parameters
    ----------
    database, tenant
        Where, and whose.
    encode
        See `plimsoll.workflows.live_stream.Encode`.
    calculations
        One thread for the numbers of all live portfolios.
    pace, watchers, clock
        See their classes.
    """

    database: Database
    tenant: UUID
    encode: Encode
    calculations: Executor
    pace: Pace
    watchers: Watchers
    clock: Callable[[], dt.datetime]
    board: TickBoard = field(init=False)
    degraded: bool = field(init=False, default=False)
    outbox: Outbox = field(init=False, default_factory=Outbox)
    _streams: dict[_Key, _Open] = field(init=False, default_factory=dict)
    _opening: dict[_Key, "asyncio.Task[LiveStream]"] = field(init=False, default_factory=dict)
    _listening: dict[str, list[LiveStream]] = field(init=False, default_factory=dict)
    _unkept: dict[str, Level] = field(init=False, default_factory=dict)
    _incidents: LiveIncidents = field(init=False)
    _watching: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)
    _price_set: UUID | None = field(init=False, default=None)
    _refused_positions: set[UUID] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        """Begin with an empty board."""
        self.board = TickBoard(clock=self.clock)
        self._incidents = LiveIncidents(
            self.database, self.tenant, self.board, after_seconds=self.pace.silent_seconds
        )

    @property
    def streams(self) -> tuple[LiveStream, ...]:
        """The live portfolios."""
        return tuple(one.stream for one in self._streams.values())

    async def load(self) -> None:
        """Read the levels that are kept and the symbols that have prices.

        Raises
        ------
        UnavailableError
            If the database cannot be reached.
        """
        await self._learn_prices()
        await self.catch_up()

    async def catch_up(self) -> None:
        """Take over what other instances, or this one before it was restarted, have kept."""
        async with self.database.session(self.tenant) as session:
            kept = await live_levels.load(session)
        self.hear({one.symbol: Level(one.price, one.at, one.stamp, one.source) for one in kept}, keep=False)

    def push(self, ticks: Iterable[Tick]) -> Taken:
        """Decide on ticks and hand on those that are taken."""
        taken = self.board.take(ticks)
        self._unkept.update(taken.levels)
        self._hand_on(taken.levels)
        self.outbox.add(taken.levels)
        return taken

    def hear(self, levels: Mapping[str, Level], *, keep: bool = True) -> None:
        """Take over levels that were decided upon elsewhere.

        Parameters
        ----------
        levels
            By folded symbol.
        keep
            Whether the database may not have them yet.
        """
        news = self.board.merge(levels)
        if keep:
            self._unkept.update(news)
        self._hand_on(news)

    async def open(self, portfolio_id: UUID, by: Sequence[str] = ()) -> LiveStream:
        """Return a live portfolio, started if nobody has asked for it yet.

        Parameters
        ----------
        portfolio_id
            Whose latest run it stands on.
        by
            Names of attributes, top down.

        Raises
        ------
        NotFoundError
            If there is no such portfolio, or no run of it.
        UsageError
            If no position has one of the attributes.
        UnavailableError
            If too many are open already.
        """
        key = portfolio_id, tuple(dict.fromkeys(by))
        found = self._streams.get(key)
        if found is not None:
            found.stream.used = time.monotonic()
            return found.stream
        opening = self._opening.get(key)
        if opening is None:
            if len(self._streams) + len(self._opening) >= self.pace.most_streams:
                remedy = "Close some, or ask for fewer attributes."
                raise UnavailableError("too many portfolios are live already", remedy=remedy)
            opening = self._opening[key] = asyncio.create_task(self._opened(key))
            opening.add_done_callback(lambda _: self._opening.pop(key))
        return await asyncio.shield(opening)

    def set_degraded(self, degraded: bool) -> None:
        """Say in all updates whether other instances may know more."""
        self.degraded = degraded
        for stream in self.streams:
            stream.set_degraded(degraded)

    async def keep(self) -> None:
        """Write the levels that the database does not have yet."""
        unkept, self._unkept = self._unkept, {}
        if not unkept:
            return
        records = [
            LiveLevelRecord(symbol, level.price, level.at, level.stamp, level.source)
            for symbol, level in unkept.items()
        ]
        try:
            async with self.database.session(self.tenant) as session:
                await live_levels.keep(session, records)
        except BaseException:
            self._unkept = {**unkept, **self._unkept}
            raise

    async def watch(self) -> None:
        """Look for new runs, positions and prices, go on from them, and close what nobody needs."""
        async with self._watching:
            await self._watch()

    async def _watch(self) -> None:
        await self._learn_prices()
        await self._close_idle()
        await self._open_limited()
        if not self._streams:
            return
        async with self.database.session(self.tenant) as session:
            found = await standings(session, {portfolio for portfolio, _ in self._streams})
        for key, one in list(self._streams.items()):
            standing = found.get(key[0])
            if standing is None:
                await self._close(key)
            else:
                await self._follow(one.stream, key, standing)
        await self._tell()

    async def _open_limited(self) -> None:
        """Make live what has limits while ticks come: a limit is watched although nobody looks on."""
        newest = self.board.newest
        if newest is None or self.clock() - newest > _TICKING:
            return
        async with self.database.session(self.tenant) as session:
            limited = await with_limits(session)
            ready = await standings(session, limited)
        for portfolio in ready:
            try:
                await self.open(portfolio)
            except PlimsollError as error:
                _log.warning("limits are not watched live", portfolio=str(portfolio), error=error.message)

    async def _tell(self) -> None:
        """Tell of limits and of silent prices, once for each portfolio."""
        first = {key[0]: one.stream for key, one in reversed(self._streams.items())}
        for one in self.streams:
            await one.look_for_limits(self.database, self.tenant)
        for stream in first.values():
            await stream.limits.tell(self.database, self.tenant)
            await self._incidents.look(stream, self.clock())

    async def close(self) -> None:
        """Stop all live portfolios, and keep what is not kept yet."""
        for key in list(self._streams):
            await self._close(key)
        await self.keep()

    async def _opened(self, key: _Key) -> LiveStream:
        portfolio_id, by = key
        async with self.database.session(self.tenant) as session:
            standing = (await standings(session, (portfolio_id,))).get(portfolio_id)
        if standing is None:
            remedy = "Calculate its risk once; live risk goes on from there."
            raise NotFoundError("there is no run of such a portfolio", remedy=remedy)
        live = await LivePortfolio.from_run(self.database, self.tenant, standing.run_id, by, **_OPTIONS)
        base = Base(portfolio_id, standing.run_id, standing.as_of)
        before = dict(self.board.levels)
        await self._brought_up(live, base, before)
        stream = LiveStream(
            live,
            base,
            encode=self.encode,
            calculations=self.calculations,
            refresh_seconds=self.pace.refresh_seconds,
            unheard_seconds=self.pace.watch_seconds,
            published=self.watchers.published,
        )
        stream.set_degraded(self.degraded)
        await stream.look_for_limits(self.database, self.tenant)
        self._streams[key] = _Open(stream, asyncio.create_task(stream.run()))
        self._listen()
        # What ticked while the book was brought up to date.
        news = {
            symbol: level for symbol, level in self.board.levels.items() if before.get(symbol) is not level
        }
        stream.offer(news, time.perf_counter())
        return stream

    async def _brought_up(self, live: LivePortfolio, base: Base, levels: Mapping[str, Level]) -> None:
        self._learn_book(live, base)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.calculations, levels_into, live, base, levels)

    async def _follow(self, stream: LiveStream, key: _Key, standing: Standing) -> None:
        """Go on from a new run; make one where the positions have changed."""
        if standing.has_new_positions:
            standing = await self._run_again(standing) or standing
        base = Base(key[0], standing.run_id, standing.as_of, behind=standing.has_new_positions)
        if base.run_id == stream.base.run_id:
            stream.set_base(base)
            return
        try:
            live = await LivePortfolio.from_run(self.database, self.tenant, base.run_id, key[1], **_OPTIONS)
        except PlimsollError as error:
            _log.warning("live risk stays with an older run", run=str(base.run_id), error=error.message)
            return
        self._learn_book(live, base)
        await stream.rebase(live, base, self.board.levels)
        self._listen()
        self.outbox.look()

    async def _run_again(self, standing: Standing) -> Standing | None:
        """Return where the portfolio stands with a run of its new positions; None where none can be made."""
        if standing.effective_holdings_id in self._refused_positions:
            return None
        try:
            return await run_of_new_positions(self.database, self.tenant, standing)
        except UnavailableError:
            return None
        except PlimsollError as error:
            self._refused_positions.add(standing.effective_holdings_id)
            _log.warning(
                "new positions cannot be run", portfolio=str(standing.portfolio_id), error=error.message
            )
            return None

    async def _learn_prices(self) -> None:
        async with self.database.session(self.tenant) as session:
            try:
                latest = await price_sets.latest(session)
            except NotFoundError:
                return
            if latest.id == self._price_set:
                return
            table = await price_sets.load(session, latest.id)
        prices, signed = await in_background(_last_prices, table)
        self.board.learn(prices, as_of=latest.last_date, signed=signed)
        self._price_set = latest.id

    def _learn_book(self, live: LivePortfolio, base: Base) -> None:
        quotes = live.book.snapshot.quotes
        levels = {name: quotes[name].level for name in live.book.names}
        factors = live.book.scenarios.factors
        signed = [factor.name for factor in factors if factor.shock is Shock.ABSOLUTE]
        self.board.learn(levels, as_of=base.as_of, signed=signed)

    async def _close_idle(self) -> None:
        oldest = time.monotonic() - self.pace.idle_seconds
        for key, one in list(self._streams.items()):
            if one.stream.feed.listeners:
                one.stream.used = time.monotonic()
            elif one.stream.used < oldest:
                await self._close(key)

    async def _close(self, key: _Key) -> None:
        one = self._streams.pop(key)
        self._listen()
        one.task.cancel()
        one.stream.feed.close()
        await asyncio.gather(one.task, return_exceptions=True)

    def _listen(self) -> None:
        """Find out again who listens to which symbol."""
        listening: dict[str, list[LiveStream]] = {}
        for stream in self.streams:
            for symbol in stream.symbols:
                listening.setdefault(symbol, []).append(stream)
        self._listening = listening

    def _hand_on(self, levels: Mapping[str, Level]) -> None:
        arrived = time.perf_counter()
        touched = {id(one): one for symbol in levels for one in self._listening.get(symbol, ())}
        replaced = sum(stream.offer(levels, arrived) for stream in touched.values())
        if replaced:
            self.watchers.coalesced(replaced)


# The board decides what is believed, once for all books and instances; a book that has seen fewer of the
# prices in between must not think again.
_OPTIONS = {"jump_factor": float("inf")}


def _last_prices(table: PriceTable) -> tuple[dict[str, float], list[str]]:
    """Return the last price of each symbol that has one, and which were ever below zero."""
    found = {}
    signed = []
    for column, symbol in enumerate(table.symbols):
        prices = table.prices[:, column]
        known = np.flatnonzero(np.isfinite(prices))
        if len(known):
            found[symbol] = float(prices[known[-1]])
        if (prices < 0.0).any():
            signed.append(symbol)
    return found, signed
