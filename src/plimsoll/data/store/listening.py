"""Waking up when PostgreSQL says that something was committed."""

from collections.abc import AsyncGenerator
from contextlib import suppress

import psycopg
from psycopg import sql

from plimsoll.data.store.database import Database
from plimsoll.data.store.logins import fresh_conninfo

__all__ = ["notices"]


async def notices(
    database: Database, channel: str, *, at_least_every: float
) -> AsyncGenerator[str | None, None]:
    """Yield what is notified on a channel, over one connection beside the pool.

    Parameters
    ----------
    database
        Whose address is used.
    channel
        Of ``NOTIFY``.
    at_least_every
        Seconds after which None is yielded where nothing was heard: time to look what was missed.

    Yields
    ------
    str or None
        The payload of a notification. None first, because something may have happened before anybody
        listened, and after each pause.

    Raises
    ------
    psycopg.OperationalError
        If the connection cannot be made or is lost; whoever listens begins again.

    Notes
    -----
    Behind a pooler that lends connections for one transaction, nothing is heard; only the pauses wake.
    """
    connection = await psycopg.AsyncConnection.connect(
        await fresh_conninfo(database.engine.url),
        autocommit=True,
        connect_timeout=5,
        application_name="plimsoll-listener",
    )
    try:
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        yield None
        while True:
            heard = False
            async for notice in connection.notifies(timeout=at_least_every, stop_after=1):
                heard = True
                yield notice.payload
            if not heard:
                yield None
    finally:
        with suppress(psycopg.Error):
            await connection.close()
