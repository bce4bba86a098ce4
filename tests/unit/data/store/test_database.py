"""Transactions of a tenant."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from plimsoll.data.store import portfolios
from plimsoll.data.store.database import APPLICATION_ROLE, Database, database_url, tenant_of
from plimsoll.errors import DataError, NotFoundError, UnavailableError
from postgres import execute


async def _create(database: Database, tenant: UUID, name: str) -> UUID:
    async with database.session(tenant) as session:
        made = await portfolios.create(session, name=name, base_currency="USD", parent_id=None)
    return made.id


async def _names(database: Database, tenant: UUID | None) -> list[str]:
    async with database.session(tenant) as session:
        return [made.name for made in await portfolios.page(session, after=None, limit=100)]


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_both_ways_to_write_a_url_are_read(scheme: str) -> None:
    """The driver need not be named."""
    assert str(database_url(f"{scheme}://me@host:5433/book")) == "postgresql+psycopg://me@host:5433/book"


@pytest.mark.parametrize(
    "url",
    ["", "book", "sqlite:///book.db", "mysql://me:hidden@host/book", "postgresql://me:hidden@host:port/x"],
)
def test_a_broken_url_is_refused_without_repeating_it(url: str) -> None:
    """What is no PostgreSQL URL is refused with a form to follow, and a password in it is not shown."""
    with pytest.raises(UnavailableError) as caught:
        Database(url)
    assert "postgresql://" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.anyio
async def test_a_session_is_not_the_owner(database: Database, tenant: UUID) -> None:
    """Statements run as the role that owns nothing, for the tenant that was named."""
    async with database.session(tenant) as session:
        row = (await session.execute(text("SELECT current_user, current_setting('plimsoll.tenant')"))).one()
    assert tuple(row) == (APPLICATION_ROLE, str(tenant))


@pytest.mark.anyio
async def test_a_connection_remembers_no_tenant(database_url: str) -> None:
    """Role and tenant end with the transaction, so that the next user of the connection starts anew."""
    database = Database(database_url, pool_size=1)
    async with database.session(UUID(int=1)):
        pass
    async with database.engine.connect() as connection:
        query = "SELECT current_user <> :role, current_setting('plimsoll.tenant', true)"
        row = (await connection.execute(text(query), {"role": APPLICATION_ROLE})).one()
    await database.dispose()
    assert tuple(row) == (True, "")


@pytest.mark.anyio
async def test_a_block_that_ends_is_kept_and_one_that_raises_is_not(database: Database, tenant: UUID) -> None:
    """The transaction commits at the end of its block and rolls back when the block raises."""
    await _create(database, tenant, "kept")

    async def fail() -> None:
        async with database.session(tenant) as session:
            await portfolios.create(session, name="lost", base_currency="USD", parent_id=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _names(database, tenant) == ["kept"]


@pytest.mark.anyio
async def test_without_a_tenant_nothing_is_seen_or_written(database: Database, tenant: UUID) -> None:
    """A session without a tenant sees no rows, and what it would write has no owner."""
    await _create(database, tenant, "mine")
    assert await _names(database, None) == []
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with database.session(None) as session:
            await portfolios.create(session, name="nobody's", base_currency="USD", parent_id=None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "forbidden",
    ["DROP TABLE runs", "TRUNCATE runs", "SELECT * FROM alembic_version", "CREATE TABLE mine (n int)"],
)
async def test_the_role_may_do_its_work_only(database: Database, tenant: UUID, forbidden: str) -> None:
    """What the application never does, its role cannot do."""
    with pytest.raises(ProgrammingError, match=r"must be owner|permission denied"):
        async with database.session(tenant) as session:
            await session.execute(text(forbidden))


@pytest.mark.anyio
async def test_a_slow_statement_is_stopped(database_url: str) -> None:
    """A statement that outlasts its limit ends with a clear error, and the pool stays usable."""
    database = Database(database_url, pool_size=1, statement_seconds=0.1)
    with pytest.raises(UnavailableError, match="too long"):
        async with database.session(None) as session:
            await session.execute(text("SELECT pg_sleep(20)"))
    await database.check()
    await database.dispose()


@pytest.mark.anyio
async def test_a_full_pool_says_so(database_url: str) -> None:
    """Who waits too long for a connection is told that all are in use."""
    database = Database(database_url, pool_size=1, pool_seconds=0.05)
    async with database.session(None):
        with pytest.raises(UnavailableError, match="in use"):
            await database.check()
    await database.check()
    await database.dispose()


@pytest.mark.anyio
async def test_a_server_that_is_not_there_is_unavailable() -> None:
    """No server behind the URL is an error of its own kind that says what to check."""
    database = Database("postgresql://postgres@/postgres?host=/nowhere")
    with pytest.raises(UnavailableError, match="cannot be reached") as caught:
        await database.check()
    await database.dispose()
    assert "Check that PostgreSQL runs" in caught.value.remedy


@pytest.mark.anyio
async def test_a_killed_connection_leaves_nothing_half_written(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """When the server ends a connection in mid-transaction, none of its rows stay and the next one works."""

    async def be_killed() -> None:
        async with database.session(tenant) as session:
            await portfolios.create(session, name="half", base_currency="USD", parent_id=None)
            process = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            execute(database_url, f"SELECT pg_terminate_backend({process})")
            await portfolios.create(session, name="other half", base_currency="USD", parent_id=None)

    with pytest.raises(UnavailableError):
        await be_killed()
    assert await _names(database, tenant) == []
    await _create(database, tenant, "whole")
    assert await _names(database, tenant) == ["whole"]


@pytest.mark.anyio
async def test_a_database_that_takes_no_writes_is_read(database: Database, tenant: UUID) -> None:
    """As a standby does: what is written is refused as unavailable, what is read is answered."""

    async def write() -> None:
        async with database.session(tenant) as session:
            await session.execute(text("SET TRANSACTION READ ONLY"))
            await portfolios.create(session, name="b", base_currency="USD", parent_id=None)

    await _create(database, tenant, "a")
    with pytest.raises(UnavailableError, match="no writes"):
        await write()
    assert await _names(database, tenant) == ["a"]


@pytest.mark.anyio
async def test_a_deadlock_is_a_reason_to_try_again(database: Database, tenant: UUID) -> None:
    """Of two transactions that wait for each other one is told to try again and the other one succeeds."""
    one, two = await _create(database, tenant, "one"), await _create(database, tenant, "two")
    both = asyncio.Barrier(2)

    async def rename(first: UUID, second: UUID, suffix: str) -> str:
        try:
            async with database.session(tenant) as session:
                await portfolios.update(session, first, expected_version=1, name=f"{suffix} 1")
                await both.wait()
                await portfolios.update(session, second, expected_version=1, name=f"{suffix} 2")
        except UnavailableError as error:
            return error.remedy
        return "done"

    assert sorted(await asyncio.gather(rename(one, two, "a"), rename(two, one, "b"))) == [
        "Try again.",
        "done",
    ]


@pytest.mark.anyio
async def test_a_value_that_cannot_be_stored_is_bad_data(database: Database, tenant: UUID) -> None:
    """NUL in a text is the caller's mistake, not ours."""
    with pytest.raises(DataError, match="cannot store"):
        await _create(database, tenant, "a\x00b")


@pytest.mark.anyio
async def test_sixteen_writers_get_their_sixteen_rows(database: Database, tenant: UUID) -> None:
    """Sixteen transactions at once on ten connections lose nothing and mix nothing up."""
    await asyncio.gather(*(_create(database, tenant, f"book {n:02}") for n in range(16)))
    assert sorted(await _names(database, tenant)) == [f"book {n:02}" for n in range(16)]


@pytest.mark.anyio
async def test_a_transaction_says_whose_it_is(database: Database, tenant: UUID) -> None:
    """Its tenant is known to whoever holds the session; nobody's is an error."""
    async with database.session(tenant) as session:
        assert tenant_of(session) == tenant
    async with database.session(None) as session:
        with pytest.raises(NotFoundError):
            tenant_of(session)
