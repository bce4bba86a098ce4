"""Signing keys as stored."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store.database import Database
from plimsoll.data.store.signing_keys import SealedKey, add, lock, newest, revoke_all

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


async def test_the_newest_come_first_and_revoked_ones_not_at_all(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Eight are more than ever count at the same time; another tenant has none of them."""
    async with database.session(tenant) as session:
        await lock(session)
        for number in range(10):
            await add(session, SealedKey(f"k{number}", b"sealed", NOW, NOW + number * DAY))
        assert [key.kid for key in await newest(session)] == [f"k{number}" for number in range(9, 1, -1)]
    async with database.session(other_tenant) as session:
        assert await newest(session) == []
        assert await revoke_all(session, NOW) == 0
    async with database.session(tenant) as session:
        assert await revoke_all(session, NOW) == 10
        assert await revoke_all(session, NOW) == 0
        assert await newest(session) == []
        await add(session, SealedKey("new", b"sealed", NOW, NOW))
        assert [key.kid for key in await newest(session)] == ["new"]
