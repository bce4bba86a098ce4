"""The revision with instruments: what its tables allow to whom, and what it makes of the data before it."""

from importlib import import_module

import psycopg
import pytest

from guarded_tables import ONE, TWO, become, filled_with, grants_of
from plimsoll.data.store.schema import downgrade, upgrade

REVISION = import_module("plimsoll.data.store.migrations.versions.0007_instruments")
ROWS = {
    "instruments": (
        "(id, symbol, kind, currency, name, attributes, first_seen, updated_at)"
        f" VALUES ('{ONE}', 'AAA', 'equity', 'USD', '', '{{}}', now(), now())"
    ),
    "instrument_changes": (
        "(id, instrument_id, version, name, attributes, changed_at, changed_by)"
        f" VALUES ('{ONE}', '{ONE}', 2, 'Triple A', '{{}}', now(), 'me')"
    ),
}
DOCUMENT = """{"version": 1, "name": "x", "failures": [], "assumptions": [], "positions": [
    {"instrument": {"symbol": "AAA", "kind": "equity", "currency": "USD", "name": "A", "option": null}},
    {"instrument": {"symbol": "AAA", "kind": "equity", "currency": "USD", "name": "B", "option": null}},
    {"instrument": {"symbol": "BBB", "kind": "etf", "currency": "", "name": "", "option": null}}]}"""


def test_it_follows_the_one_before() -> None:
    """It comes after the tables that it refers to."""
    assert (REVISION.revision, REVISION.down_revision) == ("0007", "0006")


def test_what_was_changed_stays_known(database_url: str) -> None:
    """Of an instrument name and attributes change, of what was done to it nothing; nothing is deleted."""
    with psycopg.connect(database_url) as connection:
        assert grants_of(connection, "instrument_changes") == {"INSERT": None, "SELECT": None}
        changeable = {"name", "attributes", "version", "updated_at"}
        assert grants_of(connection, "instruments") == {"INSERT": None, "SELECT": None, "UPDATE": changeable}


@pytest.mark.parametrize("table", ROWS)
def test_a_row_is_its_tenants_alone(database_url: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608 - a constant
            assert found == (count,)


def test_what_is_held_already_is_registered(database_url: str) -> None:
    """Positions of before the revision have their instruments and their counts; the way back keeps them."""
    downgrade(database_url, "0006")
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO tenants (id, name) VALUES (%s, 'one')", (ONE,))
        connection.execute(
            "INSERT INTO portfolios (id, tenant_id, name, base_currency) VALUES (%s, %s, 'book', 'USD')",
            (ONE, ONE),
        )
        connection.execute(
            "INSERT INTO holdings (id, tenant_id, portfolio_id, valid_from, known_at, sha256, source_name,"
            " source, document) VALUES (%s, %s, %s, now(), now(), repeat('0', 64), 'book.csv', 'abc', %s)",
            (ONE, ONE, ONE, DOCUMENT),
        )
    upgrade(database_url)
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT symbol, kind, version FROM instruments ORDER BY 1").fetchall()
        counts = connection.execute("SELECT positions, refused, size FROM holdings").fetchone()
        forced = connection.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'holdings'")
        assert forced.fetchone() == (True,)
    assert (found, counts) == ([("AAA", "equity", 1), ("BBB", "etf", 1)], (3, 0, 3))
    downgrade(database_url, "0006")
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM holdings").fetchone() == (1,)
