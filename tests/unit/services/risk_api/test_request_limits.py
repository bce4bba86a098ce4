"""What is refused before anything is parsed; the same on a real server is in tests/integration."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from plimsoll.services.risk_api.request_limits import MAX_HEADER, MAX_UPLOAD, MAX_URL, RequestLimits
from probe_api import CANARY, client_of, probe_app

pytestmark = pytest.mark.anyio


def scope_of(**changes: Any) -> Scope:
    """Return an acceptable request with changes."""
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/x",
        "raw_path": b"/x",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000")],
        "client": ("127.0.0.1", 4000),
    }
    return {**scope, **changes}


async def read_all(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body and answer its length."""
    body = await Request(scope, receive).body()
    await Response(str(len(body)))(scope, receive, send)


async def status_of(scope: Scope, messages: AsyncIterator[Message] | None = None, **limits: float) -> int:
    """Return the status of the answer to a request; an exception that nobody answers is raised."""
    said: list[Message] = []

    async def receive() -> Message:
        if messages is None:
            return {"type": "http.request", "body": b""}
        return await anext(messages)

    async def send(message: Message) -> None:
        said.append(message)

    seconds = {"idle_seconds": 1.0, "body_seconds": 5.0, **limits}
    app = RequestLimits(read_all, hosts=frozenset({"127.0.0.1", "[::1]"}), loopback_only=True, **seconds)
    await app(scope, receive, send)
    return int(said[0]["status"])


@pytest.mark.parametrize(
    ("peer", "status"),
    [
        (("127.0.0.1", 1), 200),
        (("127.8.8.8", 1), 200),
        (("::1", 1), 200),
        (("::ffff:127.0.0.1", 1), 200),
        (("::ffff:10.0.0.1", 1), 403),
        (("10.0.0.1", 1), 403),
        (("192.0.2.1", 1), 403),
        (("", 0), 403),
        (("testclient", 1), 403),
        (None, 403),
    ],
)
async def test_only_this_machine_is_served(peer: tuple[str, int] | None, status: int) -> None:
    """The address of the connection decides, and where there is none nobody is served."""
    assert await status_of(scope_of(client=peer)) == status


async def test_forwarded_headers_are_not_believed() -> None:
    """A stranger is no neighbour because a header says so, and a neighbour is no stranger."""
    forwarded = [
        (b"host", b"127.0.0.1"),
        (b"x-forwarded-for", b"127.0.0.1"),
        (b"forwarded", b"for=127.0.0.1;host=127.0.0.1"),
        (b"x-real-ip", b"127.0.0.1"),
        (b"x-forwarded-host", b"evil.example"),
    ]
    assert await status_of(scope_of(headers=forwarded, client=("192.0.2.1", 1))) == 403
    assert await status_of(scope_of(headers=forwarded)) == 200


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        ([b"127.0.0.1"], 200),
        ([b"127.0.0.1:9"], 200),
        ([b"[::1]:8000"], 200),
        ([b"evil.example"], 400),
        ([b"127.0.0.1.evil.example"], 400),
        ([b"127.0.0.1@evil.example"], 400),
        ([b"evil.example#127.0.0.1"], 400),
        ([b"127.0.0.1:8000, evil.example"], 400),
        ([b"127.0.0.1:x"], 400),
        ([b"127.0.0.1\xff"], 400),
        ([b""], 400),
        ([], 400),
        ([b"127.0.0.1", b"127.0.0.1"], 400),
    ],
)
async def test_only_our_names_are_served(hosts: list[bytes], status: int) -> None:
    """One Host header with a name of ours, and nothing that looks like one."""
    assert await status_of(scope_of(headers=[(b"host", host) for host in hosts])) == status


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        (b"/a/b.c", b"q=%C3%A4&x=1+2%20%2F", 200),
        (b"/a?ignored", b"", 200),
        (b"/a//b", b"", 400),
        (b"/../a", b"", 400),
        (b"/a/.", b"", 400),
        (b"/%2e%2E/a", b"", 400),
        (b"/a%2Fb", b"", 400),
        (b"/a%5cb", b"", 400),
        (b"/a\\b", b"", 400),
        (b"/a;b=c", b"", 400),
        (b"/a%00", b"", 400),
        (b"/a%0d%0aX:1", b"", 400),
        (b"/a%252e", b"", 400),
        (b"/%ff", b"", 400),
        (b"/a\xc3\xa4", b"", 400),
        (b"/a", b"q=%00", 400),
        (b"/a", b"q=%0a", 400),
        (b"/a", b"q=%ff", 400),
        (b"/a", b"q=%ed%a0%80", 400),
        (b"/a", b"q=\xff", 400),
        (b"/" + b"a" * MAX_URL, b"", 414),
        (b"/a", b"q" * MAX_URL, 414),
    ],
)
async def test_a_path_has_one_spelling(path: bytes, query: bytes, status: int) -> None:
    """Spellings on which servers and applications disagree are refused, in the query only what is no text."""
    assert await status_of(scope_of(raw_path=path, query_string=query)) == status


