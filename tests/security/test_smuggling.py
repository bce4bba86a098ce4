"""Requests on whose borders two servers might disagree, and line ends where none belong."""

import socket

import pytest

from api_server import say
from attacked_site import CANARY, Site, is_refused

SMUGGLED = b"GET /api/v1/system HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n"
JSON = b"Content-Type: application/json\r\n"


def smuggle(site: Site, headers: bytes, body: bytes) -> bytes:
    """Send a request with another one hidden in its body; return all that comes back."""
    request = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n" + JSON + headers + b"\r\n" + body
    with socket.create_connection(("127.0.0.1", site.port), 3) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except OSError:
            pass
    return received


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: identity, chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n",
        b"Transfer-Encoding: chunk\r\n",
        b"X: y\r\n Transfer-Encoding: chunked\r\n",
        b"X: y\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 0\r\n",
        b"Content-Length: 0\r\nContent-Length: 5\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Content-Length: 0x5\r\n",
        b"Content-Length : 5\r\n",
        b"Content_Length: 5\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    ],
)
def test_no_request_hides_behind_another(site: Site, headers: bytes) -> None:
    """Whatever the framing, the secret request in the body is never answered as one of its own."""
    received = smuggle(site, headers, b"0\r\n\r\n" + SMUGGLED % site.keyed)
    assert b'"version"' not in received
    assert not received.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))
    assert site.is_well()


@pytest.mark.parametrize(
    "chunks",
    [
        b"5\nhello\n0\n\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"05;" + b"a" * 20_000 + b"\r\nhello\r\n0\r\n\r\n",
        b"-1\r\nhello\r\n0\r\n\r\n",
        b"FFFFFFFFFFFFFFFF1\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhel",
        b"1\r\nx\r\n" * 20_000,
        b"0\r\nX-Late: " + CANARY.encode() + b"\r\n\r\n",
    ],
)
def test_chunks_with_a_trick(site: Site, chunks: bytes) -> None:
    """A coding that is not quite right, never ends or brings headers behind it gives no effect."""
    received = smuggle(site, b"Transfer-Encoding: chunked\r\n", chunks)
    assert not received.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))
    assert CANARY.encode() not in received
    assert site.is_well()


@pytest.mark.parametrize(
    "headers",
    [
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: ,chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    ],
)
def test_a_body_whose_end_two_would_see_elsewhere(site: Site, headers: bytes) -> None:
    """It is refused with its connection, although whoever may send it sends it whole."""
    body = b'{"name": "Smuggled"}'
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    first = b"POST /api/v1/portfolios HTTP/1.1\r\nHost: 127.0.0.1\r\n" + JSON + site.keyed
    reply = say(site.port, first + headers + b"\r\n" + chunks)
    assert reply is not None
    assert (reply.status, reply.headers["connection"]) == (400, "close")
    with site.client() as client:
        assert "Smuggled" not in client.get("/api/v1/portfolios").text


def test_two_requests_on_one_connection_have_two_answers(site: Site) -> None:
    """Each is let in by its own key: the second one does not inherit the rights of the first."""
    first = b"GET /api/v1/system HTTP/1.1\r\nHost: 127.0.0.1\r\n" + site.keyed + b"\r\n"
    second = b"GET /api/v1/system HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    reply = say(site.port, first + second)
    assert reply is not None
    assert reply.status == 200
    length = int(reply.headers["content-length"])
    rest = reply.body[length:] or (say(site.port, second) or reply).body
    assert b'"version"' not in rest


@pytest.mark.parametrize(
    "path",
    [
        "/livez%0d%0aX-Evil:%20hunter2-canary",
        "/livez%0aX-Evil:hunter2-canary",
        "/sign-in?next=%0d%0aSet-Cookie:%20a=hunter2-canary",
        "/%E5%98%8A%E5%98%8DX-Evil:hunter2-canary",
        "/livez\rX-Evil: hunter2-canary",
        "/livez HTTP/1.1\r\nX-Evil: hunter2-canary\r\nX:",
    ],
)
def test_line_ends_in_a_path(site: Site, path: str) -> None:
    """No header of an answer can be written from a path."""
    reply = site.ask(f"GET {path}")
    assert reply is None or "x-evil" not in reply.headers
    assert reply is None or "set-cookie" not in reply.headers
    assert reply is None or b"hunter2" not in reply.body


@pytest.mark.parametrize(
    "header",
    [
        b"X-A: b\rX-Evil: hunter2-canary\r\n",
        b"X-A: b\x00hunter2-canary\r\n",
        b"X\x00A: hunter2-canary\r\n",
        b"X A: hunter2-canary\r\n",
        b": hunter2-canary\r\n",
        b"hunter2-canary\r\n",
        b"X-A: b\r\n\thunter2-canary\r\n",
        b"\xff\xfe: hunter2-canary\r\n",
    ],
)
def test_headers_out_of_shape(site: Site, header: bytes) -> None:
    """They are refused as a whole."""
    assert is_refused(site.ask("GET /livez", header))
    assert site.is_well()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /livez\r\n\r\n",
        b"GET /livez HTTP/0.9\r\n\r\n",
        b"GET /livez HTTP/2.0\r\nHost: 127.0.0.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET  /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"get /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
        b"\x00" * 70_000,
        b"SSH-2.0-x\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"A" * 200_000,
    ],
)
def test_what_is_no_request(site: Site, request_: bytes) -> None:
    """Other protocols and versions, noise and endless lines are refused, and the server goes on."""
    reply = say(site.port, request_, seconds=12)
    assert reply is None or 400 <= reply.status < 500 or reply.status == 505
    assert site.is_well()
