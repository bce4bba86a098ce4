"""The revision with the last prices: what its table allows to whom."""

from importlib import import_module

import psycopg

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0005_live_levels")
ROWS = {"live_levels": "(symbol, price, at, stamp, source) VALUES ('aapl', 1, now(), 1, 'me')"}


def test_it_has_its_place() -> None:
    """Its place in the order of revisions is fixed."""
    assert (REVISION.revision, REVISION.down_revision) == ("0005", "0004")


def test_a_level_may_change_but_not_go(database_url: str) -> None:
    """Price, time, stamp and source change; whose it is and of what does not, and nothing is deleted."""
    with psycopg.connect(database_url) as connection:
        assert grants_of(connection, "live_levels") == {
            "INSERT": None,
            "SELECT": None,
            "UPDATE": {"price", "at", "stamp", "source"},
        }


def test_a_level_is_its_tenants_alone(database_url: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            assert connection.execute("SELECT count(*) FROM live_levels").fetchone() == (count,)
