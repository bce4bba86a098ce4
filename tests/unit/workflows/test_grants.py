"""Who gives which role to whom."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import grants, portfolios, roles, teams, users
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import GrantRecord, GrantStatus, Holder, HolderKind
from plimsoll.errors import (
    ConflictError,
    FourEyesError,
    NotFoundError,
    PermissionDeniedError,
    PlimsollError,
    UsageError,
)
from plimsoll.security.permissions import Permission, Principal, PrincipalKind
from plimsoll.security.roles import ROLES, Role
from plimsoll.security.scopes import Scope
from plimsoll.workflows.granted import permissions_of
from plimsoll.workflows.grants import decide_grant, end_grant, first_administrator, propose_grant
from stored_people import person_in, store_person

pytestmark = pytest.mark.anyio

ALL = frozenset(Permission)


def person(tenant: UUID, number: int = 1, permissions: frozenset[Permission] = ALL, **more: Any) -> Principal:
    """Return a user."""
    return Principal(
        f"user:{UUID(int=number)}", tenant, "Somebody", permissions, kind=PrincipalKind.USER, **more
    )


async def given(
    database: Database, by: Principal, role: str = "viewer", holder: Holder | None = None, **more: Any
) -> GrantRecord:
    """Propose a grant to somebody new."""
    async with database.session(by.tenant) as session:
        to = holder or Holder(HolderKind.USER, await store_person(session, uuid4()))
        return await propose_grant(session, by, to, role, **{"four_eyes": True, **more})


async def administrators(database: Database, tenant: UUID, count: int) -> None:
    """Let users 1 to count be administrators."""
    for number in range(1, count + 1):
        async with database.session(tenant) as session:
            await grants.add(
                session,
                Holder(HolderKind.USER, await store_person(session, UUID(int=number))),
                role="administrator",
                status=GrantStatus.ACTIVE,
                privileged=True,
                proposed_by="local",
            )


async def test_what_is_not_privileged_is_in_force_at_once(database: Database, tenant: UUID) -> None:
    """A viewer needs no second person; what was given is what they have."""
    await administrators(database, tenant, 2)
    grant = await given(database, person(tenant))
    assert (grant.status, grant.privileged, grant.four_eyes) == (GrantStatus.ACTIVE, False, None)
    async with database.session(tenant) as session:
        assert (await permissions_of(session, f"user:{grant.holder_id}"))[0] == ROLES[Role.VIEWER]


async def test_what_is_privileged_waits_for_another(database: Database, tenant: UUID) -> None:
    """It gives nothing until somebody else approves it; the proposer and programs are refused."""
    await administrators(database, tenant, 2)
    proposer = person(tenant)
    grant = await given(database, proposer, "risk-manager")
    assert grant.status is GrantStatus.PROPOSED
    who = f"user:{grant.holder_id}"
    async with database.session(tenant) as session:
        assert await permissions_of(session, who) == (frozenset(), Scope())
        with pytest.raises(FourEyesError):
            await decide_grant(session, grant.id, proposer, approve=True, four_eyes=True)
        robot = Principal("account:1", tenant, "Robot", ALL, kind=PrincipalKind.SERVICE)
        with pytest.raises(PermissionDeniedError):
            await decide_grant(session, grant.id, robot, approve=True, four_eyes=True)
        decided = await decide_grant(session, grant.id, person(tenant, 2), approve=True, four_eyes=True)
        assert (decided.status, decided.four_eyes) == (GrantStatus.ACTIVE, True)
        assert (await permissions_of(session, who))[0] == ROLES[Role.RISK_MANAGER]
        with pytest.raises(ConflictError):
            await decide_grant(session, grant.id, person(tenant, 2), approve=False, four_eyes=True)


async def test_the_proposer_may_take_it_back(database: Database, tenant: UUID) -> None:
    """Rejecting one's own proposal needs nobody else."""
    await administrators(database, tenant, 2)
    grant = await given(database, person(tenant), "administrator")
    async with database.session(tenant) as session:
        decided = await decide_grant(session, grant.id, person(tenant), approve=False, four_eyes=True)
    assert decided.status is GrantStatus.REJECTED


