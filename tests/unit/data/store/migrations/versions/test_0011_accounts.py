"""The revision with accounts: what its tables allow to whom."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0011_accounts")
ROWS = {
    "users": f"(id, email, name, created_by) VALUES ('{ONE}', 'a@example.com', 'A', 'local')",
    "devices": f"(id, user_id, digest) VALUES ('{ONE}', '{ONE}', 'd')",
    "sessions": (
        "(id, user_id, digest, epoch, factors, created_at, seen_at, address, agent)"
        f" VALUES ('{ONE}', '{ONE}', 'd', 1, '[]', now(), now(), '', '')"
    ),
    "one_time_tokens": (
        "(id, user_id, purpose, digest, detail, created_at, created_by, expires_at)"
        f" VALUES ('{ONE}', '{ONE}', 'invitation', 'd', '{{}}', now(), 'local', now())"
    ),
    "sign_ins": (
        "(id, user_id, digest, epoch, factors, created_at, expires_at)"
        f" VALUES ('{ONE}', '{ONE}', 'd', 1, '[]', now(), now())"
    ),
    "throttles": "(kind, subject, count, since) VALUES ('password|user', 's', 1, now())",
}


def test_it_follows_another() -> None:
    """The revision before it is one less."""
    assert int(REVISION.down_revision) == int(REVISION.revision) - 1


def test_people_are_never_deleted(database_url: str) -> None:
    """What they did stays theirs; their tenant and the day they came never change."""
    with psycopg.connect(database_url) as connection:
        granted = grants_of(connection, "users")
        assert "DELETE" not in granted
        assert not {"id", "tenant_id", "created_at", "created_by"} & (granted["UPDATE"] or set())


def test_what_a_token_is_for_never_changes(database_url: str) -> None:
    """A one-time token can be used up, and nothing else."""
    with psycopg.connect(database_url) as connection:
        assert grants_of(connection, "one_time_tokens")["UPDATE"] == {"used_at"}
        assert grants_of(connection, "sign_ins")["UPDATE"] == {"tries", "ended_at"}


@pytest.mark.parametrize("table", ROWS)
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)


@pytest.mark.parametrize("table", ["devices", "sessions", "one_time_tokens", "sign_ins"])
def test_nobody_points_to_a_person_of_another_tenant(database_url: str, table: str) -> None:
    """What belongs to a person belongs to their tenant."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, {"users": ROWS["users"]})
        become(connection, TWO)
        with pytest.raises(ForeignKeyViolation):
            connection.execute(f"INSERT INTO {table} {ROWS[table]}".encode())
