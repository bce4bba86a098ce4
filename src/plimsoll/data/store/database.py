"""The connection pool and the one kind of transaction there is: a tenant's, as a role that owns nothing."""

import copy
import math
import select
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from psycopg import Error as PsycopgError
from psycopg.errors import DiskFull, InsufficientPrivilege, QueryCanceled, ReadOnlySqlTransaction
from sqlalchemy import URL, Engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InvalidatePoolError,
    OperationalError,
)
from sqlalchemy.exc import DataError as ValueRefusedError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from plimsoll.data.store.changes import Changed, changed
from plimsoll.data.store.logins import log_in_freshly
from plimsoll.data.store.narrowing import narrowing, note_narrowed
from plimsoll.errors import (
    DataError,
    NotFoundError,
    PermissionDeniedError,
    PlimsollError,
    UnavailableError,
)

__all__ = ["APPLICATION_ROLE", "Database", "database_url", "tenant_of"]

APPLICATION_ROLE = "plimsoll_app"
_TENANT = "plimsoll_tenant"
_ROLLED_BACK = "40"  # class of the states for deadlocks and the like
_TRUSTED_SECONDS = 1.0  # a connection that was used so recently is taken to be there still
_OUTSIDE = "this lies outside the portfolios that your permission holds for"
_ASK = "Ask somebody whose permission holds in the whole tenant."

# One message for all: each costs as much as a short query. The tenant is a UUID, or nothing.
_BEGIN = """
BEGIN; SELECT set_config('role', '{role}', true), set_config('plimsoll.tenant', '{tenant}', true)
"""


def database_url(url: str) -> URL:
    """Return `url` for SQLAlchemy and psycopg 3.

    Parameters
    ----------
    url
        ``postgresql://user:password@host/name`` or the same with ``postgresql+psycopg``.

    Raises
    ------
    UnavailableError
        If it is no such URL; the message does not repeat it, because it may hold a password.

    Examples
    --------
    >>> database_url("postgresql://postgres:@/postgres?host=run").drivername
    'postgresql+psycopg'
    """
    remedy = "Write it as postgresql://user:password@host:5432/name."
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UnavailableError("the database URL cannot be read", remedy=remedy) from None
    if parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        raise UnavailableError("the database URL does not name a PostgreSQL database", remedy=remedy)
    return parsed.set(drivername="postgresql+psycopg")