async def test_one_alone_cannot_wait_for_another(database: Database, tenant: UUID) -> None:
    """While nobody else could approve it, it is in force at once, and the record says so."""
    await administrators(database, tenant, 1)
    grant = await given(database, person(tenant), "administrator")
    assert (grant.status, grant.privileged, grant.four_eyes) == (GrantStatus.ACTIVE, True, False)
    assert (await given(database, person(tenant), "administrator")).status is GrantStatus.PROPOSED


async def test_a_role_for_a_portfolio_is_as_privileged_as_what_it_gives_there(
    database: Database, tenant: UUID
) -> None:
    """An administrator of a portfolio decides on its limits, and that takes two; an operator does not."""
    await administrators(database, tenant, 2)
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
    assert (await given(database, person(tenant), "administrator", portfolio_id=book.id)).privileged
    assert not (await given(database, person(tenant), "operator", portfolio_id=book.id)).privileged


async def test_nobody_gives_what_they_do_not_have(database: Database, tenant: UUID) -> None:
    """Neither a permission nor a part of the tenant that is not one's own can be given."""
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        other = await portfolios.create(session, name="Other", base_currency="USD", parent_id=None)
    some = ROLES[Role.VIEWER] | {Permission.GRANTS_WRITE}
    with pytest.raises(PermissionDeniedError):
        await given(database, person(tenant, permissions=some), "analyst")
    scope = Scope.of(dict.fromkeys(ROLES[Role.VIEWER], (book.id,)))
    narrow = person(tenant, permissions=some, scope=scope)
    assert (await given(database, narrow, portfolio_id=book.id)).status is GrantStatus.ACTIVE
    for where in (None, other.id):
        with pytest.raises(PermissionDeniedError):
            await given(database, narrow, portfolio_id=where)


async def test_programs_give_nothing_privileged(database: Database, tenant: UUID) -> None:
    """A service account with all permissions proposes no administrators, and may give what is harmless."""
    robot = Principal("account:1", tenant, "Robot", ALL, kind=PrincipalKind.SERVICE)
    assert (await given(database, robot)).status is GrantStatus.ACTIVE
    with pytest.raises(PermissionDeniedError):
        await given(database, robot, "administrator")


async def test_a_team_holds_nothing_privileged(database: Database, tenant: UUID) -> None:
    """Who joins a team is approved by nobody, so that it holds only what needs no approval."""
    async with database.session(tenant) as session:
        team = await teams.create(session, name="Desk", created_by="me")
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        await teams.set_portfolios(session, team.id, expected_version=1, wanted=[book.id])
    holder = Holder(HolderKind.TEAM, team.id)
    assert (await given(database, person(tenant), "analyst", holder, team_id=team.id)).role == "analyst"
    with pytest.raises(UsageError):
        await given(database, person(tenant), "administrator", holder)
    with pytest.raises(NotFoundError):
        await given(database, person(tenant), "analyst", Holder(HolderKind.TEAM, uuid4()))


async def test_what_makes_no_sense(database: Database, tenant: UUID) -> None:
    """Two places, a time that has passed, what is not there, and a role that gives nothing there."""
    me = person(tenant)
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        await roles.create(
            session, name="Sender", description="", permissions=["webhooks:write"], created_by="me"
        )
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    for role, more, error in (
        ("viewer", {"portfolio_id": book.id, "team_id": book.id}, UsageError),
        ("viewer", {"expires_at": past}, UsageError),
        ("Sender", {"portfolio_id": book.id}, UsageError),
        ("astronaut", {}, NotFoundError),
        ("viewer", {"team_id": uuid4()}, NotFoundError),
        ("viewer", {"portfolio_id": uuid4()}, NotFoundError),
        ("viewer", {"holder": Holder(HolderKind.USER, uuid4())}, NotFoundError),
    ):
        with pytest.raises(error):
            await given(database, me, role, **more)
    assert (await given(database, me, "Sender")).status is GrantStatus.ACTIVE


