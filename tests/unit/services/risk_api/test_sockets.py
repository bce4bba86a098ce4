"""WebSocket routes: nobody gets in who would not get in elsewhere."""

from collections.abc import AsyncIterator

import pytest
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from asgi_socket import HOST, AsgiSocket, refusal
from plimsoll.data.store.database import Database
from plimsoll.security.permissions import Permission, Principal
from plimsoll.services.risk_api.context import in_process
from plimsoll.services.risk_api.routes import ApiRouter
from plimsoll.services.risk_api.sockets import SocketRoute
from probe_api import ADDRESS, KEY, TENANT, probe_app, sign_in
from risk_api_world import Doors

pytestmark = pytest.mark.anyio

TALK = "/api/v1/talk/it"
BEARER = (b"authorization", f"Bearer {KEY}".encode())
talk = ApiRouter("talk")


@talk.socket("/it", permission=Permission.TICKS_WRITE)
async def echo(socket: WebSocket, caller: Principal) -> None:
    """Say who calls, then fail at the first message."""
    await socket.accept()
    await socket.send_text(f'{{"id": "{caller.id}"}}')
    await socket.receive_text()
    raise ValueError(KEY)


@pytest.fixture
async def served() -> AsyncIterator[ASGIApp]:
    """Yield the API with the socket."""
    local = sign_in()
    async with in_process(probe_app(local=local, routers=(talk,))) as app:
        yield app


async def test_who_has_the_key_is_let_in(served: ASGIApp) -> None:
    """The conversation is told who calls."""
    async with AsgiSocket(served, TALK, headers=[HOST, BEARER]) as socket:
        assert (await socket.hear())["type"] == "websocket.accept"
        assert await socket.hear_json() == {"id": "local"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 401),
        ([(b"authorization", b"Bearer x")], 401),
        ([BEARER, BEARER], 401),
        ([BEARER, (b"origin", b"http://evil.example")], 403),
        ([BEARER, (b"origin", b"null")], 403),
        ([BEARER, (b"origin", ADDRESS.encode())], 101),
        ([BEARER, (b"origin", ADDRESS.encode()), (b"sec-fetch-site", b"cross-site")], 403),
    ],
)
async def test_anybody_else_is_refused(
    served: ASGIApp, headers: list[tuple[bytes, bytes]], status: int
) -> None:
    """Before the connection is taken: without a key, with two, and from a page of another site."""
    assert await refusal(served, TALK, headers) == status


async def test_a_session_needs_a_page_of_ours() -> None:
    """A cookie comes along from any page: only the Origin of our own lets it in."""
    local = sign_in()
    session = local.redeem(local.new_link(ADDRESS).partition("#")[2])
    cookie = (b"cookie", f"plimsoll={session}".encode())
    async with in_process(probe_app(local=local, routers=(talk,))) as app:
        assert await refusal(app, TALK, [cookie]) == 403
        assert await refusal(app, TALK, [cookie, (b"origin", b"http://evil.example")]) == 403
        assert await refusal(app, TALK, [cookie, (b"origin", ADDRESS.encode())]) == 101


async def test_a_permission_is_needed() -> None:
    """Somebody who may do everything else gets 403."""
    without = Principal("a", TENANT, "A", frozenset(Permission) - {Permission.TICKS_WRITE})
    doors = Doors(TENANT, "", people={KEY: without})
    async with in_process(probe_app(local=doors, routers=(talk,))) as app:
        assert await refusal(app, TALK, [BEARER]) == 403


async def test_the_limits_of_requests_hold_for_sockets(served: ASGIApp) -> None:
    """Host, neighbourhood, sizes of headers and path are looked at first."""
    assert await refusal(served, TALK, [BEARER], client=("192.0.2.1", 1)) == 403
    assert await refusal(served, TALK, [BEARER], client=None) == 403
    assert await refusal(served, TALK, [BEARER, (b"x", b"x" * 9000)]) == 431
    assert await refusal(served, TALK, [BEARER], query_string=b"x=" + b"x" * 5000) == 414
    assert await refusal(served, TALK, [BEARER], raw_path=b"/api//v1/talk/it") == 400
    async with AsgiSocket(served, TALK, headers=[(b"host", b"evil.example"), BEARER]) as socket:
        assert (await socket.hear())["status"] == 400


async def test_a_mistake_of_ours_closes_the_connection_and_tells_nothing(served: ASGIApp) -> None:
    """The client learns that the logs know; the server sees no exception."""
    async with AsgiSocket(served, TALK, headers=[HOST, BEARER]) as socket:
        await socket.hear()
        await socket.hear()
        await socket.say("x")
        closed = await socket.hear()
    assert (closed["type"], closed["code"], closed["reason"]) == (
        "websocket.close",
        1011,
        "The logs say why.",
    )


async def test_a_mistake_before_the_connection_is_taken_is_a_500() -> None:
    """It is answered like that of a request, headers included."""
    broken = ApiRouter("broken")

    async def fails(_: WebSocket, __: Principal) -> None:
        raise ValueError(KEY)

    broken.socket("/it", permission=Permission.TICKS_WRITE)(fails)
    async with (
        in_process(probe_app(routers=(broken,))) as app,
        AsgiSocket(app, "/api/v1/broken/it", headers=[HOST, BEARER]) as socket,
    ):
        refused, body = await socket.hear(), await socket.hear()
    assert refused["status"] == 500
    assert b"x-request-id" in dict(refused["headers"])
    assert KEY.encode() not in body["body"]


def test_a_socket_that_goes_round_the_checks_stops_the_start() -> None:
    """FastAPI's own WebSockets know no permission."""
    plain = ApiRouter("plain")
    plain.add_api_websocket_route("/it", lambda: None)
    with pytest.raises(RuntimeError, match="goes round"):
        probe_app(database=Database("postgresql://127.0.0.1:9/nowhere"), routers=(plain,))


def test_a_socket_declares_its_permission() -> None:
    """It cannot be made without one."""
    (route,) = talk.routes
    assert isinstance(route, SocketRoute)
    assert (route.path, route.permission) == (TALK, Permission.TICKS_WRITE)
