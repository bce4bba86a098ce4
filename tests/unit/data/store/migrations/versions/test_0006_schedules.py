"""The revision of the schedules: who may see and change them."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0006_schedules")
ROWS = {
    "portfolios": f"(id, name, base_currency) VALUES ('{ONE}', 'book', 'USD')",
    "schedules": (
        "(id, name, portfolio_id, request, cron, time_zone, next_at, created_by)"
        f" VALUES ('{ONE}', 'n', '{ONE}', '{{}}', '* * * * *', 'UTC', now(), 'me')"
    ),
}


def test_it_follows_the_live_levels() -> None:
    """It comes after the live levels."""
    assert (REVISION.revision, REVISION.down_revision) == ("0006", "0005")


def test_what_may_be_changed(database_url: str) -> None:
    """The tenant, the portfolio and the maker of a schedule never change."""
    with psycopg.connect(database_url) as connection:
        granted = grants_of(connection, "schedules")
    assert set(granted) == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert not {"id", "tenant_id", "portfolio_id", "created_by"} & (granted["UPDATE"] or set())


def test_a_schedule_is_its_tenants_alone(database_url: str) -> None:
    """Its tenant sees it, another one and nobody in particular do not; the function is not for them."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            assert connection.execute("SELECT count(*) FROM schedules").fetchone() == (count,)
        with pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT procrastinate.plimsoll_schedule_due()")
