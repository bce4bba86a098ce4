"""The revision with webhooks: what its tables allow to whom."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0008_webhooks")
ROWS = {
    "events": f"(id, kind, subject, data) VALUES ('{ONE}', 'alert.raised', '{ONE}', '{{}}')",
    "webhooks": f"(id, url, kinds, secret, created_by) VALUES ('{ONE}', 'u', '[]', '', 'me')",
    "webhook_deliveries": f"(id, webhook_id, event_id) VALUES ('{ONE}', '{ONE}', '{ONE}')",
}


def test_it_follows_another() -> None:
    """The revision before it is one less."""
    assert int(REVISION.down_revision) == int(REVISION.revision) - 1


def test_the_log_is_kept(database_url: str) -> None:
    """A webhook is never dropped, a delivery since 0019; which event goes where never changes."""
    with psycopg.connect(database_url) as connection:
        assert "DELETE" not in grants_of(connection, "webhooks")
        assert grants_of(connection, "webhook_deliveries")["UPDATE"] == {"status", "attempts", "finished_at"}


@pytest.mark.parametrize("table", ["webhooks", "webhook_deliveries"])
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)


def test_nobody_sends_another_tenants_events(database_url: str) -> None:
    """A delivery belongs to a webhook and an event of the same tenant."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        become(connection, TWO)
        with pytest.raises(ForeignKeyViolation):
            connection.execute(
                f"INSERT INTO webhook_deliveries {ROWS['webhook_deliveries'].replace(ONE, TWO, 1)}".encode()
            )
