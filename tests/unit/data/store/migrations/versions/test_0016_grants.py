"""The revision of the grants: who may see and change them."""

from importlib import import_module

import psycopg
from psycopg import sql

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0016_grants")
COUNT = sql.SQL("SELECT count(*) FROM {}")
ROWS = {
    "portfolios": f"(id, name, base_currency) VALUES ('{ONE}', 'book', 'USD')",
    "roles": f"(id, name, description, permissions, created_by) VALUES ('{ONE}', 'r', '', '[]', 'me')",
    "teams": f"(id, name, created_by) VALUES ('{ONE}', 't', 'me')",
    "team_members": f"(team_id, kind, member_id) VALUES ('{ONE}', 'user', '{ONE}')",
    "team_portfolios": f"(team_id, portfolio_id) VALUES ('{ONE}', '{ONE}')",
    "grants": (
        "(id, holder_kind, holder_id, role, status, privileged, comment, proposed_by)"
        f" VALUES ('{ONE}', 'user', '{ONE}', 'viewer', 'active', false, '', 'me')"
    ),
}


def test_it_follows_the_one_before() -> None:
    """It has its place among the revisions."""
    assert (REVISION.revision, REVISION.down_revision) == ("0016", "0015")


def test_what_was_granted_never_changes(database_url: str) -> None:
    """Of a grant only its state changes; nothing but members and portfolios of teams is deleted."""
    with psycopg.connect(database_url) as connection:
        assert grants_of(connection, "grants")["UPDATE"] == {
            "status",
            "decided_by",
            "decided_at",
            "four_eyes",
            "ended_by",
            "ended_at",
        }
        for table in ("grants", "roles", "teams"):
            assert "DELETE" not in grants_of(connection, table)


def test_all_is_its_tenants_alone(database_url: str) -> None:
    """Their tenant sees the rows, another one and nobody in particular do not."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            for table in ROWS:
                found = connection.execute(COUNT.format(sql.Identifier(table))).fetchone()
                assert found == (count,), table
