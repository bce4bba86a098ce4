"""Transactions that see some portfolios alone."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from plimsoll.data.store import portfolios
from plimsoll.data.store.database import Database
from plimsoll.data.store.narrowing import is_narrowed, whole_tenant
from plimsoll.errors import ConflictError, NotFoundError, PermissionDeniedError

pytestmark = pytest.mark.anyio

_POLICIES = text(
    "SELECT tablename::text FROM pg_policies WHERE policyname = 'seen' AND permissive = 'RESTRICTIVE'"
)


async def tree(database: Database, tenant: UUID) -> dict[str, UUID]:
    """Make a firm of two desks, one with a book, and return the ids by name."""
    made: dict[str, UUID] = {}
    async with database.session(tenant) as session:
        for name, above in (("firm", ""), ("rates", "firm"), ("equities", "firm"), ("book", "rates")):
            record = await portfolios.create(
                session, name=name, base_currency="USD", parent_id=made.get(above)
            )
            made[name] = record.id
    return made


async def seen(database: Database, tenant: UUID) -> set[str]:
    """Return the names of the portfolios that a transaction sees."""
    async with database.session(tenant) as session:
        return {one.name for one in await portfolios.page(session, after=None, limit=99)}


async def test_what_lies_below_is_seen(database: Database, tenant: UUID, other_tenant: UUID) -> None:
    """A root shows itself and its tree, several roots all of theirs, none nothing; never another tenant's."""
    ids = await tree(database, tenant)

    async def through(*reach: set[str]) -> set[str]:
        view = database.narrowed([frozenset(ids[name] for name in one) for one in reach])
        assert view.is_narrowed
        assert await seen(view, other_tenant) == set()
        return await seen(view, tenant)

    assert await through({"rates"}) == {"rates", "book"}
    assert await through({"book", "equities"}) == {"book", "equities"}
    assert await through(set()) == await through() == set()
    assert await through({"firm"}, {"rates"}) == {"rates", "book"}
    assert await through({"equities"}, {"rates"}) == set()
    assert await seen(database, tenant) == set(ids)
    assert not database.is_narrowed


async def test_a_connection_forgets_what_it_was_narrowed_to(database: Database, tenant: UUID) -> None:
    """The next transaction on the same connection sees the whole tenant."""
    ids = await tree(database, tenant)
    assert await seen(database.narrowed([frozenset({ids["book"]})]), tenant) == {"book"}
    assert await seen(database, tenant) == set(ids)


async def test_a_new_portfolio_belongs_to_the_one_above(database: Database, tenant: UUID) -> None:
    """Below what is seen one can be made, and is seen at once; elsewhere it is refused."""
    ids = await tree(database, tenant)
    view = database.narrowed([frozenset({ids["rates"]})])
    async with view.session(tenant) as session:
        made = await portfolios.create(session, name="new", base_currency="USD", parent_id=ids["rates"])
        assert await portfolios.get(session, made.id) == made
    assert await seen(view, tenant) == {"rates", "book", "new"}
    with pytest.raises(NotFoundError):
        async with view.session(tenant) as session:
            await portfolios.create(session, name="new", base_currency="USD", parent_id=ids["equities"])
    with pytest.raises(PermissionDeniedError):
        async with view.session(tenant) as session:
            await portfolios.create(session, name="top", base_currency="USD", parent_id=None)


async def test_the_platforms_own_work_sees_the_tenant(database: Database, tenant: UUID) -> None:
    """Inside the block all is seen; after it the narrowing holds again, also after an error."""
    ids = await tree(database, tenant)
    view = database.narrowed([frozenset({ids["book"]})])
    async with view.session(tenant) as session:
        assert is_narrowed(session)
        async with whole_tenant(session), whole_tenant(session):
            assert (await portfolios.get(session, ids["firm"])).name == "firm"
        with pytest.raises(ConflictError):
            async with whole_tenant(session):
                raise ConflictError("x")
        assert is_narrowed(session)
        with pytest.raises(NotFoundError):
            await portfolios.get(session, ids["firm"])
    async with database.session(tenant) as session:
        assert not is_narrowed(session)
        async with whole_tenant(session):
            assert (await portfolios.get(session, ids["firm"])).name == "firm"


async def test_unknown_portfolios_show_nothing(database: Database, tenant: UUID) -> None:
    """A root that is not there, or of another tenant, adds nothing."""
    await tree(database, tenant)
    assert await seen(database.narrowed([frozenset({uuid4()})]), tenant) == set()


async def test_all_that_belongs_to_a_portfolio_is_narrowed(database: Database, tenant: UUID) -> None:
    """Every table that leads to a portfolio has the policy, but for those that say who may see which."""
    from plimsoll.data.store.models import StoredRow

    tables = StoredRow.metadata.tables.values()
    belonging = {"portfolios", "events", "jobs"}
    grown = True
    while grown:
        more = {
            table.name
            for table in tables
            if any(key.referred_table.name in belonging for key in table.foreign_key_constraints)
        }
        grown = not more <= belonging
        belonging |= more
    async with database.session(tenant) as session:
        narrowed = set((await session.execute(_POLICIES)).scalars())
    assert (
        belonging - narrowed
        == {"team_portfolios", "grants", "webhook_deliveries", "channel_messages"} & belonging
    )
