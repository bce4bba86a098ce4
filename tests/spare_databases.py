"""Databases that one test after the other may have: making one takes half a second, emptying one an instant.

A test may change more than rows. So a database is handed on only if its tables, columns, rights, policies,
functions and settings are those of the template; any other one is dropped.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg

__all__ = ["SpareDatabases"]

# What is written to these tables changes the sum, and costs a tenth of the look at everything. A database in
# which something was changed and changed back is told by the latter.
_WRITTEN = """
SELECT sum(hashint8(written)) FROM (
    SELECT xmin::text::bigint << 8 | 1 AS written FROM pg_class
    UNION ALL SELECT xmin::text::bigint << 8 | 2 FROM pg_attribute
    UNION ALL SELECT xmin::text::bigint << 8 | 3 FROM pg_policy
    UNION ALL SELECT xmin::text::bigint << 8 | 4 FROM pg_trigger
    UNION ALL SELECT xmin::text::bigint << 8 | 5 FROM pg_proc
    UNION ALL SELECT xmin::text::bigint << 8 | 6 FROM pg_namespace
    UNION ALL SELECT hashtext(concat_ws(' ', setconfig)) FROM pg_db_role_setting s
    JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
    UNION ALL SELECT hashtext(version_num) FROM alembic_version
) AS rows
"""
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
_USED = """
SELECT string_agg(format('SELECT %L WHERE EXISTS (SELECT FROM %1$s)', format('%I.%I', schemaname, tablename)),
    ' UNION ALL ')
FROM pg_tables WHERE schemaname IN ('public', 'procrastinate') AND tablename <> 'alembic_version'
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
    _open: "dict[str, psycopg.Connection[tuple[object, ...]]]" = field(default_factory=dict)
    _written: str = ""
    _shape: str = ""
    _used: str = ""

    def take(self) -> str:
        """Return the name of an empty copy that nobody else has."""
        if not self._shape:
            with self._connected(self.template) as connection:
                self._written, self._shape, self._used = (
                    _said(connection, question) for question in (_WRITTEN, _SHAPE, _USED)
                )
        if self._spare:
            return self._spare.pop()
        name = f"test_{uuid4().hex}"
        with self._connected("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY file_copy".encode())
        return name

    def give_back(self, name: str) -> None:
        """Empty a copy for the next one who takes it, or drop it if it is no longer like the template."""
        clean = False
        try:
            clean = self._emptied(name)
        except psycopg.Error:  # the test may have ended our connection, or broken the database
            self._hang_up(name)
            with suppress(psycopg.Error):
                clean = self._emptied(name)
        if clean:
            self._spare.append(name)
            return
        self._hang_up(name)
        with self._connected("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def close(self) -> None:
        """Hang up all connections."""
        for name in list(self._open):
            self._hang_up(name)

    def _emptied(self, name: str) -> bool:
        """Return whether a copy is like the template, and if so, empty it."""
        # Kept open: a new connection spends most of its time on learning what tables there are.
        connection = self._open.get(name) or self._open.setdefault(name, self._connected(name))
        connection.execute(_ALONE)
        if _said(connection, _WRITTEN) != self._written and _said(connection, _SHAPE) != self._shape:
            return False
        self._empty(connection)
        return True

    def _hang_up(self, name: str) -> None:
        if connection := self._open.pop(name, None):
            connection.close()

    def _empty(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        """Delete every row, past all foreign keys and triggers, and start the sequences again."""
        tables = [row[0] for row in connection.execute(self._used.encode())]
        statements = "; ".join(f"DELETE FROM {table}" for table in tables)  # noqa: S608 - names of our tables
        connection.execute(f"SET session_replication_role = replica; {statements}".encode())
        connection.execute(_SEQUENCES)

    def _connected(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.server.replace("/postgres?", f"/{name}?", 1), autocommit=True)


def _said(connection: "psycopg.Connection[tuple[object, ...]]", question: str) -> str:
    row = connection.execute(question.encode()).fetchone()
    return str(row and row[0])
