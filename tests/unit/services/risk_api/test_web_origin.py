"""The origin under which a request came."""

import pytest
from starlette.requests import Request

from plimsoll.services.risk_api.web_origin import web_origin


def request_to(host: str, scheme: str = "https") -> Request:
    """Return a request to a host."""
    headers = [(b"host", host.encode())]
    return Request({"type": "http", "scheme": scheme, "path": "/", "headers": headers, "server": ("x", 1)})


@pytest.mark.parametrize(
    ("host", "scheme", "origin"),
    [
        ("risk.example.com", "https", "https://risk.example.com"),
        ("risk.example.com:8443", "https", "https://risk.example.com:8443"),
        ("localhost:8000", "http", "http://localhost:8000"),
    ],
)
def test_it_is_what_a_browser_says(host: str, scheme: str, origin: str) -> None:
    """Scheme, name and a port that is not the usual one."""
    assert web_origin(request_to(host, scheme)) == origin


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "127.0.0.1", "[::1]:8000", "[::1]"])
def test_an_address_is_no_name(host: str) -> None:
    """Browsers make no passkey for it."""
    assert web_origin(request_to(host, "http")) == ""
