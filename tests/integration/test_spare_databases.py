"""Databases that tests have one after the other."""

import psycopg
import pytest

from spare_databases import SpareDatabases

TENANT = "INSERT INTO tenants (id, name) VALUES ('00000000-0000-7000-8000-000000000009', 'left behind')"


def _url(spare: SpareDatabases, name: str) -> str:
    return spare.server.replace("/postgres?", f"/{name}?", 1)


def test_a_database_is_handed_on_without_its_rows(spare_databases: SpareDatabases) -> None:
    """Whoever comes next finds the same database, empty, and alone in it."""
    name = spare_databases.take()
    left = psycopg.connect(_url(spare_databases, name), autocommit=True)
    left.execute(TENANT)
    spare_databases.give_back(name)
    assert spare_databases.take() == name
    with psycopg.connect(_url(spare_databases, name)) as connection:
        assert connection.execute("SELECT count(*) FROM tenants").fetchone() == (0,)
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    spare_databases.give_back(name)


def test_a_database_without_our_connection_is_handed_on_all_the_same(spare_databases: SpareDatabases) -> None:
    """Whoever ends all connections of a database ends one that is kept for emptying it."""
    name = spare_databases.take()
    spare_databases.give_back(name)
    with psycopg.connect(spare_databases.server, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
    assert spare_databases.take() == name
    spare_databases.give_back(name)
    assert spare_databases.take() == name
    spare_databases.give_back(name)


def test_what_was_changed_and_changed_back_is_as_it_was(spare_databases: SpareDatabases) -> None:
    """Only what a database is like at the end counts."""
    name = spare_databases.take()
    with psycopg.connect(_url(spare_databases, name), autocommit=True) as connection:
        connection.execute("ALTER TABLE runs NO FORCE ROW LEVEL SECURITY")
        connection.execute("ALTER TABLE runs FORCE ROW LEVEL SECURITY")
    spare_databases.give_back(name)
    assert spare_databases.take() == name
    spare_databases.give_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE runs ADD COLUMN more text",
        "ALTER TABLE runs NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_tenant ON runs",
        "GRANT DELETE ON runs TO plimsoll_app",
        "CREATE TABLE mine ()",
        "UPDATE alembic_version SET version_num = 'older'",
    ],
)
def test_a_database_of_another_shape_is_dropped(spare_databases: SpareDatabases, change: str) -> None:
    """What a test changes beside rows reaches no other test."""
    name = spare_databases.take()
    with psycopg.connect(_url(spare_databases, name), autocommit=True) as connection:
        connection.execute(change.encode())
    spare_databases.give_back(name)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(_url(spare_databases, name))
