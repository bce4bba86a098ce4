"""Databases that one test after the other may have: making one takes half a second, emptying one an instant.

A test may change more than rows. So a database is handed on only if its tables, columns, rights, policies,
functions and settings are those of the template; any other one is dropped.
"""

from dataclasses import dataclass, field
from uuid import uuid4

import psycopg

__all__ = ["SpareDatabases"]

_SHAPE = """
SELECT md5(string_agg(part, E'\\n' ORDER BY part)) FROM (
    SELECT concat_ws(' ', c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relacl,
        pg_get_userbyid(c.relowner)) AS part
    FROM pg_class c WHERE c.relnamespace::regnamespace::text IN ('public', 'procrastinate')
    UNION ALL
    SELECT concat_ws(' ', a.attrelid::regclass, a.attname, a.atttypid, a.attnotnull, a.attacl, a.attstorage)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace::regnamespace::text IN ('public', 'procrastinate')
    UNION ALL
    SELECT concat_ws(' ', polrelid::regclass, polname, pg_get_expr(polqual, polrelid)) FROM pg_policy
    UNION ALL
    SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT concat_ws(' ', oid::regprocedure, md5(prosrc), proacl) FROM pg_proc
    WHERE pronamespace::regnamespace::text IN ('public', 'procrastinate')
    UNION ALL
    SELECT concat_ws(' ', nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL
    SELECT concat_ws(' ', setconfig) FROM pg_db_role_setting s
    JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
    UNION ALL
    SELECT version_num FROM alembic_version
) AS parts
"""
_ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname IN ('public', 'procrastinate') AND tablename <> 'alembic_version'
"""
_SEQUENCES = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"


@dataclass
class SpareDatabases:
    """Copies of one template on one server.

    Parameters
    ----------
    server
        URL of its database ``postgres``.
    template
        Name of the migrated, empty database.
    """

    server: str
    template: str
    _spare: list[str] = field(default_factory=list)
    _shape: str = ""

    def take(self) -> str:
        """Return the name of an empty copy that nobody else has."""
        if not self._shape:
            with self._connected(self.template) as connection:
                self._shape = _shape(connection)
        if self._spare:
            return self._spare.pop()
        name = f"test_{uuid4().hex}"
        with self._connected("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY file_copy".encode())
        return name

    def give_back(self, name: str) -> None:
        """Empty a copy for the next one who takes it, or drop it if it is no longer like the template."""
        try:
            with self._connected(name) as connection:
                connection.execute(_ALONE)
                clean = _shape(connection) == self._shape
                if clean:
                    _empty(connection)
        except psycopg.Error:
            clean = False
        if clean:
            self._spare.append(name)
            return
        with self._connected("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def _connected(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.server.replace("/postgres?", f"/{name}?", 1), autocommit=True)


def _shape(connection: "psycopg.Connection[tuple[object, ...]]") -> str:
    row = connection.execute(_SHAPE).fetchone()
    return str(row and row[0])


def _empty(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Delete every row, past all foreign keys and triggers, and start the sequences again."""
    tables = [row[0] for row in connection.execute(_TABLES)]
    statements = "; ".join(f"DELETE FROM {table}" for table in tables)  # noqa: S608 - names of our tables
    connection.execute(f"SET session_replication_role = replica; {statements}".encode())
    connection.execute(_SEQUENCES)
