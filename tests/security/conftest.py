"""One platform for all attacks of a test session: none of them may harm it."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api_server import Reply
from attacked_site import NAME, PROXY, Site, attacked_site

ADMINISTRATOR = {"name": "Ada", "email": "ada@example.com", "password": "an engine of several words"}


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Yield a platform that runs; it is well at the end, and has logged no unexpected error."""
    # Not in the folder of pytest, to which another test session may shut the way for our database.
    home = Path(tempfile.mkdtemp(prefix="plimsoll-site-"))
    try:
        with attacked_site(home) as site:
            yield site
            assert site.is_well()
            assert "unexpected error" not in site.log
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def browser_answer(site: Site) -> Reply:
    """Return the answer that signed a browser in, through the proxy with TLS."""
    token = urlsplit(site.running.told["sign_in"]).fragment
    first = token.startswith("plf_")
    reply = site.answered(
        f"POST /sign-in{'/first-administrator' if first else ''}",
        b"Content-Type: application/json\r\n",
        f"Origin: https://{NAME}\r\n".encode(),
        b"X-Forwarded-For: 198.51.100.7\r\n",
        b"X-Forwarded-Proto: https\r\n",
        body=json.dumps({"token": token, **(ADMINISTRATOR if first else {})}).encode(),
        host=NAME,
        source=PROXY,
    )
    assert reply.status == 204, reply.body
    return reply


@pytest.fixture(scope="session")
def browser(browser_answer: Reply) -> bytes:
    """Return the header with the cookie of a browser that is signed in."""
    cookies = browser_answer.headers["set-cookie"].splitlines()
    (ours,) = [cookie.partition(";")[0] for cookie in cookies if cookie.startswith("__Host-plimsoll=")]
    return f"Cookie: {ours}\r\n".encode()
