"""One live portfolio at work."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from live_hubs import book_run, next_update
from plimsoll.data.store.database import Database
from plimsoll.services.risk_api.live.messages import encoded
from plimsoll.workflows.live import LivePortfolio
from plimsoll.workflows.live_stream import Base, LiveMoment, LiveStream, levels_into
from plimsoll.workflows.tick_board import Level

pytestmark = pytest.mark.anyio
NOW = dt.datetime.now(dt.UTC)


def level(price: float, stamp: int = 1, at: dt.datetime = NOW) -> Level:
    """Return a level of now."""
    return Level(price, at, stamp)


@asynccontextmanager
async def running(database: Database, tenant: UUID, **options: Any) -> AsyncIterator[LiveStream]:
    """Run a stream on the run of the small book."""
    run = await book_run(database, tenant)
    live = await LivePortfolio.from_run(database, tenant, run.id, ("desk",))
    with ThreadPoolExecutor(1) as calculations:
        given = {"encode": encoded, "refresh_seconds": 0.05, **options}
        stream = LiveStream(
            live, Base(run.portfolio_id, run.id, run.as_of), calculations=calculations, **given
        )
        task = asyncio.create_task(stream.run())
        yield stream
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_ticks_between_two_updates_are_one_update(database: Database, tenant: UUID) -> None:
    """The last price counts, the replaced ones are counted, and updates keep their distance."""
    took: list[float] = []
    async with running(database, tenant, published=took.append) as stream:
        with stream.feed.listen() as listener:
            assert set(stream.symbols) == {"aaa", "bbb", "eurusd"}
            await next_update(listener)
            loop = asyncio.get_running_loop()
            begun = loop.time()
            assert stream.offer({"aaa": level(101.0), "zzz": level(1.0)}, begun) == 0
            assert stream.offer({"aaa": level(102.0, 2)}, begun) == 1
            assert stream.offer({"zzz": level(1.0)}, begun) == 0
            update = await next_update(listener)
            assert (update["coalesced"], update["applied"], update["sequence"]) == (1, 1, 2)
            assert next(one["value"] for one in update["nodes"] if one["path"] == ["G"]) == 1020.0
            stream.offer({"aaa": level(103.0, 3)}, loop.time())
            await next_update(listener)
            assert loop.time() - begun >= 0.05
            assert len(took) >= 1


async def test_nobody_is_waited_for_until_somebody_listens(database: Database, tenant: UUID) -> None:
    """A book that nobody looks at is valued seldom; whoever comes has the levels of now at once."""
    took: list[float] = []
    async with running(database, tenant, unheard_seconds=3600.0, published=took.append) as stream:
        while stream.feed.latest is None:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        stream.offer({"aaa": level(101.0)}, 0.0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream.feed.changed(), 0.2)
        assert took == []
        with stream.feed.listen() as listener:
            assert (await next_update(listener))["applied"] == 0
            assert (await next_update(listener))["applied"] == 1


async def test_who_asks_once_is_told_of_now(database: Database, tenant: UUID) -> None:
    """What ticked since the last update is in it, though nobody listens; without a tick, the last one."""
    async with running(database, tenant, unheard_seconds=3600.0) as stream:
        first = await stream.now()
        assert first is not None
        assert await stream.now() is first
        stream.offer({"aaa": level(101.0)}, 0.0)
        second = await stream.now()
        assert second is not None
        assert json.loads(second.body)["applied"] == 1


async def test_what_cannot_be_told_is_not_waited_for(database: Database, tenant: UUID) -> None:
    """Without a single update there is none of now."""

    def encode(_: LiveMoment) -> bytes:
        raise ValueError

    with capture_logs():
        async with running(database, tenant, encode=encode) as stream:
            assert await stream.now(patience=0.1) is None


async def test_a_change_of_the_link_or_the_base_is_said(database: Database, tenant: UUID) -> None:
    """Without a tick; saying the same again says nothing."""
    async with running(database, tenant) as stream:
        listener = stream.feed.listen()
        await next_update(listener)
        stream.set_degraded(True)
        assert (await next_update(listener))["degraded"]
        base = stream.base
        stream.set_base(Base(base.portfolio_id, base.run_id, base.as_of, behind=True))
        assert (await next_update(listener))["behind"]
        stream.set_degraded(True)
        stream.set_base(stream.base)
        with pytest.raises(TimeoutError):
            await next_update(listener, 0.15)


async def test_one_bad_update_does_not_silence_those_that_follow(database: Database, tenant: UUID) -> None:
    """What goes wrong is logged, and the next tick is published."""
    broken = True

    def encode(moment: LiveMoment) -> bytes:
        if broken:
            raise ValueError
        return encoded(moment)

    with capture_logs() as logs:
        async with running(database, tenant, encode=encode) as stream:
            await asyncio.sleep(0.1)
            broken = False
            stream.offer({"aaa": level(101.0)}, 0.0)
            assert (await next_update(stream.feed.listen()))["sequence"] == 1
    assert [log["event"] for log in logs if log["event"] != "risk run"] == ["live update failed"]


async def test_a_fresh_book_is_as_if_it_had_seen_every_tick(database: Database, tenant: UUID) -> None:
    """Its numbers are the same bit for bit; levels from before its market are not there."""
    run = await book_run(database, tenant)
    base = Base(run.portfolio_id, run.id, run.as_of)
    one, other = [await LivePortfolio.from_run(database, tenant, run.id, ("desk",)) for _ in range(2)]
    levels = {"aaa": level(101.25), "eurusd": level(1.17)}
    old = {"bbb": level(55.0, at=dt.datetime(2024, 1, 2, tzinfo=dt.UTC))}
    levels_into(one, base, levels | old)
    one.update()
    for price in (99.0, 101.25):
        levels_into(other, base, {"aaa": level(price), "eurusd": level(1.17)})
    first, second = one.update(), other.update()
    assert (first.nodes, first.var, first.es) == (second.nodes, second.var, second.es)
    assert one.book.snapshot.quotes["BBB"].level == other.book.snapshot.quotes["BBB"].level


async def test_it_goes_on_with_another_run_at_the_levels_of_now(database: Database, tenant: UUID) -> None:
    """The sequence goes on, the run is named, and no tick is lost."""
    async with running(database, tenant) as stream:
        listener = stream.feed.listen()
        await next_update(listener)
        board = {"aaa": level(101.0)}
        stream.offer(board, 0.0)
        before = await next_update(listener)
        run = await book_run_again(database, tenant, stream.base)
        live = await LivePortfolio.from_run(database, tenant, run.run_id, ("desk",))
        await stream.rebase(live, run, board)
        after = await next_update(listener)
        assert (after["risk_run"], after["sequence"]) == (str(run.run_id), before["sequence"] + 1)
        assert [one["value"] for one in after["nodes"]] == [one["value"] for one in before["nodes"]]
        assert json.dumps(after["var"]["scenarios"]) == "30"


async def book_run_again(database: Database, tenant: UUID, base: Base) -> Base:
    """Run the small book with other options."""
    from plimsoll.workflows.request import ReportRequest
    from plimsoll.workflows.runs import start_run

    run = await start_run(
        database,
        tenant,
        portfolio_id=base.portfolio_id,
        request=ReportRequest(days=30),
        created_by="a test",
    )
    return Base(base.portfolio_id, run.id, run.as_of)
