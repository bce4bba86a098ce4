"""Signing in at a provider of OpenID Connect, and the attacks on it, with real HTTP on both sides."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from oidc_provider import CLIENT, SECRET, OidcProvider, oidc_provider
from plimsoll.security.totp import code_at, step_of
from token_site import ME, OUTSIDE, TokenSite, token_site

STRANGER = RSAKey.generate_key(2048, {"kid": "provider"})


@pytest.fixture
def site(database_url: str) -> Iterator[TokenSite]:
    """Yield a running API that may reach this machine."""
    with token_site(database_url, loopback=True) as site:
        yield site


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    """Yield a running provider that knows Ada."""
    with oidc_provider() as provider:
        yield provider


def _path(site: TokenSite, provider: OidcProvider) -> str:
    """Believe the provider, and return where to sign in."""
    new = {"name": "Work", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    with site.client(site.key) as client:
        made = client.post("/api/v1/identity-providers", json=new)
    assert made.status_code == 201, made.text
    assert SECRET not in made.text
    found: str = made.json()["sign_in"]
    return found


@pytest.fixture
def browser(site: TokenSite) -> Iterator[httpx2.Client]:
    """Yield a browser."""
    with site.client() as browser:
        yield browser


def _back(path: str, browser: httpx2.Client) -> str:
    """Go to the provider, and return the address to which the browser is sent back."""
    there = browser.get(path).headers["location"]
    return httpx2.get(there).headers["location"].removeprefix(OUTSIDE)


def test_somebody_signs_in_at_work(site: TokenSite, provider: OidcProvider, browser: httpx2.Client) -> None:
    """The browser gets a session; the first time by the address, later by the name at the provider."""
    path = _path(site, provider)
    provider.claims["amr"] = ["pwd", "mfa"]
    for email in ("ada@example.com", "somebody-else@example.com"):
        provider.claims["email"] = email
        back = _back(path, browser)
        answer = browser.get(back)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        assert browser.get("/api/v1/portfolios").status_code == 200
        assert "SameSite=strict" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ({}, False),
        ({"amr": ["pwd"]}, False),
        ({"amr": "mfa"}, False),
        ({"acr": "1"}, False),
        ({"amr": ["pwd", "otp", "mfa"]}, True),
        ({"acr": "http://schemas.openid.net/pape/policies/2007/06/multi-factor"}, True),
    ],
)
def test_an_administrator_needs_two_factors_there_or_here(
    site: TokenSite, provider: OidcProvider, browser: httpx2.Client, said: dict[str, Any], opens: bool
) -> None:
    """The word of a provider is one factor, unless it says that it has asked for several."""
    path = _path(site, provider)
    provider.claims.update(said)
    assert browser.get(_back(path, browser)).status_code == 303
    assert browser.get(ME).status_code == 200
    assert (browser.get("/api/v1/users").status_code == 200) == opens


def test_whoever_has_a_factor_here_shows_it_after_a_provider_asked_for_one(
    site: TokenSite, provider: OidcProvider, browser: httpx2.Client
) -> None:
    """Nothing else is sensitive enough to be allowed before: no other factor is added, no address changed."""
    path = _path(site, provider)
    browser.headers["Origin"] = site.url
    browser.get(_back(path, browser))
    mine = "/api/v1/me/factors"
    begun = browser.post(f"{mine}/totp", json={"name": "Phone"}).json()

    def code(ahead: int = 0) -> str:
        return code_at(begun["secret"], step_of(dt.datetime.now(dt.UTC)) + ahead)

    confirmed = browser.post(f"{mine}/{begun['factor']['id']}/confirm", json={"code": code()})
    recovery = confirmed.json()["recovery_codes"]
    browser.cookies.clear()
    browser.get(_back(path, browser))
    assert browser.get("/api/v1/users").status_code == 403
    for method, where, sent in (
        ("POST", f"{mine}/totp", {"name": "Another"}),
        ("POST", "/api/v1/me/email", {"email": "eve@example.com"}),
        ("DELETE", f"{mine}/{begun['factor']['id']}", None),
    ):
        answer = browser.request(method, where, json=sent)
        assert (answer.status_code, answer.json()["code"]) == (403, "step-up-required")
    proof = {"kind": "recovery", "answer": recovery[0]}
    assert browser.post(f"{ME}/step-up", json=proof).status_code == 204
    assert browser.get("/api/v1/users").status_code == 200
    assert set(browser.get(ME).json()["factors"]) == {"single-sign-on", "recovery"}


def test_where_people_come_back_to_is_what_we_were_told(
    site: TokenSite, provider: OidcProvider, browser: httpx2.Client
) -> None:
    """Not what a request calls us; the answer that adds a provider says it too."""
    path = _path(site, provider)
    for host in (urlsplit(site.url).netloc, "localhost"):
        there = browser.get(path, headers={"Host": host}).headers["location"]
        assert parse_qs(urlsplit(there).query)["redirect_uri"] == [f"{OUTSIDE}/sign-in/back"]
    with site.client(site.key) as client:
        (listed,) = client.get("/api/v1/identity-providers").json()["items"]
    assert listed["redirect_uri"] == f"{OUTSIDE}/sign-in/back"


def test_a_single_sign_on_is_written_down(
    site: TokenSite, provider: OidcProvider, browser: httpx2.Client
) -> None:
    """Once, with the provider and what it has asked for, and from where."""
    path = _path(site, provider)
    browser.get(_back(path, browser))
    with site.client(site.key) as client:
        found = client.get("/api/v1/audit/events", params={"action": "sign-in.succeeded"}).json()["items"]
    (event,) = found
    assert event["detail"]["provider"] == path.rpartition("/")[2]
    assert event["detail"]["factors"] == ["single-sign-on"]
    assert event["address"] == "127.0.0.1"


def test_the_secrets_of_a_sign_in_stay_in_the_browser(site: TokenSite, provider: OidcProvider) -> None:
    """State, nonce and challenge differ each time; the verifier is nowhere on the way."""
    path, seen = _path(site, provider), []
    for _ in range(2):
        with site.client() as browser:
            answer = browser.get(path)
        asked = {
            name: value[0] for name, value in parse_qs(urlsplit(answer.headers["location"]).query).items()
        }
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        seen.append({asked[name] for name in ("state", "nonce", "code_challenge")})
        assert not [
            asked[name] for name in ("state", "nonce") if asked[name] in str(answer.headers["set-cookie"])
        ]
    assert len(seen[0] | seen[1]) == 6


def test_a_way_back_counts_once_and_in_the_same_browser(
    site: TokenSite, provider: OidcProvider, browser: httpx2.Client
) -> None:
    """Neither again, nor in the browser of somebody else who was sent the address."""
    path = _path(site, provider)
    back = _back(path, browser)
    with site.client() as other:
        assert other.get(back).status_code == 401
    back = _back(path, browser)
    assert browser.get(back).status_code == 303
    browser.cookies.delete("plimsoll")
    assert browser.get(back).status_code == 401


@pytest.mark.parametrize("change", ["state", "code", "iss", "no code", "error"])
def test_a_changed_address_lets_nobody_in(
    site: TokenSite, provider: OidcProvider, browser: httpx2.Client, change: str
) -> None:
    """Another state, another code, or another provider's name in it."""
    back = _back(_path(site, provider), browser)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(back).query).items()}
    if change == "no code":
        del asked["code"]
    elif change == "error":
        asked["error"] = asked.pop("code")
    else:
        asked[change] = "https://evil.example" if change == "iss" else "A" * 43
    assert browser.get("/sign-in/back", params=asked).status_code in (401, 503)
    assert browser.get("/api/v1/portfolios").status_code == 401


