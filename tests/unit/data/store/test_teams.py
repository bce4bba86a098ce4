"""Teams, as stored."""

from uuid import UUID, uuid4

import pytest

from plimsoll.data.store import portfolios, teams
from plimsoll.data.store.database import Database
from plimsoll.data.store.grants import Holder, HolderKind
from plimsoll.errors import ConflictError, NotFoundError, PreconditionError

pytestmark = pytest.mark.anyio


async def test_members_and_portfolios_are_replaced(database: Database, tenant: UUID) -> None:
    """A team has whom and what it was given last, each once, and its version counts all changes."""
    ada, robot = Holder(HolderKind.USER, uuid4()), Holder(HolderKind.ACCOUNT, uuid4())
    async with database.session(tenant) as session:
        book = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
        team = await teams.create(session, name="Desk", created_by="me")
        await teams.set_members(session, team.id, expected_version=1, wanted=[ada, robot, ada])
        await teams.set_members(session, team.id, expected_version=2, wanted=[robot])
        await teams.set_portfolios(session, team.id, expected_version=3, wanted=[book.id])
        assert await teams.members(session, team.id) == [robot]
        assert await teams.portfolios(session, team.id) == [book.id]
        assert (await teams.get(session, team.id)).version == 4
        assert [one.id for one in await teams.page(session, after=None, limit=9)] == [team.id]


async def test_a_team_owns_what_is_there(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """A portfolio of another tenant, or none at all, cannot be owned."""
    async with database.session(other_tenant) as session:
        foreign = await portfolios.create(session, name="Book", base_currency="USD", parent_id=None)
    async with database.session(tenant) as session:
        team = await teams.create(session, name="Desk", created_by="me")
    for number in (foreign.id, uuid4()):
        with pytest.raises(NotFoundError):
            async with database.session(tenant) as session:
                await teams.set_portfolios(session, team.id, expected_version=1, wanted=[number])


async def test_names_and_versions(database: Database, tenant: UUID) -> None:
    """Live teams have different names, an older version is refused, and an archived team stays as it is."""
    async with database.session(tenant) as session:
        one = await teams.create(session, name="One", created_by="me")
        await teams.create(session, name="Two", created_by="me")
        with pytest.raises(ConflictError):
            await teams.create(session, name="One", created_by="me")
        with pytest.raises(ConflictError):
            await teams.rename(session, one.id, expected_version=1, name="Two")
        assert (await teams.rename(session, one.id, expected_version=1, name="Three")).version == 2
        with pytest.raises(PreconditionError):
            await teams.rename(session, one.id, expected_version=1, name="Four")
        await teams.archive(session, one.id, expected_version=2)
        with pytest.raises(ConflictError):
            await teams.rename(session, one.id, expected_version=3, name="Four")
        with pytest.raises(NotFoundError):
            await teams.get(session, uuid4())
