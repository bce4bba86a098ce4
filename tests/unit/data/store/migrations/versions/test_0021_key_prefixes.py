"""The revision that keeps the first characters of API keys."""

from importlib import import_module

import psycopg
import pytest

from guarded_tables import ONE, filled_with

REVISION = import_module("plimsoll.data.store.migrations.versions.0021_key_prefixes")
ROWS = {
    "service_accounts": f"(id, name, created_by) VALUES ('{ONE}', 'nightly', 'me')",
    "api_keys": (
        "(id, account_id, name, digest, created_by, expires_at) "
        f"VALUES ('{ONE}', '{ONE}', 'key', 'd', 'me', now())"
    ),
}


def test_it_follows_the_one_before() -> None:
    """It comes after the keys."""
    assert REVISION.down_revision < REVISION.revision


def test_keys_of_before_have_none(database_url: str) -> None:
    """Nobody knows how they began, and the application gives them nothing."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        assert connection.execute("SELECT prefix FROM api_keys").fetchone() == (None,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE api_keys SET prefix = 'plk_abcdef'")
