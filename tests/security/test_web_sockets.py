"""The one WebSocket: who opens it, what may be said on it, and for how long."""

import json
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from api_server import say
from attacked_site import NAME, PROXY, Site

PATH = "/api/v1/live/ticks"
MIB = 2**20


def opened(site: Site, origin: str | None = None, path: str = PATH, **headers: str) -> ClientConnection:
    """Open a socket with the key of the machine unless other headers are given."""
    sent = headers or {"Authorization": f"Bearer {site.running.key}"}
    return connect(
        f"ws://127.0.0.1:{site.port}{path}",
        origin=None if origin is None else Origin(origin),
        additional_headers={name.replace("_", "-"): value for name, value in sent.items()},
        max_size=None,
        compression=None,
        proxy=None,
    )


def status(site: Site, origin: str | None = None, path: str = PATH, **headers: str) -> int:
    """Return the status with which a socket is refused, 101 if it is not."""
    try:
        with opened(site, origin, path, **headers):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def test_a_program_with_a_key_may(site: Site) -> None:
    """Without a browser there is no origin, and the key decides."""
    with opened(site) as socket:
        socket.send('{"ping": 1, "id": "a"}')
        assert json.loads(socket.recv(5))["id"] == "a"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "file://",
        f"http://{NAME}",
        "http://127.0.0.1",
        "http://127.0.0.1.evil.example",
    ],
)
def test_a_page_of_another_site_opens_none(site: Site, origin: str) -> None:
    """Browsers let any page open a socket to anywhere, so that what a page says of itself is checked here."""
    assert status(site, origin) == 403


def test_a_page_of_ours_may_with_its_session(site: Site, browser: bytes) -> None:
    """With the cookie the origin must be there, and be ours."""
    headers = {
        "Cookie": browser.decode().partition(" ")[2].strip(),
        "X_Forwarded_Proto": "https",
        "X_Forwarded_For": "198.51.100.7",
    }
    assert (
        status(site, f"https://{NAME}", **headers) == 403
    )  # not through the proxy: no TLS, so no such origin
    found = {}
    for origin in (f"https://{NAME}", "https://evil.example", "null", None):
        lines = [] if origin is None else [f"Origin: {origin}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + "A" * 22 + "=="]
        head = "".join(f"{line}\r\n" for line in lines).encode()
        found[origin] = _upgraded(site, head)
    assert found == {f"https://{NAME}": 101, "https://evil.example": 403, "null": 403, None: 403}


def _upgraded(site: Site, headers: bytes) -> int:

    line = f"GET {PATH} HTTP/1.1\r\nHost: {NAME}\r\nConnection: Upgrade\r\n".encode()
    reply = say(site.port, line + headers + b"\r\n", seconds=3, source=PROXY)
    return 0 if reply is None else reply.status


@pytest.mark.parametrize(
    "headers",
    [
        {"X_None": "x"},
        {"Authorization": "Bearer plk_" + "A" * 43},
        {"Authorization": "Basic YTpi"},
        {"Cookie": "plimsoll=" + "A" * 43},
        {"Sec_WebSocket_Protocol": "plk_" + "A" * 43},
    ],
)
def test_strangers(site: Site, headers: dict[str, str]) -> None:
    """Who does not say who they are, or not truly, gets no socket."""
    assert status(site, **headers) == 401


def test_a_key_in_the_address_is_not_looked_at(site: Site) -> None:
    """Addresses stand in logs and histories: what is secret never goes there."""
    path = f"{PATH}?token={site.running.key}&access_token={site.running.key}"
    assert status(site, path=path, X_None="x") == 401
    assert site.running.key not in site.log


@pytest.mark.parametrize("path", ["/api/v1/live", "/api/v1/system", "/", PATH + "/", "/api/v1/live//ticks"])
def test_no_other_path_is_a_socket(site: Site, path: str) -> None:
    """What is no socket is not made one by asking."""
    assert 400 <= status(site, path=path) < 500


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[" * 10_000,
        '{"ticks": NaN}',
        '{"ticks": [], "ticks": []}',
        '{"ticks": [["A", 1e400, "2026-01-01T00:00:00Z"]]}',
        '{"ticks": [["\\ud800", 1, "2026-01-01T00:00:00Z"]]}',
        '{"ticks": [["hunter2-canary\\u0000", 1, "2026-01-01T00:00:00Z"]]}',
        '{"hunter2-canary": 1}',
        "null",
        '"' + "x" * 400_000 + '"',
    ],
)
def test_messages_with_a_trap(site: Site, said: str) -> None:
    """Each is answered with what is wrong, without its words, and the socket goes on."""
    with opened(site) as socket:
        socket.send(said)
        answer = socket.recv(5)
        assert json.loads(answer)["code"] in ("bad-json", "invalid")
        assert "hunter2" not in str(answer)
        socket.send('{"ping": 1}')
        socket.recv(5)


@pytest.mark.parametrize("said", ["x" * MIB, b"bytes", b"\xff" * 1000, "x" * (20 * MIB)])
def test_what_is_too_large_or_no_text(site: Site, said: str | bytes) -> None:
    """The connection ends; the server goes on."""
    with opened(site) as socket:
        with suppress(ConnectionClosed):
            socket.send(said)
        with pytest.raises(ConnectionClosed):
            socket.recv(10)
    assert site.is_well()


def test_noise_does_not_go_on_for_ever(site: Site) -> None:
    """Who says twenty things in a row that nobody can accept is left."""
    with opened(site) as socket:
        for _ in range(20):
            socket.send("{")
            socket.recv(5)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
