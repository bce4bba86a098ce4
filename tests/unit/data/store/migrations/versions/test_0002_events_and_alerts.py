"""The revision with events and alerts: what its tables allow to whom."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0002_events_and_alerts")
NOW = "now(), now(), now()"
ROWS = {
    "events": f"(id, kind, subject, data) VALUES ('{ONE}', 'alert.raised', '{ONE}', '{{}}')",
    "alerts": (
        "(id, key, kind, severity, status, title, detail, count, openings, first_seen, last_seen, opened_at,"
        f" version) VALUES ('{ONE}', 'k', 'risk', 'info', 'open', 't', 'd', 1, 1, {NOW}, 1)"
    ),
    "alert_changes": (
        "(id, alert_id, version, action, changed_at, changed_by, values)"
        f" VALUES ('{ONE}', '{ONE}', 1, 'raised', now(), 'me', '{{}}')"
    ),
}


def test_it_follows_the_first() -> None:
    """It comes after the tables that it refers to."""
    assert (REVISION.revision, REVISION.down_revision) == ("0002", "0001")


def test_what_was_said_stays_said(database_url: str) -> None:
    """Of an event only the position changes, of what was done about an alert nothing; events alone go."""
    with psycopg.connect(database_url) as connection:
        assert grants_of(connection, "alert_changes") == {"INSERT": None, "SELECT": None}
        assert grants_of(connection, "events") == {
            "INSERT": None,
            "SELECT": None,
            "DELETE": None,  # since 0019, when it was told long ago
            "UPDATE": {"position"},
        }
        alerts = grants_of(connection, "alerts")
    changeable = alerts["UPDATE"]
    assert "DELETE" not in alerts
    assert changeable is not None
    assert changeable.isdisjoint({"id", "tenant_id", "key", "kind", "first_seen"})


@pytest.mark.parametrize("table", ROWS)
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)


def test_nobody_points_to_another_tenants_alert(database_url: str) -> None:
    """A line of history belongs to an alert of the same tenant."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        become(connection, TWO)
        with pytest.raises(ForeignKeyViolation):
            connection.execute(
                f"INSERT INTO alert_changes {ROWS['alert_changes'].replace(ONE, TWO, 1)}".encode()
            )


def test_an_event_cannot_be_rewritten(database_url: str) -> None:
    """What it says is fixed, also for the tenant whose it is."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        with pytest.raises(InsufficientPrivilege):
            connection.execute("UPDATE events SET kind = 'nothing.happened'")
