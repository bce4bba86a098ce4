"""The revision with channels: what its tables allow to whom."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0009_channels")
ROWS = {
    "events": f"(id, kind, subject, data) VALUES ('{ONE}', 'alert.raised', '{ONE}', '{{}}')",
    "channels": (
        "(id, name, scheme, url, kinds, minimum_severity, created_by)"
        f" VALUES ('{ONE}', 'desk', 'json', '', '[]', 'info', 'me')"
    ),
    "channel_messages": (
        f"(id, channel_id, event_id, urgent, put_off) VALUES ('{ONE}', '{ONE}', '{ONE}', false, false)"
    ),
}


def test_it_follows_another() -> None:
    """The revision before it is one less."""
    assert int(REVISION.down_revision) == int(REVISION.revision) - 1


def test_what_was_told_is_kept(database_url: str) -> None:
    """A channel is never dropped, a message since 0019; which event goes where never changes."""
    with psycopg.connect(database_url) as connection:
        assert "DELETE" not in grants_of(connection, "channels")
        assert grants_of(connection, "channel_messages")["UPDATE"] == {"status", "digest", "tried_at"}


@pytest.mark.parametrize("table", ["channels", "channel_messages"])
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)


def test_nobody_tells_another_tenants_events(database_url: str) -> None:
    """A message belongs to a channel and an event of the same tenant."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        become(connection, TWO)
        with pytest.raises(ForeignKeyViolation):
            connection.execute(
                f"INSERT INTO channel_messages {ROWS['channel_messages'].replace(ONE, TWO, 1)}".encode()
            )
