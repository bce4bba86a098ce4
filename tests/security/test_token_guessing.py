"""Attacks by tokens and cookies that lead nowhere, over HTTP on a real server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from plimsoll.security.throttle import BOUNDS, Tried
from plimsoll.security.tokens import new_token
from somebody import EMAIL, PASSWORD
from token_site import ME, TokenSite, token_site

MOST = BOUNDS[Tried.TOKEN, "address"].most


@pytest.fixture
def site(database_url: str) -> Iterator[TokenSite]:
    """Yield a running API on a database of its own."""
    with token_site(database_url) as site:
        yield site


def _flood(site: TokenSite, count: int) -> list[int]:
    """Return what is answered to tokens of every kind that lead nowhere, several at a time."""

    def some(number: int) -> list[int]:
        forged = ".".join([site.tokens()["access_token"].rpartition(".")[0], "A" * 86]) if number == 0 else ""
        with site.client() as client:
            found = []
            for turn in range(count // 4):
                bearer = (new_token("plk"), new_token("pls"), forged or "a.b.c")[turn % 3]
                headers = {"Authorization": f"Bearer {bearer}"}
                refresh = {"refresh_token": new_token("plr")}
                assertion = {"client_assertion": "a.b.c"}
                answer = (
                    client.get(ME, headers=headers)
                    if number < 2
                    else client.post("/api/v1/tokens/refresh", json=refresh)
                    if number == 2
                    else client.post("/api/v1/tokens/client", json=assertion)
                )
                found.append(answer.status_code)
            return found

    with ThreadPoolExecutor(4) as pool:
        return [status for found in pool.map(some, range(4)) for status in found]


def test_whoever_guesses_is_told_to_stop_and_whoever_knows_gets_in(site: TokenSite) -> None:
    """Keys, access and refresh tokens and assertions count together; what is right is let in all along."""
    mine = site.tokens()
    answers = _flood(site, MOST + 40)
    assert set(answers) == {401, 429}
    assert answers.count(401) == MOST
    with site.client(new_token("plk")) as client:
        stopped = client.get(ME)
    assert (stopped.status_code, stopped.json()["code"]) == (429, "rate-limited")
    assert 0 < int(stopped.headers["Retry-After"]) <= 900
    assert site.status(site.key) == 200
    assert site.status(mine["access_token"]) == 200
    assert site.status(site.tokens()["access_token"]) == 200
    assert site.refresh(mine["refresh_token"]).status_code == 200


def _signed_in(site: TokenSite) -> str:
    """Return the session of Ada's browser."""
    with site.client() as client:
        claim = {"email": EMAIL, "password": PASSWORD}
        answer = client.post("/sign-in/password", json=claim, headers={"Origin": site.url})
        assert answer.status_code == 204, answer.text
        return answer.cookies["plimsoll"]


def test_cookies_are_guessed_as_little_and_harm_no_browser_beside_them(site: TokenSite) -> None:
    """They are counted apart from tokens; who is signed in, or was, is answered as if nobody had guessed."""
    mine, over = _signed_in(site), _signed_in(site)
    with site.client() as client:

        def asked(cookie: str) -> int:
            return client.get(ME, headers={"Cookie": f"plimsoll={cookie}"}).status_code

        signed_out = {"Cookie": f"plimsoll={over}", "Origin": site.url}
        assert client.post("/sign-out", headers=signed_out).status_code == 204
        answers = [asked(new_token() if turn % 2 else "nonsense") for turn in range(MOST + 20)]
        assert answers == [401] * MOST + [429] * 20
        assert (asked(mine), asked(over)) == (200, 401)
        assert client.get(ME).status_code == 401
    assert site.status(new_token("plk")) == 401
    assert site.status(site.key) == 200
    assert _signed_in(site)
