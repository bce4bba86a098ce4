"""Teams and desks."""

from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import grants, portfolios, teams
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import GrantStatus, Holder, HolderKind
from plimsoll.errors import ConflictError, PermissionDeniedError, PreconditionError, UsageError
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.roles import ROLES, Role
from plimsoll.workflows.granted import permissions_of
from plimsoll.workflows.teams import archive_team, change_team, create_team

pytestmark = pytest.mark.anyio


async def test_who_joins_has_what_the_team_has(database: Database, tenant: UUID) -> None:
    """A member of a desk sees its portfolios, and no more when they leave or the desk loses one."""
    me = Principal("user:1", tenant, "Me", frozenset(Permission))
    ada = Holder(HolderKind.USER, uuid4())
    who = f"user:{ada.id}"
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        team = await create_team(session, me, name="Desk", members=[ada], portfolios=[book.id])
        await grants.add(
            session,
            Holder(HolderKind.TEAM, team.id),
            role="viewer",
            scope_team_id=team.id,
            status=GrantStatus.ACTIVE,
            privileged=False,
            proposed_by="me",
        )
        permissions, scope = await permissions_of(session, who)
        assert permissions == ROLES[Role.VIEWER]
        assert scope.reach([Permission.RUNS_READ]) == (frozenset({book.id}),)
        version = (await teams.get(session, team.id)).version
        changed = await change_team(session, team.id, me, expected_version=version, portfolios=[])
        _, scope = await permissions_of(session, who)
        assert scope.reach([Permission.RUNS_READ]) == (frozenset(),)
        await change_team(session, team.id, me, expected_version=changed.version, members=[], name="Empty")
        assert (await permissions_of(session, who))[0] == frozenset()
        with pytest.raises(ConflictError):
            await archive_team(session, team.id, me, expected_version=changed.version + 2)


async def test_what_makes_no_team(database: Database, tenant: UUID) -> None:
    """A team in a team, too many members, a name that says nothing, an older version."""
    me = Principal("user:1", tenant, "Me", frozenset(Permission))
    async with database.session(tenant) as session:
        team = await create_team(session, me, name="Desk")
        for members in ([Holder(HolderKind.TEAM, team.id)], [Holder(HolderKind.USER, uuid4())] * 1_001):
            with pytest.raises(UsageError):
                await change_team(session, team.id, me, expected_version=1, members=members)
        for name in ("", "a\nb"):
            with pytest.raises(UsageError):
                await create_team(session, me, name=name)
        with pytest.raises(UsageError):
            await change_team(session, team.id, me, expected_version=1)
        with pytest.raises(PreconditionError):
            await change_team(session, team.id, me, expected_version=7, name="Other")
        assert (await archive_team(session, team.id, me, expected_version=1)).archived_at is not None


async def test_nobody_gives_by_a_team_what_they_do_not_have(database: Database, tenant: UUID) -> None:
    """Whoever may only change teams joins none that may do more, and gives a desk no other portfolios."""
    me = Principal("user:1", tenant, "Me", frozenset({Permission.TEAMS_WRITE}))
    all_of_it = Principal("user:2", tenant, "All", frozenset(Permission))
    members = [Holder(HolderKind.USER, uuid4())]
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        team = await create_team(session, me, name="Desk", members=members)
        harmless = await change_team(session, team.id, me, expected_version=team.version, members=[])
        granted = {"status": GrantStatus.ACTIVE, "privileged": False, "proposed_by": "me"}
        await grants.add(session, Holder(HolderKind.TEAM, team.id), role="operator", **granted)
        on_desk = Holder(HolderKind.USER, uuid4())
        await grants.add(session, on_desk, role="viewer", scope_team_id=team.id, **granted)
    version = harmless.version
    for changes in ({"members": members}, {"portfolios": [book.id]}):
        async with database.session(tenant) as session:
            with pytest.raises(PermissionDeniedError):
                await change_team(session, team.id, me, expected_version=version, **changes)
        async with database.session(tenant) as session:
            changed = await change_team(session, team.id, all_of_it, expected_version=version, **changes)
            # What is there already is not given again.
            same = await change_team(session, team.id, me, expected_version=changed.version, **changes)
            version = same.version
