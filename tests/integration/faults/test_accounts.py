"""Accounts while the database takes no writes, and while clocks are moved, over HTTP on a real server."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from moved_site import API, MovedSite, moved_site
from plimsoll.security.totp import code_at, step_of
from postgres import execute
from somebody import EMAIL, PASSWORD

CLAIM = {"email": EMAIL, "password": PASSWORD}
HOUR = dt.timedelta(hours=1)
INVITED = {"name": "Bob", "email": "bob@example.com"}


class Site(MovedSite):
    """A server with one administrator, who has recovery codes, and a database that may refuse writes."""

    recovery: list[str]

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Let the database refuse writes for as long as the block lasts, as a standby does."""
        name = self.database_url.partition("?")[0].rpartition("/")[2]
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        others += " AND pid <> pg_backend_pid()"
        execute(self.database_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on; {others}")
        try:
            yield
        finally:
            undo = f"ALTER DATABASE {name} RESET default_transaction_read_only; {others}"
            execute(self.database_url, f"SET TRANSACTION READ WRITE; {undo}")


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the server."""

    with moved_site(Site, database_url, EMAIL) as site:
        with site.client() as browser:
            assert site.enter(browser) == 204
            site.recovery = site.add_app(browser)
        yield site


def test_a_database_that_takes_no_writes_lets_nobody_in_and_reads_on(site: Site) -> None:
    """Whoever is known goes on reading; every sign-in and everything sensitive is 503, right or wrong."""
    key, tokens = "", site.tokens()
    with site.client() as browser, site.client() as stranger:
        assert site.enter(browser) == 204
        account = browser.post(f"{API}/service-accounts", json={"name": "a", "permissions": ["runs:read"]})
        keys = f"{API}/service-accounts/{account.json()['id']}/keys"
        key = browser.post(keys, json={"name": "k"}).json()["key"]
        with site.read_only(), site.client(key) as program, site.client(tokens["access_token"]) as person:
            for who, path in ((browser, "users"), (browser, "me"), (program, "risk-runs"), (person, "users")):
                assert who.get(f"{API}/{path}").status_code == 200, path
            wrong = {**CLAIM, "password": PASSWORD + "x"}
            refresh = {"refresh_token": tokens["refresh_token"]}
            refused = [
                stranger.post("/sign-in/password", json=CLAIM),
                stranger.post("/sign-in/password", json=wrong),
                stranger.post(f"{API}/tokens", json=CLAIM),
                stranger.post(f"{API}/tokens/refresh", json=refresh),
                browser.post(f"{API}/users", json=INVITED),
                browser.post(keys, json={"name": "another"}),
                browser.post(f"{API}/roles", json={"name": "R", "permissions": ["runs:read"]}),
                browser.post(f"{API}/me/step-up", json={"kind": "recovery", "answer": site.recovery[0]}),
                browser.post(f"{API}/me/factors/totp", json={"name": "Another"}),
                browser.post(f"{API}/me/sessions/end-others"),
            ]
            assert [answer.status_code for answer in refused] == [503] * len(refused)
            assert {answer.json()["code"] for answer in refused} == {"unavailable"}
            assert all("Retry-After" in answer.headers for answer in refused)
            with site.client("plk_" + "A" * 43) as guessing:
                assert guessing.get(f"{API}/me").status_code == 401
        assert [one["email"] for one in browser.get(f"{API}/users").json()["items"]] == [EMAIL]
        assert len(browser.get(keys).json()["items"]) == 1
        assert site.enter(stranger, kind="recovery", answer=site.recovery[0]) == 204


def test_a_clock_that_is_ahead_ends_what_is_over_and_nothing_else(site: Site) -> None:
    """Sessions, access tokens and links end; who signs in anew is let in, by a code of that very time."""
    tokens = site.tokens()
    with site.client() as browser:
        assert site.enter(browser) == 204
        site.now += 3 * HOUR
        assert browser.get(f"{API}/me").status_code == 401
        for path, body in (("", {}), ("/refresh", {"refresh_token": tokens["refresh_token"]})):
            with site.client(tokens["access_token"]) as program:
                answer = program.post(f"{API}/tokens{path}", json=body) if path else program.get(f"{API}/me")
                assert answer.status_code == 401
        assert site.enter(browser) == 204
        assert browser.get(f"{API}/users").status_code == 200


def test_a_clock_that_goes_back_brings_nothing_back(site: Site) -> None:
    """A session, and what was proven in it, waits for its time; so do right codes; used ones stay used."""
    with site.client() as browser, site.client() as other:
        used = site.code()
        assert site.enter(browser, answer=used) == 204
        right = site.now
        assert browser.post(f"{API}/users", json=INVITED).status_code == 201
        site.now = right - 3 * HOUR
        assert other.post("/sign-out").status_code == 204  # whoever was seen a moment ago is asked for anew
        assert browser.get(f"{API}/me").status_code == 401
        ahead = code_at(site.secrets[EMAIL], step_of(right) + 1)
        assert site.enter(other, answer=ahead) == 401
        assert site.enter(other, answer=site.code()) == 401
        assert site.enter(other, kind="recovery", answer=site.recovery[0]) == 204
        site.now = right
        assert browser.get(f"{API}/users").status_code == 200
        assert site.enter(other, answer=used) == 401
        assert site.enter(other) == 204


def test_a_session_that_was_over_is_not_brought_back(site: Site) -> None:
    """Not by a clock that is put back to when it was not."""
    with site.client() as browser:
        assert site.enter(browser) == 204
        site.now += HOUR
        assert browser.post("/sign-out", headers={"Cookie": "none=none"}).status_code == 204
        assert browser.get(f"{API}/me").status_code == 401
        site.now -= HOUR
        assert browser.get(f"{API}/me").status_code == 401


def test_a_token_from_the_future_does_not_count(site: Site) -> None:
    """One that was made before the clock was put right; the next one, for the same refresh token, does."""
    site.now += 3 * HOUR
    tokens = site.tokens()
    site.now -= 3 * HOUR
    with site.client(tokens["access_token"]) as program:
        assert program.get(f"{API}/me").status_code == 401
    with site.client() as program:
        refresh = {"refresh_token": tokens["refresh_token"]}
        again = program.post(f"{API}/tokens/refresh", json=refresh).json()["access_token"]
    with site.client(again) as program:
        assert program.get(f"{API}/me").status_code == 200
