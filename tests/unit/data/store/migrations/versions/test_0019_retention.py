"""The revision that lets the application drop what was told long ago."""

from importlib import import_module

import psycopg
from psycopg import sql

REVISION = import_module("plimsoll.data.store.migrations.versions.0019_retention")


def test_it_follows_the_grants_to_programs() -> None:
    """It has its place among the revisions."""
    assert REVISION.down_revision < REVISION.revision


def test_what_may_be_dropped(database_url: str) -> None:
    """What was told, and not what it was told of."""
    with psycopg.connect(database_url) as connection:
        connection.execute("SET ROLE plimsoll_app")
        for table in ("events", "webhook_deliveries", "channel_messages"):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        found = connection.execute("SELECT has_table_privilege('alerts', 'DELETE')").fetchone()
        assert found == (False,)
