"""Links that are good for one thing and one time."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest

from plimsoll.data.store import one_time_tokens
from plimsoll.data.store.database import Database
from plimsoll.data.store.one_time_tokens import OneTimeToken, Purpose
from somebody import NOW, new_user

pytestmark = pytest.mark.anyio

LIFE = dt.timedelta(minutes=15)


async def stored(database: Database, tenant: UUID, user: UUID | None = None, digest: bytes = b"d") -> UUID:
    """Store an invitation."""
    async with database.session(tenant) as session:
        return await one_time_tokens.add(
            session,
            Purpose.INVITATION,
            digest,
            at=NOW,
            life=LIFE,
            created_by="local",
            user_id=user,
            detail={"a": 1},
        )


async def test_of_eight_at_once_one_uses_it(database: Database, tenant: UUID) -> None:
    """Eight transactions in parallel, one success."""
    token = await stored(database, tenant)

    async def use() -> OneTimeToken | None:
        async with database.session(tenant) as session:
            return await one_time_tokens.consume(session, token, Purpose.INVITATION, NOW)

    found = [used for used in await asyncio.gather(*(use() for _ in range(8))) if used is not None]
    assert found == [OneTimeToken(token, None, {"a": 1}, "local")]


async def test_it_is_good_for_its_purpose_and_its_time(database: Database, tenant: UUID) -> None:
    """Another purpose, another tenant's transaction and the end of its life refuse it, and use nothing up."""
    token = await stored(database, tenant)
    async with database.session(tenant) as session:
        for purpose, at in ((Purpose.PASSWORD_RESET, NOW), (Purpose.INVITATION, NOW + LIFE)):
            assert await one_time_tokens.consume(session, token, purpose, at) is None
        assert await one_time_tokens.consume(session, token, Purpose.INVITATION, NOW) is not None
        assert await one_time_tokens.consume(session, token, Purpose.INVITATION, NOW) is None


async def test_a_new_one_ends_the_one_before(database: Database, tenant: UUID) -> None:
    """Of the same purpose and person; those of others stay, and what has expired is forgotten."""
    user = await new_user(database, tenant)
    first, other = await stored(database, tenant, user.id), await stored(database, tenant, None, b"e")
    second = await stored(database, tenant, user.id, b"f")
    async with database.session(tenant) as session:
        used = [
            await one_time_tokens.consume(session, token, Purpose.INVITATION, NOW)
            for token in (first, other, second)
        ]
        assert [one is not None for one in used] == [False, True, True]
        assert await one_time_tokens.forget(session, before=NOW + LIFE) == 0
        assert await one_time_tokens.forget(session, before=NOW + 2 * LIFE) == 3
