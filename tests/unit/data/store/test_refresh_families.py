"""Refresh tokens as stored."""

import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import refresh_families
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.data.store.models import new_id
from plimsoll.data.store.refresh_families import FamilyRecord

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


async def _family(session: AsyncSession, subject: str = "user:a") -> FamilyRecord:
    made = FamilyRecord(new_id(), subject, new_id(), NOW, ["password"], NOW, NOW + 2 * HOUR, 3600, None)
    await refresh_families.add_family(session, made)
    return made


async def _token(database: Database, tenant: UUID) -> tuple[FamilyRecord, UUID]:
    async with database.session(tenant) as session:
        family = await _family(session)
        await refresh_families.add_token(session, family.id, b"digest", expires_at=NOW + HOUR, now=NOW)
    found = await look_up(database, "refresh_tokens", b"digest")
    assert found is not None
    assert found.tenant == tenant
    return family, found.id


async def test_a_token_is_used_once(database: Database, tenant: UUID) -> None:
    """Also when it is tried again at once; the successor stays that of the first time."""
    family, token_id = await _token(database, tenant)
    async with database.session(tenant) as session:
        tries = [await refresh_families.rotate(session, token_id, sealed, NOW) for sealed in (b"a", b"b")]
        assert tries == [True, False]
        token = await refresh_families.token(session, token_id)
        assert (token.family_id, token.rotated_at, token.successor) == (family.id, NOW, b"a")
        assert await refresh_families.family_of(session, family.id) == family


async def test_an_expired_token_is_not_used(database: Database, tenant: UUID) -> None:
    """From the instant on at which it ends."""
    _, token_id = await _token(database, tenant)
    async with database.session(tenant) as session:
        assert not await refresh_families.rotate(session, token_id, b"a", NOW + HOUR)


async def test_families_are_forgotten_with_their_tokens(database: Database, tenant: UUID) -> None:
    """Once they have ended by themselves; one that was revoked stays as long, to know what comes back."""
    family, _ = await _token(database, tenant)
    async with database.session(tenant) as session:
        await refresh_families.revoke_family(session, family.id, NOW, "reused")
        assert await refresh_families.forget(session, before=NOW + 2 * HOUR) == 0
        assert await refresh_families.forget(session, before=NOW + 3 * HOUR) == 1
    assert await look_up(database, "refresh_tokens", b"digest") is None


async def test_families_end_one_by_one_or_all_of_somebody(database: Database, tenant: UUID) -> None:
    """One that has ended is not ended again."""
    async with database.session(tenant) as session:
        first, second, other = [await _family(session, subject) for subject in ("user:a", "user:a", "user:b")]
        assert await refresh_families.is_live(session, first.id, "user:a", NOW)
        assert not await refresh_families.is_live(session, first.id, "user:a", NOW + 2 * HOUR)
        ended = [await refresh_families.revoke_family(session, first.id, NOW, "reused") for _ in range(2)]
        assert ended == [True, False]
        assert await refresh_families.revoke_subject(session, "user:a", NOW, "changed") == 1
        assert not await refresh_families.is_live(session, other.id, "user:a", NOW)
        live = [
            await refresh_families.is_live(session, one.id, one.subject, NOW)
            for one in (first, second, other)
        ]
        assert live == [False, False, True]
