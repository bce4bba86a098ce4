"""Signing in and out."""

from http.cookies import SimpleCookie

import pytest

from plimsoll.data.store import tenants
from plimsoll.data.store.database import Database
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.security.throttle import BOUNDS, Tried
from plimsoll.security.tokens import new_token
from plimsoll.services.risk_api.sign_in import LocalSignIn
from plimsoll.workflows.first_administrator import first_link
from probe_api import ADDRESS, CANARY, PROBE, client_of, probe_app, sign_in
from somebody import EMAIL, NOW, PASSWORD, Codes, new_user

pytestmark = pytest.mark.anyio

OURS = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
ME = "/api/v1/me"


def token_of(local: LocalSignIn) -> str:
    """Return the token of a new link."""
    return local.new_link(ADDRESS).partition("#")[2]


async def test_a_link_becomes_a_session() -> None:
    """The browser that used the link reads and writes, and a second use does nothing."""
    local = sign_in()
    token = token_of(local)
    async with client_of(probe_app(local=local), key=None) as client:
        first = await client.post("/sign-in", json={"token": token}, headers=OURS)
        assert (first.status_code, first.content) == (204, b"")
        assert (await client.get(f"{PROBE}/who")).json() == {"id": "local"}
        second = await client.post("/sign-in", json={"token": token}, headers=OURS)
    assert (second.status_code, second.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("address", "name"), [(ADDRESS, "plimsoll"), ("https://127.0.0.1:8000", "__Host-plimsoll")]
)
async def test_the_cookie_is_kept_from_scripts_and_other_sites(address: str, name: str) -> None:
    """HttpOnly, SameSite=Strict, no domain, and Secure wherever there is TLS."""
    local = sign_in()
    async with client_of(probe_app(local=local), key=None, address=address) as client:
        headers = {"origin": address}
        answer = await client.post("/sign-in", json={"token": token_of(local)}, headers=headers)
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie.key == name
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert bool(cookie["secure"]) == address.startswith("https")
    assert len(cookie.value) == 43


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
async def test_other_sites_cannot_sign_a_browser_in(headers: dict[str, str]) -> None:
    """A link that another page sends is not used up either."""
    local = sign_in()
    token = token_of(local)
    async with client_of(probe_app(local=local), key=None) as client:
        refused = await client.post("/sign-in", json={"token": token}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "cross-site")
        assert (await client.post("/sign-in", json={"token": token}, headers=OURS)).status_code == 204


@pytest.mark.parametrize("token", ["", CANARY, "x" * 43, "x" * 65, "\x00", None, 1, ["x"]])
async def test_other_tokens_sign_nobody_in(token: object) -> None:
    """A guess is refused without an echo and sets no cookie."""
    async with client_of(probe_app(), key=None) as client:
        answer = await client.post("/sign-in", json={"token": token}, headers=OURS)
    assert answer.status_code in (400, 401, 422)
    assert "set-cookie" not in answer.headers
    assert CANARY not in answer.text


async def test_signing_out_ends_the_session(database: Database) -> None:
    """The cookie goes, and a copy of it lets nobody in."""
    local = sign_in()
    async with client_of(probe_app(database, local=local), key=None) as client:
        await client.post("/sign-in", json={"token": token_of(local)}, headers=OURS)
        copy = {"cookie": f"plimsoll={client.cookies['plimsoll']}"}
        assert (await client.post("/sign-out")).status_code == 403
        assert (await client.get(f"{PROBE}/who", headers=copy)).status_code == 200
        answer = await client.post("/sign-out", headers=OURS)
        assert (answer.status_code, SimpleCookie(answer.headers["set-cookie"])["plimsoll"]["max-age"]) == (
            204,
            "0",
        )
        assert "plimsoll" not in client.cookies
        assert (await client.get(f"{PROBE}/who", headers=copy)).status_code == 401


async def test_the_page_and_its_script_are_there() -> None:
    """The page loads its own script, which takes the token out of the address at once."""
    async with client_of(probe_app(), key=None) as client:
        paths = ("/sign-in?tenant=Acme", "/sign-in.js", "/page.css", "/page.js", "/icon.svg")
        page, script, *others = [await client.get(path) for path in paths]
    assert 'src="/sign-in.js"' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.text.index("replaceState") < script.text.index("call(")
    assert [other.status_code for other in others] == [200] * 3


