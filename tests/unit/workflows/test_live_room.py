"""Live risk of one tenant."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from live_hubs import BOOK, QUICK, book_run, hub, next_update, numbers, tick, until
from plimsoll.data.store import live_levels, portfolios
from plimsoll.data.store.database import Database
from plimsoll.errors import NotFoundError, UnavailableError, UsageError
from plimsoll.workflows.live_pace import Pace
from plimsoll.workflows.live_room import LiveRoom
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from plimsoll.workflows.tick_board import Level, Outcome
from small_book import share
from stored_book import stored_portfolio, stored_positions

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def room_of(database: Database, tenant: UUID, pace: Pace = QUICK) -> AsyncIterator[LiveRoom]:
    """Yield the room of a running hub."""
    async with hub(database, pace=pace).running() as live:
        yield await live.room(tenant)


async def test_one_book_serves_all_who_ask_the_same(database: Database, tenant: UUID) -> None:
    """Also when they ask at the same time; other attributes are another book."""
    run = await book_run(database, tenant)
    async with room_of(database, tenant) as room:
        opened = await asyncio.gather(*(room.open(run.portfolio_id, ("desk", "desk")) for _ in range(4)))
        assert len({id(one) for one in opened}) == 1
        assert await room.open(run.portfolio_id, ("desk",)) is opened[0]
        assert await room.open(run.portfolio_id) is not opened[0]
        assert len(room.streams) == 2


async def test_what_cannot_be_live_says_why(database: Database, tenant: UUID) -> None:
    """No run, no portfolio, no attribute, no room; asking again later works."""
    bare = await stored_portfolio(database, tenant, BOOK, name="bare")
    run = await book_run(database, tenant)
    async with room_of(database, tenant, replace(QUICK, most_streams=1)) as room:
        for unknown in (bare.id, uuid4()):
            with pytest.raises(NotFoundError):
                await room.open(unknown)
        with pytest.raises(UsageError, match="colour"):
            await room.open(run.portfolio_id, ("colour",))
        await room.open(run.portfolio_id)
        with pytest.raises(UnavailableError, match="too many"):
            await room.open(run.portfolio_id, ("desk",))


async def test_after_a_restart_every_number_is_the_same(database: Database, tenant: UUID) -> None:
    """Levels are kept within the second and when it stops; what is made of them is equal bit for bit."""
    run = await book_run(database, tenant)
    async with room_of(database, tenant) as room:
        listener = (await room.open(run.portfolio_id, ("desk",))).feed.listen()
        await next_update(listener)
        room.push([tick("AAA", 101.3), tick("EURUSD", 1.1719)])
        before = await next_update(listener)

        async def kept() -> bool:
            async with database.session(tenant) as session:
                return {one.symbol for one in await live_levels.load(session)} == {"aaa", "eurusd"}

        await until(kept)
        room.push([tick("BBB", 51.7)])
        before = await next_update(listener)
    async with room_of(database, tenant) as room:
        listener = (await room.open(run.portfolio_id, ("desk",))).feed.listen()
        after = await next_update(listener)
        assert numbers(after) == numbers(before)
        assert after["rejected"] == {}
        assert room.push([tick("AAA", 101.0, seconds=60)]).counts[Outcome.OLD] == 1


async def test_a_new_run_is_gone_on_from(database: Database, tenant: UUID) -> None:
    """At the levels of now; a run of an earlier date is not."""
    run = await book_run(database, tenant)
    async with room_of(database, tenant) as room:
        listener = (await room.open(run.portfolio_id)).feed.listen()
        room.push([tick("AAA", 101.0)])
        await next_update(listener)
        past = ReportRequest(days=20, as_of=dt.date(2024, 6, 3))
        await start_run(database, tenant, portfolio_id=run.portfolio_id, request=past, created_by="a test")
        again = await start_run(
            database,
            tenant,
            portfolio_id=run.portfolio_id,
            request=ReportRequest(days=30),
            created_by="a test",
        )
        while (update := await next_update(listener))["risk_run"] == str(run.id):
            pass
        assert (update["risk_run"], update["var"]["scenarios"]) == (str(again.id), 30)


async def test_new_positions_are_run_and_those_that_cannot_be_are_said(
    database: Database, tenant: UUID
) -> None:
    """The numbers are of what is held; where they cannot be, `behind` says so and the last ones stand."""
    run = await book_run(database, tenant)
    async with room_of(database, tenant) as room:
        listener = (await room.open(run.portfolio_id)).feed.listen()
        first = await next_update(listener)
        await stored_positions(database, tenant, run.portfolio_id, [share("NONE", 1, "USD")])
        behind = await next_update(listener)
        assert (behind["behind"], numbers(behind)) == (True, numbers(first))
        await stored_positions(database, tenant, run.portfolio_id, [share("AAA", 20, "USD")])
        while (update := await next_update(listener))["behind"]:
            pass
        room.push([tick("AAA", 101.0)])
        update = await next_update(listener)
        assert update["nodes"][0]["value"] == 2020.0


async def test_what_nobody_needs_is_closed(database: Database, tenant: UUID) -> None:
    """A book without listeners after a while, and one that is archived at once; listeners are let go."""
    run = await book_run(database, tenant)
    async with room_of(database, tenant, replace(QUICK, idle_seconds=0.2)) as room:
        idle = await room.open(run.portfolio_id)
        followed = await room.open(run.portfolio_id, ("desk",))
        with followed.feed.listen() as listener:
            await until(lambda: asyncio.sleep(0, room.streams == (followed,)))
            assert await idle.feed.listen().next() is None
            async with database.session(tenant) as session:
                await portfolios.archive(session, run.portfolio_id, expected_version=1)
            while await asyncio.wait_for(listener.next(), 30) is not None:
                pass
        assert len(room.streams) == 0


async def test_levels_of_other_instances_are_valued_and_kept(database: Database, tenant: UUID) -> None:
    """They were decided upon there; those that are no news here change nothing."""
    run = await book_run(database, tenant)
    async with room_of(database, tenant) as room:
        listener = (await room.open(run.portfolio_id, ("desk",))).feed.listen()
        await next_update(listener)
        level = Level(101.0, dt.datetime.now(dt.UTC), 1, "elsewhere")
        room.hear({"aaa": level})
        update = await next_update(listener)
        assert next(one["value"] for one in update["nodes"] if one["path"] == ["G"]) == 1010.0
        room.hear({"aaa": level})
        room.set_degraded(True)
        assert (await next_update(listener))["degraded"]
    async with database.session(tenant) as session:
        assert [one.source for one in await live_levels.load(session)] == ["elsewhere"]
