"""The recovery of an administrator by two others, over HTTP on a real server, and attacks on its link."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import psycopg
import pytest

from api_server import serving
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.security.totp import code_at, step_of
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.sign_in import LocalSignIn
from somebody import EMAIL, NOW, PASSWORD, new_user

API = "/api/v1"
OTHERS = ("bob@example.com", "cem@example.com")
NEW_PASSWORD = "another engine of many words"  # noqa: S105 - of somebody who is made up


class Site:
    """A server whose clock is moved by hand, with three administrators who have an authenticator app each."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self.now = NOW
        self.url = ""
        self.secrets: dict[str, str] = {}

    def browser(self) -> httpx2.Client:
        """Return a browser without cookies."""
        return httpx2.Client(base_url=self.url, headers={"Origin": self.url}, timeout=30)

    def password(self, browser: httpx2.Client, email: str, password: str = PASSWORD) -> httpx2.Response:
        """Try a password."""
        return browser.post("/sign-in/password", json={"email": email, "password": password})

    def code(self, email: str) -> str:
        """Return the code of the app of somebody, which no step before has shown."""
        self.now += dt.timedelta(seconds=30)
        return code_at(self.secrets[email], step_of(self.now))

    @contextmanager
    def signed_in(self, email: str) -> Iterator[httpx2.Client]:
        """Yield a browser in which somebody has signed in; with the first time they add their app."""
        with self.browser() as browser:
            answer = self.password(browser, email)
            if answer.status_code == 200:
                said = {"challenge": answer.json()["challenge"], "kind": "totp", "answer": self.code(email)}
                answer = browser.post("/sign-in/factor", json=said)
            assert answer.status_code == 204, answer.text
            if email not in self.secrets:
                self.add_app(browser, email)
            yield browser

    def add_app(self, browser: httpx2.Client, email: str) -> None:
        """Let somebody add an authenticator app."""
        begun = browser.post(f"{API}/me/factors/totp", json={"name": "Phone"}).json()
        self.secrets[email] = begun["secret"]
        path = f"{API}/me/factors/{begun['factor']['id']}/confirm"
        assert browser.post(path, json={"code": self.code(email)}).status_code == 200

    def audited(self) -> list[str]:
        """Return what was written down, in its order."""
        with psycopg.connect(self.database_url) as connection:
            rows = connection.execute("SELECT action FROM audit_events ORDER BY recorded_at, id").fetchall()
        return [str(row[0]) for row in rows]


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the server."""

    async def fill() -> None:
        database = Database(database_url)
        for email in (EMAIL, *OTHERS):
            await new_user(database, email=email)
        await database.dispose()

    asyncio.run(fill())
    site = Site(database_url)
    local = LocalSignIn(LOCAL_TENANT, "plk_" + "k" * 43)
    context = ApiContext(database=Database(database_url), sign_in=local, clock=lambda: site.now)
    with serving(create_app(context)) as port:
        site.url = f"http://localhost:{port}"
        yield site


def test_two_others_bring_an_administrator_back(site: Site) -> None:
    """With a new password by a link that is good once, and a new factor before anything else."""
    bob, cem = OTHERS
    with site.signed_in(EMAIL) as ada, site.signed_in(bob) as first, site.signed_in(cem) as second:
        claim = {"email": EMAIL, "password": PASSWORD}
        challenge = ada.post(f"{API}/tokens", json=claim).json()["challenge"]
        said = {"challenge": challenge, "kind": "totp", "answer": site.code(EMAIL)}
        tokens = ada.post(f"{API}/tokens/factor", json=said).json()
        me = ada.get(f"{API}/me").json()["id"].partition(":")[2]
        asked = first.post(f"{API}/recoveries", json={"user_id": me, "reason": "lost telephone"}).json()
        assert asked["link"] is None
        for browser in (ada, first):
            assert browser.post(f"{API}/recoveries/{asked['id']}/approve").status_code == 403
        assert ada.get(f"{API}/users").status_code == 200
        done = second.post(f"{API}/recoveries/{asked['id']}/approve").json()
        token = done["link"].partition("#")[2]
        assert ada.get(f"{API}/me").status_code == 401
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        with site.browser() as stranger:
            assert stranger.get(f"{API}/me", headers=bearer).status_code == 401
            refresh = {"refresh_token": tokens["refresh_token"]}
            assert stranger.post(f"{API}/tokens/refresh", json=refresh).status_code == 401
            assert site.password(stranger, EMAIL).status_code == 401
            weak = {"token": token, "password": "short"}
            assert stranger.post("/sign-in/invitation", json=weak).status_code == 422
        with site.browser() as ada_again:
            chosen = {"token": token, "password": NEW_PASSWORD}
            assert ada_again.post("/sign-in/invitation", json=chosen).status_code == 204
            assert ada_again.get(f"{API}/users").status_code == 403
            site.add_app(ada_again, EMAIL)
            assert ada_again.get(f"{API}/users").status_code == 200
            assert ada_again.post("/sign-in/invitation", json=chosen).status_code == 401
    found = [action for action in site.audited() if action.startswith(("recovery.", "invitation."))]
    wanted = ["asked", "approved", "completed"]
    assert found == [*(f"recovery.{one}" for one in wanted), "invitation.accepted"]


def test_of_many_who_open_the_link_at_once_one_gets_in(site: Site) -> None:
    """And nobody after a day too late."""
    with site.signed_in(OTHERS[0]) as bob, site.signed_in(OTHERS[1]) as cem:
        whom = next(one for one in bob.get(f"{API}/users").json()["items"] if one["email"] == EMAIL)["id"]

        def link() -> str:
            asked = bob.post(f"{API}/recoveries", json={"user_id": whom, "reason": "lost"}).json()["id"]
            done = cem.post(f"{API}/recoveries/{asked}/approve").json()
            return str(done["link"].partition("#")[2])

        def opened(token: str) -> int:
            with site.browser() as browser:
                chosen = {"token": token, "password": NEW_PASSWORD}
                return browser.post("/sign-in/invitation", json=chosen).status_code

        old, token = link(), link()
        assert opened(old) == 401
        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(opened, [token] * 8)) == [204] + [401] * 7
        late = link()
        site.now += dt.timedelta(days=3, seconds=1)
        assert opened(late) == 401
