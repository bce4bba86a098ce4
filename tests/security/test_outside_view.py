"""What a stranger finds out: banners, versions, files, measurements, pages for developers."""

import re
import stat
from pathlib import Path

import pytest

from api_server import say
from attacked_site import CANARY, NAME, PROXY, Site, is_refused

PRODUCTS = re.compile(
    r"granian|uvicorn|hyper|starlette|fastapi|python|postgres|redis|\d+\.\d+\.\d+", re.IGNORECASE
)
PATHS = (
    "/",
    "/livez",
    "/readyz",
    "/startupz",
    "/sign-in",
    "/nowhere",
    "/api/v1/system",
    "/api/v1/portfolios",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "TRACE", "DEBUG"])
def test_banners(site: Site, method: str, path: str) -> None:
    """The name of the product is all that any answer tells."""
    reply = site.answered(f"{method} {path}")
    assert reply.headers["server"] == "plimsoll"
    told = " ".join(f"{name} {value}" for name, value in reply.headers.items() if name != "x-request-id")
    assert not PRODUCTS.search(told)
    assert not PRODUCTS.search(re.sub(r'"request_id":\s*"\w+"', "", reply.body.decode()))


@pytest.mark.parametrize(
    "broken", [b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nX Y\r\n\r\n"]
)
def test_banners_of_the_server_itself(site: Site, broken: bytes) -> None:
    """What never reaches the application names no product either."""
    reply = say(site.port, broken, seconds=12)
    assert reply is None or not PRODUCTS.search(f"{reply.headers} {reply.body!r}".replace("HTTP/1.1", ""))


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/debug",
        "/debug/pprof/",
        "/console",
        "/actuator",
        "/server-status",
        "/.git/config",
        "/.env",
        "/plimsoll.toml",
        "/api-key",
        "/static/",
        "/static/sign_in.js",
        "/api/v1/",
        "/api/",
        "/robots.txt~",
        "/page.css.bak",
        "/sign-in.js/..%2f..%2fapi-key",
        "/..;/metrics",
        "/api/v1/../../metrics",
        "/api/v1/portfolios;a=b",
        "/api/v1/portfolios/",
        "/API/V1/portfolios",
        "/api/v1/portfolios%20",
        "/api/v1/%70ortfolios%2f",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/....//....//etc/passwd",
        "/file:///etc/passwd",
    ],
)
def test_there_is_nothing_else(site: Site, path: str) -> None:
    """No measurement, no file, no list of files, no page of a framework, and no second spelling of a path."""
    reply = site.answered(f"GET {path}")
    assert reply.status in (400, 404)
    assert "location" not in reply.headers
    assert b"root:" not in reply.body


def test_measurements_have_a_door_of_their_own(site: Site) -> None:
    """They are on another port of this machine, for addresses alone, and tell neither names nor keys."""
    asked = b"GET /metrics HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
    found = say(site.metrics_port, asked % b"127.0.0.1")
    assert found is not None
    assert (found.status, found.headers["server"]) == (200, "plimsoll")
    assert site.running.key.encode() not in found.body
    for host in (b"evil.example", b"risk.example", b"127.0.0.1.evil.example", b"a\r\nHost: b"):
        reply = say(site.metrics_port, asked % host)
        assert reply is None or (reply.status >= 400 and b"plimsoll_" not in reply.body)
    for path in (b"/", b"/api/v1/portfolios", b"/livez", b"/sign-in", b"/metrics/../api/v1/system"):
        reply = say(site.metrics_port, asked.replace(b"/metrics", path) % b"127.0.0.1")
        assert reply is None or reply.status >= 400


