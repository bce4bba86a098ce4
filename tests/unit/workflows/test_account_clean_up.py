"""What is left of sign-ins, links and sessions that are over."""

import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import one_time_tokens, sign_ins, throttles
from plimsoll.data.store.database import Database
from plimsoll.data.store.one_time_tokens import Purpose
from plimsoll.workflows.account_clean_up import forget_old
from plimsoll.workflows.sessions import Origin, begin
from somebody import NOW, new_user

pytestmark = pytest.mark.anyio

DAY = dt.timedelta(days=1)


async def test_each_thing_has_its_time(database: Database, tenant: UUID) -> None:
    """Counters and pending sign-ins a day, links and sessions a month, browsers a year, people for good."""
    user = await new_user(database, tenant)
    async with database.session(tenant) as session:
        await sign_ins.add(session, user_id=user.id, epoch=1, digest=b"d", factors=[], at=NOW)
        await throttles.count(session, "password|user", b"s", at=NOW, window=DAY)
        await one_time_tokens.add(
            session, Purpose.INVITATION, b"d", at=NOW, life=dt.timedelta(), created_by="x", user_id=user.id
        )
        await begin(session, user, tenant=tenant, factors=frozenset(), origin=Origin(), now=NOW)
        for days, dropped in ((0, 0), (2, 2), (31, 2), (366, 1), (400, 0)):
            assert await forget_old(session, NOW + days * DAY) == dropped
