"""What the application may do with the tables of a revision, for the tests of the migrations."""

from collections.abc import Mapping

import psycopg

ONE, TWO = "00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"

Connection = psycopg.Connection[tuple[object, ...]]


def become(connection: Connection, tenant: str) -> None:
    """Go on as the application, for a tenant."""
    connection.execute("SET ROLE plimsoll_app")
    connection.execute(f"SET plimsoll.tenant = '{tenant}'".encode())


def filled_with(connection: Connection, rows: Mapping[str, str]) -> None:
    """Store two tenants, and rows of the first one; go on as the first."""
    for tenant in (ONE, TWO):
        connection.execute("INSERT INTO tenants (id, name) VALUES (%s, %s)", (tenant, tenant))
    become(connection, ONE)
    for table, row in rows.items():
        connection.execute(f"INSERT INTO {table} {row}".encode())


def grants_of(connection: Connection, table: str) -> dict[str, set[str] | None]:
    """Return what the application may do with a table; with UPDATE, the columns that it may change."""
    whole = "SELECT privilege_type FROM information_schema.role_table_grants WHERE {}"
    parts = (
        "SELECT column_name FROM information_schema.column_privileges WHERE privilege_type = 'UPDATE' AND {}"
    )
    whose = f"grantee = 'plimsoll_app' AND table_name = '{table}'"
    granted: dict[str, set[str] | None] = {
        str(row[0]): None for row in connection.execute(whole.format(whose).encode())
    }
    columns = {str(row[0]) for row in connection.execute(parts.format(whose).encode())}
    return granted | ({"UPDATE": columns} if columns else {})
