"""The revision with keys and tokens: what its tables allow to whom."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0013_tokens")
_ACCOUNT = f"(id, name, permissions, created_by) VALUES ('{ONE}', 'nightly', '[]', 'me')"
_FAMILY = (
    "(id, subject, session_id, authenticated_at, factors, created_at, ends_at, sliding_seconds)"
    f" VALUES ('{ONE}', 'user:x', '{ONE}', now(), '[]', now(), now(), 1)"
)
ROWS = {
    "signing_keys": "(kid, private_key, created_at, active_from) VALUES ('a', '', now(), now())",
    "service_accounts": _ACCOUNT,
    "api_keys": (
        "(id, account_id, name, digest, permissions, created_by, expires_at)"
        f" VALUES ('{ONE}', '{ONE}', 'k', 'd', '[]', 'me', now())"
    ),
    "client_assertions": f"(account_id, digest, expires_at) VALUES ('{ONE}', 'd', now())",
    "refresh_families": _FAMILY,
    "refresh_tokens": f"(id, family_id, digest, expires_at) VALUES ('{ONE}', '{ONE}', 'd', now())",
}


def test_it_follows_another() -> None:
    """The revision before it is one less."""
    assert int(REVISION.down_revision) == int(REVISION.revision) - 1


def test_what_was_given_is_kept(database_url: str) -> None:
    """Keys and accounts are never deleted; who holds what, and until when, never changes."""
    changes = {
        "signing_keys": {"private_key", "revoked_at"},
        "service_accounts": {"public_keys", "disabled_at", "version"},
        "api_keys": {"last_used_at", "revoked_at"},
        "refresh_families": {"revoked_at", "revoked_reason"},
        "refresh_tokens": {"rotated_at", "successor"},
    }
    with psycopg.connect(database_url) as connection:
        for table, columns in changes.items():
            granted = grants_of(connection, table)
            assert ("DELETE" in granted) == table.startswith("refresh")
            assert granted["UPDATE"] == columns
        assert "UPDATE" not in grants_of(connection, "client_assertions")


@pytest.mark.parametrize("table", sorted(ROWS))
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)


def test_nobody_makes_keys_for_another_tenants_account(database_url: str) -> None:
    """A key belongs to an account of the same tenant."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        become(connection, TWO)
        row = ROWS["api_keys"].replace(ONE, TWO, 1).replace("'d'", "'e'")
        with pytest.raises(ForeignKeyViolation):
            connection.execute(f"INSERT INTO api_keys {row}".encode())


@pytest.mark.parametrize("table", ["api_keys", "refresh_tokens"])
def test_a_digest_leads_to_one_row(database_url: str, table: str) -> None:
    """Whosever it is: it is looked up before a tenant is known, and gives tenant and id alone."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        become(connection, "")
        found = connection.execute(f"SELECT * FROM look_up_{table}('d')".encode()).fetchall()  # noqa: S608 - a constant
        assert [tuple(map(str, row)) for row in found] == [(ONE, ONE)]
        become(connection, ONE)
        with pytest.raises(UniqueViolation):
            connection.execute(f"INSERT INTO {table} {ROWS[table].replace(ONE, TWO, 1)}".encode())
