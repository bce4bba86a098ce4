"""Look-ups before a tenant is known, also where the owner of the tables is no superuser."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from guarded_tables import ONE, TWO, become, filled_with
from plimsoll.data.store.migrations.look_ups import drop_look_up, make_look_up
from postgres import execute

OWNER = "plimsoll_test_owner"
DIGEST = b"d" * 32
FUNCTIONS = ("tenants", "sessions", "one_time_tokens", "sign_ins")


@pytest.fixture
def owned_url(database_url: str, postgres_server: str) -> Iterator[str]:
    """Yield the URL of a database whose tables and functions belong to somebody ordinary."""
    execute(
        postgres_server,
        f"DO $$ BEGIN CREATE ROLE {OWNER} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    )
    with psycopg.connect(database_url, autocommit=True) as connection:
        for (table,) in connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall():
            connection.execute(f"ALTER TABLE {table} OWNER TO {OWNER}".encode())
        for (function,) in connection.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'look\\_up\\_%'"
        ).fetchall():
            connection.execute(f"ALTER FUNCTION {function} OWNER TO {OWNER}".encode())
    yield database_url
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"REASSIGN OWNED BY {OWNER} TO CURRENT_USER".encode())


def test_it_makes_and_drops() -> None:
    """A revision that makes a look-up has a way to drop it."""
    assert callable(make_look_up)
    assert callable(drop_look_up)


def test_a_digest_leads_to_tenant_and_id_and_nothing_else(owned_url: str) -> None:
    """Without a tenant the application finds the row by its digest alone; the table stays empty for it."""
    with psycopg.connect(owned_url) as connection:
        filled_with(connection, {"users": _user(ONE)})
        connection.execute(
            "INSERT INTO sessions (id, user_id, digest, epoch, factors, created_at, seen_at, address, agent)"
            " VALUES (%s, %s, %s, 1, '[]', now(), now(), '', '')",
            (TWO, ONE, DIGEST),
        )
        become(connection, "")
        found = connection.execute("SELECT * FROM look_up_sessions(%s)", (DIGEST,)).fetchall()
        assert [tuple(map(str, row)) for row in found] == [(ONE, TWO)]
        assert connection.execute("SELECT * FROM look_up_sessions(%s)", (b"x",)).fetchall() == []
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
        become(connection, TWO)
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


def test_a_tenant_is_found_by_its_name(owned_url: str) -> None:
    """The name must be the whole name."""
    with psycopg.connect(owned_url) as connection:
        filled_with(connection, {})
        become(connection, "")
        found = connection.execute("SELECT id FROM look_up_tenants(%s)", (TWO,)).fetchone()
        assert found is not None
        assert str(found[0]) == TWO
        assert connection.execute("SELECT * FROM look_up_tenants('%')").fetchall() == []
        assert connection.execute("SELECT count(*) FROM tenants").fetchone() == (0,)


def test_a_search_path_of_somebody_else_changes_nothing(owned_url: str) -> None:
    """The functions have a path of their own: a table of the caller's that has the name is not asked."""
    with psycopg.connect(owned_url) as connection:
        connection.execute("SET ROLE plimsoll_app")
        connection.execute("CREATE TEMP TABLE sessions (tenant_id uuid, id uuid, digest bytea)")
        connection.execute("INSERT INTO sessions VALUES (%s, %s, %s)", (ONE, ONE, DIGEST))
        connection.execute("SET search_path = pg_temp, public")
        assert connection.execute("SELECT * FROM public.look_up_sessions(%s)", (DIGEST,)).fetchall() == []


@pytest.mark.parametrize("table", FUNCTIONS)
def test_nobody_but_the_application_may_ask(owned_url: str, table: str) -> None:
    """A role that is not the application's may not call the functions."""
    with psycopg.connect(owned_url) as connection:
        connection.execute("SET ROLE plimsoll_queue")
        kind = "text" if table == "tenants" else "bytea"
        with pytest.raises(InsufficientPrivilege):
            connection.execute(f"SELECT * FROM look_up_{table}(NULL::{kind})".encode())  # noqa: S608 - constants


def test_the_policy_lets_the_owner_read_and_not_write(owned_url: str) -> None:
    """The owner is held back by row-level security in everything else."""
    with psycopg.connect(owned_url) as connection:
        filled_with(connection, {"users": _user(ONE)})
        connection.execute("RESET ROLE")
        connection.execute(f"SET ROLE {OWNER}".encode())
        connection.execute("SET plimsoll.tenant = ''")
        assert connection.execute("SELECT count(*) FROM tenants").fetchone() == (2,)
        assert connection.execute("UPDATE tenants SET name = 'x'").rowcount == 0
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (0,)


def _user(identifier: str) -> str:
    return f"(id, email, name, created_by) VALUES ('{identifier}', 'a@example.com', 'A', 'local')"
