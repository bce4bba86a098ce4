"""Providers of single sign-on as stored."""

import asyncio
import datetime as dt
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import providers
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.data.store.providers import ProviderRecord
from plimsoll.errors import NotFoundError
from somebody import new_user

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


async def _added(database: Database, tenant: UUID) -> ProviderRecord:
    async with database.session(tenant) as session:
        return await providers.add(
            session,
            uuid4(),
            name="Work",
            issuer="https://login.example.com",
            client_id="us",
            client_secret=b"sealed",
            created_by="me",
        )


async def test_a_provider_is_found_listed_and_removed(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """By its tenant alone; removed, it is not there any more."""
    made = await _added(database, tenant)
    async with database.session(other_tenant) as session:
        assert await providers.page(session, after=None, limit=5) == []
        with pytest.raises(NotFoundError):
            await providers.remove(session, made.id, NOW)
    async with database.session(tenant) as session:
        assert await providers.get(session, made.id) == made
        assert await providers.page(session, after=None, limit=5) == [made]
        assert await providers.page(session, after=made.id, limit=5) == []
        await providers.remove(session, made.id, NOW)
        with pytest.raises(NotFoundError):
            await providers.get(session, made.id)


async def test_one_of_several_comes_back(database: Database, tenant: UUID) -> None:
    """With the right browser and in time; who never came is forgotten when the next one is sent."""
    made = await _added(database, tenant)

    async def sent(digest: bytes, now: dt.datetime) -> None:
        async with database.session(tenant) as session:
            await providers.send(
                session, made.id, digest=digest, browser=b"b", expires_at=now + MINUTE, now=now
            )

    async def back(sign_in: UUID, browser: bytes, now: dt.datetime = NOW) -> UUID | None:
        async with database.session(tenant) as session:
            return await providers.take_back(session, sign_in, browser=browser, now=now)

    await sent(b"one", NOW)
    found = await look_up(database, "provider_sign_ins", b"one")
    assert found is not None
    assert await back(found.id, b"other") is None
    assert await back(found.id, b"b", NOW + MINUTE) is None
    tries = await asyncio.gather(*(back(found.id, b"b") for _ in range(5)))
    assert [one for one in tries if one is not None] == [made.id]
    await sent(b"two", NOW)
    await sent(b"three", NOW + 2 * MINUTE)
    assert await look_up(database, "provider_sign_ins", b"two") is None


async def test_a_subject_means_one_person(database: Database, tenant: UUID) -> None:
    """The first one for whom it was noted."""
    made = await _added(database, tenant)
    ada, eve = [await new_user(database, tenant, email=f"{name}@example.com") for name in ("ada", "eve")]
    async with database.session(tenant) as session:
        assert await providers.linked(session, made.id, "a") is None
        assert not await providers.has_link(session, made.id, ada.id)
        for person in (ada, eve):
            await providers.link(session, made.id, "a", person.id)
        assert await providers.linked(session, made.id, "a") == ada.id
        assert await providers.has_link(session, made.id, ada.id)
        assert not await providers.has_link(session, made.id, eve.id)
