"""One platform for all attacks of a test session: none of them may harm it."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api_server import Reply
from attacked_site import Site, attacked_site
from site_people import cookie_of, send, with_factor

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
            yield Attacked(site, answer, with_factor(site, cookie_of(answer)))
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
    reply = send(site, "POST /sign-in/first-administrator", {"token": token, **ADMINISTRATOR})
    assert reply.status == 204, reply.body
    return reply
