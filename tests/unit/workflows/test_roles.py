"""Roles that a tenant makes."""

from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import grants
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import GrantStatus, Holder, HolderKind
from plimsoll.errors import ConflictError, PermissionDeniedError, PreconditionError, UsageError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.workflows.granted import permissions_of
from plimsoll.workflows.roles import archive_role, change_role, create_role

pytestmark = pytest.mark.anyio


def somebody(tenant: UUID, *permissions: Permission) -> Principal:
    """Return somebody with these permissions, or all."""
    return Principal("user:1", tenant, "Somebody", frozenset(permissions or Permission))


async def test_a_role_takes_permissions_that_its_maker_has(database: Database, tenant: UUID) -> None:
    """Unknown ones, none and those that the maker lacks are refused; so are names that say nothing."""
    async with database.session(tenant) as session:
        me = somebody(tenant, Permission.RUNS_READ)
        made = await create_role(session, me, name=" Reader ", permissions=["runs:read"])
        assert (made.name, made.permissions) == ("Reader", ("runs:read",))
        with pytest.raises(PermissionDeniedError):
            await create_role(session, me, name="Starter", permissions=["runs:start"])
        for permissions in ([], ["moon:land"], ["runs:read", "moon:land"]):
            with pytest.raises(UsageError):
                await create_role(session, me, name="Other", permissions=permissions)
        with pytest.raises(UsageError):
            await create_role(session, me, name=" ", permissions=["runs:read"])
        for name in ("Reader", "Administrator"):
            with pytest.raises(ConflictError):
                await create_role(session, me, name=name, permissions=["runs:read"])


async def test_a_change_reaches_all_who_hold_it(database: Database, tenant: UUID) -> None:
    """A permission that is added or taken away is so for every holder; a privileged one cannot be added."""
    user = uuid4()
    async with database.session(tenant) as session:
        me = somebody(tenant)
        role = await create_role(session, me, name="Reader", permissions=["runs:read"])
        await grants.add(
            session,
            Holder(HolderKind.USER, user),
            role="Reader",
            role_id=role.id,
            status=GrantStatus.ACTIVE,
            privileged=False,
            proposed_by="me",
        )
        await change_role(
            session, role.id, me, expected_version=1, permissions=["jobs:read"], description="x"
        )
        assert (await permissions_of(session, f"user:{user}"))[0] == {Permission.JOBS_READ}
        with pytest.raises(ConflictError):
            await change_role(session, role.id, me, expected_version=2, permissions=["grants:write"])
        few = somebody(tenant, Permission.RUNS_READ)
        with pytest.raises(PermissionDeniedError):
            await change_role(session, role.id, few, expected_version=2, permissions=["runs:start"])
        with pytest.raises(PreconditionError):
            await change_role(session, role.id, me, expected_version=1, description="y")
        with pytest.raises(ConflictError):
            await archive_role(session, role.id, me, expected_version=2)


async def test_a_role_that_nobody_holds_can_go(database: Database, tenant: UUID) -> None:
    """It is out of use, and its name free."""
    me = somebody(tenant)
    async with database.session(tenant) as session:
        role = await create_role(session, me, name="Reader", permissions=["runs:read"])
        assert (await archive_role(session, role.id, me, expected_version=1)).archived_at is not None
        await create_role(session, somebody(tenant), name="Reader", permissions=["runs:read"])
