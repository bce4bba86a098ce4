"""The revision of the jobs: who may see them, and the queue behind them."""

from importlib import import_module

import procrastinate
import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from guarded_tables import ONE, TWO, Connection, become, filled_with, grants_of

REVISION = import_module("plimsoll.data.store.migrations.versions.0003_jobs")
ROW = f"(id, kind, queue, arguments, created_by) VALUES ('{ONE}', 'k', 'q', '{{}}', 'me')"
JOB = f"INSERT INTO jobs {ROW}"
ENTRIES = "SELECT queue_name, task_name, args, scheduled_at FROM procrastinate.procrastinate_jobs ORDER BY id"


def run(connection: Connection, statement: str) -> list[tuple[object, ...]]:
    """Run one statement and return its rows."""
    cursor = connection.execute(statement.encode())
    return cursor.fetchall() if cursor.description else []


@pytest.fixture
def filled(database_url: str) -> str:
    """Return the URL of a database in which the first of two tenants has a job."""
    with psycopg.connect(database_url) as connection:
        filled_with(connection, {"jobs": ROW})
    return database_url


def _entries(connection: Connection) -> list[tuple[object, ...]]:
    run(connection, "RESET ROLE")
    return run(connection, ENTRIES)


def test_it_follows_the_alerts() -> None:
    """It comes after events and alerts."""
    assert (REVISION.revision, REVISION.down_revision) == ("0003", "0002")


def test_the_queue_is_that_of_the_package(database_url: str) -> None:
    """The version that the tables belong to is the one that is installed."""
    assert procrastinate.__version__.startswith("3.10.")
    with psycopg.connect(database_url) as connection:
        known = "SELECT count(*) FROM pg_tables WHERE schemaname = 'procrastinate'"
        assert run(connection, known) == [(4,)]


def test_what_may_be_changed(database_url: str) -> None:
    """A job's tenant, kind and arguments never change."""
    with psycopg.connect(database_url) as connection:
        granted = grants_of(connection, "jobs")
        assert set(granted) == {"SELECT", "INSERT", "UPDATE", "DELETE"}
        assert not {"id", "tenant_id", "kind", "arguments", "queue"} & (granted["UPDATE"] or set())
        become(connection, ONE)
        with pytest.raises(InsufficientPrivilege):
            run(connection, "UPDATE jobs SET arguments = '{}'")


def test_a_job_is_its_tenants_alone(filled: str) -> None:
    """Its tenant sees it, another one and nobody in particular do not, and nobody writes for another."""
    with psycopg.connect(filled) as connection:
        for tenant, count in ((ONE, 1), (TWO, 0), ("", 0)):
            become(connection, tenant)
            assert run(connection, "SELECT count(*) FROM jobs") == [(count,)]
        become(connection, TWO)
        with pytest.raises(InsufficientPrivilege, match="row-level security"):
            run(
                connection,
                JOB.replace("(id,", "(tenant_id, id,").replace("VALUES (", f"VALUES ('{ONE}', "),
            )


def test_a_queued_job_is_in_the_queue_once(filled: str) -> None:
    """Each time that a job becomes queued it gets one entry, with its tenant, and other changes none."""
    with psycopg.connect(filled) as connection:
        become(connection, ONE)
        for change in ("status = 'running'", "reason = 'x'", "status = 'queued', run_at = '2999-01-01'"):
            run(connection, f"UPDATE jobs SET {change}")  # noqa: S608 - a constant
        entry = ("q", "plimsoll.job", {"tenant": ONE, "job": ONE})
        first, second = _entries(connection)
        assert (first[:3], first[3]) == (entry, None)
        assert second[:3] == entry
        assert second[3] is not None


def test_without_the_job_there_is_no_entry(filled: str) -> None:
    """A transaction that is rolled back, or a row that is there already, leaves nothing in the queue."""
    with psycopg.connect(filled) as connection:
        become(connection, ONE)
        run(connection, f"{JOB} ON CONFLICT DO NOTHING")
        run(connection, "SAVEPOINT before")
        run(connection, JOB.replace(ONE, TWO))
        run(connection, "ROLLBACK TO before")
        assert len(_entries(connection)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM procrastinate.procrastinate_jobs",
        "SELECT procrastinate.procrastinate_cancel_job_v1(1, true, false)",
        "SELECT procrastinate.plimsoll_job_queued()",
    ],
)
def test_the_application_does_not_reach_the_queue(filled: str, statement: str) -> None:
    """What other tenants have in the queue can neither be seen nor touched."""
    with psycopg.connect(filled) as connection:
        become(connection, ONE)
        with pytest.raises(InsufficientPrivilege):
            run(connection, statement)


@pytest.mark.parametrize("table", ["jobs", "runs", "tenants"])
def test_the_role_of_the_queue_sees_nothing_else(filled: str, table: str) -> None:
    """The worker's role for the queue reads no table of ours and cannot sign in."""
    login = "SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'plimsoll_queue'"
    with psycopg.connect(filled) as connection:
        assert run(connection, login) == [(False, False, False)]
        run(connection, "SET ROLE plimsoll_queue")
        assert run(connection, "SELECT count(*) FROM procrastinate.procrastinate_jobs") == [(1,)]
        with pytest.raises(InsufficientPrivilege):
            run(connection, f"SELECT count(*) FROM {table}")  # noqa: S608 - a constant
