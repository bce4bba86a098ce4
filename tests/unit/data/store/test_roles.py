"""Roles of a tenant's own, as stored."""

from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import roles
from plimsoll.data.store.database import Database
from plimsoll.data.store.roles import RoleRecord
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

pytestmark = pytest.mark.anyio


async def made(database: Database, tenant: UUID, name: str = "Reader") -> RoleRecord:
    """Make a role."""
    async with database.session(tenant) as session:
        return await roles.create(
            session, name=name, description="d", permissions={"runs:read", "alerts:read"}, created_by="me"
        )


async def test_a_role_comes_back_as_it_was_made(database: Database, tenant: UUID) -> None:
    """Its permissions are sorted, and it is found by id, by name and in the list."""
    record = await made(database, tenant)
    assert record.permissions == ("alerts:read", "runs:read")
    async with database.session(tenant) as session:
        assert await roles.get(session, record.id) == record
        assert await roles.named(session, "Reader") == record
        assert await roles.page(session, after=None, limit=9) == [record]
        assert await roles.page(session, after=record.id, limit=9) == []


async def test_a_name_is_taken_once_and_freed_by_the_archive(database: Database, tenant: UUID) -> None:
    """Two live roles have different names; an archived one can neither be found by name nor changed."""
    record = await made(database, tenant)
    with pytest.raises(ConflictError):
        await made(database, tenant)
    async with database.session(tenant) as session:
        await roles.archive(session, record.id, expected_version=1)
        with pytest.raises(NotFoundError):
            await roles.named(session, "Reader")
        with pytest.raises(ConflictError):
            await roles.change(session, record.id, expected_version=2, description="x")
    assert (await made(database, tenant)).id != record.id


async def test_of_two_changes_one_wins(database: Database, tenant: UUID) -> None:
    """Whoever has read an older version is told."""
    record = await made(database, tenant)
    async with database.session(tenant) as session:
        assert (await roles.change(session, record.id, expected_version=1, description="x")).version == 2
        with pytest.raises(PreconditionError):
            await roles.change(session, record.id, expected_version=1, description="y")


async def test_another_tenant_has_no_such_role(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """A role is its tenant's alone, and an id that nobody made leads to nothing."""
    record = await made(database, tenant)
    for number in (record.id, uuid4()):
        async with database.session(other_tenant) as session:
            with pytest.raises(NotFoundError):
                await roles.get(session, number)
