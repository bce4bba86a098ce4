"""What a hostile client gets from the API on a real server: 4xx or the end, never 5xx, never an echo."""

from collections.abc import Iterator

import pytest

from api_server import Reply, say, serving
from probe_api import CANARY, KEY, PROBE, probe_app

MIB = 2**20
KEYED = f"Authorization: Bearer {KEY}\r\n".encode()
LOCAL = b"Host: 127.0.0.1\r\n"
JSON = b"Content-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SECRET = CANARY.encode()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve the API and yield its port."""
    with serving(probe_app()) as port:
        yield port


def head(line: str, *headers: bytes, host: bytes = LOCAL, key: bytes = KEYED) -> bytes:
    """Return the head of a request that closes its connection."""
    return (
        f"{line} HTTP/1.1\r\n".encode() + host + key + b"Connection: close\r\n" + b"".join(headers) + b"\r\n"
    )


def length(body: bytes) -> bytes:
    """Return the header that announces a body."""
    return b"Content-Length: %d\r\n" % len(body)


def is_refused(reply: Reply | None) -> bool:
    """Return whether the client is blamed or left, and nothing of it is repeated."""
    if reply is None:
        return True
    repeated = SECRET in reply.body or CANARY in str(reply.headers)
    return 400 <= reply.status < 500 and not repeated


def is_well(port: int) -> bool:
    """Return whether the server still answers."""
    reply = say(port, head("GET /livez"))
    return reply is not None and reply.status == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": NaN}',
        b'{"name": "a", "quantity": -Infinity}',
        b'{"name": "a", "quantity": 1e400}',
        b'{"name": "a", "name": "hunter2-canary"}',
        b'{"name": "\\ud800hunter2-canary"}',
        b'{"name": "hunter2-canary\\u0000"}',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"name": "a", "count": ' + b"7" * 10_000 + b"}",
        b'{"name": "a", "count": 9223372036854775808}',
        b'{"name": "hunter2-canary\xff"}',
        b'{"name": "a", "hunter2-canary": 1}',
        b'{"name": "a", "id": "hunter2-canary"}',
        b"hunter2-canary",
        b"",
    ],
)
def test_bodies_with_a_trap(port: int, body: bytes) -> None:
    """Each trap is a problem on the wire as well."""
    reply = say(port, head(f"POST {PROBE}/echo", JSON, length(body)), body)
    assert reply is not None
    assert is_refused(reply)
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "kind", [b"text/plain", b"application/x-www-form-urlencoded", b"hunter2-canary", b"\xff"]
)
def test_bodies_of_another_type(port: int, kind: bytes) -> None:
    """What a form can send is not taken for JSON."""
    body = b'{"name": "a"}'
    reply = say(port, head(f"POST {PROBE}/echo", b"Content-Type: " + kind + b"\r\n", length(body)), body)
    assert reply is not None
    assert reply.status == 415
    assert is_refused(reply)


@pytest.mark.parametrize("key", [KEYED, b""], ids=["known", "unknown"])
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
def test_sixty_megabytes_of_json(port: int, announced: bool, key: bytes) -> None:
    """A body far too large is refused, announced or not, to friend and stranger, and the server goes on."""
    body = b" " * (60 * MIB)
    if announced:
        reply = say(port, head(f"POST {PROBE}/echo", JSON, length(body), key=key), body)
    else:
        chunk = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
        reply = say(port, head(f"POST {PROBE}/echo", JSON, CHUNKED, key=key), chunk)
    assert is_refused(reply)
    assert reply is None or reply.status == (413 if key else 401)
    assert is_well(port)


def test_files_of_sixty_megabytes_are_taken_and_of_seventy_are_not(port: int) -> None:
    """An upload may be large, within its own bound, announced or not."""
    csv = b"Content-Type: text/csv\r\n"
    good, large = b"x" * (60 * MIB), b"x" * (70 * MIB)
    taken = say(port, head(f"PUT {PROBE}/file", csv, length(good)), good)
    assert taken is not None
    assert (taken.status, b"62914560" in taken.body) == (200, True)
    assert is_refused(say(port, head(f"PUT {PROBE}/file", csv, length(large)), large))
    chunk = b"%x\r\n" % len(large) + large + b"\r\n0\r\n\r\n"
    assert is_refused(say(port, head(f"PUT {PROBE}/file", csv, CHUNKED), chunk))
    assert is_well(port)


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: -1\r\n",
        b"Content-Length: hunter2-canary\r\n",
        b"Content-Length: 2\r\nContent-Length: 3\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: hunter2-canary\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    ],
)
def test_lengths_that_servers_may_disagree_on(port: int, headers: bytes) -> None:
    """No request can be smuggled behind another: the first is refused, and the connection ends."""
    smuggled = b"0\r\n\r\nGET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    reply = say(port, head(f"POST {PROBE}/echo", JSON, headers), smuggled)
    assert is_refused(reply)
    assert reply is None or b"ok\n" not in reply.body


