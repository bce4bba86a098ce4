"""The recovery of an administrator by two others, over HTTP on a real server, and attacks on its link."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import psycopg
import pytest

from moved_site import API, MovedSite, moved_site
from somebody import EMAIL

OTHERS = ("bob@example.com", "cem@example.com")
NEW_PASSWORD = "another engine of many words"  # noqa: S105 - of somebody who is made up


class Site(MovedSite):
    """A server with three administrators."""

    @contextmanager
    def signed_in(self, email: str) -> Iterator[httpx2.Client]:
        """Yield a browser in which somebody has signed in; with the first time they add their app."""
        with self.client() as browser:
            assert self.enter(browser, email) == 204
            if email not in self.secrets:
                self.add_app(browser, email)
            yield browser

    def audited(self) -> list[str]:
        """Return what was written down, in its order."""
        with psycopg.connect(self.database_url) as connection:
            rows = connection.execute("SELECT action FROM audit_events ORDER BY recorded_at, id").fetchall()
        return [str(row[0]) for row in rows]


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the server."""

    with moved_site(Site, database_url, EMAIL, *OTHERS) as site:
        yield site


def test_two_others_bring_an_administrator_back(site: Site) -> None:
    """With a new password by a link that is good once, and a new factor before anything else."""
    bob, cem = OTHERS
    with site.signed_in(EMAIL) as ada, site.signed_in(bob) as first, site.signed_in(cem) as second:
        tokens = site.tokens()
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
        with site.client() as stranger:
            assert stranger.get(f"{API}/me", headers=bearer).status_code == 401
            refresh = {"refresh_token": tokens["refresh_token"]}
            assert stranger.post(f"{API}/tokens/refresh", json=refresh).status_code == 401
            assert site.password(stranger, EMAIL).status_code == 401
            weak = {"token": token, "password": "short"}
            assert stranger.post("/sign-in/invitation", json=weak).status_code == 422
        with site.client() as ada_again:
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
            with site.client() as browser:
                chosen = {"token": token, "password": NEW_PASSWORD}
                return browser.post("/sign-in/invitation", json=chosen).status_code

        old, token = link(), link()
        assert opened(old) == 401
        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(opened, [token] * 8)) == [204] + [401] * 7
        late = link()
        site.now += dt.timedelta(days=3, seconds=1)
        assert opened(late) == 401
