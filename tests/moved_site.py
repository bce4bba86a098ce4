"""The API on a real server whose clock is moved by hand, with people who may have an authenticator app."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx2

from api_server import serving
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.security.totp import code_at, step_of
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.sign_in import LocalSignIn
from somebody import EMAIL, NOW, PASSWORD, new_user

API = "/api/v1"
_Site = TypeVar("_Site", bound="MovedSite")


class MovedSite:
    """A server, the time that it goes by, and the secrets of the apps of its people."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self.url = ""
        self.now = NOW
        self.secrets: dict[str, str] = {}

    def client(self, bearer: str = "") -> httpx2.Client:
        """Return a browser without cookies, or a program with a token."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {"Origin": self.url}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=30)

    def password(
        self, browser: httpx2.Client, email: str = EMAIL, password: str = PASSWORD
    ) -> httpx2.Response:
        """Try a password."""
        return browser.post("/sign-in/password", json={"email": email, "password": password})

    def code(self, email: str = EMAIL) -> str:
        """Return a code of somebody's app that was not shown before; time goes on for it."""
        self.now += dt.timedelta(seconds=30)
        return code_at(self.secrets[email], step_of(self.now))

    def enter(
        self, browser: httpx2.Client, email: str = EMAIL, *, kind: str = "totp", answer: str = ""
    ) -> int:
        """Sign somebody in, and return the status of the last step."""
        first = self.password(browser, email)
        if first.status_code != 200:
            return first.status_code
        said = {"challenge": first.json()["challenge"], "kind": kind, "answer": answer or self.code(email)}
        return browser.post("/sign-in/factor", json=said).status_code

    def add_app(self, browser: httpx2.Client, email: str = EMAIL) -> list[str]:
        """Let somebody add an authenticator app, and return their recovery codes."""
        begun = browser.post(f"{API}/me/factors/totp", json={"name": "Phone"}).json()
        self.secrets[email] = begun["secret"]
        path = f"{API}/me/factors/{begun['factor']['id']}/confirm"
        added = browser.post(path, json={"code": self.code(email)})
        assert added.status_code == 200, added.text
        codes: list[str] = added.json()["recovery_codes"]
        return codes

    def tokens(self, email: str = EMAIL) -> dict[str, str]:
        """Return an access token and a refresh token of somebody who has an app."""
        with self.client() as client:
            claim = {"email": email, "password": PASSWORD}
            challenge = client.post(f"{API}/tokens", json=claim).json()["challenge"]
            said = {"challenge": challenge, "kind": "totp", "answer": self.code(email)}
            found: dict[str, str] = client.post(f"{API}/tokens/factor", json=said).json()
        return found


@contextmanager
def moved_site(kind: type[_Site], database_url: str, *emails: str) -> Iterator[_Site]:
    """Serve an API on which some people are administrators, for as long as the block lasts."""

    async def fill() -> None:
        database = Database(database_url)
        for email in emails:
            await new_user(database, email=email)
        await database.dispose()

    asyncio.run(fill())
    site = kind(database_url)
    local = LocalSignIn(LOCAL_TENANT, "plk_" + "k" * 43)
    context = ApiContext(database=Database(database_url), sign_in=local, clock=lambda: site.now)
    with serving(create_app(context)) as port:
        site.url = f"http://localhost:{port}"
        yield site