@pytest.mark.parametrize(
    "chunk", [b"ZZ\r\n", b"-5\r\nhello\r\n", b"5;" + b"x" * 100_000, b"FFFFFFFFFFFFFFFFF\r\n"]
)
def test_chunks_that_are_none(port: int, chunk: bytes) -> None:
    """A body that breaks off in the middle of its coding is never accepted."""
    assert is_refused(say(port, head(f"POST {PROBE}/echo", JSON, CHUNKED), chunk, seconds=8))
    assert is_well(port)


@pytest.mark.parametrize(
    "host",
    [
        b"Host: hunter2-canary.example\r\n",
        b"Host: 127.0.0.1.example\r\n",
        b"",
        LOCAL + LOCAL,
        b"Host: 127.0.0.1@x\r\n",
    ],
)
def test_hosts_that_are_not_ours(port: int, host: bytes) -> None:
    """DNS rebinding ends here."""
    reply = say(port, head("GET /livez", host=host))
    assert reply is not None
    assert reply.status == 400
    assert is_refused(reply)


def test_forwarded_headers_change_nothing(port: int) -> None:
    """Nobody becomes somebody else by a header."""
    spoofed = b"X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\nX-Forwarded-Host: evil.example\r\n"
    reply = say(port, head("GET /livez", spoofed))
    assert reply is not None
    assert reply.status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/hunter2-canary",
        "/../livez",
        "/a%2fhunter2-canary",
        "/a%00",
        "/livez%0d%0aX-Evil:%20hunter2-canary",
        "//livez",
        "/%ff",
        "/%ed%a0%80",
        "/livez?hunter2-canary=%00",
        "/livez?a=%ff",
        "/livez?hunter2-canary=1",
        "/livez/",
        "/hunter2-canary",
        "/" + "a" * 5000,
        "/" + "a" * 70_000,
        "http://evil.example/hunter2-canary",
        "/%zz",
        "*",
    ],
)
def test_paths_in_disguise(port: int, path: str) -> None:
    """A path has one spelling, and no answer redirects."""
    reply = say(port, head(f"GET {path}"))
    assert is_refused(reply)
    assert reply is None or "location" not in reply.headers


@pytest.mark.parametrize(
    "headers",
    [
        b"X-A: " + b"a" * 9_000 + b"\r\n",
        b"X-A: " + b"a" * 200_000 + b"\r\n",
        b"X-A: " + b"a" * (5 * MIB) + b"\r\n",
        b"Authorization: Bearer " + b"a" * 9_000 + b"\r\n",
        b"".join(b"X-%d: a\r\n" % number for number in range(90)),
        b"".join(b"X-%d: a\r\n" % number for number in range(5_000)),
        b"X-A: hunter2-canary\x00\r\n",
        b"X-A hunter2-canary\r\n",
    ],
    ids=["9 kB", "200 kB", "5 MB", "9 kB key", "90", "5000", "NUL", "no colon"],
)
def test_headers_that_are_too_much(port: int, headers: bytes) -> None:
    """Huge, many and broken headers are refused."""
    assert is_refused(say(port, head("GET /livez", headers, key=b"")))
    assert is_well(port)


@pytest.mark.parametrize(
    ("method", "status"), [("OPTIONS", 405), ("TRACE", 405), ("DELETE", 405), ("HUNTER", 405)]
)
def test_methods_that_are_not_there(port: int, method: str, status: int) -> None:
    """Each is told which methods there are; nothing is mirrored."""
    reply = say(port, head(f"{method} /livez", b"X-A: hunter2-canary\r\n"))
    assert reply is not None
    assert (reply.status, reply.headers["allow"]) == (status, "GET, HEAD")
    assert is_refused(reply)


def test_head_has_the_headers_of_get(port: int) -> None:
    """The length is told, the body is not sent."""
    reply = say(port, head("HEAD /livez"))
    assert reply is not None
    assert (reply.status, reply.headers["content-length"], reply.body) == (200, "3", b"")


def test_slow_headers_are_not_waited_for(port: int) -> None:
    """Who does not finish the headers in time is left."""
    slow = [b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n", *(b"X-%d: a\r\n" % number for number in range(10))]
    assert is_refused(say(port, *slow, pause=0.4))
    assert is_well(port)


def test_the_banner_tells_no_product_and_no_version(port: int) -> None:
    """The Server header is our name alone."""
    reply = say(port, head("GET /livez"))
    assert reply is not None
    assert reply.headers["server"] == "plimsoll"
    assert not any(name.startswith("x-powered") for name in reply.headers)


def test_an_unexpected_error_is_a_problem(port: int) -> None:
    """500 has an id and nothing else, and the connection stays usable."""
    reply = say(port, head(f"GET {PROBE}/broken/unexpected"))
    assert reply is not None
    assert reply.status == 500
    assert SECRET not in reply.body
    assert is_well(port)
