"""API keys as stored."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from plimsoll.data.store import api_keys, program_accounts
from plimsoll.data.store.api_keys import ApiKeyRecord
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import Found, look_up
from plimsoll.errors import NotFoundError

pytestmark = pytest.mark.anyio

NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


async def _made(session: AsyncSession, name: str = "nightly", digest: bytes = b"digest") -> ApiKeyRecord:
    account = await program_accounts.add(session, name=name, public_keys=[], created_by="me")
    return await api_keys.add(
        session,
        account_id=account.id,
        name="key",
        prefix="plk_abcdef",
        digest=digest,
        permissions=["runs:read"],
        canary=False,
        expires_at=NOW + DAY,
        created_by="me",
    )


async def test_a_key_is_found_by_its_digest_before_a_tenant_is_known(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """Only tenant and id come out; within another tenant there is nothing to be seen."""
    async with database.session(tenant) as session:
        key = await _made(session)
    assert await look_up(database, "api_keys", b"digest") == Found(tenant, key.id)
    assert await look_up(database, "api_keys", b"other") is None
    async with database.session(other_tenant) as session:
        assert await api_keys.holder(session, key.id, NOW) is None
        assert await api_keys.page(session, account_id=None, after=None, limit=5) == []
        with pytest.raises(NotFoundError):
            await api_keys.revoke(session, key.id, NOW)


async def test_a_key_counts_until_it_ends(database: Database, tenant: UUID) -> None:
    """It ends with its time, when it is revoked, and with its account; its use is noted."""
    async with database.session(tenant) as session:
        key = await _made(session)
        holder = await api_keys.holder(session, key.id, NOW)
        assert holder is not None
        assert (holder.name, holder.permissions) == ("nightly", ["runs:read"])
        assert holder.last_used_at is None
        await api_keys.note_use(session, key.id, NOW)
        assert (await api_keys.get(session, key.id)).last_used_at == NOW
        assert await api_keys.holder(session, key.id, NOW + DAY) is None
        account = await program_accounts.change(
            session, key.account_id, expected_version=1, changes={"disabled_at": NOW}
        )
        assert await api_keys.holder(session, key.id, NOW) is None
        await program_accounts.change(session, account.id, expected_version=2, changes={"disabled_at": None})
        assert await api_keys.holder(session, key.id, NOW) is not None
        assert [await api_keys.revoke(session, key.id, NOW) for _ in range(2)] == [True, False]
        assert await api_keys.holder(session, key.id, NOW) is None


async def test_keys_are_listed_by_account(database: Database, tenant: UUID) -> None:
    """Oldest first, those of one account or all."""
    async with database.session(tenant) as session:
        first, second = [await _made(session, name, name.encode()) for name in ("a", "b")]
        assert await api_keys.page(session, account_id=None, after=None, limit=5) == [first, second]
        assert await api_keys.page(session, account_id=None, after=first.id, limit=5) == [second]
        assert await api_keys.page(session, account_id=first.account_id, after=None, limit=5) == [first]
        with pytest.raises(NotFoundError):
            await api_keys.get(session, uuid4())
