"""Attacks on second factors, over HTTP against a real server: replay, races, guessing, skipping."""

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

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
from soft_authenticator import SoftAuthenticator
from somebody import EMAIL, NOW, PASSWORD, new_user

MINE = "/api/v1/me/factors"
STEP = dt.timedelta(seconds=30)


@dataclass
class Site:
    """A server whose clock stands still until it is moved, with one administrator."""

    database_url: str
    url: str = ""
    now: dt.datetime = NOW

    def browser(self) -> httpx2.Client:
        """Return a browser without cookies."""
        return httpx2.Client(base_url=self.url, headers={"Origin": self.url}, timeout=30)

    def challenge(self, browser: httpx2.Client) -> str:
        """Give the right password and return the token of the second step."""
        answer = browser.post("/sign-in/password", json={"email": EMAIL, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["challenge"])


@dataclass
class Ada:
    """The administrator with an authenticator app."""

    site: Site
    browser: httpx2.Client
    secret: str = ""
    codes: list[str] = field(default_factory=list)

    def code(self) -> str:
        """Return the code of this moment."""
        return code_at(self.secret, step_of(self.site.now))

    def step(self, browser: httpx2.Client, kind: str, answer: str, challenge: str = "") -> int:
        """Return the status of a second step."""
        said = {"challenge": challenge or self.site.challenge(browser), "kind": kind, "answer": answer}
        return browser.post("/sign-in/factor", json=said).status_code


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """Yield the server."""
    asyncio.run(_with_administrator(database_url))
    site = Site(database_url)
    local = LocalSignIn(LOCAL_TENANT, "plk_" + "k" * 43)
    context = ApiContext(database=Database(database_url), sign_in=local, clock=lambda: site.now)
    with serving(create_app(context)) as port:
        site.url = f"http://localhost:{port}"
        yield site


async def _with_administrator(url: str) -> None:
    database = Database(url)
    await new_user(database)
    await database.dispose()


async def _with_somebody(site: Site) -> None:
    database = Database(site.database_url)
    await new_user(database, email="eve@example.com", administrator=False)
    await database.dispose()


@pytest.fixture
def ada(site: Site) -> Iterator[Ada]:
    """Yield the administrator, who has signed in by the password and added an app."""
    with site.browser() as browser:
        ada = Ada(site, browser)
        claim = {"email": EMAIL, "password": PASSWORD}
        assert browser.post("/sign-in/password", json=claim).status_code == 204
        begun = browser.post(f"{MINE}/totp", json={"name": "Phone"}).json()
        ada.secret = begun["secret"]
        path = f"{MINE}/{begun['factor']['id']}/confirm"
        ada.codes = browser.post(path, json={"code": ada.code()}).json()["recovery_codes"]
        yield ada


def at_once(count: int, act: Any) -> list[Any]:
    """Return what comes of many who do the same at the same time."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: act(), range(count)))


def test_an_administrator_without_a_factor_can_only_get_one(site: Site) -> None:
    """Everything else is forbidden until there is one."""
    with site.browser() as browser:
        browser.post("/sign-in/password", json={"email": EMAIL, "password": PASSWORD})
        for path in ("users", "portfolios", "sessions", "risk-runs", "recoveries"):
            assert browser.get(f"/api/v1/{path}").status_code == 403
        invited = {"name": "Eve", "email": "eve@example.com"}
        assert browser.post("/api/v1/users", json=invited).status_code == 403
        begun = browser.post(f"{MINE}/totp", json={"name": "Phone"}).json()
        code = {"code": code_at(begun["secret"], step_of(site.now))}
        assert browser.post(f"{MINE}/{begun['factor']['id']}/confirm", json=code).status_code == 200
        assert browser.get("/api/v1/users").status_code == 200


def test_a_password_is_no_fresh_proof_beside_a_factor(site: Site, ada: Ada) -> None:
    """Neither asked for on purpose nor by changing it; the factor is."""
    site.now += dt.timedelta(minutes=11)
    invited = {"name": "Bob", "email": "bob@example.com"}
    password = {"kind": "password", "answer": PASSWORD}
    answer = ada.browser.post("/api/v1/me/step-up", json=password)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "totp" in answer.json()["remedy"]
    changed = {"current": PASSWORD, "chosen": PASSWORD + " more"}
    assert ada.browser.post("/api/v1/me/password", json=changed).status_code == 204
    assert ada.browser.post("/api/v1/users", json=invited).json()["code"] == "step-up-required"
    proof = {"kind": "totp", "answer": ada.code()}
    assert ada.browser.post("/api/v1/me/step-up", json=proof).status_code == 204
    assert ada.browser.post("/api/v1/users", json=invited).status_code == 201


def test_a_short_password_keeps_its_factor(site: Site) -> None:
    """What is short beside a factor does not stand alone: the last one goes when the password is longer."""
    asyncio.run(_with_somebody(site))
    with site.browser() as browser:
        claim = {"email": "eve@example.com", "password": PASSWORD}
        assert browser.post("/sign-in/password", json=claim).status_code == 204
        begun = browser.post(f"{MINE}/totp", json={"name": "Phone"}).json()
        path = f"{MINE}/{begun['factor']['id']}"
        code = {"code": code_at(begun["secret"], step_of(site.now))}
        assert browser.post(f"{path}/confirm", json=code).status_code == 200
        short = {"current": PASSWORD, "chosen": "fir lamp"}
        assert browser.post("/api/v1/me/password", json=short).status_code == 204
        refused = browser.delete(path)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
        assert "15" in refused.json()["remedy"]
        longer = {"current": "fir lamp", "chosen": PASSWORD}
        assert browser.post("/api/v1/me/password", json=longer).status_code == 204
        assert browser.delete(path).status_code == 204


def test_a_program_steps_up_with_its_access_token(site: Site, ada: Ada) -> None:
    """It is let do what is sensitive, and gets no cookie by which five minutes would become twelve hours."""
    site.now += STEP
    with httpx2.Client(base_url=site.url, timeout=30) as program:
        claim = {"email": EMAIL, "password": PASSWORD}
        challenge = program.post("/api/v1/tokens", json=claim).json()["challenge"]
        said = {"challenge": challenge, "kind": "totp", "answer": ada.code()}
        first = program.post("/api/v1/tokens/factor", json=said).json()
        site.now += dt.timedelta(minutes=11)
        token = {"refresh_token": first["refresh_token"]}
        access = program.post("/api/v1/tokens/refresh", json=token).json()["access_token"]
        program.headers["Authorization"] = f"Bearer {access}"
        invited = {"name": "Bob", "email": "bob@example.com"}
        assert program.post("/api/v1/users", json=invited).json()["code"] == "step-up-required"
        proof = {"kind": "totp", "answer": ada.code()}
        answer = program.post("/api/v1/me/step-up", json=proof)
        assert (answer.status_code, answer.headers.get("set-cookie")) == (204, None)
        assert program.post("/api/v1/users", json=invited).status_code == 201


def test_a_code_is_replayed_in_vain(site: Site, ada: Ada) -> None:
    """The code of enrolment, and one that was used, in the same and in another browser."""
    with site.browser() as browser, site.browser() as other:
        assert ada.step(browser, "totp", ada.code()) == 401
        site.now += STEP
        assert ada.step(browser, "totp", ada.code()) == 204
        assert ada.step(other, "totp", ada.code()) == 401


@pytest.mark.parametrize("kind", ["totp", "recovery"])
def test_a_code_is_taken_once_by_requests_that_race(site: Site, ada: Ada, kind: str) -> None:
    """Eight challenges, one code, at the same time: one session."""
    site.now += STEP
    answer = ada.code() if kind == "totp" else ada.codes[0]
    with site.browser() as browser:
        challenges = iter([site.challenge(browser) for _ in range(8)])
        found = at_once(8, lambda: ada.step(browser, kind, answer, next(challenges)))
    assert sorted(found) == [204] + [401] * 7


def test_of_one_challenge_five_answers_are_looked_at(site: Site, ada: Ada) -> None:
    """Then the right one is refused as well; it is right under a new one."""
    site.now += STEP
    with site.browser() as browser:
        challenge = site.challenge(browser)
        guesses = [ada.step(browser, "totp", "000000", challenge) for _ in range(5)]
        assert guesses == [401] * 5
        assert ada.step(browser, "totp", ada.code(), challenge) == 401
        assert ada.step(browser, "totp", ada.code()) == 204


def test_guessing_over_many_challenges_is_stopped(site: Site, ada: Ada) -> None:
    """Ten wrong codes in a quarter of an hour, whatever challenge they are for; then nobody guesses on."""
    site.now += STEP
    with site.browser() as browser:
        found = [ada.step(browser, "totp", f"{n:06}") for n in range(8)]
        found += [ada.step(browser, "recovery", f"{n:06}") for n in range(8)]
    assert found.count(429) >= 6
    assert 204 not in found


def test_the_second_step_is_not_skipped(site: Site, ada: Ada) -> None:
    """The token of a challenge is no session, no key, and nothing is served before the second step."""
    with site.browser() as browser:
        challenge = site.challenge(browser)
        assert not [name for name in browser.cookies if not name.endswith("-device")]
        for headers in ({"Authorization": f"Bearer {challenge}"}, {"Cookie": f"plimsoll={challenge}"}):
            assert browser.get("/api/v1/me", headers=headers).status_code == 401
        for kind in ("password", "", "none", "pending", "PASSKEY"):
            assert ada.step(browser, kind, PASSWORD, challenge) == 401


def test_another_ones_challenge_and_an_old_one_are_over(site: Site, ada: Ada) -> None:
    """Made up, too late, or used."""
    with site.browser() as browser:
        challenge = site.challenge(browser)
        site.now += dt.timedelta(minutes=5)
        for token in ("", "x" * 64, "plc_" + "x" * 43, challenge):
            assert ada.step(browser, "totp", ada.code(), token or " ") == 401
        site.now += STEP
        fresh = site.challenge(browser)
        assert ada.step(browser, "totp", ada.code(), fresh) == 204
        site.now += STEP
        assert ada.step(browser, "totp", ada.code(), fresh) == 401


def test_who_was_there_before_the_factor_adds_none(site: Site) -> None:
    """A thief with the password, signed in before, is out when the first factor comes, and adds none."""
    with site.browser() as thief, site.browser() as owner:
        claim = {"email": EMAIL, "password": PASSWORD}
        for browser in (thief, owner):
            assert browser.post("/sign-in/password", json=claim).status_code == 204
        begun = owner.post(f"{MINE}/totp", json={"name": "Phone"}).json()
        code = {"code": code_at(begun["secret"], step_of(site.now))}
        assert owner.post(f"{MINE}/{begun['factor']['id']}/confirm", json=code).status_code == 200
        assert thief.post(f"{MINE}/totp", json={"name": "Mine"}).status_code == 401
        assert owner.get("/api/v1/me").status_code == 200


def test_a_false_site_gets_no_passkey_signature_accepted(site: Site, ada: Ada) -> None:
    """What a device signs for another origin opens nothing here; what it signs here does, once."""
    options = ada.browser.post(f"{MINE}/passkeys/options").json()["options"]
    device = SoftAuthenticator(site.url)
    key = {"name": "Key", "credential": json.loads(device.create(options))}
    assert ada.browser.post(f"{MINE}/passkeys", json=key).status_code == 200
    with site.browser() as browser:
        challenge = site.challenge(browser)
        asked = {"challenge": challenge, "kind": "passkey"}

        def options_now() -> dict[str, Any]:
            found = browser.post("/sign-in/factor/challenge", json=asked)
            assert found.status_code == 200, found.text
            return dict(found.json()["options"])

        device.origin = "http://localhost.evil.example"
        assert ada.step(browser, "passkey", device.get(options_now()), challenge) == 401
        device.origin = site.url
        answer = device.get(options_now())
        assert ada.step(browser, "passkey", answer, challenge) == 204
        assert ada.step(browser, "passkey", answer) == 401


def test_nothing_secret_is_said_again(ada: Ada, database_url: str) -> None:
    """Neither the list nor the database, as bytes or text, has the secret of an app or a recovery code."""
    listed = ada.browser.get(MINE).text
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT (SELECT string_agg(f::text, '') FROM factors f)"
            " || (SELECT string_agg(r::text, '') FROM recovery_codes r)"
            " || (SELECT string_agg(a::text, '') FROM audit_events a)"
            " || coalesce((SELECT string_agg(i::text, '') FROM idempotency_keys i), '')"
        ).fetchone()
    assert rows is not None
    kept = str(rows[0])
    for secret in (ada.secret, *ada.codes):
        hidden = (secret, secret.encode().hex(), secret.replace("-", ""))
        assert not any(form in listed or form in kept for form in hidden)