async def test_a_server_without_raw_paths_is_checked_as_well() -> None:
    """The decoded path stands in for the raw one."""
    assert await status_of(scope_of(raw_path=None, path="/a")) == 200
    assert await status_of(scope_of(raw_path=None, path="/../a")) == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"x", b"a" * (MAX_HEADER - 1))], 200),
        ([(b"x", b"a" * MAX_HEADER)], 431),
        ([(b"x%d" % number, b"a" * 6000) for number in range(3)], 431),
        ([(b"x%d" % number, b"a") for number in range(64)], 431),
        ([(b"content-length", b"5")], 200),
        ([(b"content-length", b"5"), (b"content-length", b"5")], 400),
        ([(b"content-length", b"-5")], 400),
        ([(b"content-length", b"0x5")], 400),
        ([(b"content-length", "٥".encode())], 400),
        ([(b"content-length", str(MAX_UPLOAD + 1).encode())], 413),
        ([(b"content-length", b"9" * 100)], 413),
        ([(b"transfer-encoding", b"Chunked ")], 200),
        ([(b"transfer-encoding", b"gzip, chunked")], 400),
        ([(b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")], 400),
        ([(b"transfer-encoding", b"chunked"), (b"content-length", b"5")], 400),
    ],
)
async def test_headers_have_bounds(headers: list[tuple[bytes, bytes]], status: int) -> None:
    """One header, all headers, their number and the announced length of the body are bounded."""
    assert await status_of(scope_of(headers=[(b"host", b"127.0.0.1"), *headers])) == status


async def drip(seconds: float, chunks: int) -> AsyncIterator[Message]:
    """Yield a body slowly."""
    for _ in range(chunks):
        await asyncio.sleep(seconds)
        yield {"type": "http.request", "body": b"x", "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}


async def test_a_slow_body_is_given_up() -> None:
    """Neither one long pause nor many short ones are waited for; a body in time is read."""
    assert await status_of(scope_of(), drip(0.0, 3)) == 200
    for seconds, limits in ((0.5, {"idle_seconds": 0.02}), (0.01, {"body_seconds": 0.05})):
        with pytest.raises(Exception, match="did not arrive in time") as given_up:
            await status_of(scope_of(), drip(seconds, 1000), **limits)
        assert getattr(given_up.value, "status_code", 0) == 408


async def test_waiting_for_the_client_to_leave_has_no_limit() -> None:
    """After the body, `receive` waits for the end of the connection as long as it takes."""

    async def then_leave() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"x", "more_body": False}
        await asyncio.sleep(0.1)
        yield {"type": "http.disconnect"}

    left: list[str] = []

    async def stay(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        left.append((await receive())["type"])
        await Response()(scope_of(), receive, send)

    messages = then_leave()

    async def receive() -> Message:
        return await anext(messages)

    async def send(_: Message) -> None:
        return None

    app = RequestLimits(
        stay, hosts=frozenset({"127.0.0.1"}), loopback_only=True, idle_seconds=0.01, body_seconds=0.01
    )
    await app(scope_of(), receive, send)
    assert left == ["http.disconnect"]


async def test_the_api_serves_strangers_only_if_it_is_told_to() -> None:
    """Another machine gets a problem unless `loopback_only` is off."""
    async with client_of(probe_app(), peer=("192.0.2.1", 1)) as client:
        answer = await client.get("/livez", headers={"x-forwarded-for": "127.0.0.1"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not-local")
    async with client_of(probe_app(loopback_only=False), peer=("192.0.2.1", 1)) as client:
        assert (await client.get("/livez")).status_code == 200


async def test_a_refusal_repeats_nothing() -> None:
    """A foreign host, a bad path and a large header come back as problems without their text."""
    async with client_of(probe_app()) as client:
        for path, headers in (
            ("/livez", {"host": f"{CANARY}.example"}),
            (f"/{CANARY}%2f", {}),
            ("/livez", {CANARY: "x" * 9000}),
            (f"/{CANARY}", {}),
            (f"/livez?{CANARY}=1", {}),
        ):
            answer = await client.get(path, headers=headers)
            assert 400 <= answer.status_code < 500
            assert answer.headers["content-type"] == "application/problem+json"
            assert CANARY not in answer.text
            assert CANARY not in str(answer.headers)


async def test_other_protocols_pass_through() -> None:
    """The lifespan is not a request."""
    seen: list[str] = []

    async def inner(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return None

    await RequestLimits(inner, hosts=frozenset(), loopback_only=True)({"type": "lifespan"}, nothing, nothing)
    assert seen == ["lifespan"]
