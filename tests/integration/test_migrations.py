"""Every revision: up with data in it, down and up again, and the same schema by whatever way."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import NullPool, create_engine, make_url

from plimsoll.data.store import schema
from plimsoll.data.store.postgres_programs import run

MIGRATIONS = Path(schema.__file__).with_name("migrations")
ONE = "00000000-0000-7000-8000-000000000001"
# What a column of each type may hold; as all ids are the same, each row refers to the one of the other table.
VALUES = {
    "uuid": ONE,
    "text": "x",
    "character varying": "x",
    "character": "USD",
    "integer": 1,
    "bigint": 1,
    "smallint": 1,
    "double precision": 1.5,
    "numeric": 1.5,
    "boolean": True,
    "date": "2024-01-01",
    "timestamp with time zone": "2024-01-01T12:00:00Z",
    "jsonb": "{}",
    "json": "{}",
    "bytea": b"bytes",
    "ARRAY": "{}",
}
# Where a constraint asks for more.
SPECIAL: dict[tuple[str, str], object] = {("data_keys", "purpose"): "seal"}
Connection = psycopg.Connection[tuple[object, ...]]


def configuration() -> Config:
    """Return what Alembic needs, without a connection."""
    found = Config()
    found.set_main_option("script_location", str(MIGRATIONS))
    found.set_main_option("path_separator", "os")
    return found


REVISIONS = [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()][
    ::-1
]


def upgrade_to(url: str, revision: str) -> None:
    """Go up to a revision, and no further."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        found = configuration()
        found.attributes["connection"] = connection
        command.upgrade(found, revision)


@pytest.fixture
def url(empty_database_url: str) -> str:
    """Return the URL of an empty database on a server that has the roles."""
    schema.upgrade(empty_database_url)
    schema.downgrade(empty_database_url, "base")
    return empty_database_url


def dump(url: str, folder: Path) -> str:
    """Return the schema of a database as PostgreSQL writes it down."""
    parsed = make_url(url)
    place = parsed.query["host"]
    environment = {
        **os.environ,
        "PGHOST": str(place),
        "PGUSER": "postgres",
        "PGDATABASE": str(parsed.database),
    }
    file = folder / "schema.sql"
    run("pg_dump", ["--schema-only", f"--file={file}"], environment=environment)
    lines = file.read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith(("\\restrict", "\\unrestrict")))


def tables(connection: Connection) -> list[str]:
    """Return our tables, each after those that it refers to."""
    found = connection.execute(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND relname <> 'alembic_version' ORDER BY oid"
    ).fetchall()
    return [str(row[0]) for row in found]


def fill(connection: Connection) -> None:
    """Put a row into every table, by what its columns ask for."""
    for table in tables(connection):
        columns = connection.execute(
            "SELECT column_name::text, data_type::text, character_maximum_length"
            " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
            " AND is_generated = 'NEVER' AND is_identity = 'NO'"
            " AND (is_nullable = 'NO' AND (column_default IS NULL OR column_name = 'tenant_id'))",
            (table,),
        ).fetchall()
        values = {
            str(name): SPECIAL.get((table, str(name)), _value(str(kind), length))
            for name, kind, length in columns
        }
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        )
        connection.execute(statement, list(values.values()))


def _value(kind: str, length: object) -> object:
    value = VALUES[kind]
    return "0" * length if kind == "character" and isinstance(length, int) and length > 3 else value


def contents(connection: Connection) -> Iterator[tuple[str, list[str], list[tuple[object, ...]]]]:
    """Yield each table with its columns and rows."""
    for table in tables(connection):
        cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
        assert cursor.description is not None
        yield table, [column.name for column in cursor.description], cursor.fetchall()


@pytest.mark.parametrize("revision", REVISIONS)
def test_up_with_data(url: str, revision: str) -> None:
    """Rows of every table of a revision are the same at the last one, and after a step back and up again."""
    upgrade_to(url, revision)
    with psycopg.connect(url) as connection:
        fill(connection)
        before = list(contents(connection))
    assert all(rows for _, _, rows in before)
    assert schema.upgrade(url).pending == ()
    _check(url, before)
    if revision != REVISIONS[-1]:
        schema.downgrade(url, REVISIONS[-2])
        assert schema.upgrade(url).pending == ()
        _check(url, before)


def _check(url: str, before: list[tuple[str, list[str], list[tuple[object, ...]]]]) -> None:
    with psycopg.connect(url) as connection:
        for table, columns, rows in before:
            wanted = sql.SQL(", ").join(map(sql.Identifier, columns))
            query = sql.SQL("SELECT {} FROM {}").format(wanted, sql.Identifier(table))
            assert connection.execute(query).fetchall() == rows, table


def test_down_to_each_revision(url: str, tmp_path: Path) -> None:
    """The way down leads through the very schemas that the way up had made, to the empty one."""
    on_the_way_up = {"base": dump(url, tmp_path)}
    for revision in REVISIONS:
        upgrade_to(url, revision)
        on_the_way_up[revision] = dump(url, tmp_path)
    for revision in ["base", *REVISIONS[:-1]][::-1]:
        schema.downgrade(url, revision)
        assert dump(url, tmp_path) == on_the_way_up[revision], revision


def test_down_with_data(url: str) -> None:
    """A database full of rows goes all the way down, and up again."""
    schema.upgrade(url)
    with psycopg.connect(url) as connection:
        fill(connection)
    schema.downgrade(url, "base")
    with psycopg.connect(url) as connection:
        assert tables(connection) == []
    assert schema.upgrade(url).pending == ()
