"""Being woken by PostgreSQL."""

import asyncio
from contextlib import aclosing

import psycopg
import pytest

from plimsoll.data.store.database import Database
from plimsoll.data.store.listening import notices
from postgres import execute

pytestmark = pytest.mark.anyio


async def test_what_is_notified_is_heard(database: Database, database_url: str) -> None:
    """First comes a time to look, then each payload, and a time to look where nothing is heard."""
    async with aclosing(notices(database, "Bell's", at_least_every=0.2)) as heard:
        assert await anext(heard) is None
        await asyncio.to_thread(execute, database_url, """NOTIFY "Bell's", 'one'""")
        assert await anext(heard) == "one"
        assert await anext(heard) is None


async def test_a_lost_connection_is_an_error(database: Database, database_url: str) -> None:
    """Whoever listens learns of it at once and begins again."""
    async with aclosing(notices(database, "bell", at_least_every=30)) as heard:
        await anext(heard)
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ~ 'listener'"
        await asyncio.to_thread(execute, database_url, end)
        with pytest.raises(psycopg.OperationalError):
            await asyncio.wait_for(anext(heard), 5)
