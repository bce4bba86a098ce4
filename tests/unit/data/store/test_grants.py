"""Grants, as stored."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import grants, portfolios, roles, teams
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import GrantRecord, GrantStatus, Holder, HolderKind
from plimsoll.errors import ConflictError, NotFoundError
from stored_people import person_in

pytestmark = pytest.mark.anyio

ADA = Holder(HolderKind.USER, UUID(int=7))
ACTIVE: dict[str, Any] = {"status": GrantStatus.ACTIVE, "privileged": False, "proposed_by": "local"}
PROPOSED: dict[str, Any] = {**ACTIVE, "status": GrantStatus.PROPOSED}


@pytest.fixture(autouse=True)
async def ada(database: Database, tenant: UUID) -> None:
    """Store the one who is granted something."""
    await person_in(database, tenant, ADA.id)


async def added(
    database: Database, tenant: UUID, holder: Holder = ADA, role: str = "viewer", **values: Any
) -> GrantRecord:
    """Store a grant that is in force."""
    async with database.session(tenant) as session:
        return await grants.add(session, holder, **{**ACTIVE, "role": role, **values})


async def test_what_is_in_force_comes_from_oneself_and_ones_teams(database: Database, tenant: UUID) -> None:
    """A holder has their own grants and those of their teams, each where it holds, and nobody else's."""
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        other = await portfolios.create(session, name="Other", base_currency="USD", parent_id=None)
        team = await teams.create(session, name="Desk", created_by="me")
        await teams.set_members(session, team.id, expected_version=1, wanted=[ADA])
        await teams.set_portfolios(session, team.id, expected_version=2, wanted=[other.id])
        own = await roles.create(
            session, name="Own", description="", permissions=["runs:read"], created_by="me"
        )
    await added(database, tenant)
    await added(database, tenant, Holder(HolderKind.TEAM, team.id), "analyst", scope_portfolio_id=book.id)
    await added(database, tenant, role="Own", role_id=own.id, scope_team_id=team.id)
    await added(database, tenant, Holder(HolderKind.USER, uuid4()), "auditor")
    await added(database, tenant, Holder(HolderKind.ACCOUNT, ADA.id), "operator")
    async with database.session(tenant) as session:
        found = {one.role: one for one in await grants.effective(session, ADA)}
    assert {role: one.portfolios for role, one in found.items()} == {
        "viewer": None,
        "analyst": frozenset({book.id}),
        "Own": frozenset({other.id}),
    }
    assert found["Own"].permissions == ("runs:read",)
    assert found["viewer"].permissions is None


async def test_only_what_is_in_force_counts(database: Database, tenant: UUID) -> None:
    """Proposed, rejected, ended and expired grants give nothing."""
    now = dt.datetime.now(dt.UTC)
    proposed = await added(database, tenant, role="analyst", **PROPOSED)
    await added(database, tenant, role="viewer", expires_at=now - dt.timedelta(seconds=1))
    ended = await added(database, tenant, role="auditor")
    lasting = await added(database, tenant, role="operator", expires_at=now + dt.timedelta(hours=1))
    async with database.session(tenant) as session:
        await grants.decide(session, proposed.id, approve=False, by="user:b", four_eyes=True)
        await grants.end(session, ended.id, by="local")
        assert [one.role for one in await grants.effective(session, ADA)] == ["operator"]
        assert {one.id for one in await grants.held_by_people(session)} == {lasting.id}


async def test_the_same_is_granted_once(database: Database, tenant: UUID) -> None:
    """A second grant of the same is refused while the first lives, and possible once it has expired."""
    await added(database, tenant, expires_at=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1))
    await added(database, tenant)
    with pytest.raises(ConflictError):
        await added(database, tenant)
    with pytest.raises(NotFoundError):
        await added(database, tenant, scope_portfolio_id=uuid4())


async def test_of_many_who_decide_one_does(database: Database, tenant: UUID) -> None:
    """Eight decisions at once on one proposal: one is taken, the others are told."""
    proposed = await added(database, tenant, **PROPOSED)

    async def decide(number: int) -> bool:
        try:
            async with database.session(tenant) as session:
                await grants.decide(
                    session, proposed.id, approve=number % 2 == 0, by=f"user:{number}", four_eyes=True
                )
        except ConflictError:
            return False
        return True

    assert sum(await asyncio.gather(*map(decide, range(8)))) == 1


async def test_grants_are_listed_and_counted(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """The last proposed comes first, chosen by holder and state; a team and a role know who needs them."""
    async with database.session(tenant) as session:
        team = await teams.create(session, name="Desk", created_by="me")
        own = await roles.create(session, name="Own", description="", permissions=[], created_by="me")
    first = await added(database, tenant)
    second = await added(database, tenant, Holder(HolderKind.TEAM, team.id), "Own", role_id=own.id)
    async with database.session(tenant) as session:
        assert [one.id for one in await grants.page(session, after=None, limit=9)] == [second.id, first.id]
        assert [one.id for one in await grants.page(session, after=second.id, limit=9)] == [first.id]
        assert [one.id for one in await grants.page(session, after=None, limit=9, holder=ADA.id)] == [
            first.id
        ]
        assert await grants.page(session, after=None, limit=9, statuses=[GrantStatus.ENDED]) == []
        assert len(await grants.live_of_team(session, team.id)) == 1
        assert await grants.live_of_role(session, own.id) == 1
        await grants.lock(session)
        await grants.end(session, second.id, by="local")
        assert not await grants.live_of_team(session, team.id)
    async with database.session(other_tenant) as session:
        with pytest.raises(NotFoundError):
            await grants.get(session, first.id)
