"""The revision that knows whether a password is long enough to stand alone."""

from importlib import import_module

import psycopg

from guarded_tables import ONE, filled_with

REVISION = import_module("plimsoll.data.store.migrations.versions.0020_password_alone")
ROWS = {"users": f"(id, email, name, created_by) VALUES ('{ONE}', 'ada@example.com', 'Ada', 'me')"}


def test_it_follows_the_one_before() -> None:
    """It comes after the people."""
    assert REVISION.down_revision < REVISION.revision


def test_nothing_is_known_of_those_before(database_url: str) -> None:
    """Until they sign in, when the application writes it down."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        assert connection.execute("SELECT password_alone FROM users").fetchone() == (None,)
        connection.execute("UPDATE users SET password_alone = true")
        assert connection.execute("SELECT password_alone FROM users").fetchone() == (True,)