def _unsigned(said: dict[str, Any]) -> str:
    good = jwt.encode({"alg": "RS256", "kid": "provider"}, said, STRANGER, algorithms=["RS256"])
    return good.rpartition(".")[0] + "."


TWISTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another nonce": lambda said: {**said, "nonce": "x"},
    "no nonce": lambda said: {name: value for name, value in said.items() if name != "nonce"},
    "another audience": lambda said: {**said, "aud": "another"},
    "several audiences": lambda said: {**said, "aud": [CLIENT, "another"]},
    "another party": lambda said: {**said, "azp": "another"},
    "another issuer": lambda said: {**said, "iss": "https://evil.example"},
    "expired": lambda said: {**said, "exp": said["iat"] - 100, "iat": said["iat"] - 400},
    "from the future": lambda said: {**said, "iat": said["iat"] + 4000, "exp": said["exp"] + 4000},
    "address not checked": lambda said: {**said, "email_verified": False},
    "address checked by a word": lambda said: {**said, "email_verified": "true"},
    "somebody unknown": lambda said: {**said, "email": "eve@example.com"},
    "nobody": lambda said: {**said, "sub": ""},
}


@pytest.mark.parametrize("twist", sorted(TWISTS))
def test_a_twisted_token_lets_nobody_in(
    site: TokenSite, provider: OidcProvider, browser: httpx2.Client, twist: str
) -> None:
    """Each claim is looked at, and the answer does not say which one was wrong."""
    provider.twisted = TWISTS[twist]
    back = _back(_path(site, provider), browser)
    answer = browser.get(back)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "the provider's word does not let you in"
    assert browser.get("/api/v1/portfolios").status_code == 401


@pytest.mark.parametrize("way", ["stranger", "none", "HS256"])
def test_a_forged_token_lets_nobody_in(
    site: TokenSite, provider: OidcProvider, browser: httpx2.Client, way: str
) -> None:
    """Of another key, of none, or of a key that everybody knows."""
    header = {"alg": "HS256", "kid": "provider"}
    provider.sign = {
        "stranger": lambda said: jwt.encode(
            {"alg": "RS256", "kid": "provider"}, said, STRANGER, algorithms=["RS256"]
        ),
        "none": _unsigned,
        "HS256": lambda said: jwt.encode(
            header, said, OctKey.import_key(SECRET.encode() * 4), algorithms=["HS256"]
        ),
    }[way]
    back = _back(_path(site, provider), browser)
    assert browser.get(back).status_code == 401


def test_a_provider_is_who_it_was_added_as(site: TokenSite, provider: OidcProvider) -> None:
    """One that calls itself otherwise, or leads elsewhere, is not followed."""
    path = _path(site, provider)
    with site.client() as browser:
        provider.described = {"issuer": "https://evil.example"}
        assert browser.get(path).status_code == 503
        provider.described = {"authorization_endpoint": "javascript:alert(1)"}
        assert browser.get(path).status_code in (422, 503)
        unknown = "/sign-in/provider/0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"
        assert browser.get(unknown).status_code == 404


def test_a_removed_provider_lets_nobody_in(
    site: TokenSite, provider: OidcProvider, browser: httpx2.Client
) -> None:
    """Also those who were on their way."""
    path = _path(site, provider)
    back = _back(path, browser)
    with site.client(site.key) as client:
        (listed,) = client.get("/api/v1/identity-providers").json()["items"]
        one = f"/api/v1/identity-providers/{listed['id']}"
        assert client.get(one).json() == listed
        assert client.post(f"{one}/remove").status_code == 204
        assert client.get(one).status_code == 404
    assert browser.get(back).status_code in (401, 404)
    assert browser.get(path).status_code == 404
