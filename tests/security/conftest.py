"""One platform for all attacks of a test session: none of them may harm it."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest

from api_server import Reply
from attacked_site import NAME, PROXY, Site, attacked_site

ADMINISTRATOR = {"name": "Ada", "email": "ada@example.com", "password": "an engine of several words"}


@dataclass(frozen=True)
class Attacked:
    """A platform, the answer that signed its administrator in, and the header with their cookie."""

    site: Site
    answer: Reply
    cookie: bytes


@pytest.fixture(scope="session")
def attacked() -> Iterator[Attacked]:
    """Yield a platform that runs; it is well at the end, and has logged no unexpected error."""
    # Not in the folder of pytest, to which another test session may shut the way for our database.
    home = Path(tempfile.mkdtemp(prefix="plimsoll-site-"))
    try:
        with attacked_site(home) as site:
            # At once: the link and the right to add a factor last for minutes, a test session for longer.
            answer = _first_administrator(site)
            yield Attacked(site, answer, _with_factor(site, answer))
            assert site.is_well()
            assert "unexpected error" not in site.log
    finally:
        shutil.rmtree(home)


@pytest.fixture
def site(attacked: Attacked) -> Site:
    """Return the platform."""
    return attacked.site


@pytest.fixture
def browser_answer(attacked: Attacked) -> Reply:
    """Return the answer that signed a browser in, through the proxy with TLS."""
    return attacked.answer


@pytest.fixture
def browser(attacked: Attacked) -> bytes:
    """Return the header with the cookie of an administrator who has what they need to do everything."""
    return attacked.cookie


def _first_administrator(site: Site) -> Reply:
    token = urlsplit(site.running.told["sign_in"]).fragment
    reply = _send(site, "POST /sign-in/first-administrator", {"token": token, **ADMINISTRATOR})
    assert reply.status == 204, reply.body
    return reply


def _with_factor(site: Site, answer: Reply) -> bytes:
    cookie = _cookie(answer)
    begun = _send(site, "POST /api/v1/me/factors/totp", {"name": "Telephone"}, cookie)
    assert begun.status == 201, begun.body
    added = json.loads(begun.body)
    code = {"code": pyotp.TOTP(added["secret"]).now()}
    confirmed = _send(site, f"POST /api/v1/me/factors/{added['factor']['id']}/confirm", code, cookie)
    assert confirmed.status == 200, confirmed.body
    return _cookie(confirmed) or cookie


def _send(site: Site, line: str, body: dict[str, str], *headers: bytes) -> Reply:
    return site.answered(
        line,
        b"Content-Type: application/json\r\n",
        f"Origin: https://{NAME}\r\n".encode(),
        b"X-Forwarded-For: 198.51.100.7\r\n",
        b"X-Forwarded-Proto: https\r\n",
        *headers,
        body=json.dumps(body).encode(),
        host=NAME,
        source=PROXY,
    )


def _cookie(reply: Reply) -> bytes:
    """Return the header with the cookie of a session that an answer sets; empty if it sets none."""
    cookies = reply.headers.get("set-cookie", "").splitlines()
    ours = [cookie.partition(";")[0] for cookie in cookies if cookie.startswith("__Host-plimsoll=")]
    return f"Cookie: {ours[0]}\r\n".encode() if ours else b""