class Database:
    """A pool of connections to one database; made once per process and event loop.

    Parameters
    ----------
    url
        See :func:`database_url`.
    pool_size
        Most connections at a time.
    connect_seconds, pool_seconds, statement_seconds
        How long to wait for a connection, for a free place in the pool, and for one statement (locks
        included) before the caller gets an UnavailableError.

    Raises
    ------
    UnavailableError
        If the URL cannot be used. Nothing is connected yet.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        connect_seconds: int = 5,
        pool_seconds: float = 10.0,
        statement_seconds: float = 30.0,
    ) -> None:
        limit = round(statement_seconds * 1000)
        self.engine: AsyncEngine = create_async_engine(
            database_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_seconds,
            isolation_level="AUTOCOMMIT",  # transactions begin with `_BEGIN`, not with a message of their own
            hide_parameters=True,
            use_native_hstore=False,  # there is none; looking for it takes three messages a connection
            connect_args={
                "connect_timeout": connect_seconds,
                "application_name": "plimsoll",
                "options": f"-c statement_timeout={limit} -c timezone=UTC",
            },
        )
        log_in_freshly(self.engine.sync_engine)
        _ping_the_doubtful(self.engine.sync_engine)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._waited: Callable[[float], None] | None = None
        self._watching: list[Changed] = []
        self._reach: tuple[frozenset[UUID], ...] | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether transactions see some portfolios alone."""
        return self._reach is not None

    def narrowed(self, reach: Sequence[frozenset[UUID]]) -> "Database":
        """Return a view of the same pool whose transactions see some portfolios alone.

        Parameters
        ----------
        reach
            Sets of portfolios: what lies at or below one of every set is seen, with all that belongs to it.
        """
        view = copy.copy(self)
        view._reach = tuple(reach)  # noqa: SLF001 - it is one of ours
        return view

    def watch_waits(self, waited: Callable[[float], None]) -> None:
        """Call `waited` for each transaction with the seconds that passed until it had begun."""
        self._waited = waited

    def watch_changes(self, told: Changed) -> None:
        """Call `told` after each transaction that changed something that others may keep copies of."""
        self._watching.append(told)

    @asynccontextmanager
    async def session(self, tenant: UUID | None) -> AsyncIterator[AsyncSession]:
        """Open one transaction that sees the rows of `tenant` and of nobody else.

        It commits when the block ends and rolls back when the block raises; nobody else commits.

        Parameters
        ----------
        tenant
            None sees no rows at all.

        Raises
        ------
        UnavailableError
            If the database cannot be reached or takes no writes, a wait took too long, or the connection was
            lost.
        DataError
            If PostgreSQL cannot store a value: NUL in a text, a text or number that is too long.
        PermissionDeniedError
            If a narrowed transaction writes outside the portfolios that it sees.
        """
        begin = _BEGIN.format(role=APPLICATION_ROLE, tenant="" if tenant is None else tenant)
        reach = None if tenant is None else self._reach
        if reach is not None:
            begin = f"{begin};{narrowing(reach)}"
        asked = time.perf_counter()
        noted: frozenset[UUID] = frozenset()
        try:
            async with self._sessions.begin() as session:
                await session.run_sync(_begin, begin)
                session.info[_TENANT] = tenant
                if self._waited is not None:
                    self._waited(time.perf_counter() - asked)
                if reach is not None:
                    note_narrowed(session)
                try:
                    yield session
                finally:
                    noted = changed(session)
        except PoolTimeoutError as error:
            remedy = "Try again in a moment."
            raise UnavailableError("all database connections are in use", remedy=remedy) from error
        except DBAPIError as error:
            meant = _meant(error, is_narrowed=self._reach is not None)
            if meant is None:
                raise
            raise meant from error
        finally:
            # Also after a failure: the commit may have happened although its acknowledgement was lost.
            if noted and tenant is not None:
                for told in self._watching:
                    told(tenant, noted)

    async def check(self) -> None:
        """Ask the database for a sign of life.

        Raises
        ------
        UnavailableError
            If there is none.
        """
        async with self.session(None) as session:
            await session.execute(text("SELECT 1"))

    async def dispose(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _begin(session: Session, statement: str) -> None:
    """Begin the transaction: in one greenlet, as each costs as much as the statement."""
    session.connection().exec_driver_sql(statement)


def _ping_the_doubtful(engine: Engine) -> None:
    """Ask a connection for a sign of life before it is used, unless it has just been; dead ones are replaced.

    One on which something waits to be read is doubtful as well: nobody asked, so it is the server's farewell.
    """

    def note(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    def ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        fresh = time.monotonic() - record.info.get("used", math.inf) < _TRUSTED_SECONDS
        if fresh and not _has_news(record.driver_connection):
            return
        try:
            engine.dialect.do_ping(connection)
        except PsycopgError:
            raise InvalidatePoolError from None

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ping)


def _has_news(connection: Any) -> bool:
    try:
        watched = select.poll()
        watched.register(connection.fileno(), select.POLLIN)
        return bool(watched.poll(0))
    except PsycopgError:  # it has no socket any more
        return True


def tenant_of(session: AsyncSession) -> UUID:
    """Return whose rows a transaction sees.

    Raises
    ------
    NotFoundError
        If it sees nobody's.
    """
    tenant: UUID | None = session.info.get(_TENANT)
    if tenant is None:
        raise NotFoundError("there is no such tenant")
    return tenant


def _meant(error: DBAPIError, *, is_narrowed: bool) -> PlimsollError | None:
    """Return what an error of the database means to others; None for one that is ours."""
    if isinstance(error, InterfaceError | OperationalError):
        return _unavailable(error)
    if isinstance(error.orig, ReadOnlySqlTransaction):
        remedy = "Reading goes on. Try again once it is writable."
        return UnavailableError("the database takes no writes", remedy=remedy)
    if isinstance(error, ValueRefusedError):
        return DataError("the database cannot store a value", remedy="Shorten or correct it.")
    if is_narrowed and isinstance(error.orig, InsufficientPrivilege):
        return PermissionDeniedError(_OUTSIDE, remedy=_ASK)
    return None


def _unavailable(error: InterfaceError | OperationalError) -> UnavailableError:
    if isinstance(error.orig, QueryCanceled):
        return UnavailableError("the database took too long to answer", remedy="Try again with less.")
    if isinstance(error.orig, DiskFull):
        return UnavailableError("the disk of the database is full", remedy="Make room there and try again.")
    if str(getattr(error.orig, "sqlstate", "")).startswith(_ROLLED_BACK):
        return UnavailableError("two changes got in each other's way", remedy="Try again.")
    remedy = "Check that PostgreSQL runs and that the database URL is right."
    return UnavailableError("the database cannot be reached", remedy=remedy)
