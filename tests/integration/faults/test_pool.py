"""All connections in use: who comes later is told soon, and all is well when they are free again."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
import pytest

from plimsoll.data.store.database import Database
from risk_api_world import API, World, held, made, new_portfolio, refused, world_on

pytestmark = pytest.mark.anyio

POOL = 2


@pytest.fixture
async def world(database_url: str, tenant: UUID, other_tenant: UUID) -> AsyncIterator[World]:
    """Yield the API on a pool of two connections for which nobody waits long."""
    database = Database(database_url, pool_size=POOL, pool_seconds=0.3)
    async with world_on(database, tenant, other_tenant) as world:
        yield world


async def test_a_pool_that_is_exhausted(world: World, database_url: str) -> None:
    """Changes that wait for a lock hold all connections: others get 503 soon, and later everything works."""
    book = await new_portfolio(world.owner)
    path = f"{API}/portfolios/{book['id']}"
    with psycopg.connect(database_url) as blocking:
        blocking.execute("SELECT FROM portfolios FOR UPDATE")
        renamed = [
            asyncio.create_task(
                world.owner.patch(path, json={"name": f"Name {n}"}, headers={"If-Match": '"1"'})
            )
            for n in range(POOL)
        ]
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        for answer in (
            await world.owner.get(path),
            await world.owner.post(f"{API}/portfolios", json={"name": "B"}),
        ):
            refused(answer, 503, "unavailable")
            assert answer.headers["Retry-After"] == "1"
        assert time.monotonic() - begun < 15
        blocking.rollback()
        answers = await asyncio.gather(*renamed)
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert made(await world.owner.get(path), 200)["version"] == 2
    await held(world.owner, book["id"])
