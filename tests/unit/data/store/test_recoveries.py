"""Recoveries on a real database."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest

from people import new_person
from plimsoll.data.store import recoveries
from plimsoll.data.store.database import Database
from plimsoll.data.store.recoveries import RecoveryRecord
from plimsoll.errors import NotFoundError

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


async def asked(database: Database, tenant: UUID) -> RecoveryRecord:
    """Store a recovery of somebody."""
    ada = await new_person(database, tenant)
    values = {"user_id": ada, "reason": "lost", "requested_by": "user:1", "requested_at": NOW}
    async with database.session(tenant) as session:
        return await recoveries.add(session, **values, ends_at=NOW + DAY)


async def test_a_recovery_is_decided_once(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Of eight that decide at the same time one does; another tenant sees nothing to decide."""
    made = await asked(database, tenant)

    async def once(approved: bool) -> bool:
        async with database.session(tenant) as session:
            return await recoveries.decide(session, made.id, by="user:2", approved=approved, at=NOW)

    async with database.session(other_tenant) as session:
        assert not await recoveries.decide(session, made.id, by="user:2", approved=True, at=NOW)
        with pytest.raises(NotFoundError):
            await recoveries.get(session, made.id)
    assert sum(await asyncio.gather(*(once(turn % 2 == 0) for turn in range(8)))) == 1
    async with database.session(tenant) as session:
        found = await recoveries.get(session, made.id)
        assert (found.decided_by, found.decided_at) == ("user:2", NOW)
        assert await recoveries.page(session, after=None, limit=9) == [found]
        assert await recoveries.page(session, after=made.id, limit=9) == []


async def test_an_old_recovery_is_decided_no_more(database: Database, tenant: UUID) -> None:
    """From its end on it is over."""
    made = await asked(database, tenant)
    async with database.session(tenant) as session:
        assert not await recoveries.decide(session, made.id, by="user:2", approved=True, at=NOW + DAY)
