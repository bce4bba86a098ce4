"""Counters of what was tried."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import throttles
from plimsoll.data.store.database import Database
from somebody import NOW

pytestmark = pytest.mark.anyio

WINDOW = dt.timedelta(minutes=15)


async def counted(
    database: Database, tenant: UUID, at: dt.datetime = NOW, kind: str = "password|user"
) -> int:
    """Count once."""
    async with database.session(tenant) as session:
        return (await throttles.count(session, kind, b"s", at=at, window=WINDOW))[0]


async def test_many_at_once_are_counted_one_by_one(database: Database, tenant: UUID) -> None:
    """Eight in parallel have eight numbers."""
    assert sorted(await asyncio.gather(*(counted(database, tenant) for _ in range(8)))) == list(range(1, 9))


async def test_counting_begins_anew(database: Database, tenant: UUID) -> None:
    """After the window from the first one, or when it is cleared; each kind counts for itself."""
    for at, count in ((NOW, 1), (NOW + WINDOW / 2, 2), (NOW + WINDOW, 1), (NOW + WINDOW * 1.9, 2)):
        assert await counted(database, tenant, at) == count
    assert await counted(database, tenant, kind="code|user") == 1
    async with database.session(tenant) as session:
        await throttles.clear(session, "password|user", b"s")
    assert await counted(database, tenant) == 1
    async with database.session(tenant) as session:
        assert await throttles.forget(session, before=NOW + WINDOW) == 2
