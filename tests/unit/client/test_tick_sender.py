"""Senders of ticks, against a real server."""

import socket
from collections.abc import Iterator
from uuid import UUID

import pytest

from live_hubs import book_run
from live_world import live_server
from plimsoll.client.tick_sender import AsyncTickSender, TickSender
from plimsoll.data.store.database import Database
from plimsoll.errors import DataError, PermissionDeniedError, UnavailableError

pytestmark = pytest.mark.anyio


@pytest.fixture
async def run(database: Database, tenant: UUID) -> UUID:
    """Return the portfolio of a stored run."""
    return (await book_run(database, tenant)).portfolio_id


@pytest.fixture
def url(run: UUID, database_url: str, tenant: UUID) -> Iterator[str]:
    """Yield where the API is."""
    assert run.int
    with live_server(database_url, tenant) as port:
        yield f"http://127.0.0.1:{port}"


async def test_ticks_are_sent_and_counted(url: str) -> None:
    """On one connection, and on another when it was closed; both kinds of sender alike."""
    with TickSender(url, "Bearer owner", source="a test") as sender:
        assert sender.send({"AAA": 101.0, "ZZZ": 1.0}).applied == 1
        sender.close()
        assert sender.send({"AAA": 102.0}).applied == 1
    async with AsyncTickSender(url, "Bearer owner") as other:
        assert (await other.send({"AAA": 103.0, "ZZZ": 1.0})).unknown == 1
        await other.close()
        assert (await other.send({"AAA": 104.0})).applied == 1


async def test_who_may_not_is_told_so(url: str) -> None:
    """Without trying again and again."""
    for who in ("Bearer nobody", "Bearer reader"):
        with TickSender(url, who) as sender, pytest.raises(PermissionDeniedError):
            sender.send({"AAA": 101.0})
        async with AsyncTickSender(url, who) as other:
            with pytest.raises(PermissionDeniedError):
                await other.send({"AAA": 101.0})


async def test_a_bad_tick_is_named(url: str) -> None:
    """The error is that of a bad file."""
    with TickSender(url, "Bearer owner") as sender, pytest.raises(DataError, match="tick 0"):
        sender.send({"x" * 200: 1.0})


async def test_a_server_that_is_away_is_tried_and_said() -> None:
    """Several times, then the user learns where it should be."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    with TickSender(nowhere, "Bearer owner") as sender, pytest.raises(UnavailableError, match="reached"):
        sender.send({"AAA": 101.0})
    async with AsyncTickSender(nowhere, "Bearer owner") as other:
        with pytest.raises(UnavailableError, match="reached"):
            await other.send({"AAA": 101.0})