def test_both_ports_are_of_this_machine_alone(site: Site) -> None:
    """Nobody listens on any other address of the machine."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    if not all(table.exists() for table in tables):
        pytest.skip("this system keeps no such tables")
    lines = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    listening = [parts[1].split(":") for parts in lines if parts[3] == "0A"]
    for port in (site.port, site.metrics_port):
        assert {address for address, number in listening if int(number, 16) == port} == {"0100007F"}


def test_what_needs_a_key_says_no_more_to_strangers(site: Site) -> None:
    """With and without something at an id, a stranger gets the same words."""
    with site.client() as client:
        book = client.post("/api/v1/portfolios", json={"name": "Hidden from strangers"}).json()["id"]
    answers = [
        site.answered(f"GET /api/v1/portfolios/{found}")
        for found in (book, book[::-1].replace("-", "0"), "x")
    ]
    said = {re.sub(rb'"request_id":\s*"\w+"', b"", answer.body) for answer in answers}
    assert {answer.status for answer in answers} == {401}
    assert len(said) == 1


@pytest.mark.parametrize("parameter", ["next", "url", "return_to", "redirect_uri", "continue", "dest"])
def test_nobody_is_sent_elsewhere(site: Site, parameter: str) -> None:
    """No parameter makes an answer point to another site."""
    for target in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        for path in ("/sign-in", "/sign-out", "/"):
            reply = site.ask(f"GET {path}?{parameter}={target}")
            assert reply is None or "location" not in reply.headers
            assert reply is None or b"evil.example" not in reply.body


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "DEBUG", "PROPFIND", "HUNTER"])
def test_nothing_is_mirrored(site: Site, method: str) -> None:
    """A method that would show a request to a script is not there."""
    reply = site.answered(f"{method} /livez", f"X-A: {CANARY}\r\n".encode())
    assert reply.status == 405
    assert is_refused(reply)


@pytest.mark.parametrize(
    "headers",
    [
        b"X-A: " + b"a" * 9_000 + b"\r\n",
        b"X-A: " + b"a" * 5 * 2**20 + b"\r\n",
        b"Cookie: " + b"a=b; " * 4_000 + b"\r\n",
        b"Authorization: Bearer " + b"a" * 5 * 2**20 + b"\r\n",
        b"".join(b"X-%d: a\r\n" % number for number in range(5_000)),
        b"Range: bytes=" + b"0-1," * 1_500 + b"\r\n",
        b"Accept: " + b"*/*;q=0.1," * 700 + b"\r\n",
    ],
)
def test_huge_headers(site: Site, headers: bytes) -> None:
    """They are refused before anybody looks into them."""
    reply = site.ask("GET /api/v1/portfolios", headers)
    assert is_refused(reply)
    assert site.is_well()


@pytest.mark.parametrize("length", [5_000, 70_000, 5 * 2**20])
def test_huge_addresses(site: Site, length: int) -> None:
    """So are addresses, in the path and behind the question mark."""
    assert is_refused(site.ask("GET /" + "a" * length))
    assert is_refused(site.ask("GET /livez?" + "a" * length))
    assert is_refused(site.ask("GET /api/v1/portfolios?" + "&".join(f"a{n}=1" for n in range(length // 8))))
    assert site.is_well()


@pytest.mark.parametrize("path", [*PATHS, "/page.css", "/sign-in.js", "/api/v1/docs", "/api/v1/openapi.json"])
def test_every_body_says_what_it_is(site: Site, path: str) -> None:
    """Its type is said, and of a text the characters too."""
    for reply in (site.answered(f"GET {path}"), site.answered(f"GET {path}", site.keyed)):
        kind = reply.headers["content-type"]
        assert not kind.startswith("text/") or kind.endswith("charset=utf-8")
        assert (b"<html" in reply.body.lower()) == kind.startswith("text/html")


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/openapi.json"])
def test_the_api_page_is_for_those_who_are_signed_in(site: Site, browser: bytes, path: str) -> None:
    """Everybody on this machine reads it; through the proxy only who has a session or a key does."""
    through = (b"X-Forwarded-For: 198.51.100.7\r\n", b"X-Forwarded-Proto: https\r\n")
    assert site.answered(f"GET {path}").status == 200
    assert site.answered(f"GET {path}", *through, host=NAME, source=PROXY).status == 401
    for known in (site.keyed, browser):
        assert site.answered(f"GET {path}", *through, known, host=NAME, source=PROXY).status == 200


def test_nobody_else_on_the_machine_reads_the_data_directory(site: Site) -> None:
    """Files and folders in it are its owner's alone; the database keeps its own so itself."""
    home = Path(site.running.told["data_directory"])
    kept = [path for path in home.rglob("*") if not path.name.startswith(".")]  # others are half written
    found = [path for path in kept if "postgres" not in path.relative_to(home).parts]
    assert {"api-key", "sealing-key", "audit-key", "running.json"} <= {path.name for path in found}
    assert [path.name for path in found if path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)] == []
    assert not home.stat().st_mode & (stat.S_IRWXG | stat.S_IROTH | stat.S_IWOTH)
