"""Tenants."""

from uuid import UUID

import pytest
from sqlalchemy.exc import ProgrammingError

from plimsoll.data.store import tenants
from plimsoll.data.store.database import Database
from plimsoll.data.store.models import new_id
from plimsoll.errors import ConflictError, NotFoundError

pytestmark = pytest.mark.anyio


async def test_a_tenant_is_made_once(database: Database) -> None:
    """Ensuring a tenant again returns the first one, under its first name."""
    async with database.session(tenants.LOCAL_TENANT) as session:
        made = await tenants.ensure(session, tenants.LOCAL_TENANT, "local")
    async with database.session(tenants.LOCAL_TENANT) as session:
        again = await tenants.ensure(session, tenants.LOCAL_TENANT, "another name")
        assert again == made == await tenants.own(session)
    assert (made.id, made.name) == (tenants.LOCAL_TENANT, "local")


async def test_a_tenant_sees_itself_only(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """With two tenants stored, each session finds its own and a session without a tenant finds none."""
    for own in (tenant, other_tenant):
        async with database.session(own) as session:
            assert (await tenants.own(session)).id == own
    with pytest.raises(NotFoundError):
        async with database.session(None) as session:
            await tenants.own(session)


async def test_names_are_unique(database: Database, tenant: UUID) -> None:
    """A second tenant cannot take the name of the first, although it cannot see it."""
    async with database.session(tenant) as session:
        name = (await tenants.own(session)).name
    stranger = new_id()
    with pytest.raises(ConflictError):
        async with database.session(stranger) as session:
            await tenants.ensure(session, stranger, name)


async def test_a_tenant_makes_no_other(database: Database, tenant: UUID) -> None:
    """A session may store its own tenant and no other."""
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with database.session(tenant) as session:
            await tenants.ensure(session, new_id(), "a third")
