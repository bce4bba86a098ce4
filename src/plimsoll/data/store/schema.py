"""The schema of a database: its revision, the way to ours, and how all is saved and brought back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from plimsoll.data.store.database import APPLICATION_ROLE, database_url
from plimsoll.data.store.logins import conninfo, log_in_freshly
from plimsoll.data.store.postgres_programs import run
from plimsoll.errors import DataError, UnavailableError

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["QUEUE_ROLE", "SchemaStatus", "backup", "downgrade", "restore", "status", "upgrade"]

QUEUE_ROLE = "plimsoll_queue"
"""The role of a worker at the queue: it sees no other table."""
_MIGRATIONS = Path(__file__).with_name("migrations")
# What a URL may say besides, each of which programs take from a variable.
_HANDED_ON = (
    *("hostaddr", "passfile", "service", "options", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl"),
    *("sslcertmode", "sslnegotiation", "ssl_min_protocol_version", "channel_binding", "require_auth"),
)
_WITHOUT_TLS = frozenset({None, "disable", "allow", "prefer"})
_IS_VERSIONED = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_VERSION = text("SELECT version_num FROM alembic_version")
_SERVER = "Check that PostgreSQL runs and that the database URL is right."
_SEES_ALL = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('plimsoll schema', 0))")
# Roles belong to the whole server, so that another database may have made them already.
_ROLES = tuple(
    text(f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, '{role}', 'SET') THEN
        GRANT {role} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$
""")
    for role in (APPLICATION_ROLE, QUEUE_ROLE)
)


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """How far a database is.

    Parameters
    ----------
    current
        Its revision; None where it is empty.
    head
        The revision that this version of Plimsoll needs.
    pending
        The revisions in between, in the order in which they will run.
    """

    current: str | None
    head: str
    pending: tuple[str, ...]


def status(url: str) -> SchemaStatus:
    """Return how far a database is.

    Parameters
    ----------
    url
        See :func:`plimsoll.data.store.database.database_url`; its user owns the tables.

    Raises
    ------
    UnavailableError
        If the database cannot be reached or is newer than this version of Plimsoll.
    """
    with _connection(url) as connection:
        return _status(connection)


def upgrade(url: str) -> SchemaStatus:
    """Bring a database to our revision, all or nothing, and return where it then is.

    Several processes may do this at the same time; the first one does it.

    Raises
    ------
    UnavailableError
        If the database cannot be reached or is newer than this version of Plimsoll.
    """
    with _connection(url) as connection:
        connection.execute(_ONE_AT_A_TIME)
        if _status(connection).pending:
            from alembic import command  # where it has work to do: most starts find all in place

            _make_roles(connection)
            command.upgrade(_configuration(connection), "head")
        return _status(connection)


def downgrade(url: str, revision: str) -> SchemaStatus:
    """Take a database back to a revision (``base`` is before the first one) and return where it then is.

    Raises
    ------
    UnavailableError
        If the database cannot be reached or is newer than this version of Plimsoll.
    """
    from alembic import command

    with _connection(url) as connection:
        connection.execute(_ONE_AT_A_TIME)
        _status(connection)
        command.downgrade(_configuration(connection), revision)
        return _status(connection)


def backup(url: str, file: Path) -> None:
    """Write all of a database to one file, as it is at this instant, while others work on.

    Parameters
    ----------
    url
        Its user must not be held back by row-level security: the owner of the embedded server is not, another
        one needs BYPASSRLS.
    file
        Written whole or not at all; an older one is replaced.

    Raises
    ------
    UnavailableError
        If the database or pg_dump is not there, its user is held back, or the file cannot be written.
    """
    with _connection(url) as connection:
        if not connection.execute(_SEES_ALL).scalar_one():
            remedy = (
                "Back up as another: CREATE ROLE backup LOGIN BYPASSRLS; GRANT pg_read_all_data TO backup;"
            )
            raise UnavailableError(
                "the user of the database may not read the rows of all tenants", remedy=remedy
            )
    part = file.absolute().with_name(f"{file.name}.part")
    try:
        part.touch(mode=0o600)
        how = ["--format=custom", "--no-owner", f"--file={part}"]
        environment = _environment(url)
        run("pg_dump", how, environment=environment, tls=_needs_tls(environment))
        part.replace(file)
    except OSError as error:
        raise UnavailableError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, file: Path) -> SchemaStatus:
    """Replace what is in a database by what is in a backup, all or nothing, and return where it then is.

    Parameters
    ----------
    url
        Its user owns the tables, or may make them.
    file
        Made by :func:`backup`, of this version or an older one; :func:`upgrade` it afterwards.

    Raises
    ------
    DataError
        If the file is no backup.
    UnavailableError
        If the database or pg_restore is not there, or the backup is newer than this version of Plimsoll.
    """
    try:
        with file.open("rb") as stream:
            genuine = stream.read(5) == b"PGDMP"
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", file=str(file)) from error
    if not genuine:
        raise DataError("is no backup of a database", file=str(file), remedy="Give one made by db backup.")
    with _connection(url) as connection:
        _make_roles(connection)
    how = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
    environment = _environment(url)
    run(
        "pg_restore",
        [*how, f"--dbname={environment['PGDATABASE']}", str(file.absolute())],
        environment=environment,
        tls=_needs_tls(environment),
    )
    return status(url)


def _make_roles(connection: Connection) -> None:
    for role in _ROLES:
        connection.execute(role)


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    """Open one transaction as the owner of the tables."""
    engine = create_engine(database_url(url), poolclass=NullPool, connect_args={"connect_timeout": 5})
    log_in_freshly(engine)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines() or ["it does not say why"]
        raise UnavailableError(f"the database refuses: {said[0]}", remedy=_SERVER) from error


def _configuration(connection: Connection) -> "Config":
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    return configuration


@cache
def _revisions() -> tuple[str, ...]:
    """Return all revisions, first to last: each is the number that its file begins with."""
    return tuple(sorted(path.name.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*.py")))


def _status(connection: Connection) -> SchemaStatus:
    order = _revisions()
    versioned = connection.execute(_IS_VERSIONED).scalar_one()
    current: str | None = connection.execute(_VERSION).scalar_one_or_none() if versioned else None
    if current is not None and current not in order:
        remedy = "Update Plimsoll, or restore a backup of the older version."
        raise UnavailableError(f"the database is newer than this Plimsoll: revision {current}", remedy=remedy)
    done = 0 if current is None else order.index(current) + 1
    return SchemaStatus(current, order[-1], order[done:])


def _environment(url: str) -> dict[str, str]:
    """Return the variables by which a program finds a database: arguments would show a password."""
    parsed = make_url(conninfo(database_url(url)))
    query = {name: value for name, value in parsed.query.items() if isinstance(value, str)}
    given = {
        "PGHOST": parsed.host or query.get("host"),
        "PGPORT": None if parsed.port is None else str(parsed.port),
        "PGUSER": parsed.username,
        "PGPASSWORD": parsed.password if isinstance(parsed.password, str) else None,
        "PGDATABASE": parsed.database or "postgres",
        "PGCONNECT_TIMEOUT": "5",
        **{f"PG{name.upper().replace('_', '')}": query.get(name) for name in _HANDED_ON},
    }
    return {**os.environ, **{name: value for name, value in given.items() if value}}


def _needs_tls(environment: dict[str, str]) -> bool:
    return environment.get("PGSSLMODE") not in _WITHOUT_TLS
