"""What the database says about how tenants are kept apart."""

import pytest
from sqlalchemy import text

from plimsoll.data.store.database import Database
from plimsoll.data.store.guards import guards

pytestmark = pytest.mark.anyio


async def test_a_migrated_database_is_guarded(database: Database) -> None:
    """Every table is, and the role of the application is held back; our own server's user is a superuser."""
    found = await guards(database)
    assert (found.unguarded, found.powerful_role, found.superuser) == ([], False, True)


async def test_what_somebody_has_switched_off_is_seen(database: Database) -> None:
    """A table whose policies do not hold for its owner, or for nobody."""
    for statement in (
        "ALTER TABLE portfolios NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE runs DISABLE ROW LEVEL SECURITY",
    ):
        async with database.engine.begin() as connection:
            await connection.execute(text(statement))
    assert (await guards(database)).unguarded == ["portfolios", "runs"]
