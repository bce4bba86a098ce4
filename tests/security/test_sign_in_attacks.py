"""Attacks on signing in, over HTTP against a real server: who exists, guessing, storms, races, fixation."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx2
import psycopg
import pytest

from api_server import serving
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.security.tokens import digest
from plimsoll.services.risk_api.app import create_app
from plimsoll.services.risk_api.context import ApiContext
from plimsoll.services.risk_api.sign_in import LocalSignIn
from plimsoll.workflows.first_administrator import FIRST_LINK
from somebody import EMAIL, PASSWORD, hashed

KEY = "plk_" + "k" * 43
FIRST = f"{FIRST_LINK}_" + "f" * 43


@pytest.fixture
def url(database_url: str) -> Iterator[str]:
    """Yield the address of a server with one person and one link."""
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO tenants (id, name) VALUES (%s, 'local')", (LOCAL_TENANT,))
        for number, email in enumerate([EMAIL, *(f"u{n}@example.com" for n in range(8))]):
            connection.execute(
                "INSERT INTO users (id, tenant_id, email, name, password, created_by)"
                " VALUES (gen_random_uuid(), %s, %s, %s, %s, 'local')",
                (LOCAL_TENANT, email, f"User {number}", hashed()),
            )
    app = create_app(ApiContext(database=Database(database_url), sign_in=LocalSignIn(LOCAL_TENANT, KEY)))
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


def tried(url: str, email: str, password: str) -> httpx2.Response:
    """Try to sign in, as a page of ours does."""
    claim = {"email": email, "password": password}
    return httpx2.post(f"{url}/sign-in/password", json=claim, headers={"Origin": url}, timeout=30)


def test_nobody_learns_who_has_an_account(url: str) -> None:
    """Status, body and headers are the same, and so is the time, to within what a network hides."""
    times: dict[bool, list[float]] = {True: [], False: []}
    answers = set()
    for number in range(8):
        for there in (True, False):
            email = f"u{number}@example.com" if there else f"no{number}@example.com"
            start = time.perf_counter()
            answer = tried(url, email, "wrong password here")
            times[there].append(time.perf_counter() - start)
            body = {name: value for name, value in answer.json().items() if name != "request_id"}
            answers.add((answer.status_code, str(body), "set-cookie" in answer.headers))
    assert len(answers) == 1
    slower, faster = sorted((median(times[True]), median(times[False])), reverse=True)
    assert slower - faster < 0.25 * slower


def test_of_many_guesses_at_once_no_more_than_ten_are_looked_at(url: str) -> None:
    """Forty in parallel against one person: ten are answered, the rest are told to wait."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: tried(url, EMAIL, f"guess number {n}").status_code, range(40)))
    assert sorted(set(found)) == [401, 429]
    assert found.count(401) == 10


def test_a_storm_of_sign_ins_does_not_hold_up_the_others(url: str) -> None:
    """While dozens sign in, what needs no password is answered at once."""
    over = threading.Event()

    def storm(number: int) -> None:
        while not over.is_set():
            tried(url, f"u{number}@example.com", PASSWORD)

    with ThreadPoolExecutor(8) as pool, httpx2.Client(base_url=url) as other:
        for number in range(8):
            pool.submit(storm, number)
        try:
            times = []
            for _ in range(20):
                start = time.perf_counter()
                assert other.get("/livez").status_code == 200
                times.append(time.perf_counter() - start)
        finally:
            over.set()
    assert median(times) < 0.25


def test_a_link_makes_one_account_however_many_use_it(url: str, database_url: str) -> None:
    """Eight requests at once with the first link of an empty installation make one administrator."""
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM users")
        now = dt.datetime.now(dt.UTC)
        connection.execute(
            "INSERT INTO one_time_tokens"
            " (id, tenant_id, purpose, digest, detail, created_at, created_by, expires_at)"
            " VALUES (gen_random_uuid(), %s, 'first-administrator', %s, '{}', %s, 'local', %s)",
            (LOCAL_TENANT, digest(FIRST), now, now + dt.timedelta(minutes=5)),
        )

    def make(number: int) -> int:
        new = {"token": FIRST, "name": "A", "email": f"a{number}@example.com", "password": PASSWORD}
        path = f"{url}/sign-in/first-administrator"
        return httpx2.post(path, json=new, headers={"Origin": url}, timeout=30).status_code

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(make, range(8)))
    assert found.count(204) == 1
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (1,)


def test_a_session_that_was_planted_is_not_taken_over(url: str) -> None:
    """Signing in always makes a new token, whatever cookie the browser came with."""
    planted = "p" * 43
    with httpx2.Client(base_url=url, headers={"Origin": url}, cookies={"plimsoll": planted}) as browser:
        claim = {"email": EMAIL, "password": PASSWORD}
        assert browser.post("/sign-in/password", json=claim).status_code == 204
    cookie = {"Cookie": f"plimsoll={planted}"}
    assert httpx2.get(f"{url}/api/v1/me", headers=cookie).status_code == 401


def test_back_after_sign_out_shows_nothing(url: str) -> None:
    """A copy of the cookie is worth nothing, and answers are not kept by browsers."""
    with httpx2.Client(base_url=url, headers={"Origin": url}) as browser:
        assert (
            browser.post("/sign-in/password", json={"email": EMAIL, "password": PASSWORD}).status_code == 204
        )
        copy = {"Cookie": f"plimsoll={browser.cookies['plimsoll']}"}
        answer = browser.get("/api/v1/me")
        assert answer.status_code == 200
        assert "no-cache" in answer.headers["cache-control"] or "no-store" in answer.headers["cache-control"]
        assert browser.post("/sign-out").status_code == 204
    assert httpx2.get(f"{url}/api/v1/me", headers=copy).status_code == 401
