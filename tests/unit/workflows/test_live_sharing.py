"""Levels shared through a real Redis: instances show equal numbers, and each goes on alone without it."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_hubs import book_run, hub, next_update, numbers, tick, until
from plimsoll.data.store.database import Database
from plimsoll.workflows.live_feed import Listener
from plimsoll.workflows.live_hub import LiveHub
from plimsoll.workflows.live_sharing import levels_from, levels_text
from plimsoll.workflows.request import ReportRequest
from plimsoll.workflows.runs import start_run
from plimsoll.workflows.tick_board import Level
from redis_server import RedisCluster, RedisServer

pytestmark = pytest.mark.anyio
LEVELS = st.builds(
    Level,
    price=st.floats(allow_nan=False, allow_infinity=False),
    at=st.datetimes(timezones=st.just(dt.UTC)),
    stamp=st.integers(0, 2**63 - 1),
    source=st.text(),
)


@given(st.dictionaries(st.text(), LEVELS))
def test_levels_survive_the_journey_bit_for_bit(levels: dict[str, Level]) -> None:
    """What is read is what was written."""
    assert levels_from(levels_text(levels)) == levels


@pytest.mark.parametrize(
    "text", ["", "{}x", "[1]", '[["a", 1, "x", 1, ""]]', '[["a",1,"2026-01-01",1,""]]', "7"]
)
def test_what_is_no_text_of_levels_is_refused(text: str) -> None:
    """One kind of error, whatever came."""
    with pytest.raises(ValueError, match=r".*"):
        levels_from(text)


@asynccontextmanager
async def instances(
    database: Database, tenant: UUID, portfolio: UUID, url: str, count: int = 2
) -> AsyncIterator[list[tuple[LiveHub, Listener]]]:
    """Yield instances that share a Redis, each with somebody who listens."""
    hubs = [hub(database, redis_url=url) for _ in range(count)]
    async with AsyncExitStack() as stack:
        found = []
        for one in hubs:
            await stack.enter_async_context(one.running())
            listener = (await one.open(tenant, portfolio, ("desk",))).feed.listen()
            await next_update(listener)
            while (await one.room(tenant)).degraded:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
            found.append((one, listener))
        yield found


async def agreed(listeners: list[Listener], **prices: float) -> Any:
    """Return the numbers on which all agree once each has these prices."""
    found = []
    for listener in listeners:
        while True:
            update = await next_update(listener)
            growth = next(one["value"] for one in update["nodes"] if one["path"] == ["G"])
            if growth == 10.0 * prices["AAA"]:
                found.append(numbers(update))
                break
    assert all(one == found[0] for one in found)
    return found[0]


async def test_two_instances_show_equal_numbers(database: Database, tenant: UUID, redis_url: str) -> None:
    """Whichever a tick comes to; when both get ticks of one symbol, the later one stands in both."""
    run = await book_run(database, tenant)
    async with instances(database, tenant, run.portfolio_id, redis_url) as ((one, first), (other, second)):
        await one.push(tenant, [tick("AAA", 101.0), tick("EURUSD", 1.17)])
        await agreed([first, second], AAA=101.0)
        await asyncio.gather(
            one.push(tenant, [tick("AAA", 103.0)]), other.push(tenant, [tick("AAA", 102.0, seconds=1)])
        )
        await agreed([first, second], AAA=103.0)
        levels = [(await each.room(tenant)).board.levels for each in (one, other)]
        assert levels[0] == levels[1]


async def test_a_new_run_is_told(database: Database, tenant: UUID, redis_url: str) -> None:
    """All instances go on from it."""
    run = await book_run(database, tenant)
    async with instances(database, tenant, run.portfolio_id, redis_url) as found:
        again = await start_run(
            database,
            tenant,
            portfolio_id=run.portfolio_id,
            request=ReportRequest(days=30),
            created_by="a test",
        )
        for _, listener in found:
            while (await next_update(listener))["risk_run"] != str(again.id):
                pass


async def test_without_redis_each_goes_on_and_catches_up(
    database: Database, tenant: UUID, own_redis: RedisServer
) -> None:
    """Flagged while it lasts; afterwards, though Redis lost everything, all agree on what came meanwhile."""
    run = await book_run(database, tenant)
    async with instances(database, tenant, run.portfolio_id, own_redis.url) as (
        (one, first),
        (other, second),
    ):
        await one.push(tenant, [tick("AAA", 101.0)])
        await agreed([first, second], AAA=101.0)
        boards = [(await each.room(tenant)) for each in (one, other)]
        own_redis.kill()
        await until(lambda: asyncio.sleep(0, all(board.degraded for board in boards)))
        await one.push(tenant, [tick("AAA", 104.0)])
        await agreed([first], AAA=104.0)
        await other.push(tenant, [tick("EURUSD", 1.16)])
        while not (await next_update(second))["degraded"]:
            pass
        own_redis.start()
        await agreed([second], AAA=104.0)
        for _ in range(100):
            if boards[0].board.levels == boards[1].board.levels and not any(b.degraded for b in boards):
                break
            await asyncio.sleep(0.1)
        assert boards[0].board.levels == boards[1].board.levels
        assert not any(board.degraded for board in boards)


async def test_a_damaged_entry_is_passed_over(
    database: Database, tenant: UUID, own_redis: RedisServer
) -> None:
    """What somebody else writes into the stream stops nothing."""
    run = await book_run(database, tenant)
    async with instances(database, tenant, run.portfolio_id, own_redis.url) as ((one, first), (_, second)):
        key = f"plimsoll:live:{{{tenant}}}"
        own_redis.command("xadd", key, "*", "levels", "nonsense", "look", "1")
        own_redis.command("xadd", key, "*", "x", "y")
        await one.push(tenant, [tick("AAA", 101.0)])
        await agreed([first, second], AAA=101.0)


async def test_a_cluster_will_do(database: Database, tenant: UUID, redis_cluster: RedisCluster) -> None:
    """The stream of a tenant lies on one node."""
    run = await book_run(database, tenant)
    async with instances(database, tenant, run.portfolio_id, redis_cluster.url) as (
        (one, first),
        (_, second),
    ):
        await one.push(tenant, [tick("AAA", 101.0)])
        await agreed([first, second], AAA=101.0)


async def test_who_joins_later_has_what_was_shared(database: Database, tenant: UUID, redis_url: str) -> None:
    """From the database and from the stream."""
    run = await book_run(database, tenant)
    async with instances(database, tenant, run.portfolio_id, redis_url, count=1) as [(one, first)]:
        await one.push(tenant, [tick("AAA", 101.0)])
        before = await agreed([first], AAA=101.0)
        async with instances(database, tenant, run.portfolio_id, redis_url, count=1) as [(late, _)]:
            # What it told before it had read the stream is heard first, if it told anything by then.
            listener = (await late.open(tenant, run.portfolio_id, ("desk",))).feed.listen()
            assert await agreed([listener], AAA=101.0) == before
