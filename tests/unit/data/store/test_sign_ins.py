"""Sign-ins that wait for a second factor."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import sign_ins
from plimsoll.data.store.database import Database
from plimsoll.data.store.sign_ins import MOST_TRIES, PENDING_LIFE
from somebody import NOW, new_user

pytestmark = pytest.mark.anyio


async def stored(database: Database, tenant: UUID) -> UUID:
    """Store a sign-in that waits."""
    user = await new_user(database, tenant)
    async with database.session(tenant) as session:
        return await sign_ins.add(
            session, user_id=user.id, epoch=1, digest=b"d", factors=["password"], at=NOW
        )


async def test_there_are_five_tries_however_many_come_at_once(database: Database, tenant: UUID) -> None:
    """Each try is counted before it is looked at."""
    sign_in = await stored(database, tenant)

    async def attempt() -> int | None:
        async with database.session(tenant) as session:
            record = await sign_ins.take_try(session, sign_in, NOW)
        return None if record is None else record.tries

    found = await asyncio.gather(*(attempt() for _ in range(9)))
    assert sorted(tries for tries in found if tries is not None) == list(range(1, MOST_TRIES + 1))


async def test_it_is_used_up_once_and_in_time(database: Database, tenant: UUID) -> None:
    """After five minutes no try is left; of two who use it up one succeeds."""
    sign_in = await stored(database, tenant)
    async with database.session(tenant) as session:
        assert await sign_ins.take_try(session, sign_in, NOW + PENDING_LIFE) is None
        assert await sign_ins.open_one(session, sign_in, NOW) is not None
        assert await sign_ins.open_one(session, sign_in, NOW + PENDING_LIFE) is None
        found = await sign_ins.end(session, sign_in, NOW)
        assert found is not None
        assert (found.factors, found.epoch) == (["password"], 1)
        assert await sign_ins.end(session, sign_in, NOW) is None
        assert await sign_ins.take_try(session, sign_in, NOW) is None
        assert await sign_ins.forget(session, before=NOW + PENDING_LIFE) == 0
        assert await sign_ins.forget(session, before=NOW + dt.timedelta(1)) == 1
