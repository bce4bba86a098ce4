"""The revision with data keys: what its table allows to whom."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from guarded_tables import ONE, TWO, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0012_data_keys")
COLUMNS = "(id, purpose, number, provider, master, wrapped)"
ROWS = {"data_keys": f"{COLUMNS} VALUES ('{ONE}', 'seal', 1, 'local', 'm', '')"}


def test_it_follows_another() -> None:
    """The revision before it is one less."""
    assert int(REVISION.down_revision) == int(REVISION.revision) - 1


def test_a_key_is_its_tenants_alone(database_url: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, ROWS)
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            found = connection.execute(b"SELECT count(*) FROM data_keys").fetchone()
            assert found == (count,)


def test_a_key_keeps_its_number(database_url: str) -> None:
    """Only how it is wrapped and whether it is retired may change."""
    with psycopg.connect(database_url) as connection:
        assert grants_of(connection, "data_keys")["UPDATE"] == {"provider", "master", "wrapped", "retired_at"}
        filled_with(connection, ROWS)
        with pytest.raises(InsufficientPrivilege):
            connection.execute(b"UPDATE data_keys SET number = 2")


def test_a_key_has_a_purpose(database_url: str) -> None:
    """There are keys that seal and keys of indices, and no others."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, {})
        with pytest.raises(CheckViolation):
            connection.execute(f"INSERT INTO data_keys {ROWS['data_keys'].replace('seal', 'sign')}".encode())
