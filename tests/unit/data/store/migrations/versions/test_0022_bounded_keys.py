"""The revision that bounds API keys to portfolios and desks."""

from importlib import import_module

import psycopg
import pytest

from guarded_tables import ONE, filled_with

REVISION = import_module("plimsoll.data.store.migrations.versions.0022_bounded_keys")
ROWS = {
    "service_accounts": f"(id, name, created_by) VALUES ('{ONE}', 'nightly', 'me')",
    "api_keys": (
        "(id, account_id, name, digest, created_by, expires_at) "
        f"VALUES ('{ONE}', '{ONE}', 'key', 'd', 'me', now())"
    ),
}


def test_it_follows_the_one_before() -> None:
    """It comes after the beginnings of keys."""
    assert REVISION.down_revision < REVISION.revision


def test_keys_of_before_are_not_bounded_and_no_bound_is_taken_away(database_url: str) -> None:
    """A key is made with its bounds, and keeps them."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        assert connection.execute("SELECT portfolios, desks FROM api_keys").fetchone() == (None, None)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE api_keys SET portfolios = NULL, desks = NULL")
