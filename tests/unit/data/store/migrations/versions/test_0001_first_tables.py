"""The first revision: what its tables allow to whom."""

from importlib import import_module

import psycopg
import pytest
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege

FIRST = import_module("plimsoll.data.store.migrations.versions.0001_first_tables")
ONE, TWO = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"
SHA = "0" * 64
TABLES = ("tenants", "portfolios", "holdings", "price_sets", "runs", "idempotency_keys")
ROWS = {
    "portfolios": f"(id, name, base_currency) VALUES ('{ONE}', 'book', 'USD')",
    "holdings": (
        "(id, portfolio_id, valid_from, known_at, sha256, source_name, source, document)"
        f" VALUES ('{ONE}', '{ONE}', '2024-01-01', now(), '{SHA}', 'b.csv', '', '{{}}')"
    ),
    "price_sets": (
        "(id, name, sha256, source, first_date, last_date, symbols, content)"
        f" VALUES ('{ONE}', 'p', '{SHA}', 's', '2024-01-01', '2024-01-02', 1, '')"
    ),
    "runs": (
        "(id, portfolio_id, holdings_id, price_set_id, run_id, request, as_of, created_by, value, var, es,"
        f" base_currency, report, vectors) VALUES ('{ONE}', '{ONE}', '{ONE}', '{ONE}', '{SHA}', '{{}}',"
        " '2024-01-01', 'me', 1, 2, 3, 'USD', '', '')"
    ),
    "idempotency_keys": "(principal, key, fingerprint) VALUES ('me', 'key', 'f')",
}
Connection = psycopg.Connection[tuple[object, ...]]


def _run(connection: Connection, statement: str) -> list[tuple[object, ...]]:
    cursor = connection.execute(statement.encode())
    return cursor.fetchall() if cursor.description else []


def _become(connection: Connection, tenant: str) -> None:
    _run(connection, "SET ROLE plimsoll_app")
    _run(connection, f"SET plimsoll.tenant = '{tenant}'")


@pytest.fixture
def filled(database_url: str) -> str:
    """Return the URL of a database in which the first of two tenants has a row in every table."""
    with psycopg.connect(database_url) as connection:
        for tenant in (ONE, TWO):
            connection.execute("INSERT INTO tenants (id, name) VALUES (%s, %s)", (tenant, tenant))
        _become(connection, ONE)
        for table, row in ROWS.items():
            _run(connection, f"INSERT INTO {table} {row}")
    return database_url


def test_it_comes_first() -> None:
    """Nothing comes before it."""
    assert (FIRST.revision, FIRST.down_revision) == ("0001", None)


def test_every_table_is_guarded(database_url: str) -> None:
    """Row-level security is forced for each table; a further policy looks up, or narrows what is seen."""
    query = (
        "SELECT relname, relrowsecurity, relforcerowsecurity,"
        " (SELECT string_agg(polname, ' ' ORDER BY polname) FROM pg_policy WHERE polrelid = c.oid)"
        " FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    with psycopg.connect(database_url) as connection:
        found = {row[0]: row[1:] for row in _run(connection, query)}
        narrowing = _run(connection, "SELECT DISTINCT polpermissive FROM pg_policy WHERE polname = 'seen'")
    del found["alembic_version"]
    assert {guards[:2] for guards in found.values()} == {(True, True)}, "of later revisions too"
    assert {guards[2] for guards in found.values()} == {"own_tenant", "look_up own_tenant", "own_tenant seen"}
    assert narrowing == [(False,)], "it takes away, and gives nothing"
    assert found.keys() >= set(TABLES)


def test_the_role_cannot_sign_in_or_escape(database_url: str) -> None:
    """The application's role has no login, owns nothing and cannot go past the policies."""
    query = (
        "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
        " FROM pg_roles WHERE rolname = 'plimsoll_app'"
    )
    owned = "SELECT count(*) FROM pg_class WHERE relowner = 'plimsoll_app'::regrole"
    with psycopg.connect(database_url) as connection:
        assert _run(connection, query) == [(False,) * 5]
        assert _run(connection, owned) == [(0,)]


def test_nothing_is_granted_to_everybody(database_url: str) -> None:
    """The grants are those of the role, and append-only tables have no UPDATE and no DELETE."""
    query = (
        "SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type)"
        " FROM information_schema.role_table_grants WHERE grantee IN ('plimsoll_app', 'PUBLIC')"
        " AND table_schema = 'public' GROUP BY 1"
    )
    with psycopg.connect(database_url) as connection:
        granted = {str(table): grants for table, grants in _run(connection, query)}
    wanted = dict.fromkeys(TABLES, "INSERT SELECT") | {"idempotency_keys": "DELETE INSERT SELECT"}
    assert {table: granted[table] for table in TABLES} == wanted


@pytest.mark.parametrize("table", ROWS)
def test_a_row_is_its_tenants_alone(filled: str, table: str) -> None:
    """Its tenant sees the row; another tenant, and nobody in particular, see none."""
    with psycopg.connect(filled) as connection:
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            _become(connection, tenant)
            assert _run(connection, f"SELECT count(*) FROM {table}") == [(count,)]  # noqa: S608 - a constant


@pytest.mark.parametrize("table", ROWS)
def test_nobody_writes_for_another(filled: str, table: str) -> None:
    """A row that names another tenant, or none, is refused."""
    columns, _, values = ROWS[table].replace(ONE, TWO, 1).partition(" VALUES (")
    foreign = f"{columns[:-1]}, tenant_id) VALUES ({values[:-1]}, '{ONE}')"
    for tenant, row in ((TWO, foreign), ("", ROWS[table])):
        with psycopg.connect(filled) as connection:
            _become(connection, tenant)
            with pytest.raises(InsufficientPrivilege, match="row-level security"):
                _run(connection, f"INSERT INTO {table} {row}")


@pytest.mark.parametrize("table", ["holdings", "runs"])
def test_nobody_points_to_another_tenants_rows(filled: str, table: str) -> None:
    """A foreign key finds rows of the own tenant only, although PostgreSQL checks it past the policies."""
    with psycopg.connect(filled) as connection:
        _become(connection, TWO)
        with pytest.raises(ForeignKeyViolation):
            _run(connection, f"INSERT INTO {table} {ROWS[table].replace(ONE, TWO, 1)}")


@pytest.mark.parametrize("table", ["portfolios", "idempotency_keys"])
def test_a_row_cannot_be_given_away(filled: str, table: str) -> None:
    """The tenant of a row, and its id, never change."""
    with psycopg.connect(filled) as connection:
        _become(connection, ONE)
        with pytest.raises(InsufficientPrivilege, match="permission denied"):
            _run(connection, f"UPDATE {table} SET tenant_id = '{TWO}'")  # noqa: S608 - a constant


def test_what_is_compressed_is_not_compressed_again(database_url: str) -> None:
    """Parquet files and P&L vectors are stored as they are."""
    query = (
        "SELECT attrelid::regclass::text, attname FROM pg_attribute"
        " WHERE attstorage = 'e' AND attrelid::regclass::text = ANY ('{price_sets,runs}')"
    )
    with psycopg.connect(database_url) as connection:
        assert set(_run(connection, query)) == {("price_sets", "content"), ("runs", "vectors")}
