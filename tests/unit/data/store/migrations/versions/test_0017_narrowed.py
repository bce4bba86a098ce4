"""The revision that narrows transactions to some portfolios."""

from importlib import import_module

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from guarded_tables import ONE, TWO, filled_with

REVISION = import_module("plimsoll.data.store.migrations.versions.0017_narrowed")
COUNT = sql.SQL("SELECT count(*) FROM {}")
ROWS = {
    "portfolios": f"(id, name, base_currency) VALUES ('{ONE}', 'a', 'USD'), ('{TWO}', 'b', 'USD')",
    "limits": f"(id, portfolio_id) VALUES ('{ONE}', '{ONE}'), ('{TWO}', '{TWO}')",
    "limit_proposals": (
        "(id, limit_id, kind, based_on, name, comment, proposed_by, expires_at) VALUES"
        f" ('{ONE}', '{ONE}', 'create', 0, 'n', '', 'me', now()),"
        f" ('{TWO}', '{TWO}', 'create', 0, 'n', '', 'me', now())"
    ),
    "events": (
        f"(id, kind, subject, data) VALUES ('{ONE}', 'k', '{ONE}', '{{\"portfolio_id\": \"{ONE}\"}}'),"
        f" ('{TWO}', 'k', '{ONE}', '{{}}')"
    ),
    "jobs": (
        f"(id, kind, queue, arguments, created_by) VALUES ('{ONE}', 'k', 'q', '{{}}', 'me'),"
        f" ('{TWO}', 'k', 'q', '{{\"portfolio_id\": \"{ONE}\"}}', 'me')"
    ),
}


def test_it_follows_the_grants() -> None:
    """It has its place among the revisions."""
    assert REVISION.down_revision < REVISION.revision


def test_what_is_seen(database_url: str) -> None:
    """An empty setting shows the tenant, ids show what belongs to them, and none nothing."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for setting, count in (("", 2), (f"{{{ONE}}}", 1), ("{}", 0)):
            connection.execute("SELECT set_config('plimsoll.portfolios', %s, false)", (setting,))
            for table in ROWS:
                found = connection.execute(COUNT.format(sql.Identifier(table))).fetchone()
                assert found == (count,), (table, setting)


def test_what_may_be_written(database_url: str) -> None:
    """A row of a portfolio that is not seen cannot be written."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        connection.execute("SELECT set_config('plimsoll.portfolios', %s, false)", (f"{{{ONE}}}",))
        with pytest.raises(InsufficientPrivilege):
            connection.execute("INSERT INTO limits (id, portfolio_id) VALUES (gen_random_uuid(), %s)", (TWO,))
