"""The tick socket and the stream over a real server: who gets in, what is refused, what survives."""

import asyncio
import json
from uuid import UUID

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api_server import say
from live_hubs import book_run
from live_world import API, batch, listening, live_server, ticks_to, told
from plimsoll.data.store import audit_events
from plimsoll.data.store.audit_events import AuditFilter
from plimsoll.data.store.database import Database
from postgres import execute

pytestmark = pytest.mark.anyio
SOCKET = f"{API}/live/ticks"


async def test_nobody_gets_in_who_may_not(
    database: Database, database_url: str, tenant: UUID, other_tenant: UUID
) -> None:
    """Anonymous 401, wrong role 403, another site 403, evil host 400; other tenants see nothing."""
    run = await book_run(database, tenant)
    with live_server(database_url, tenant, other_tenant) as port:
        for who, headers, status in (
            (None, {}, 401),
            ("nobody", {}, 401),
            ("reader", {}, 403),
            ("owner", {"Origin": "http://evil.example"}, 403),
        ):
            with pytest.raises(InvalidStatus) as caught:
                async with ticks_to(port, who, **headers):
                    pass
            assert caught.value.response.status_code == status
            body = caught.value.response.body
            assert b"request_id" in (body if isinstance(body, bytes) else b"request_id")
        head = f"GET {SOCKET} HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        keys = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        reply = await asyncio.to_thread(say, port, (head + keys).encode())
        assert reply is not None
        assert reply.status == 400
        async with ticks_to(port, "owner", Origin=f"http://127.0.0.1:{port}") as own:
            assert (await told(own, batch(AAA=101.0)))["applied"] == 1
        async with ticks_to(port, "outsider") as foreign:
            assert (await told(foreign, batch(AAA=150.0)))["unknown"] == 1
        async with listening(port, run.portfolio_id, "reader") as events:
            update = (await anext(events)).update
            assert next(one["value"] for one in update["nodes"] if one["path"] == ["G"]) == 1010.0
        with pytest.raises(AssertionError, match="not-found"):
            async with listening(port, run.portfolio_id, "outsider"):
                pass


async def test_malformed_messages_are_answered_and_nothing_falls(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """Each says where and what to do; after them the same connection takes good ticks."""
    await book_run(database, tenant)
    good = batch("7", AAA=101.0)
    nan = json.dumps(good).replace("101.0", "NaN")
    with live_server(database_url, tenant) as port:
        async with ticks_to(port) as socket:
            for message, index, field in (
                ("", None, ""),
                ("[" * 5000, None, ""),
                (nan, None, ""),
                ({"ticks": [*good["ticks"], ["AAA", "x", good["ticks"][0][2]]]}, 1, "price"),
                ({"ticks": [["AAA", 1.0, "never"]]}, 0, "time"),
            ):
                answer = await told(socket, message)
                assert (answer["type"], answer["index"], answer["field"]) == ("error", index, field)
                assert answer["remedy"]
            assert (await told(socket, good))["applied"] == 1
            assert (await told(socket, {"ping": 1}))["type"] == "pong"
            await (await socket.ping())
            await socket.send(b"bytes")
            with pytest.raises(ConnectionClosed) as caught:
                await socket.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1003
        async with ticks_to(port) as socket:
            with pytest.raises(ConnectionClosed):
                await told(socket, "x" * (20 * 2**20))
        async with ticks_to(port) as socket:
            assert (await told(socket, batch(AAA=102.0)))["applied"] == 1


async def test_a_connection_is_written_down_once(database: Database, database_url: str, tenant: UUID) -> None:
    """By whom and from where, however many ticks come; where it cannot be written there is no connection."""
    await book_run(database, tenant)
    with live_server(database_url, tenant) as port:
        async with ticks_to(port) as socket:
            for price in (101.0, 102.0, 103.0):
                assert (await told(socket, batch(AAA=price)))["applied"] == 1
        execute(database_url, "REVOKE INSERT ON audit_events FROM plimsoll_app")
        with pytest.raises(InvalidStatus) as caught:
            async with ticks_to(port):
                pass
        assert caught.value.response.status_code == 503
    async with database.session(tenant) as session:
        found = await audit_events.page(session, AuditFilter(), after=None, limit=9)
    assert [(one.action, one.actor, one.address) for one in found] == [("ticks.sent", "owner", "127.0.0.1")]


async def test_a_stream_goes_on_where_it_broke_off(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """What was missed comes again; after a restart the gap is said, and the numbers are the same bits."""
    run = await book_run(database, tenant)
    with live_server(database_url, tenant) as port:
        async with ticks_to(port) as socket:
            async with listening(port, run.portfolio_id) as events:
                first = await anext(events)
            for price in (101.0, 102.0, 103.0):
                await told(socket, batch(AAA=price))
                await asyncio.sleep(0.1)
            async with listening(port, run.portfolio_id, last_id=first.id) as events:
                missed = [await anext(events) for _ in range(3)]
            assert [(one.event, one.update["sequence"]) for one in missed] == [
                ("update", first.update["sequence"] + k) for k in (1, 2, 3)
            ]
    with live_server(database_url, tenant) as port:
        async with listening(port, run.portfolio_id, last_id=missed[-1].id) as events:
            again = await anext(events)
    assert again.event == "reset"
    same = ("risk_run", "var", "es", "nodes")
    assert [again.update[name] for name in same] == [missed[-1].update[name] for name in same]


async def test_a_slow_reader_gets_the_latest_and_holds_up_nobody(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """While it reads nothing, others go on; then it gets one update in place of many, and is told so."""
    run = await book_run(database, tenant)
    with live_server(database_url, tenant) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        path = f"{API}/live/portfolios/{run.portfolio_id}/stream?by=desk"
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer owner\r\n\r\n".encode()
        )
        async with listening(port, run.portfolio_id) as events, ticks_to(port) as socket:
            await anext(events)
            for k in range(60):
                await told(socket, batch(AAA=101.0 + k / 100))
                await asyncio.wait_for(anext(events), 5)
        assert (await reader.read(200)).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_two_hundred_listeners_get_every_update(
    database: Database, database_url: str, tenant: UUID
) -> None:
    """Each is sent the same updates, none of them twice and none out of order."""
    run = await book_run(database, tenant)
    path = f"{API}/live/portfolios/{run.portfolio_id}/stream"
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer reader\r\n\r\n".encode()

    async def listen(port: int, ready: asyncio.Semaphore) -> list[bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked)
        assert b" 200 " in await reader.readline()
        ids: list[bytes] = []
        while len(ids) < 4:
            line = await reader.readline()
            assert line
            if line.startswith(b"id: "):
                ids.append(line)
                ready.release()
        writer.close()
        return ids

    with live_server(database_url, tenant) as port:
        ready = asyncio.Semaphore(0)
        async with asyncio.timeout(60), asyncio.TaskGroup() as group, ticks_to(port) as socket:
            tasks = [group.create_task(listen(port, ready)) for _ in range(200)]
            for price in (101.0, 102.0, 103.0):
                for _ in tasks:
                    await ready.acquire()
                await told(socket, batch(AAA=price))
    heard = [task.result() for task in tasks]
    assert all(one == heard[0] for one in heard)
