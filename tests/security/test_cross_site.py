"""What pages of other sites make a browser send, frame or read."""

import pytest

from api_server import Reply
from attacked_site import NAME, PROXY, Site

OURS = f"https://{NAME}"
ORIGIN = f"Origin: {OURS}\r\n".encode()
JSON = b"Content-Type: application/json\r\n"
FORWARDED = (b"X-Forwarded-For: 198.51.100.7\r\n", b"X-Forwarded-Proto: https\r\n")
BOOK = b'{"name": "Made by another site"}'


def send(site: Site, cookie: bytes, line: str, *headers: bytes, body: bytes = b"") -> Reply:
    """Send what a browser with a session sends, through the proxy with TLS."""
    return site.answered(line, *FORWARDED, cookie, *headers, body=body, host=NAME, source=PROXY)


def names(site: Site) -> list[str]:
    """Return the names of all portfolios."""
    with site.client() as client:
        return [found["name"] for found in client.get("/api/v1/portfolios").json()["items"]]


@pytest.mark.parametrize("kind", [JSON, b"Content-Type: text/plain\r\n"], ids=["json", "text/plain"])
@pytest.mark.parametrize(
    "headers",
    [
        b"Origin: https://evil.example\r\n",
        b"Origin: null\r\n",
        b"Origin: \r\n",
        b"",
        b"Origin: http://" + NAME.encode() + b"\r\n",
        b"Origin: https://" + NAME.encode() + b":8443\r\n",
        b"Origin: https://" + NAME.encode() + b".evil.example\r\n",
        b"Origin: https://evil.example\r\n" + ORIGIN,
        ORIGIN + b"Origin: https://evil.example\r\n",
        b"Referer: " + OURS.encode() + b"/\r\n",
        b"Sec-Fetch-Site: cross-site\r\n",
        b"Sec-Fetch-Site: same-site\r\n",
        b"Sec-Fetch-Site: none\r\n",
        ORIGIN + b"Sec-Fetch-Site: cross-site\r\n",
        b"Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n",
    ],
)
def test_a_page_of_another_site_changes_nothing(
    site: Site, browser: bytes, headers: bytes, kind: bytes
) -> None:
    """With the cookie of a session but no sign that a page of ours sends it, a change is refused."""
    reply = send(site, browser, "POST /api/v1/portfolios", kind, headers, body=BOOK)
    assert reply.status == 403
    assert "Made by another site" not in names(site)


@pytest.mark.parametrize(
    "kind",
    [
        b"text/plain",
        b"text/plain; x=application/json",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"application/json, text/plain",
        b"application/json\r\nContent-Type: text/plain",
    ],
)
def test_what_a_form_can_send_is_no_json(site: Site, browser: bytes, kind: bytes) -> None:
    """Types for which a browser asks nobody are not read as JSON, whoever sends them."""
    header = b"Content-Type: " + kind + b"\r\n"
    reply = send(site, browser, "POST /api/v1/portfolios", header, ORIGIN, body=BOOK)
    assert reply.status == 415
    assert "Made by another site" not in names(site)


def test_a_page_of_ours_may(site: Site, browser: bytes) -> None:
    """The same request from a page of ours makes the portfolio, so that the refusals above mean something."""
    site_says = b"Sec-Fetch-Site: same-origin\r\n"
    reply = send(
        site, browser, "POST /api/v1/portfolios", JSON, ORIGIN, site_says, body=b'{"name": "Made by us"}'
    )
    assert reply.status == 201
    assert "Made by us" in names(site)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("name", [b"X-HTTP-Method-Override", b"X-Method-Override", b"X-HTTP-Method"])
def test_a_method_is_what_it_is(site: Site, browser: bytes, method: str, name: bytes) -> None:
    """No header and no parameter turns a harmless method into another one."""
    with site.client() as client:
        book = client.post("/api/v1/portfolios", json={"name": f"Kept from {method} {name.decode()}"}).json()
    send(site, browser, f"{method} /api/v1/portfolios/{book['id']}", name + b": DELETE\r\n", ORIGIN)
    send(site, browser, f"{method} /api/v1/portfolios/{book['id']}?_method=DELETE", ORIGIN)
    with site.client() as client:
        assert client.get(f"/api/v1/portfolios/{book['id']}").json()["version"] == book["version"]