async def test_the_first_administrator_is_made_once(database: Database) -> None:
    """The link of the first start makes an account and signs in; a second time it does nothing."""
    async with database.session(LOCAL_TENANT) as session:
        await tenants.ensure(session, LOCAL_TENANT, "local")
    token = await first_link(database, NOW)
    new = {"token": token, "name": "Ada", "email": EMAIL, "password": PASSWORD}
    path = "/sign-in/first-administrator"
    async with client_of(probe_app(database, clock=lambda: NOW), key=None) as client:
        assert (await client.post(path, json=new)).status_code == 403
        looked = await client.post("/sign-in/link", json={"token": token}, headers=OURS)
        assert (looked.status_code, looked.json()) == (200, {"tenant": None})
        short = await client.post(path, json={**new, "password": CANARY}, headers=OURS)
        assert (short.status_code, CANARY in short.text) == (422, False)
        assert short.json()["detail"] == "the password is too short"
        assert (await client.post(path, json=new, headers=OURS)).status_code == 204
        assert (await client.get(ME)).json()["id"].startswith("user:")
        assert (await client.post(path, json=new, headers=OURS)).status_code == 401
        spent = await client.post("/sign-in/link", json={"token": token}, headers=OURS)
        assert (spent.status_code, spent.json()["detail"]) == (401, "the link was used already or is too old")


async def test_links_are_not_guessed_without_end(database: Database) -> None:
    """By whatever way they are tried; one that is good is opened all along."""
    async with database.session(LOCAL_TENANT) as session:
        await tenants.ensure(session, LOCAL_TENANT, "local")
    token = await first_link(database, NOW)
    ways: list[tuple[str, dict[str, str]]] = [("link", {}), ("email", {}), ("reset", {"password": PASSWORD})]
    async with client_of(probe_app(database, clock=lambda: NOW), key=None) as client:
        answers = []
        for turn in range(BOUNDS[Tried.LINK, "address"].most + 3):
            way, beside = ways[turn % 3]
            body = {"token": new_token("pli"), **beside}
            answers.append((await client.post(f"/sign-in/{way}", json=body, headers=OURS)).status_code)
        assert answers == [401] * (len(answers) - 3) + [429] * 3
        assert (await client.get("/sign-in/providers", params={"tenant": "Guess"})).status_code == 429
        assert (await client.get("/sign-in/providers")).status_code == 200
        good = await client.post("/sign-in/link", json={"token": token}, headers=OURS)
        assert good.status_code == 200


async def test_a_password_signs_a_browser_in(database: Database) -> None:
    """Two cookies come with it, and a browser that is known keeps its mark; a wrong one is told nothing."""
    user = await new_user(database)
    right = {"email": EMAIL, "password": PASSWORD}
    path = "/sign-in/password"
    async with client_of(probe_app(database, clock=lambda: NOW), key=None) as client:
        assert (await client.post(path, json=right)).status_code == 403
        wrong = await client.post(path, json={**right, "password": CANARY}, headers=OURS)
        assert (wrong.status_code, wrong.json()["code"]) == (401, "unauthenticated")
        assert (CANARY in wrong.text, "set-cookie" in wrong.headers) == (False, False)
        assert wrong.json()["detail"] == "e-mail address and password do not belong together"
        made = await client.post(path, json=right, headers=OURS)
        assert (made.status_code, len(made.headers.get_list("set-cookie"))) == (204, 2)
        assert (await client.get(ME)).json()["id"] == f"user:{user.id}"
        again = await client.post(path, json=right, headers=OURS)
        assert (again.status_code, len(again.headers.get_list("set-cookie"))) == (204, 1)


async def test_guessing_is_told_when_to_go_on(database: Database) -> None:
    """After ten tries 429 says in how many seconds."""
    await new_user(database)
    wrong = {"email": EMAIL, "password": CANARY}
    async with client_of(probe_app(database, clock=lambda: NOW), key=None) as client:
        found = [await client.post("/sign-in/password", json=wrong, headers=OURS) for _ in range(11)]
    assert [answer.status_code for answer in found] == [401] * 10 + [429]
    assert found[-1].headers["retry-after"] == "900"


async def test_a_second_factor_is_asked_for(database: Database) -> None:
    """The password sets no cookie then; the answer does, once."""
    user = await new_user(database)
    app = probe_app(database, clock=lambda: NOW, second=Codes({user.id: ["a", "b"]}))
    async with client_of(app, key=None) as client:
        claim = {"email": EMAIL, "password": PASSWORD}
        asked = await client.post("/sign-in/password", json=claim, headers=OURS)
        assert (asked.status_code, "set-cookie" in asked.headers) == (200, False)
        assert asked.json()["kinds"] == ["slip"]
        said = {"challenge": asked.json()["challenge"], "kind": "slip", "answer": CANARY}
        wrong = await client.post("/sign-in/factor", json=said, headers=OURS)
        assert (wrong.status_code, CANARY in wrong.text) == (401, False)
        assert (await client.get(f"{PROBE}/who")).status_code == 401
        right = [
            await client.post("/sign-in/factor", json={**said, "answer": code}, headers=OURS)
            for code in ("a", "b")
        ]
        assert [answer.status_code for answer in right] == [204, 401]
        assert (await client.get(ME)).json()["id"] == f"user:{user.id}"
