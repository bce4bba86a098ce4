"""The revision by which programs hold grants: what it makes of the accounts and keys before it."""

from importlib import import_module

import psycopg

from guarded_tables import ONE, TWO
from plimsoll.data.store.schema import downgrade, upgrade

REVISION = import_module("plimsoll.data.store.migrations.versions.0018_granted_programs")
THREE = "00000000-0000-7000-8000-000000000003"
ACCOUNTS = {ONE: '["runs:read", "runs:start"]', TWO: '["audit:export"]', THREE: "[]"}


def test_it_follows_the_one_before() -> None:
    """It comes after the grants that it makes."""
    assert REVISION.down_revision < REVISION.revision


def test_what_an_account_had_it_is_granted(database_url: str) -> None:
    """Each has the same as before by a role of its own; there and back again changes nothing."""
    downgrade(database_url, REVISION.down_revision)
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO tenants (id, name) VALUES (%s, 'one')", (ONE,))
        for account, permissions in ACCOUNTS.items():
            connection.execute(
                "INSERT INTO service_accounts (id, tenant_id, name, permissions, created_by)"
                " VALUES (%s, %s, %s, %s, 'user:me')",
                (account, ONE, account, permissions),
            )
    for _ in range(2):
        upgrade(database_url)
        with psycopg.connect(database_url) as connection:
            found = connection.execute(
                "SELECT grants.holder_id::text, roles.permissions, grants.privileged, grants.tenant_id::text"
                " FROM grants JOIN roles ON roles.id = grants.role_id AND roles.name = grants.role"
                " WHERE status = 'active' AND holder_kind = 'account'"
                " AND scope_team_id IS NULL AND scope_portfolio_id IS NULL ORDER BY 1"
            ).fetchall()
            forced = connection.execute(
                "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname = ANY(%s)",
                (["service_accounts", "api_keys", "roles", "grants"],),
            )
            assert forced.fetchone() == (True,)
        assert found == [
            (ONE, ["runs:read", "runs:start"], False, ONE),
            (TWO, ["audit:export"], True, ONE),
        ]
        downgrade(database_url, REVISION.down_revision)


def test_a_key_that_follows_its_account_has_what_it_has_on_the_way_back(database_url: str) -> None:
    """An older version knows no such keys; one that narrows stays as it is."""
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO tenants (id, name) VALUES (%s, 'one')", (ONE,))
        connection.execute(
            "INSERT INTO service_accounts (id, tenant_id, name, permissions, created_by)"
            " VALUES (%s, %s, 'a', '[\"runs:read\"]', 'me')",
            (ONE, ONE),
        )
        for key, permissions in ((ONE, None), (TWO, "[]")):
            connection.execute(
                "INSERT INTO api_keys (id, tenant_id, account_id, name, digest, permissions, created_by,"
                " expires_at) VALUES (%s, %s, %s, 'k', %s, %s, 'me', now())",
                (key, ONE, ONE, key.encode(), permissions),
            )
    downgrade(database_url, REVISION.down_revision)
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT permissions FROM api_keys ORDER BY id").fetchall()
    assert found == [(["runs:read"],), ([],)]
