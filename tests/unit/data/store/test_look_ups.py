"""Whose something is, before a transaction has a tenant."""

from uuid import UUID

import pytest

from plimsoll.data.store import user_sessions
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import Found, look_up, tenant_named
from somebody import NOW, new_user

pytestmark = pytest.mark.anyio


async def test_a_session_is_found_by_its_digest(database: Database, tenant: UUID) -> None:
    """Tenant and id come back; of another digest nothing does."""
    user = await new_user(database, tenant)
    async with database.session(tenant) as session:
        made = await user_sessions.add(
            session,
            digest=b"d" * 32,
            user_id=user.id,
            epoch=1,
            factors=[],
            created_at=NOW,
            seen_at=NOW,
            address="",
            agent="",
        )
    assert await look_up(database, "sessions", b"d" * 32) == Found(tenant, made.id)
    assert await look_up(database, "sessions", b"e" * 32) is None
    assert await look_up(database, "sign_ins", b"d" * 32) is None


async def test_a_tenant_is_found_by_its_name(database: Database, tenant: UUID) -> None:
    """Another name leads nowhere."""
    assert await tenant_named(database, "first") == tenant
    assert await tenant_named(database, "First") is None