async def test_the_last_who_grants_stays(database: Database, tenant: UUID) -> None:
    """Of two administrators who take the role from each other at once, one stays."""
    await administrators(database, tenant, 2)
    async with database.session(tenant) as session:
        found = await grants.page(session, after=None, limit=9)

    async def end(grant: GrantRecord) -> bool:
        try:
            async with database.session(tenant) as session:
                await end_grant(session, grant.id, person(tenant))
        except PlimsollError as error:
            assert isinstance(error, ConflictError)  # noqa: PT017 - the other of the two raises nothing
            return False
        return True

    assert sorted(await asyncio.gather(*map(end, found))) == [False, True]


async def test_a_tenant_has_one_first_administrator(database: Database, tenant: UUID) -> None:
    """Of eight who want to be the first, one is; afterwards they are to be asked."""
    for number in range(1, 9):
        await person_in(database, tenant, UUID(int=number))

    async def become(number: int) -> bool:
        try:
            async with database.session(tenant) as session:
                await first_administrator(session, UUID(int=number), by="first start")
        except ConflictError:
            return False
        return True

    assert sum(await asyncio.gather(*map(become, range(1, 9)))) == 1


async def test_an_administrator_is_marked_as_one(database: Database, tenant: UUID) -> None:
    """Whoever can grant roles is marked, from when it is in force until it has ended; others are not."""
    await administrators(database, tenant, 1)
    grant = await given(database, person(tenant), "administrator")
    other = await given(database, person(tenant))
    async with database.session(tenant) as session:
        assert (await users.get(session, grant.holder_id)).administrator
        assert not (await users.get(session, other.holder_id)).administrator
        await end_grant(session, grant.id, person(tenant))
        assert not (await users.get(session, grant.holder_id)).administrator


async def test_who_may_not_sign_in_approves_nothing(database: Database, tenant: UUID) -> None:
    """A disabled administrator is nobody to wait for."""
    await administrators(database, tenant, 1)
    second = await person_in(database, tenant, UUID(int=2), enabled=False)
    async with database.session(tenant) as session:
        await grants.add(
            session,
            Holder(HolderKind.USER, second),
            role="administrator",
            status=GrantStatus.ACTIVE,
            privileged=True,
            proposed_by="local",
        )
    assert (await given(database, person(tenant), "administrator")).status is GrantStatus.ACTIVE


async def test_what_has_ended_gives_nothing(database: Database, tenant: UUID) -> None:
    """A role that was taken away is gone at once in the store."""
    await administrators(database, tenant, 1)
    grant = await given(database, person(tenant))
    async with database.session(tenant) as session:
        await end_grant(session, grant.id, person(tenant))
        assert (await permissions_of(session, f"user:{grant.holder_id}"))[0] == frozenset()


async def test_nobody_approves_what_they_get(database: Database, tenant: UUID) -> None:
    """The second pair of eyes is not that of whom the role is for."""
    await administrators(database, tenant, 3)
    grant = await given(database, person(tenant), "risk-manager", Holder(HolderKind.USER, UUID(int=2)))
    async with database.session(tenant) as session:
        with pytest.raises(FourEyesError, match="get themselves"):
            await decide_grant(session, grant.id, person(tenant, 2), approve=True, four_eyes=True)
        decided = await decide_grant(session, grant.id, person(tenant, 3), approve=True, four_eyes=True)
    assert decided.status is GrantStatus.ACTIVE


async def test_what_waits_is_over_with_the_right_to_give_it(database: Database, tenant: UUID) -> None:
    """Of whoever was shut out, or is no administrator any more, no proposal comes into force."""
    await administrators(database, tenant, 3)
    first, second = [await given(database, person(tenant, number), "risk-manager") for number in (1, 2)]
    async with database.session(tenant) as session:
        await users.change(session, UUID(int=1), {"enabled": False})
        (held,) = await grants.page(session, after=None, limit=1, holder=UUID(int=2))
        await grants.end(session, held.id, by="local")
    for proposed in (first, second):
        async with database.session(tenant) as session:
            with pytest.raises(ConflictError, match="any more"):
                await decide_grant(session, proposed.id, person(tenant, 3), approve=True, four_eyes=True)
            await decide_grant(session, proposed.id, person(tenant, 3), approve=False, four_eyes=True)
