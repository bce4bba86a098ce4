"""People as stored."""

from uuid import UUID

import pytest

from plimsoll.data.store import users
from plimsoll.data.store.database import Database
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError
from somebody import EMAIL, new_user

pytestmark = pytest.mark.anyio


async def test_somebody_is_found_by_id_and_address(database: Database, tenant: UUID) -> None:
    """What was stored comes back; the hash of the password stays out of texts."""
    made = await new_user(database, tenant)
    async with database.session(tenant) as session:
        assert await users.get(session, made.id) == made
        assert await users.by_email(session, EMAIL) == made
        assert await users.by_email(session, "nobody@example.com") is None
        assert await users.are_there(session)
    assert (made.version, made.epoch, made.enabled) == (1, 1, True)
    assert str(made.password) not in repr(made)


async def test_an_address_is_taken_once(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """Twice in a tenant is a conflict that leaves the transaction usable; in two tenants it is none."""
    first = await new_user(database, tenant)
    second = await new_user(database, tenant, email="b@example.com")
    await new_user(database, other_tenant)
    async with database.session(tenant) as session:
        with pytest.raises(ConflictError):
            await users.add(session, email=EMAIL, name="B", created_by="local")
        with pytest.raises(ConflictError):
            await users.change(session, second.id, {"email": EMAIL})
        assert [user.id for user in await users.page(session, after=None, limit=5)] == [first.id, second.id]
        assert [user.id for user in await users.page(session, after=first.id, limit=5)] == [second.id]


async def test_a_change_counts(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """It needs the version that was seen, and the tenant whose somebody is."""
    made = await new_user(database, tenant)
    async with database.session(tenant) as session:
        changed = await users.change(session, made.id, {"name": "Countess"}, expected_version=1)
        assert (changed.name, changed.version) == ("Countess", 2)
        with pytest.raises(PreconditionError):
            await users.change(session, made.id, {"name": "x"}, expected_version=1)
        assert await users.end_all_sessions(session, made.id) == 2
    async with database.session(other_tenant) as session:
        with pytest.raises(NotFoundError):
            await users.change(session, made.id, {"name": "x"})
        await users.lock_first(session, other_tenant)
        assert not await users.are_there(session)
