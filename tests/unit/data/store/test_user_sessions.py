"""Sessions of people as stored."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from plimsoll.data.store import user_sessions, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.user_sessions import SessionRecord
from plimsoll.errors import NotFoundError
from somebody import NOW, new_user

pytestmark = pytest.mark.anyio

DIGEST = b"d" * 32


async def stored(database: Database, tenant: UUID, user: UUID, digest: bytes = DIGEST) -> SessionRecord:
    """Store a session."""
    values: dict[str, Any] = {"epoch": 1, "factors": ["password"], "created_at": NOW, "seen_at": NOW}
    async with database.session(tenant) as session:
        return await user_sessions.add(
            session, digest=digest, user_id=user, address="192.0.2.1", agent="x", **values
        )


async def test_a_session_lives_until_something_ends_it(database: Database, tenant: UUID) -> None:
    """It ends by itself, by a new epoch, and with its person; a token that was renewed leads nowhere."""
    user = await new_user(database, tenant)
    made = await stored(database, tenant, user.id)
    async with database.session(tenant) as session:
        assert await user_sessions.living(session, made.id, digest=DIGEST) == (made, user)
        await user_sessions.rotate(session, made.id, b"new", stepped_up_at=NOW)
        assert await user_sessions.living(session, made.id, digest=DIGEST) is None
        assert await user_sessions.living(session, made.id, digest=b"new") is not None
        await users.change(session, user.id, {"enabled": False})
        assert await user_sessions.living(session, made.id) is None
        await users.change(session, user.id, {"enabled": True})
        await users.end_all_sessions(session, user.id)
        assert await user_sessions.living(session, made.id) is None
        assert await user_sessions.of_user(session, user.id, since=NOW - dt.timedelta(1)) == []


async def test_a_session_is_ended_once(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Nobody ends what is another's, another tenant's, or over."""
    user = await new_user(database, tenant)
    made = await stored(database, tenant, user.id)
    async with database.session(other_tenant) as session:
        with pytest.raises(NotFoundError):
            await user_sessions.end(session, made.id, NOW)
    async with database.session(tenant) as session:
        with pytest.raises(NotFoundError):
            await user_sessions.end(session, made.id, NOW, user_id=UUID(int=1))
        assert await user_sessions.end(session, made.id, NOW, user_id=user.id) == user.id
        for again in (user_sessions.end(session, made.id, NOW), user_sessions.rotate(session, made.id, b"n")):
            with pytest.raises(NotFoundError):
                await again


async def test_sessions_are_listed_and_forgotten(database: Database, tenant: UUID) -> None:
    """Those that go on are listed, of one or of all; use moves the clock forward alone; old ones go."""
    ada, bob = await new_user(database, tenant), await new_user(database, tenant, email="b@example.com")
    first = await stored(database, tenant, ada.id)
    second = await stored(database, tenant, bob.id, b"e" * 32)
    since = NOW - dt.timedelta(hours=1)
    async with database.session(tenant) as session:
        found = await user_sessions.page(session, after=None, limit=9, since=since)
        assert found == [first, second]
        own = await user_sessions.page(session, after=first.id, limit=9, since=since, user_id=bob.id)
        assert own == [second]
        assert await user_sessions.of_user(session, ada.id, since=NOW) == []
        for minutes in (2, 1):
            await user_sessions.touch(session, first.id, NOW + dt.timedelta(minutes=minutes))
        (seen,) = await user_sessions.of_user(session, ada.id, since=since)
        assert seen.seen_at == NOW + dt.timedelta(minutes=2)
        assert await user_sessions.forget(session, before=NOW) == 0
        assert await user_sessions.forget(session, before=NOW + dt.timedelta(1)) == 2


async def test_what_was_used_in_the_future_is_put_right(database: Database, tenant: UUID) -> None:
    """Once; a session that was used before that is none of those."""
    made = await stored(database, tenant, (await new_user(database, tenant)).id)
    before = NOW - dt.timedelta(hours=1)
    async with database.session(tenant) as session:
        assert await user_sessions.put_right(session, made.id, before)
        assert not await user_sessions.put_right(session, made.id, NOW)
        (listed,) = await user_sessions.of_user(session, made.user_id, since=before)
    assert listed.seen_at == before
