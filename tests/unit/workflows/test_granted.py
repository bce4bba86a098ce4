"""What somebody may do, added up from grants."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import grants, portfolios, program_accounts, teams
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import EffectiveGrant, GrantStatus, Holder, HolderKind
from plimsoll.security.permissions import Permission, Principal
from plimsoll.security.roles import IN_PORTFOLIOS, ROLES, Role
from plimsoll.security.scopes import EVERYTHING, Scope
from plimsoll.workflows.granted import (
    LOCAL,
    account_id_of,
    added_up,
    holder_of,
    may_all_of,
    people_behind,
    permissions_of,
    permissions_of_accounts,
    principal_id,
)

pytestmark = pytest.mark.anyio

ONE, TWO = UUID(int=1), UUID(int=2)


def test_nothing_gives_nothing() -> None:
    """Who holds no grant may do nothing."""
    assert added_up([]) == (frozenset(), EVERYTHING)


def test_grants_in_the_whole_tenant_add_up() -> None:
    """Two roles give what either gives, everywhere; one that nobody knows gives nothing."""
    held = [EffectiveGrant(role, None, None) for role in ("viewer", "operator", "astronaut")]
    assert added_up(held) == (ROLES[Role.VIEWER] | ROLES[Role.OPERATOR], EVERYTHING)


def test_a_role_for_a_portfolio_gives_what_can_be_had_there() -> None:
    """An operator of one portfolio starts its runs, and sends no webhooks of the tenant."""
    permissions, scope = added_up([EffectiveGrant("operator", None, frozenset({ONE}))])
    assert permissions == ROLES[Role.OPERATOR] & IN_PORTFOLIOS
    assert scope == Scope.of(dict.fromkeys(permissions, (ONE,)))


def test_the_wider_grant_wins() -> None:
    """What is given in the whole tenant is not narrowed by the same for a portfolio; portfolios add up."""
    permissions, scope = added_up(
        [
            EffectiveGrant("viewer", None, None),
            EffectiveGrant("analyst", None, frozenset({ONE})),
            EffectiveGrant("analyst", None, frozenset({TWO})),
        ]
    )
    assert permissions == ROLES[Role.ANALYST]
    assert scope.reach([Permission.RUNS_READ]) is None
    assert scope.reach([Permission.RUNS_START]) == (frozenset({ONE, TWO}),)


def test_a_role_of_the_tenants_own_gives_what_it_says() -> None:
    """Its permissions count, not those of a role that ships and is called alike."""
    permissions, _ = added_up([EffectiveGrant("administrator", ("runs:read", "moon:land"), None)])
    assert permissions == {Permission.RUNS_READ}


def test_who_holds_the_grants_of_whom() -> None:
    """Users and service accounts hold grants; teams do not call, and the machine needs none."""
    assert holder_of(f"account:{ONE}") == Holder(HolderKind.ACCOUNT, ONE)
    assert [holder_of(one) for one in ("local", f"team:{ONE}", "user:x", "")] == [None] * 4


def test_others_are_no_accounts() -> None:
    """Neither people nor what only looks like one."""
    assert account_id_of(principal_id(ONE)) == ONE
    assert [account_id_of(one) for one in ("local", f"user:{ONE}", "account:x", "")] == [None] * 4


async def test_several_accounts_are_asked_for_at_once(database: Database, tenant: UUID) -> None:
    """Each has what it was granted itself, and through its teams; the others have nothing."""
    async with database.session(tenant) as session:
        team = await teams.create(session, name="Robots", created_by="me")
        member = Holder(HolderKind.ACCOUNT, TWO)
        await teams.set_members(session, team.id, expected_version=1, wanted=[member])
        for holder, role in (
            (Holder(HolderKind.ACCOUNT, ONE), "viewer"),
            (Holder(HolderKind.TEAM, team.id), "analyst"),
            (Holder(HolderKind.USER, ONE), "operator"),
        ):
            await grants.add(
                session, holder, role=role, status=GrantStatus.ACTIVE, privileged=False, proposed_by="me"
            )
        found = await permissions_of_accounts(session, [ONE, TWO, UUID(int=3)])
    assert found == {ONE: ROLES[Role.VIEWER], TWO: ROLES[Role.ANALYST], UUID(int=3): frozenset()}


async def test_permissions_are_read_from_the_store(
    database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    """A user has what they were granted, in their tenant alone; the machine has all; others nothing."""
    ada = Holder(HolderKind.USER, uuid4())
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        await grants.add(
            session,
            ada,
            role="viewer",
            scope_portfolio_id=book.id,
            status=GrantStatus.ACTIVE,
            privileged=False,
            proposed_by="local",
        )
        permissions, scope = await permissions_of(session, f"user:{ada.id}")
        assert permissions == ROLES[Role.VIEWER]
        assert scope.reach([Permission.RUNS_READ]) == (frozenset({book.id}),)
        assert await permissions_of(session, LOCAL) == (frozenset(Permission), EVERYTHING)
        assert await permissions_of(session, "plimsoll") == (frozenset(), EVERYTHING)
    async with database.session(other_tenant) as session:
        assert await permissions_of(session, f"user:{ada.id}") == (frozenset(), EVERYTHING)


async def test_who_may_all_that_somebody_may(database: Database, tenant: UUID) -> None:
    """As much in the whole tenant is enough, less or in fewer portfolios is not."""
    user = uuid4()
    viewer = ROLES[Role.VIEWER]
    narrow = Scope.of(dict.fromkeys(viewer, (ONE,)))
    async with database.session(tenant) as session:
        nothing = Principal("user:1", tenant, "Me", frozenset())
        assert await may_all_of(session, nothing, user)
        granted = {"status": GrantStatus.ACTIVE, "privileged": False, "proposed_by": "me"}
        await grants.add(session, Holder(HolderKind.USER, user), role="viewer", **granted)
        assert not await may_all_of(session, nothing, user)
        assert await may_all_of(session, replace(nothing, permissions=viewer), user)
        assert not await may_all_of(session, replace(nothing, permissions=viewer, scope=narrow), user)


async def test_people_behind_a_program(database: Database, tenant: UUID) -> None:
    """Behind a person is nobody else, behind a program whoever made it."""
    async with database.session(tenant) as session:
        robot = await program_accounts.add(session, name="robot", public_keys=(), created_by="user:1")
        who = principal_id(robot.id)
        assert await people_behind(session, who) == {who, "user:1"}
        assert await people_behind(session, "user:1") == {"user:1"}
        assert await people_behind(session, "local") == {"local"}
