"""The revision with factors: what its tables allow to whom."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0015_factors")
ROWS = {
    "users": f"(id, email, name, created_by) VALUES ('{ONE}', 'ada@example.com', 'Ada', 'local')",
    "factors": f"(id, user_id, kind, name) VALUES ('{ONE}', '{ONE}', 'totp', 'Phone')",
    "recovery_codes": f"(id, user_id, digest) VALUES ('{ONE}', '{ONE}', 'x')",
    "factor_challenges": (
        f"(id, user_id, purpose, secret, ends_at) VALUES ('{ONE}', '{ONE}', 'passkey', 'x', now())"
    ),
    "account_recoveries": (
        "(id, user_id, reason, requested_by, requested_at, ends_at)"
        f" VALUES ('{ONE}', '{ONE}', 'lost', 'local', now(), now())"
    ),
}
SMS = {
    "sms_policies": "(enabled, countries, monthly_cents, message_cents) VALUES (true, '[]', 1, 1)",
    "sms_spending": "(month, cents) VALUES ('2026-06-01', 1)",
}
TABLES = [table for table in ROWS if table != "users"]


def test_it_follows_another() -> None:
    """The revision before it is one less."""
    assert int(REVISION.down_revision) == int(REVISION.revision) - 1


def test_nobody_takes_over_a_factor(database_url: str) -> None:
    """Whose a factor, a code or a challenge is, and what kind, never changes; a code is never forgotten."""
    with psycopg.connect(database_url) as connection:
        for table in TABLES:
            changed = grants_of(connection, table)["UPDATE"]
            assert changed is not None
            assert not changed & {
                "id",
                "tenant_id",
                "user_id",
                "kind",
                "purpose",
                "digest",
                "public_key",
                "requested_by",
            }
        for table in ("factors", "recovery_codes", "account_recoveries"):
            assert "DELETE" not in grants_of(connection, table)


@pytest.mark.parametrize("table", [*TABLES, *SMS])
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS | SMS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)


@pytest.mark.parametrize("table", TABLES)
def test_nobody_gives_another_tenants_people_a_factor(database_url: str, table: str) -> None:
    """A row belongs to a person of the same tenant."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        become(connection, TWO)
        with pytest.raises(ForeignKeyViolation):
            connection.execute(f"INSERT INTO {table} {ROWS[table].replace(ONE, TWO, 1)}".encode())
