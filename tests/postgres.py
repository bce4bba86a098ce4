"""A real PostgreSQL for the tests: one server for a test session, one empty database for each test.

Every test session loads this file, so what only some tests need is imported where it is used.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

if TYPE_CHECKING:
    from plimsoll.data.store.database import Database
    from spare_databases import SpareDatabases

TEMPLATE = "plimsoll_template"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone, as Plimsoll does."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Yield the URL of an embedded server that no other test session knows."""
    from plimsoll.data.store.embedded import embedded_postgres, stop

    folder = Path(tempfile.mkdtemp(prefix="plimsoll-test-"))
    try:
        url = embedded_postgres(folder)
        execute(url, "ALTER SYSTEM SET fsync = off")  # a power cut may cost us a test session
        execute(url, "SELECT pg_reload_conf()")
        yield url
    finally:
        stop(folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template_database(postgres_server: str) -> str:
    """Return the name of a migrated, empty database to copy."""
    from plimsoll.data.store.schema import upgrade

    execute(postgres_server, f"CREATE DATABASE {TEMPLATE}")
    upgrade(named(postgres_server, TEMPLATE))
    return TEMPLATE


@pytest.fixture
def empty_database_url(postgres_server: str) -> Iterator[str]:
    """Yield the URL of a database with nothing in it, for this test alone."""
    name = f"test_{uuid4().hex}"
    execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
    yield named(postgres_server, name)
    execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def spare_databases(postgres_server: str, template_database: str) -> Iterator["SpareDatabases"]:
    """Yield the migrated databases that tests have one after the other."""
    from spare_databases import SpareDatabases

    spare = SpareDatabases(postgres_server, template_database)
    yield spare
    spare.close()


@pytest.fixture
def database_url(postgres_server: str, spare_databases: "SpareDatabases") -> Iterator[str]:
    """Yield the URL of a migrated, empty database for this test alone."""
    name = spare_databases.take()
    yield named(postgres_server, name)
    spare_databases.give_back(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator["Database"]:
    """Yield a pool of connections to a migrated database for this test alone."""
    from plimsoll.data.store.database import Database

    database = Database(database_url)
    yield database
    await database.dispose()


@pytest.fixture
async def tenant(database: "Database") -> UUID:
    """Return the id of a tenant of the test's database."""
    return await make_tenant(database, "first")


@pytest.fixture
async def other_tenant(database: "Database") -> UUID:
    """Return the id of another tenant of the test's database."""
    return await make_tenant(database, "second")


async def make_tenant(database: "Database", name: str) -> UUID:
    """Store a tenant and return its id."""
    from plimsoll.data.store import tenants

    tenant = uuid4()
    async with database.session(tenant) as session:
        await tenants.ensure(session, tenant, name)
    return tenant


def named(url: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    return url.replace("/postgres?", f"/{name}?", 1)


def execute(url: str, statement: str) -> None:
    """Execute one statement as the owner of the server."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
