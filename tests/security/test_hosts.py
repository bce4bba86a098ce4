"""Names and addresses that a client gives to us, and to itself."""

import pytest

from attacked_site import NAME, PROXY, Site, is_refused

FORWARDED_BY_TLS = (b"X-Forwarded-For: 198.51.100.7\r\n", b"X-Forwarded-Proto: https\r\n")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", NAME, f"{NAME}:443"])
def test_names_under_which_we_are_served(site: Site, host: str) -> None:
    """This machine's own names and those of the settings are answered."""
    assert site.answered("GET /livez", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "hunter2-canary.example",
        "127.0.0.1.hunter2-canary.example",
        f"{NAME}.hunter2-canary.example",
        f"hunter2-canary.{NAME}",
        f"hunter2-canary@{NAME}",
        f"{NAME}@hunter2-canary.example",
        f"{NAME}, hunter2-canary.example",
        f"{NAME}/hunter2-canary",
        f"{NAME}:hunter2-canary",
        f"{NAME}:443:443",
        f"{NAME}.",
        f"{NAME}\x00",
        "0.0.0.0",  # noqa: S104 - an attack
        "127.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "xn--127-0-0-1",
        "",
    ],
)
def test_evil_hosts(site: Site, host: str) -> None:
    """Any other name is refused, so that no link, cache or browser can be led astray by it."""
    assert is_refused(site.ask("GET /livez", host=host))


def test_two_hosts(site: Site) -> None:
    """Of two names one would win here and the other elsewhere."""
    assert is_refused(site.ask("GET /livez", b"Host: hunter2-canary.example\r\n"))
    assert is_refused(site.ask("GET /livez", b"Host: 127.0.0.1\r\n"))


@pytest.mark.parametrize("form", ["http://hunter2-canary.example/livez", "https://127.0.0.1/livez"])
def test_a_host_in_the_request_line(site: Site, form: str) -> None:
    """It does not go round the check of the header, and is never followed: this is no open proxy."""
    reply = site.ask(f"GET {form}")
    assert is_refused(reply) or (reply is not None and reply.body == b"ok\n" and "hunter2" not in str(reply))


def test_connect_is_no_tunnel(site: Site) -> None:
    """Nobody reaches another server through this one."""
    assert is_refused(site.ask("CONNECT hunter2-canary.example:443"))
    assert is_refused(site.ask("CONNECT 127.0.0.1:22"))


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/docs", "/api/v1/openapi.json", "/nowhere"])
@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded"]
)
def test_names_in_other_headers_lead_nowhere(site: Site, path: str, name: str) -> None:
    """No answer is built from a name that a client put into a header of its own."""
    said = f"{name}: hunter2-canary.example\r\n".encode()
    without, reply = site.answered(f"GET {path}"), site.answered(f"GET {path}", said)
    assert (reply.status, b"hunter2" in reply.body) == (without.status, False)
    assert "hunter2" not in str(reply.headers)
    assert "location" not in reply.headers


@pytest.mark.parametrize(
    "said", [b"X-Forwarded-Proto: https\r\n", b"Forwarded: proto=https\r\n", b"X-Forwarded-Ssl: on\r\n"]
)
def test_a_client_cannot_claim_tls(site: Site, said: bytes) -> None:
    """Only the proxy that was named says that a request came by TLS."""
    assert "strict-transport-security" not in site.answered("GET /livez", said).headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_trusted_proxy_says_so(site: Site, method: str) -> None:
    """Behind it every answer tells browsers to stay with TLS for a year, subdomains included."""
    for path in ("/livez", "/nowhere", "/api/v1/portfolios"):
        reply = site.answered(f"{method} {path}", *FORWARDED_BY_TLS, host=NAME, source=PROXY)
        assert reply.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_the_chain_before_a_trusted_proxy_is_hearsay(site: Site) -> None:
    """Whatever stands in front of what the proxy wrote changes nothing and harms nothing."""
    for said in (
        "127.0.0.1, 198.51.100.7",
        "'; DROP TABLE runs, 198.51.100.7",
        "\xff, 198.51.100.7",
        "," * 3000,
    ):
        header = b"X-Forwarded-For: " + said.encode("latin-1") + b"\r\n"
        assert site.answered("GET /livez", header, host=NAME, source=PROXY).status == 200
