"""The revision with the audit: nobody changes what is written, and a tenant reads its own alone."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0010_audit")
ROWS = {
    "audit_events": f"(id, action, detail) VALUES ('{ONE}', 'limit.approved', '{{}}')",
    "audit_seals": f"(sequence, event_id, key_id, digest) VALUES (1, '{ONE}', 'k', '')",
}
CHANGES = (
    "UPDATE audit_events SET action = 'x'",
    "UPDATE audit_events SET action = 'x' WHERE false",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events CASCADE",
    "UPDATE audit_seals SET sequence = 2",
    "DELETE FROM audit_seals",
    "TRUNCATE audit_seals",
)


def test_it_follows_another() -> None:
    """The revision before it is one less."""
    assert int(REVISION.down_revision) == int(REVISION.revision) - 1


def test_the_application_may_append_and_read(database_url: str) -> None:
    """Events and seals have neither UPDATE nor DELETE; what waits cannot be put there by hand."""
    with psycopg.connect(database_url) as connection:
        for table in ("audit_events", "audit_seals"):
            assert set(grants_of(connection, table)) == {"SELECT", "INSERT"}
        assert set(grants_of(connection, "audit_unsealed")) == {"SELECT", "DELETE"}


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_changes_what_is_written(database_url: str, change: str) -> None:
    """Not the application, which lacks the right, and not the owner, whom a trigger stops."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        connection.commit()
        with pytest.raises(InsufficientPrivilege):
            connection.execute(change.encode())
        connection.rollback()
        connection.execute("RESET ROLE")
        with pytest.raises(InsufficientPrivilege, match="are never changed"):
            connection.execute(change.encode())


@pytest.mark.parametrize("table", ["audit_events", "audit_seals", "audit_unsealed"])
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)


def test_nobody_writes_for_another_tenant(database_url: str) -> None:
    """An event that says it is another tenant's is refused."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        with pytest.raises(InsufficientPrivilege):
            connection.execute(
                "INSERT INTO audit_events (id, tenant_id, action, detail) VALUES (%s, %s, 'x', '{}')",
                (TWO, TWO),
            )


def test_whose_events_wait_is_known_without_a_tenant(database_url: str) -> None:
    """The application learns the ids of tenants with events that have no seal, and nothing else of them."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        become(connection, "")
        found = connection.execute("SELECT plimsoll_unsealed_tenants()::text").fetchall()
        assert found == [(ONE,)]


def test_an_owner_that_is_held_back_by_policies_will_do(database_url: str) -> None:
    """The functions work where the owner of the tables is no superuser; and it is shown to nobody else."""
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE ROLE plain_owner")  # rolled back at the end, with all the rest
        for table in ("audit_unsealed", "audit_events", "audit_seals", "tenants"):
            connection.execute(f"ALTER TABLE {table} OWNER TO plain_owner".encode())
        connection.execute("GRANT CREATE ON SCHEMA public TO plain_owner")
        for function in ("plimsoll_audit_unsealed()", "plimsoll_unsealed_tenants()"):
            connection.execute(f"ALTER FUNCTION {function} OWNER TO plain_owner".encode())
        filled_with(connection, ROWS)
        become(connection, "")
        assert connection.execute("SELECT plimsoll_unsealed_tenants()::text").fetchall() == [(ONE,)]
        assert connection.execute("SELECT count(*) FROM audit_unsealed").fetchone() == (0,)
        connection.rollback()
