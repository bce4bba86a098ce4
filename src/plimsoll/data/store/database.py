"""The connection pool and the one kind of transaction there is: a tenant's, as a role that owns nothing."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from psycopg.errors import DiskFull, QueryCanceled
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import DataError as ValueRefusedError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from plimsoll.data.store.changes import Changed, changed
from plimsoll.errors import DataError, UnavailableError

__all__ = ["APPLICATION_ROLE", "Database", "database_url"]

APPLICATION_ROLE = "plimsoll_app"
_ROLLED_BACK = "40"  # class of the states for deadlocks and the like
_BEGIN = text("SELECT set_config('role', :role, true), set_config('plimsoll.tenant', :tenant, true)")


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
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "connect_timeout": connect_seconds,
                "application_name": "plimsoll",
                "options": f"-c statement_timeout={limit} -c timezone=UTC",
            },
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._waited: Callable[[float], None] | None = None
        self._watching: list[Changed] = []

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
            If the database cannot be reached, a wait took too long, or the connection was lost.
        DataError
            If PostgreSQL cannot store a value: NUL in a text, a text or number that is too long.
        """
        setting = {"role": APPLICATION_ROLE, "tenant": "" if tenant is None else str(tenant)}
        asked = time.perf_counter()
        noted: frozenset[UUID] = frozenset()
        try:
            async with self._sessions.begin() as session:
                await session.execute(_BEGIN, setting)
                if self._waited is not None:
                    self._waited(time.perf_counter() - asked)
                try:
                    yield session
                finally:
                    noted = changed(session)
        except (InterfaceError, OperationalError) as error:
            raise _unavailable(error) from error
        except PoolTimeoutError as error:
            remedy = "Try again in a moment."
            raise UnavailableError("all database connections are in use", remedy=remedy) from error
        except ValueRefusedError as error:
            raise DataError("the database cannot store a value", remedy="Shorten or correct it.") from error
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


def _unavailable(error: InterfaceError | OperationalError) -> UnavailableError:
    if isinstance(error.orig, QueryCanceled):
        return UnavailableError("the database took too long to answer", remedy="Try again with less.")
    if isinstance(error.orig, DiskFull):
        return UnavailableError("the disk of the database is full", remedy="Make room there and try again.")
    if str(getattr(error.orig, "sqlstate", "")).startswith(_ROLLED_BACK):
        return UnavailableError("two changes got in each other's way", remedy="Try again.")
    remedy = "Check that PostgreSQL runs and that the database URL is right."
    return UnavailableError("the database cannot be reached", remedy=remedy)