@pytest.mark.parametrize("origin", [b"https://evil.example", b"null", OURS.encode()])
@pytest.mark.parametrize("path", ["/api/v1/portfolios", "/livez", "/nowhere", "/sign-in"])
def test_nobody_is_told_that_other_sites_may_read(
    site: Site, browser: bytes, path: str, origin: bytes
) -> None:
    """There is no CORS header, not even for a preflight, and other sites may not embed an answer."""
    asked = b"Origin: " + origin + b"\r\nAccess-Control-Request-Method: DELETE\r\n"
    for method in ("GET", "OPTIONS"):
        reply = send(site, browser, f"{method} {path}", asked)
        assert not [name for name in reply.headers if name.startswith("access-control")]
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"
        assert reply.headers["cross-origin-opener-policy"] == "same-origin"
        assert method == "GET" or reply.status in (404, 405)


@pytest.mark.parametrize(
    "path", ["/sign-in", "/api/v1/docs", "/api/v1/portfolios", "/livez", "/nowhere", "/page.css"]
)
def test_no_page_can_be_framed_or_filled(site: Site, browser: bytes, path: str) -> None:
    """Every answer refuses frames, foreign scripts and guesses about its type."""
    for reply in (send(site, browser, f"GET {path}"), site.answered(f"GET {path}")):
        policy = reply.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "base-uri 'none'" in policy
        assert not any(word in policy for word in ("unsafe", "*", "http:", "data:"))
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["cache-control"] == "no-store"


def test_the_cookie_of_a_session(site: Site, browser_answer: Reply) -> None:
    """It belongs to one host, goes by TLS alone, is hidden from scripts and from other sites' requests."""
    cookies = browser_answer.headers["set-cookie"].splitlines()
    assert [cookie for cookie in cookies if cookie.startswith("__Host-plimsoll=")]
    for cookie in cookies:
        name, *parts = cookie.split("; ")
        words = {part.lower() for part in parts}
        assert name.startswith("__Host-plimsoll")
        assert {"secure", "httponly", "path=/", "samesite=strict"} <= words
        assert not any(word.startswith("domain") for word in words)
        assert len(name) < 200
        assert name.partition("=")[2] not in browser_answer.body.decode()
    assert site.is_well()


@pytest.mark.parametrize("name", ["plimsoll", "__Secure-plimsoll", "__host-plimsoll", " __Host-plimsoll"])
def test_a_cookie_under_another_name_opens_nothing(site: Site, browser: bytes, name: str) -> None:
    """What a neighbour on another port or a subdomain could set is not looked at where TLS is used."""
    token = browser.decode().partition("=")[2].strip()
    cookie = f"Cookie: {name}={token}\r\n".encode()
    expected = 200 if name.startswith(" ") else 401  # blanks before a name are none of it
    assert send(site, cookie, "GET /api/v1/portfolios").status == expected


def test_two_cookies_of_one_name(site: Site, browser: bytes) -> None:
    """A cookie that somebody else has added under our name does not take over the session."""
    ours = browser.decode().partition(" ")[2].strip()
    foreign = "__Host-plimsoll=" + "A" * 43
    for both in (f"{ours}; {foreign}", f"{foreign}; {ours}"):
        reply = send(site, f"Cookie: {both}\r\n".encode(), "GET /api/v1/portfolios")
        assert reply.status in (200, 401)


def test_signing_out_clears_the_browser(site: Site) -> None:
    """The cookie goes, and with it whatever the browser keeps of our answers."""
    reply = send(site, b"Cookie: __Host-plimsoll=" + b"A" * 43 + b"\r\n", "POST /sign-out", ORIGIN)
    assert reply.status == 204
    assert reply.headers["clear-site-data"] == '"cache", "storage"'
    assert reply.headers["set-cookie"].startswith('__Host-plimsoll=""; ')
    assert "max-age=0" in reply.headers["set-cookie"].lower()
